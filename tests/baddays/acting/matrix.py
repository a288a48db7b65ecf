"""One case of the matrix, from the request that goes wrong to everything that has to hold at the end."""

from collections import Counter

from mcm.contract.actions import ACTIONS, Effect
from tests.baddays.acting.cases import KILL, Case, end, made
from tests.baddays.acting.engine import Bench, effects
from tests.baddays.acting.killing import Hold, Victims


def proven(bench: Bench, case: Case, victims: Victims | None = None) -> None:
    """victims: where a process is to be killed."""
    job = bench.job(case.transition.action)
    if case.fault == KILL:
        assert victims is not None
        row, step = bench.killed(victims, job, Hold(case.applied), case.transition.request)
    else:
        row, step = bench.struck(job, made(case), case.transition.request)
    # What the fault met may have been found, and be over, within the same turn.
    repeat = step["repeat"] if step else row.steps[-1]["repeat"]
    wanted = end(case, repeat)
    assert row.status == wanted, (row.error_message, bench.told(row.id))
    assert not bench.problems(row, job)
    counted: Counter[str] = effects(bench.cloud)
    if wanted == "succeeded" and ACTIONS[job.action].effect is Effect.CREATES:
        assert bench.cloud.count(job, row.token) == 1
    if wanted == "in_doubt" and not case.applied:
        # The requests before it, and not this one.
        assert len(counted) == case.transition.request
