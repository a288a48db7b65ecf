"""Asking for an optimization, looking at what it came to, and making plans of it. Never commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.db.session import home_currency
from mcm.errors import Conflict
from mcm.events import telling
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Optimization, OptimizationRow, Plan, ResourceRow
from mcm.optimizer import amounts, repository
from mcm.optimizer.errors import InvalidOptimization, OptimizationNotFound, OptimizationNotReady
from mcm.optimizer.schemas import (
    Applied,
    ApplyRequest,
    MadePlan,
    OptimizationAsked,
    OptimizationCreate,
    OptimizationDetail,
    OptimizationItem,
    OptimizationResult,
    OptimizationRowItem,
)
from mcm.optimizer.texts import told
from mcm.paging import Page
from mcm.plans import acting_as
from mcm.plans import service as plans
from mcm.plans.schemas import PlanCreate
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.tenancy import sight
from mcm.workloads import service as workloads

_MIGRATE = "instance.migrate"
_BATCH = 1_000
_MOST_TARGETS = 2_000


def create(session: Session, settings: Settings, caller: Caller, asked: OptimizationCreate) -> Optimization:
    """Writes down what is wanted; `runner.wake` begins it. Raises WorkloadNotFound."""
    for name in asked.workloads:
        workloads.get(session, name)
    # Nobody fills the queue of others, whose turn comes after at most one of each.
    if (most := settings.optimizer_runs_each) <= repository.open_of(session, caller.tenant_id):
        raise Conflict(
            f"{most} optimizations of your tenant wait or run already; nothing was asked for",
            message_zh=f"您所在租户已有 {most} 个优化任务在等待或运行；未提交",
            next_step="wait for them, or cancel some: mcm optimization list, mcm optimization cancel ID",
            next_step_zh="请等待其完成，或取消部分任务：mcm optimization list、mcm optimization cancel ID",
        )
    kept = OptimizationAsked.model_validate(asked.model_dump() | {"currency": asked.currency or home_currency(session)})
    row = Optimization(
        id=new_id("opt"), status="queued", runs=None, goal=asked.goal, asked=kept.model_dump(mode="json"),
        tenant_id=caller.tenant_id, tenants=[], principal_id=caller.principal_id, caller=acting_as.packed(caller),
        requested_by=caller.name, cancel=False, owner=None, error=None, result=None, created_at=clock.now(),
        started_at=None, finished_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    telling.optimization(session, row)
    _told(session, caller, row, "optimization.create", goal=asked.goal, workloads=len(asked.workloads))
    return row


def get(session: Session, optimization_id: str) -> Optimization:
    row = None if "\0" in optimization_id else repository.find(session, optimization_id)
    if row is None:
        raise OptimizationNotFound(
            "there is no optimization with this id", next_step="`mcm optimization list` shows those there are"
        )
    return row


def to_change(session: Session, caller: Caller, optimization_id: str) -> Optimization:
    return sight.changeable(session, caller, Permission.PLACEMENT_READ, lambda: get(session, optimization_id))


def cancel(session: Session, caller: Caller, optimization_id: str) -> Optimization:
    """One that runs ends within a second or two."""
    row = to_change(session, caller, optimization_id)
    if row.status not in ("queued", "running"):
        raise OptimizationNotReady(f"the optimization is {row.status}: there is nothing to cancel")
    row.cancel = True
    if row.status == "queued":
        row.status, row.finished_at = "cancelled", clock.now()
        telling.optimization(session, row)
    session.flush()
    _told(session, caller, row, "optimization.cancel")
    return row


def page(session: Session, caller: Caller, *, limit: int, cursor: str | None) -> Page[OptimizationItem]:
    before = sight.after(session, cursor, datetime, str)
    found = repository.page(session, before=before, limit=limit + 1)
    following = None
    if len(found) > limit:
        last_row = found[limit - 1]
        following = sight.cursor_of(session, [last_row.created_at, last_row.id])
    return Page(items=[item(row, caller) for row in found[:limit]], next_cursor=following)


def rows(
    session: Session, caller: Caller, optimization_id: str, *, kind: str | None, limit: int, cursor: str | None
) -> Page[OptimizationRowItem]:
    found = get(session, optimization_id)
    priced = amounts.shown_to(caller, found)
    (after,) = sight.after(session, cursor, int) or (-1,)
    listed = repository.rows(session, found.id, after=after, limit=limit + 1, kind=kind)
    following = sight.cursor_of(session, [listed[limit - 1].number]) if len(listed) > limit else None
    return Page(items=[row_item(one, priced=priced) for one in listed[:limit]], next_cursor=following)


def apply(
    session: Session, registry: Registry, settings: Settings, caller: Caller, optimization_id: str,
    wanted: ApplyRequest, *, dry_run: bool,
) -> Applied:  # fmt: skip
    """A plan for each host that something is to be moved to; each waits for its approval as any plan does. What mcm
    cannot carry out stays with people. Raises OptimizationNotReady, InvalidOptimization, and what plans raise."""
    row = get(session, optimization_id) if dry_run else to_change(session, caller, optimization_id)
    if row.status != "done":
        raise OptimizationNotReady(
            f"the optimization is {row.status}: there is nothing to apply",
            next_step="wait until it is done, or ask anew",
        )
    moves = [one for one in all_rows(session, row.id) if one.kind == "move"]
    chosen = set(wanted.rows)
    unknown = sorted(chosen - {one.number for one in moves})
    if unknown:
        raise InvalidOptimization(f"rows: {unknown[0]} is no move of this optimization")
    moves = [one for one in moves if not chosen or one.number in chosen]
    possible = [one for one in moves if one.data["how"] == "migrate" and one.plan_id is None]
    by_host: dict[tuple[str, str], list[OptimizationRow]] = {}
    for one in possible:
        target = one.data["target"]
        by_host.setdefault((target["location"], target["host"] or ""), []).append(one)
    made = []
    for (location, host), together in sorted(by_host.items()):
        for start in range(0, len(together), _MOST_TARGETS):
            batch = together[start : start + _MOST_TARGETS]
            shown = MadePlan(plan_id=None, host=host or location, resources=len(batch), requires_approval=False)
            made.append(shown if dry_run else _planned(session, registry, settings, caller, row, shown, batch, host))
    if not dry_run:
        _told(session, caller, row, "optimization.apply", plans=len(made), resources=len(possible))
    count = [one.data["how"] for one in moves]
    return Applied(
        plans=made, person=count.count("person"), place=count.count("place"),
        already=sum(one.plan_id is not None for one in moves),
    )  # fmt: skip


def _planned(
    session: Session, registry: Registry, settings: Settings, caller: Caller, row: Optimization, shown: MadePlan,
    batch: Sequence[OptimizationRow], host: str,
) -> MadePlan:  # fmt: skip
    ids = [one.resource_id for one in batch if one.resource_id is not None]
    ident = _host_ident(session, ids[0], host) if host else None
    said = f"optimization {row.id} ({row.goal})"
    body = PlanCreate(action=_MIGRATE, resources=ids, params={"host": ident} if ident else {}, note=said)
    plan: Plan = plans.create(session, registry, settings, caller, body)
    for one in batch:
        one.plan_id = plan.id
    session.flush()
    return shown.model_copy(update={"plan_id": plan.id, "requires_approval": plan.status == "awaiting_approval"})


def _host_ident(session: Session, resource_id: str, name: str) -> str:
    """What the cloud calls the host: its name where that is what instances tell of theirs, else its native id."""
    resource = session.get(ResourceRow, resource_id)
    told_host = str((resource.attributes or {}).get("host") or "") if resource is not None else ""
    account = resource.account_id if resource is not None else ""
    for row in repository.hosts(session):
        if row.account_id == account and name in (row.name, row.native_id):
            by_name = any(one.name == told_host for one in repository.hosts(session) if one.account_id == account)
            return str(row.name if by_name else row.native_id)
    return name


def item(row: Optimization, caller: Caller) -> OptimizationItem:
    found = OptimizationItem.model_validate(_shown(row))
    return found if amounts.shown_to(caller, row) else amounts.item(found)


def detail(row: Optimization, caller: Caller) -> OptimizationDetail:
    error = told(row.error["code"], row.error["params"]) if row.error else None
    result = OptimizationResult.model_validate(row.result) if row.result else None
    found = OptimizationDetail.model_validate(_shown(row) | {"asked": row.asked, "error": error, "result": result})
    return found if amounts.shown_to(caller, row) else amounts.detail(found)


def row_item(row: OptimizationRow, *, priced: bool) -> OptimizationRowItem:
    found = OptimizationRowItem.model_validate(
        row.data | {"number": row.number, "kind": row.kind, "plan_id": row.plan_id}
    )
    return found if priced else amounts.row(found)


def all_rows(session: Session, optimization_id: str) -> list[OptimizationRow]:
    found: list[OptimizationRow] = []
    while True:
        after = found[-1].number if found else -1
        batch = repository.rows(session, optimization_id, after=after, limit=_BATCH)
        found += batch
        if len(batch) < _BATCH:
            return found


def _shown(row: Optimization) -> dict[str, Any]:
    result = row.result or {}
    return {
        "id": row.id, "status": row.status, "goal": row.goal, "requested_by": row.requested_by,
        "created_at": row.created_at, "started_at": row.started_at, "finished_at": row.finished_at,
        "currency": row.asked["currency"],
        **{name: result.get(name) for name in ("method", "gap", "moves", "left", "saving")},
    }  # fmt: skip


def _told(session: Session, caller: Caller, row: Optimization, action: str, **more: object) -> None:
    audit.record(session, caller, action, "optimization", row.id, details=more)
