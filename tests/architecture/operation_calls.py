"""Requests that the routes of the action engine accept."""

from collections.abc import Callable

from sqlalchemy import update

from mcm.models import Operation
from mcm.operations import service
from mcm.operations.schemas import OperationCreate
from mcm.schedules import service as schedules
from mcm.schedules.schemas import ScheduleWrite
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab


def _running(lab: Lab) -> str:
    return lab.resources(state="running", task_state=None)[0].id


def _asked(lab: Lab, status: str = "queued") -> str:
    runtime = lab.runtime
    asked = OperationCreate(action="instance.stop", resource=_running(lab))
    with runtime.database.writing() as session:
        found = service.wanted(session, runtime.registry, CALLER, asked)
        made = service.create(session, runtime.vault, CALLER, found).id
        if status != "queued":
            ended = update(Operation).where(Operation.id == made).values(status=status, holds=None, next_at=None)
            session.execute(ended)
    return f"/operations/{made}"


def _create(lab: Lab) -> Call:
    return Call("/operations", ["instance.stop"], {"action": "instance.stop", "resource": _running(lab)})


def _cancel(lab: Lab) -> Call:
    return Call(f"{_asked(lab)}/cancel", ["operation.cancel"])


def _retry(lab: Lab) -> Call:
    return Call(f"{_asked(lab, 'failed')}/retry", ["operation.retry"])


def _resolve(lab: Lab) -> Call:
    found = _asked(lab, "in_doubt")
    return Call(f"{found}/resolve", ["operation.resolve"], {"outcome": "succeeded"})


_SCHEDULE = {
    "action": "instance.stop",
    "filter": 'tags.env = "dev"',
    "cron": "0 20 * * *",
    "time_zone": "Asia/Shanghai",
}


def _write_schedule(lab: Lab) -> Call:
    return Call("/schedules/evening", ["schedule.create"], _SCHEDULE)


def _remove_schedule(lab: Lab) -> Call:
    with lab.runtime.database.writing() as session:
        schedules.write(session, CALLER, "evening", ScheduleWrite.model_validate(_SCHEDULE), None)
    return Call("/schedules/evening", ["schedule.remove"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("PUT", "/api/v1/schedules/{name}"): _write_schedule,
    ("DELETE", "/api/v1/schedules/{name}"): _remove_schedule,
    ("POST", "/api/v1/operations"): _create,
    ("POST", "/api/v1/operations/{operation_id}/cancel"): _cancel,
    ("POST", "/api/v1/operations/{operation_id}/retry"): _retry,
    ("POST", "/api/v1/operations/{operation_id}/resolve"): _resolve,
}
