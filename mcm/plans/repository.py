"""SQL of plans. A plan shows itself to those who may see every one of its resources, and to nobody else."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, false, func, not_, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.roles import PERMISSIONS
from mcm.models import Operation, Plan, PlanItem, Principal, RelationRow, ResourceRow, RoleBinding
from mcm.tenancy import sight

OPEN = ("draft", "awaiting_approval", "approved")
_CHUNK = 500
_COLUMNS = {"tenant_id": PlanItem.tenant_id, "account_id": PlanItem.account_id, "project": PlanItem.project}


def _visible(session: Session) -> list[Any]:
    # What has no project is outside of any, not unknown: NOT NULL would be NULL, and hide nothing.
    return [
        ~exists().where(PlanItem.plan_id == Plan.id, not_(func.coalesce(inside, false())))
        for inside in sight.resources_of(session, _COLUMNS)
    ]


def find(session: Session, plan_id: str) -> Plan | None:
    query = select(Plan).where(Plan.id == plan_id, *_visible(session))
    return session.scalars(query).first() if "\0" not in plan_id else None


def locked(session: Session, plan_id: str) -> Plan | None:
    """Nobody else changes it until the transaction ends; as it is now, whatever the session has read before."""
    query = select(Plan).where(Plan.id == plan_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def page(session: Session, after: tuple[datetime, str] | None, limit: int, statuses: Collection[str]) -> Sequence[Plan]:
    """Newest first."""
    query = select(Plan).where(*_visible(session))
    if after is not None:
        query = query.where(tuple_(Plan.created_at, Plan.id) < after)
    if statuses:
        query = query.where(Plan.status.in_(statuses))
    return session.scalars(query.order_by(Plan.created_at.desc(), Plan.id.desc()).limit(limit)).all()


def items(session: Session, plan_id: str) -> list[tuple[PlanItem, str | None, str | None]]:
    """(item, status of its operation, what the operation says went wrong), by name."""
    query = (
        select(PlanItem, Operation.status, Operation.error_message)
        .outerjoin(Operation, Operation.id == PlanItem.operation_id)
        .where(PlanItem.plan_id == plan_id)
        .order_by(PlanItem.name, PlanItem.resource_id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def targets(session: Session, plan_id: str) -> Sequence[PlanItem]:
    """Everything that is to be acted on, or was."""
    query = select(PlanItem).where(PlanItem.plan_id == plan_id, PlanItem.status != "left")
    return session.scalars(query.order_by(PlanItem.resource_id)).all()


def waiting(session: Session, plan_id: str, limit: int) -> Sequence[PlanItem]:
    """By account, so that two who work at once take what they share in one order."""
    query = select(PlanItem).where(PlanItem.plan_id == plan_id, PlanItem.status == "target")
    return session.scalars(query.order_by(PlanItem.account_id, PlanItem.resource_id).limit(limit)).all()


def counts(session: Session, plan_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Plan → how many items stand where; what was asked for by the status of its operation."""
    stands = func.coalesce(Operation.status, PlanItem.status)
    query = (
        select(PlanItem.plan_id, stands, func.count())
        .outerjoin(Operation, and_(Operation.id == PlanItem.operation_id, PlanItem.status == "asked"))
        .where(PlanItem.plan_id.in_(plan_ids))
        .group_by(PlanItem.plan_id, stands)
    )
    found: dict[str, dict[str, int]] = {plan_id: {} for plan_id in plan_ids}
    for plan_id, status, number in session.execute(query):
        found[plan_id][status] = number
    return found


def failed(session: Session, plan_id: str) -> list[str]:
    query = select(Operation.id).join(PlanItem, PlanItem.operation_id == Operation.id)
    return list(
        session.scalars(
            query.where(PlanItem.plan_id == plan_id, PlanItem.status == "asked", Operation.status == "failed").order_by(
                Operation.account_id, Operation.id
            )
        )
    )


def applying(session: Session) -> list[str]:
    return list(session.scalars(select(Plan.id).where(Plan.status == "applying").order_by(Plan.applied_at)))


def expire(session: Session, now: datetime) -> None:
    values = {"status": "expired", "finished_at": now, "version": Plan.version + 1}
    session.execute(update(Plan).where(Plan.status.in_(OPEN), Plan.expires_at <= now).values(values))


def prune(session: Session, before: datetime) -> None:
    session.execute(delete(Plan).where(Plan.created_at < before, Plan.status.not_in((*OPEN, "applying"))))


def rows(session: Session, ids: Sequence[str]) -> dict[str, ResourceRow]:
    """Whatever the session may see: what has left a view is for the caller to find out."""
    found: dict[str, ResourceRow] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(ResourceRow).where(ResourceRow.id.in_(ids[start : start + _CHUNK]))
        found |= {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}
    return found


def attached(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """Target → ids of what is attached to it, sorted; whatever the session may see."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(RelationRow.target_id, RelationRow.source_id)
            .join(ResourceRow, ResourceRow.id == RelationRow.source_id)
            .where(
                RelationRow.target_id.in_(ids[start : start + _CHUNK]),
                RelationRow.type == "attached_to",
                ResourceRow.presence != "gone",
            )
            .order_by(RelationRow.source_id)
        )
        for target, source in session.execute(query):
            found.setdefault(target, []).append(source)
    return found


def approver_besides(session: Session, principal_id: str) -> bool:
    """Whether anybody else may come in and has a role that approves."""
    roles = [role.value for role, held in PERMISSIONS.items() if Permission.PLAN_APPROVE in held]
    query = (
        select(Principal.id)
        .join(RoleBinding, RoleBinding.principal_id == Principal.id)
        .where(RoleBinding.role.in_(roles), Principal.disabled_at.is_(None), Principal.id != principal_id)
    )
    return session.scalar(query.limit(1)) is not None
