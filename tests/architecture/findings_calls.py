"""Requests that the routes of findings accept."""

from collections.abc import Callable

from mcm.findings import standing
from mcm.findings.found import UNKNOWN, Confidence, Found, Kind
from mcm.kit import clock
from tests.architecture.calls import Call
from tests.lab import Lab


def _finding(lab: Lab) -> str:
    lab.account("found", instances=5, regions="1")
    lab.sync("found", kinds=("instance",))
    row = next(row for row in lab.resources() if row.state == "running")
    found = Found(Kind.IDLE_INSTANCE, row.id, Confidence.HIGH, UNKNOWN, {"days": 14})
    with lab.runtime.database.writing() as session:
        standing.record(session, [found], clock.now())
        return str(standing.page(session, None, 1, [])[0][0].id)


def _check(lab: Lab) -> Call:
    return Call("/findings/check", ["finding.check"])


def _plan(lab: Lab) -> Call:
    return Call("/findings/plan", ["plan.create"], {"findings": [_finding(lab)], "note": "idle"})


def _dismiss(lab: Lab) -> Call:
    return Call(f"/findings/{_finding(lab)}/dismiss", ["finding.dismiss"], {"reason": "a spare one"})


def _reopen(lab: Lab) -> Call:
    return Call(f"/findings/{_finding(lab)}/reopen", ["finding.reopen"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/findings/check"): _check,
    ("POST", "/api/v1/findings/plan"): _plan,
    ("POST", "/api/v1/findings/{finding_id}/dismiss"): _dismiss,
    ("POST", "/api/v1/findings/{finding_id}/reopen"): _reopen,
}
