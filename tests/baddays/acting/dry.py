"""Dry runs of actions over HTTP: the whole database and the cloud's ledger, before and after."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from mcm.models.every import Base
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.ways import Job
from tests.baddays.serving import Served

_OPERATIONS, _PLANS = "/api/v1/operations", "/api/v1/plans"


def asked(bench: Bench, job: Job) -> dict[str, Any]:
    return bench.asked(job).model_dump(exclude_none=True)


def nothing_happens(bench: Bench, served: Served, actions: Iterable[str]) -> None:
    """Each is asked for, well and badly; then a plan that is there is applied. None of it is meant."""
    bodies = [asked(bench, job) for job in [bench.job(action) for action in actions]]
    running = next(body["resource"] for body in bodies if body["action"] == "instance.stop")
    plan = served.send("POST", _PLANS, {"action": "instance.stop", "resources": [running]}).json()
    bench.cloud.proxy.ledger.clear()
    before = _whole(bench)
    for body in bodies:
        answer = served.send("POST", _OPERATIONS, body, params={"dry_run": True})
        assert answer.status_code == 202, (body, answer.text)
        assert answer.json()["dry_run"] is True
        assert body["action"] in answer.json()["sentence"]
        bad = served.send("POST", _OPERATIONS, body | {"params": {"none": 1}}, params={"dry_run": True})
        assert bad.json()["code"] == "invalid_params"
    applied = served.send("POST", f"{_PLANS}/{plan['id']}/apply", params={"dry_run": True})
    assert applied.json()["would_ask"] == 1, applied.text
    assert _whole(bench) == before
    # Nothing was even read.
    assert not list(bench.cloud.proxy.ledger)


def _whole(bench: Bench) -> dict[str, list[str]]:
    """Every row of every table."""
    with bench.lab.runtime.database.reading() as session:
        return {
            table: sorted(str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"')))
            for table in Base.metadata.tables
        }
