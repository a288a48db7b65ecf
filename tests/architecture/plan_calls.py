"""Requests that the routes of plans, the recycle bin and retirement accept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from mcm.kit import clock
from mcm.models import Operation, Plan
from mcm.plans import applying, recycling, retiring, service
from mcm.plans.schemas import PlanCreate
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab


def _rows(lab: Lab, state: str = "running") -> list[str]:
    return [row.id for row in lab.resources(state=state, task_state=None)]


def _plan(lab: Lab, **values: Any) -> str:
    """A plan of somebody else's, or with other values."""
    runtime = lab.runtime
    wanted = PlanCreate(action="instance.stop", resources=_rows(lab)[:1])
    with runtime.database.writing() as session:
        made = service.create(session, runtime.registry, runtime.settings, CALLER, wanted).id
        if values:
            session.execute(update(Plan).where(Plan.id == made).values(**values))
    return f"/plans/{made}"


def _hash(lab: Lab) -> str:
    with lab.runtime.database.reading() as session:
        return session.query(Plan.hash).one()[0]


def _waiting(lab: Lab) -> str:
    return _plan(lab, status="awaiting_approval", principal_id="prn_other", needs=["destructive"])


def _create(lab: Lab) -> Call:
    body = {"action": "instance.stop", "resources": _rows(lab)[:2], "note": "over the holidays"}
    return Call("/plans", ["plan.create"], body)


def _approve(lab: Lab) -> Call:
    return Call(f"{_waiting(lab)}/approve", ["plan.approve"], {"hash": _hash(lab)})


def _reject(lab: Lab) -> Call:
    return Call(f"{_waiting(lab)}/reject", ["plan.reject"], {"reason": "not now"})


def _apply(lab: Lab) -> Call:
    return Call(f"{_plan(lab)}/apply", ["plan.apply", "instance.stop"])


def _cancel(lab: Lab) -> Call:
    return Call(f"{_plan(lab)}/cancel", ["plan.cancel"])


def _retry(lab: Lab) -> Call:
    found = _plan(lab)
    with lab.runtime.database.writing() as session:
        applying.begin(session, CALLER, found.rpartition("/")[2])
    applying.run(lab.runtime)
    with lab.runtime.database.writing() as session:
        session.execute(update(Operation).values(status="failed", holds=None, next_at=None))
    return Call(f"{found}/retry", ["operation.retry", "plan.retry"])


def _recycle(lab: Lab) -> Call:
    return Call("/recycled", ["instance.stop", "recycle.put"], {"resource": _rows(lab)[0], "days": 3})


def _in_bin(lab: Lab) -> str:
    runtime = lab.runtime
    with runtime.database.writing() as session:
        found = recycling.wanted(session, runtime.registry, CALLER, _rows(lab, "stopped")[0])
        return f"/recycled/{recycling.put(session, runtime, CALLER, found, 3, '').id}"


def _restore(lab: Lab) -> Call:
    return Call(f"{_in_bin(lab)}/restore", ["recycle.restore"])


def _delete(lab: Lab) -> Call:
    return Call(f"{_in_bin(lab)}/delete", ["instance.delete", "recycle.delete"])


def _recycling(lab: Lab) -> Call:
    return Call("/accounts/lab/recycling", ["account.recycling"], {"days": 7})


def _retire(lab: Lab) -> Call:
    path = f"/resources/{_rows(lab)[0]}/retirement"
    return Call(path, ["retirement.set"], {"retire_at": _later(), "note": "the project ends"})


def _never(lab: Lab) -> Call:
    ident = _rows(lab)[0]
    with lab.runtime.database.writing() as session:
        retiring.set_date(session, lab.runtime.settings, CALLER, ident, clock.from_text(_later()), "")
    return Call(f"/resources/{ident}/retirement", ["retirement.clear"])


def _later() -> str:
    return clock.to_text(clock.now() + timedelta(days=90))


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/plans"): _create,
    ("POST", "/api/v1/plans/{plan_id}/approve"): _approve,
    ("POST", "/api/v1/plans/{plan_id}/reject"): _reject,
    ("POST", "/api/v1/plans/{plan_id}/apply"): _apply,
    ("POST", "/api/v1/plans/{plan_id}/retry"): _retry,
    ("POST", "/api/v1/plans/{plan_id}/cancel"): _cancel,
    ("POST", "/api/v1/recycled"): _recycle,
    ("POST", "/api/v1/recycled/{recycled_id}/restore"): _restore,
    ("POST", "/api/v1/recycled/{recycled_id}/delete"): _delete,
    ("PUT", "/api/v1/accounts/{name}/recycling"): _recycling,
    ("PUT", "/api/v1/resources/{resource_id}/retirement"): _retire,
    ("DELETE", "/api/v1/resources/{resource_id}/retirement"): _never,
}
