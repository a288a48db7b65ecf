"""What a principal holds, with tenants expanded to all below them; and whether there is any user at all."""

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, Grant, View
from mcm.models import Principal, RoleBinding, Tenant

_ROLES = frozenset(role.value for role in Role)


def load(session: Session, principal_id: str) -> tuple[Grant, ...]:
    rows = session.execute(
        select(RoleBinding.role, RoleBinding.tenant_id, RoleBinding.account_id, RoleBinding.project)
        .where(RoleBinding.principal_id == principal_id)
        .order_by(RoleBinding.role, RoleBinding.held_in)
    ).all()
    below = expanded(session, {tenant for _, tenant, _, _ in rows if tenant is not None})
    return tuple(
        Grant(Role(role), _where(below, tenant, account, project))
        for role, tenant, account, project in rows
        # A role of a newer mcm gives nothing here.
        if role in _ROLES
    )


def expanded(session: Session, tenants: Iterable[str]) -> dict[str, frozenset[str]]:
    """Each tenant → itself and all below it. A circle, which no rule allows, ends where it began."""
    wanted = set(tenants)
    if not wanted:
        return {}
    start = select(Tenant.id.label("root"), Tenant.id.label("id")).where(Tenant.id.in_(wanted))
    walk = start.cte("below", recursive=True)
    # UNION, not UNION ALL: what was found before is not walked again.
    walk = walk.union(select(walk.c.root, Tenant.id).join(walk, Tenant.parent_id == walk.c.id))
    found: dict[str, set[str]] = {tenant: set() for tenant in wanted}
    for root, tenant in session.execute(select(walk.c.root, walk.c.id)):
        found[root].add(tenant)
    return {root: frozenset(ids) for root, ids in found.items()}


def _where(below: dict[str, frozenset[str]], tenant: str | None, account: str | None, project: str | None) -> View:
    if tenant is not None:
        return View(tenants=below[tenant])
    if account is not None:
        return View(projects=frozenset({(account, project or "")}))
    return EVERYTHING


def any_user(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Principal.kind == "user"))))
