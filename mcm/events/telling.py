"""What is told of operations, plans, accounts and reads: which facts each kind of event carries."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from mcm.events import kinds
from mcm.events.service import emit
from mcm.kit import clock
from mcm.models import (
    Account,
    Move,
    NoticeTarget,
    Operation,
    Optimization,
    Plan,
    PlanItem,
    PriceFetch,
    ResourceRow,
    Scope,
)


def operation(session: Session, row: Operation) -> None:
    emit(
        session, kinds.OPERATION_CHANGED, tenant_id=row.tenant_id, account_id=row.account_id, project=row.project,
        subject_kind="operation", subject_id=row.id,
        data={
            "status": row.status, "percent": row.percent, "action": row.action, "account": row.account_name,
            "name": row.resource_name, "resource": row.resource_id or row.made_id, "plan": row.plan_id,
            "error_code": row.error_code, "version": row.version,
        },
    )  # fmt: skip


def plan(session: Session, row: Plan) -> None:
    """Seen, like the plan itself, only by who sees all of its resources: of one tenant, of one project, or else of
    everything."""
    session.flush()
    items = select(PlanItem).where(PlanItem.plan_id == row.id)
    tenants = session.scalars(items.with_only_columns(PlanItem.tenant_id).distinct().limit(2)).all()
    places = session.execute(items.with_only_columns(PlanItem.account_id, PlanItem.project).distinct().limit(2)).all()
    account_id, project = places[0] if len(places) == 1 else ("", None)
    emit(
        session, kinds.PLAN_CHANGED, tenant_id=tenants[0] if len(tenants) == 1 else "", account_id=account_id,
        project=project, subject_kind="plan", subject_id=row.id,
        data={
            "status": row.status, "action": row.action, "targets": row.impact.get("targets"),
            "requested_by": row.requested_by, "version": row.version,
        },
    )  # fmt: skip


def move(session: Session, row: Move, step: str | None) -> None:
    """step: the current one. Seen, like the move itself, only by who sees the tenants of both its ends."""
    within = row.tenant_id if row.tenant_id == row.target_tenant_id else ""
    emit(
        session, kinds.MOVE_CHANGED, tenant_id=within, account_id=row.account_id, subject_kind="move",
        subject_id=row.id,
        data={
            "status": row.status, "step": step, "account": row.account_name, "target": row.target_account_name,
            "name": row.resource_name, "resource": row.resource_id, "error_code": row.error_code,
        },
    )  # fmt: skip


def optimization(session: Session, row: Optimization) -> None:
    """To the tenant that asked, which saw it wait. Who does not see all that it is about does not see it any more once
    it has ended: hence no more than its status."""
    emit(
        session, kinds.OPTIMIZATION_CHANGED, tenant_id=row.tenant_id, subject_kind="optimization", subject_id=row.id,
        data={"status": row.status},
    )  # fmt: skip


def price_fetch(session: Session, row: PriceFetch) -> None:
    """To who sees everything, as the readings themselves: prices hold for all tenants."""
    account = session.get_one(Account, row.account_id)
    emit(
        session, kinds.PRICE_FETCH_CHANGED, tenant_id="", account_id=row.account_id, subject_kind="price_fetch",
        subject_id=row.id,
        data={
            "status": row.status, "account": account.name, "preview": row.preview, "daily": row.daily,
            "error_code": row.error["code"] if row.error else None,
        },
    )  # fmt: skip


def account_changed(account: Account, before: str) -> None:
    """After the account's status was set. Of a draft, which no session holds, nothing is told."""
    session = object_session(account)
    if session is None or before == account.status or "failing" not in (before, account.status):
        return
    if account.status not in ("failing", "ok") or _stored_status(session, account) == account.status:
        return
    kind = kinds.ACCOUNT_FAILING if account.status == "failing" else kinds.ACCOUNT_RECOVERED
    emit(
        session, kind, tenant_id=account.tenant_id, account_id=account.id, subject_kind="account",
        subject_id=account.id,
        data={"account": account.name, "status": account.status, "error_code": account.error_code},
    )  # fmt: skip


def _stored_status(session: Session, account: Account) -> str | None:
    """Reads of several scopes end at the same time: the first of them tells, the others wait for it here."""
    stored = select(Account.status).where(Account.id == account.id)
    with session.no_autoflush:
        # As strong as the UPDATE that follows, and no stronger: rows that refer to the account may come meanwhile.
        return session.scalar(stored.with_for_update(key_share=True))


def scope_changed(session: Session, scope: Scope, before: str) -> None:
    """After the scope's status was set."""
    troubled = {"failing": kinds.SCOPE_FAILING, "quarantined": kinds.SCOPE_QUARANTINED}
    if before == scope.status or (scope.status not in troubled and before not in troubled):
        return
    account = session.get_one(Account, scope.account_id)
    emit(
        session, troubled.get(scope.status, kinds.SCOPE_RECOVERED), tenant_id=account.tenant_id, account_id=account.id,
        subject_kind="scope", subject_id=str(scope.id),
        data={
            "account": account.name, "region": scope.region, "kind": scope.kind, "status": scope.status,
            "error_code": scope.error_code,
        },
    )  # fmt: skip


def inventory(
    session: Session, account_id: str, kind: str | None, region: str | None, counts: Mapping[str, int]
) -> None:
    """One for each merge that changed something. None: of all kinds, everywhere in the account."""
    changed = {name: number for name, number in counts.items() if number > 0}
    if not changed:
        return
    account = session.get_one(Account, account_id)
    emit(
        session, kinds.INVENTORY_CHANGED, tenant_id=account.tenant_id, account_id=account.id, subject_kind="account",
        subject_id=account.id, data={"account": account.name, "kind": kind, "region": region, **changed},
    )  # fmt: skip


def retirement(session: Session, resource: ResourceRow, retire_at: datetime) -> None:
    emit(
        session, kinds.RETIREMENT_REMINDER, tenant_id=resource.tenant_id, account_id=resource.account_id,
        project=resource.project, subject_kind=resource.kind, subject_id=resource.id,
        data={"name": resource.name, "retire_at": clock.to_text(retire_at)},
    )  # fmt: skip


def notice_target_disabled(session: Session, target: NoticeTarget) -> None:
    emit(
        session, kinds.NOTICE_TARGET_DISABLED, tenant_id=target.tenant_id or "", subject_kind="notice_target",
        subject_id=target.id, data={"name": target.name, "reason": target.disabled_reason},
    )  # fmt: skip
