"""One case of the matrix, from the request that goes wrong to everything that has to hold at the end."""

from collections.abc import Iterator
from typing import Any

from mcm.contract.actions import ACTIONS, Effect
from mcm.models import Operation
from tests.baddays.acting.cases import KILL, Case, made
from tests.baddays.acting.engine import Bench, effects
from tests.baddays.acting.killing import Hold, Victims
from tests.baddays.acting.ways import Job


def proven(bench: Bench, case: Case, victims: Victims | None = None) -> None:
    """victims: where a process is to be killed."""
    job = bench.job(case.transition.action)
    if case.fault == KILL:
        assert victims is not None
        row, step = bench.killed(victims, job, Hold(case.applied), case.transition.request)
    else:
        row, step = bench.struck(job, made(case), case.transition.request)
    wrong = [*bench.problems(row, job), *_ended(bench, case, row, step, job)]
    assert not wrong, (wrong, row.status, row.error_message, bench.told(row.id))


def undisturbed(bench: Bench, action: str) -> int:
    """How many requests it takes when nothing goes wrong, which has to lead to its effect."""
    bench.end(bench.victim)
    job = bench.job(action)
    operation = bench.ask(job)
    bench.cloud.proxy.ledger.clear()
    row = bench.drive(operation)
    assert row.status == "succeeded", (row.error_message, bench.told(operation))
    wrong = [*bench.problems(row, job), *_shown(bench, row, job)]
    assert not wrong, wrong
    return len(bench.cloud.proxy.ledger.mutations())


def _ended(bench: Bench, case: Case, row: Operation, step: dict[str, Any], job: Job) -> Iterator[str]:
    """What may be repeated is done in the end. What may not is done if the cloud shows it, else a person is asked."""
    # What the fault met may have been found, and be over, within the same turn.
    repeat = step["repeat"] if step else row.steps[-1]["repeat"]
    way = bench.cloud.ways[job.action]
    shown = way.shows(job)
    certain = repeat != "never" or (case.applied and way.alone and shown is True)
    allowed = ("succeeded",) if certain else ("succeeded", "in_doubt") if case.applied else ("in_doubt",)
    if row.status not in allowed:
        yield f"it is {row.status} and not {' or '.join(allowed)}"
    if row.status == "in_doubt" and not case.applied:
        # The requests before it, and not this one.
        if len(effects(bench.cloud)) != case.transition.request:
            yield f"it never arrived, and these had an effect: {effects(bench.cloud)}"
        if shown:
            yield "it never arrived, and the cloud shows it"
    if row.status == "succeeded":
        yield from _shown(bench, row, job)


def _shown(bench: Bench, row: Operation, job: Job) -> Iterator[str]:
    if not effects(bench.cloud):
        yield "succeeded, and nothing was done"
    if bench.cloud.ways[job.action].shows(job) is False:
        yield "succeeded, and the cloud does not show it"
    if ACTIONS[job.action].effect is Effect.CREATES and (count := bench.cloud.count(job, row.token)) != 1:
        yield f"succeeded, and {count} are there"
