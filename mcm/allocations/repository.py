"""SQL of allocation rules, budgets and alerts, and of the names that rules and reports need."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.models import Account, AllocationRule, Budget, BudgetAlert, Tenant
from mcm.tenancy import sight


def rules(session: Session) -> Sequence[AllocationRule]:
    """All, whatever the session sees, the first that applies first."""
    return session.scalars(select(AllocationRule).order_by(AllocationRule.position, AllocationRule.name)).all()


def rule(session: Session, name: str) -> AllocationRule | None:
    return session.get(AllocationRule, name)


def tenants(session: Session) -> Mapping[str, Tenant]:
    """All by id, whatever the session sees: cost is shared among everybody before anything is shown."""
    return {row.id: row for row in session.scalars(select(Tenant))}


def accounts(session: Session) -> Mapping[str, Account]:
    return {row.id: row for row in session.scalars(select(Account))}


def account_names(session: Session) -> Mapping[str, str]:
    """Of those that the session sees whole or in part."""
    return {row[0]: row[1] for row in session.execute(select(Account.id, Account.name).where(*sight.accounts(session)))}


def budgets(session: Session, after: str | None, limit: int) -> Sequence[Budget]:
    """Those the session sees, by name."""
    query = select(Budget).where(*_seen(session))
    if after is not None:
        query = query.where(Budget.name > after)
    return session.scalars(query.order_by(Budget.name).limit(limit)).all()


def budget(session: Session, name: str) -> Budget | None:
    return session.scalar(select(Budget).where(Budget.name == name, *_seen(session)))


def budget_anywhere(session: Session, name: str) -> Budget | None:
    return session.scalar(select(Budget).where(Budget.name == name))


def watched(session: Session) -> Sequence[str]:
    return session.scalars(select(Budget.id).where(Budget.enabled.is_(True)).order_by(Budget.id)).all()


def taken(session: Session, budget_id: str) -> Budget | None:
    """Locked: two processes may look at the same budget, and one of them tells."""
    return session.scalar(
        select(Budget)
        .where(Budget.id == budget_id, Budget.enabled.is_(True))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def alerts(session: Session, budget_ids: Collection[str], month: str | None = None) -> Sequence[BudgetAlert]:
    """Newest month first, then by kind and percent."""
    query = select(BudgetAlert).where(BudgetAlert.budget_id.in_(budget_ids))
    if month is not None:
        query = query.where(BudgetAlert.month == month)
    return session.scalars(
        query.order_by(BudgetAlert.month.desc(), BudgetAlert.kind, BudgetAlert.percent).limit(1000)
    ).all()


def forget_budget(session: Session, row: Budget) -> None:
    session.execute(delete(BudgetAlert).where(BudgetAlert.budget_id == row.id))
    session.delete(row)
    session.flush()


def _seen(session: Session) -> list[sight.Condition]:
    return sight.tenants_in(session, view_of(session), Budget.tenant_id)
