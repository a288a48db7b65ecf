"""The rules of schedules: what may be scheduled, by whom, and what it would do. Never commits."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.contract.actions import ACTIONS
from mcm.errors import PreconditionFailed
from mcm.filters import parse
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Account, Principal, Schedule, ScheduleRun
from mcm.operations.orders import validated
from mcm.registry import Registry
from mcm.schedules import repository, targets
from mcm.schedules.calendar import Calendar
from mcm.schedules.errors import InvalidSchedule, ScheduleExists, ScheduleNotFound
from mcm.schedules.schemas import (
    Preview,
    ScheduleDetail,
    ScheduleItem,
    ScheduleRunItem,
    ScheduleWrite,
    Target,
)
from mcm.tenancy import service as tenancy
from mcm.tenancy import sight

_SHOWN_TIMES, _SHOWN_RUNS, _SHOWN_TARGETS = 5, 20, 100


def get(session: Session, name: str) -> Schedule:
    found = repository.find(session, name)
    if found is None:
        raise ScheduleNotFound(f"there is no schedule '{name}'", next_step="`mcm schedule list` shows all")
    return found


def to_change(session: Session, caller: Caller, name: str) -> Schedule:
    return sight.changeable(session, caller, Permission.SCHEDULE_READ, lambda: get(session, name))


def check(wanted: ScheduleWrite) -> Calendar:
    """Raises InvalidSchedule, InvalidParams, FilterError."""
    known = targets.allowed_actions()
    if wanted.action not in known:
        raise InvalidSchedule(
            f"action: '{wanted.action}' cannot be scheduled: only what can be taken back is",
            next_step=f"one of {', '.join(known)}",
        )
    validated(wanted.action, wanted.params)
    parse(wanted.filter, None)
    calendar = Calendar(wanted.cron, wanted.time_zone, wanted.skip)
    if calendar.next_after(clock.now()) is None:
        raise InvalidSchedule("cron and skip together leave no time within two years", next_step="look at both again")
    return calendar


def write(session: Session, caller: Caller, name: str, wanted: ScheduleWrite, if_match: str | None) -> Schedule:
    """Makes it, or puts it in the place of what was there. It acts as whoever wrote it last."""
    calendar = check(wanted)
    row = repository.anywhere(session, name)
    if row is not None and not sight.holds_tenant(session, row.tenant_id):
        raise ScheduleExists(f"the name '{name}' is taken", next_step="choose another name")
    if row is not None and if_match not in (None, "*", etag(row)):
        raise PreconditionFailed(
            f"the schedule was changed in the meantime (it is at version {row.version})",
            next_step="read it again and repeat the change",
        )
    made = row is None
    if row is None:
        tenant_id = tenancy.home(session, caller, wanted.tenant)
        row = Schedule(id=new_id("sch"), name=name, tenant_id=tenant_id, version=0, created_at=clock.now())
        session.add(row)
    elif wanted.tenant is not None:
        row.tenant_id = tenancy.home(session, caller, wanted.tenant)
    row.principal_id, row.suspended = caller.principal_id, None
    row.permissions = sorted(caller.permissions) if caller.permissions is not None else None
    row.action, row.params, row.filter = wanted.action, wanted.params, wanted.filter
    row.cron, row.time_zone, row.skip, row.enabled = wanted.cron, wanted.time_zone, wanted.skip, wanted.enabled
    row.next_at = calendar.next_after(clock.now()) if wanted.enabled else None
    row.version += 1
    session.flush()
    audit.record(
        session, caller, "schedule.create" if made else "schedule.update", "schedule", row.id,
        details={"name": name, **wanted.model_dump(mode="json", exclude_none=True)},
    )  # fmt: skip
    return row


def remove(session: Session, caller: Caller, row: Schedule) -> None:
    session.delete(row)
    session.flush()
    audit.record(session, caller, "schedule.remove", "schedule", row.id, details={"name": row.name})


def preview(session: Session, registry: Registry, caller: Caller, wanted: ScheduleWrite) -> Preview:
    calendar = check(wanted)
    found = targets.judged(session, registry, caller, ACTIONS[wanted.action], wanted.filter)
    names = _account_names(session, {one.row.account_id for one in found})
    return Preview(
        next_times=calendar.following(clock.now(), _SHOWN_TIMES),
        matching=len(found),
        would_ask=sum(one.verdict.allowed for one in found),
        targets=[
            Target(
                id=one.row.id,
                name=one.row.name,
                account=names.get(one.row.account_id, one.row.account_id),
                state=one.row.state,
                allowed=one.verdict.allowed,
                reason=one.verdict.reason,
                reason_zh=one.verdict.reason_zh,
            )
            for one in found[:_SHOWN_TARGETS]
        ],
    )


def detail(session: Session, row: Schedule) -> ScheduleDetail:
    times = []
    if row.enabled and row.next_at is not None:
        times = Calendar(row.cron, row.time_zone, row.skip).following(clock.now(), _SHOWN_TIMES)
    runs = [run_item(run) for run in repository.runs(session, row.id, _SHOWN_RUNS)]
    return ScheduleDetail(**items(session, [row])[0].model_dump(), next_times=times, runs=runs)


def items(session: Session, rows: Sequence[Schedule]) -> list[ScheduleItem]:
    names = {row.principal_id: "" for row in rows}
    for principal_id in names:
        found = session.get(Principal, principal_id)
        names[principal_id] = found.name if found is not None else principal_id
    return [
        ScheduleItem.model_validate(
            {name: getattr(row, name) for name in ScheduleItem.model_fields if name != "acts_as"}
            | {"acts_as": names[row.principal_id]}
        )
        for row in rows
    ]


def run_item(row: ScheduleRun) -> ScheduleRunItem:
    return ScheduleRunItem.model_validate(row, from_attributes=True)


def etag(row: Schedule) -> str:
    return f'"{row.version}"'


def _account_names(session: Session, ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
