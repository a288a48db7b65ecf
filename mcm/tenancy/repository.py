"""All SQL of the tree of tenants. What a session sees of it is `sight`'s to say."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, aliased

from mcm.auth.service import DEFAULT_TENANT
from mcm.models import (
    Account,
    Budget,
    Estimate,
    NoticeTarget,
    Placement,
    Principal,
    QuotaReservation,
    ResourceRow,
    ResourceTag,
    RoleBinding,
    Tenant,
    TenantRule,
    WorkloadRow,
)
from mcm.tenancy import sight

MAX_DEPTH = 8
# What holds room, or is being made.
_DECIDED = ("reserved", "awaiting_approval", "binding")


def everyone(session: Session) -> Sequence[Tenant]:
    """All tenants, whatever the session sees."""
    return session.scalars(select(Tenant).execution_options(populate_existing=True)).all()


def visible(session: Session) -> Sequence[Tenant]:
    return [tenant for tenant in everyone(session) if sight.holds_tenant(session, tenant.id)]


def find(session: Session, tenant_id: str) -> Tenant | None:
    return session.get(Tenant, tenant_id, populate_existing=True)


def below(session: Session, tenant_ids: Collection[str]) -> frozenset[str]:
    """These tenants and all below them, by id; what is not there is left out."""
    tree = select(Tenant.id).where(Tenant.id.in_(tenant_ids)).cte("below", recursive=True)
    child = aliased(Tenant)
    tree = tree.union(select(child.id).where(child.parent_id == tree.c.id))
    return frozenset(session.scalars(select(tree.c.id)))


def chain(session: Session, tenant_id: str) -> list[str]:
    """The tenant and all above it, from the top down."""
    found: list[str] = []
    current: str | None = tenant_id
    while current is not None and current not in found:
        found.append(current)
        current = session.scalar(select(Tenant.parent_id).where(Tenant.id == current))
    return found[::-1]


def sibling(session: Session, parent_id: str | None, name: str) -> Tenant | None:
    here = Tenant.parent_id.is_(None) if parent_id is None else Tenant.parent_id == parent_id
    return session.scalar(select(Tenant).where(here, Tenant.name == name))


def holds(session: Session, tenant_id: str) -> dict[str, int]:
    """What keeps the tenant from being removed, by name; only what there is. Tombstones do not: they go in time."""
    open_ones = QuotaReservation.status.in_(("reserved", "committed"))
    counted = {
        "tenants below it": select(func.count()).where(Tenant.parent_id == tenant_id),
        "accounts": select(func.count()).where(Account.tenant_id == tenant_id),
        "resources": select(func.count()).where(ResourceRow.tenant_id == tenant_id, ResourceRow.presence != "gone"),
        "users": select(func.count()).where(Principal.tenant_id == tenant_id, Principal.kind != "removed"),
        "role bindings": select(func.count()).where(RoleBinding.tenant_id == tenant_id),
        "rules": select(func.count()).where(TenantRule.tenant_id == tenant_id),
        "budgets": select(func.count()).where(Budget.tenant_id == tenant_id),
        "notice targets": select(func.count()).where(NoticeTarget.tenant_id == tenant_id),
        "placements": select(func.count()).where(Placement.tenant_id == tenant_id, Placement.status.in_(_DECIDED)),
        "workloads": select(func.count()).where(WorkloadRow.tenant_id == tenant_id),
        "estimates": select(func.count()).where(Estimate.tenant_id == tenant_id),
        "reservations": select(func.count()).where(QuotaReservation.tenant_id == tenant_id, open_ones),
    }
    numbers = {name: int(session.scalar(query) or 0) for name, query in counted.items()}
    return {name: number for name, number in numbers.items() if number}


def forget(session: Session, tenant: Tenant) -> None:
    """Deletes a tenant that holds nothing. Users who are only a name in the audit trail go to the first tenant."""
    session.execute(update(Principal).where(Principal.tenant_id == tenant.id).values(tenant_id=DEFAULT_TENANT))
    session.execute(delete(QuotaReservation).where(QuotaReservation.tenant_id == tenant.id))
    session.delete(tenant)
    session.flush()


def account_named(session: Session, name_or_id: str) -> Account | None:
    return session.get(Account, name_or_id) or session.scalar(select(Account).where(Account.name == name_or_id))


def account_names(session: Session) -> dict[str, str]:
    """Name by id, of those that the session sees whole or in part."""
    return {row[0]: row[1] for row in session.execute(select(Account.id, Account.name).where(*sight.accounts(session)))}


def tag_keys(session: Session) -> list[str]:
    return list(session.scalars(select(ResourceTag.key).distinct().order_by(ResourceTag.key).limit(5000)))


def projects(session: Session) -> set[tuple[str, str]]:
    """(account id, project) of living resources."""
    pairs = select(ResourceRow.account_id, ResourceRow.project).where(
        ResourceRow.presence != "gone", ResourceRow.project.is_not(None)
    )
    return {(row[0], row[1] or "") for row in session.execute(pairs.distinct())}
