"""The rules of the tree of tenants. Never commits.

Whoever changes it takes it over first, so that no merge, reservation or other change relies on what it was.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import DEFAULT_TENANT, Caller, view_of
from mcm.errors import Conflict, Forbidden, InvalidInput, PreconditionFailed
from mcm.filters.errors import closest
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Tenant
from mcm.tenancy import repository, sight
from mcm.tenancy.errors import TenantExists, TenantNotEmpty, TenantNotFound
from mcm.tenancy.locks import take_over
from mcm.tenancy.repository import MAX_DEPTH
from mcm.tenancy.schemas import TenantCreate, TenantItem, TenantUpdate

below = repository.below


def paths(tenants: Mapping[str, Tenant]) -> dict[str, str]:
    """The names from the top of what is given down to each tenant, with slashes between, by id."""
    found: dict[str, str] = {}
    for ident in tenants:
        names: list[str] = []
        current = tenants.get(ident)
        while current is not None and len(names) <= MAX_DEPTH:
            names.append(current.name)
            current = tenants.get(current.parent_id or "")
        found[ident] = "/".join(names[::-1])
    return found


def known(session: Session) -> dict[str, Tenant]:
    """What the session sees, by id."""
    return {tenant.id: tenant for tenant in repository.visible(session)}


def items(session: Session) -> list[TenantItem]:
    """In the order of their paths, parents before their children."""
    tenants = known(session)
    shown = paths(tenants)
    return [
        _item(tenants[ident], tenants, shown[ident]) for ident in sorted(shown, key=lambda one: shown[one].split("/"))
    ]


def item(session: Session, tenant: Tenant) -> TenantItem:
    tenants = known(session)
    return _item(tenant, tenants, paths(tenants).get(tenant.id, tenant.name))


def get(session: Session, reference: str) -> Tenant:
    """By id, by path, or by a name that only one has. Raises TenantNotFound, InvalidInput."""
    tenants = known(session)
    if reference in tenants:
        return tenants[reference]
    shown = paths(tenants)
    matching = [tenants[ident] for ident, path in shown.items() if path == reference]
    matching = matching or [tenant for tenant in tenants.values() if tenant.name == reference]
    if len(matching) > 1:
        which = ", ".join(sorted(f"{shown[one.id]} ({one.id})" for one in matching))
        raise InvalidInput(f"several tenants are called '{reference}': {which}", next_step="name it by its path or id")
    if not matching:
        near = closest(reference, {*shown.values(), *(tenant.name for tenant in tenants.values())})
        raise TenantNotFound(
            f"there is no tenant '{reference}'",
            next_step=f"did you mean '{near}'?" if near else "`mcm tenant list` shows those there are",
        )
    return matching[0]


def to_change(session: Session, caller: Caller, reference: str) -> Tenant:
    return sight.changeable(session, caller, Permission.TENANT_READ, lambda: get(session, reference))


def home(session: Session, caller: Caller, reference: str | None) -> str:
    """The tenant's id for something new: the named one, else the caller's own. Raises Forbidden, TenantNotFound."""
    if reference is not None:
        return to_change(session, caller, reference).id
    if not sight.holds_tenant(session, caller.tenant_id):
        raise Forbidden(
            f"{caller.name} may not put anything into their own tenant", next_step="name the tenant it is for"
        )
    return caller.tenant_id


def create(session: Session, caller: Caller, wanted: TenantCreate) -> Tenant:
    take_over(session)
    parent = None if wanted.parent is None else to_change(session, caller, wanted.parent)
    _require_top(session, caller, parent)
    _require_free(session, parent, wanted.name)
    if parent is not None and len(repository.chain(session, parent.id)) >= MAX_DEPTH:
        raise InvalidInput(f"tenants are at most {MAX_DEPTH} deep")
    tenant = Tenant(
        id=new_id("ten"),
        name=wanted.name,
        kind=wanted.kind,
        parent_id=parent.id if parent else None,
        version=1,
        created_at=clock.now(),
    )
    session.add(tenant)
    session.flush()
    audit.record(session, caller, "tenant.create", "tenant", tenant.id, details=_told(tenant))
    return tenant


def update(session: Session, caller: Caller, reference: str, wanted: TenantUpdate, if_match: str | None) -> Tenant:
    take_over(session)
    tenant = to_change(session, caller, reference)
    require_version(tenant, if_match)
    if wanted.name is not None and wanted.name != tenant.name:
        _require_free(
            session, None if tenant.parent_id is None else repository.find(session, tenant.parent_id), wanted.name
        )
        tenant.name = wanted.name
    if "kind" in wanted.model_fields_set:
        tenant.kind = wanted.kind
    return _changed(session, caller, tenant, "tenant.update")


def move(session: Session, caller: Caller, reference: str, parent: str | None, if_match: str | None) -> Tenant:
    """With all below it. What everybody may see follows at once."""
    take_over(session)
    tenant = to_change(session, caller, reference)
    require_version(tenant, if_match)
    target = None if parent is None else to_change(session, caller, parent)
    _require_top(session, caller, target)
    _require_around(session, caller, tenant)
    if (target.id if target else None) == tenant.parent_id:
        return tenant
    family = repository.below(session, [tenant.id])
    if target is not None and target.id in family:
        raise InvalidInput(f"'{target.name}' is '{tenant.name}' or below it: a tenant cannot be below itself")
    over = len(repository.chain(session, target.id)) if target else 0
    if over + _height(session, tenant.id, family) > MAX_DEPTH:
        raise InvalidInput(f"tenants are at most {MAX_DEPTH} deep")
    _require_free(session, target, tenant.name)
    tenant.parent_id = target.id if target else None
    return _changed(session, caller, tenant, "tenant.move")


def remove(session: Session, caller: Caller, reference: str, if_match: str | None) -> dict[str, int]:
    """Only when nothing is in it. Returns what is: nothing."""
    take_over(session)
    tenant = to_change(session, caller, reference)
    require_version(tenant, if_match)
    _require_around(session, caller, tenant)
    held = repository.holds(session, tenant.id)
    if held:
        listed = ", ".join(f"{number} {name}" for name, number in held.items())
        raise TenantNotEmpty(
            f"tenant '{tenant.name}' still holds {listed}",
            next_step="move or remove these first",
            details={"holds": held},
        )
    if tenant.id == DEFAULT_TENANT:
        raise Conflict("the first tenant stays: it is where this installation itself is at home")
    audit.record(session, caller, "tenant.remove", "tenant", tenant.id, details=_told(tenant))
    repository.forget(session, tenant)
    return held


def etag(tenant: Tenant) -> str:
    return f'"{tenant.version}"'


def require_version(tenant: Tenant, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(tenant)):
        raise PreconditionFailed(
            f"the tenant was changed in the meantime (it is at version {tenant.version})",
            next_step="read it again and repeat the change",
        )


def _changed(session: Session, caller: Caller, tenant: Tenant, action: str) -> Tenant:
    tenant.version += 1
    session.flush()
    audit.record(session, caller, action, "tenant", tenant.id, details=_told(tenant))
    return tenant


def _require_top(session: Session, caller: Caller, parent: Tenant | None) -> None:
    if parent is None and not view_of(session).everything:
        raise Forbidden(f"{caller.name} may put no tenant at the top", next_step="name the tenant it shall be below")


def _require_around(session: Session, caller: Caller, tenant: Tenant) -> None:
    """Taking a tenant away changes the one it is in."""
    if tenant.parent_id is None or not sight.holds_tenant(session, tenant.parent_id):
        _require_top(session, caller, None)


def _require_free(session: Session, parent: Tenant | None, name: str) -> None:
    if repository.sibling(session, parent.id if parent else None, name) is not None:
        where = f"below '{parent.name}'" if parent else "at the top"
        raise TenantExists(f"there is already a tenant '{name}' {where}", next_step="choose another name")


def _height(session: Session, tenant_id: str, family: frozenset[str]) -> int:
    above = {one.id: one.parent_id for one in repository.everyone(session) if one.id in family}

    def depth(ident: str) -> int:
        number = 1
        while ident != tenant_id:
            ident, number = above[ident] or tenant_id, number + 1
        return number

    return max(depth(ident) for ident in above)


def _item(tenant: Tenant, tenants: Mapping[str, Tenant], path: str) -> TenantItem:
    columns = {name: getattr(tenant, name) for name in ("id", "name", "kind", "version", "created_at")}
    parent = tenant.parent_id if tenant.parent_id in tenants else None
    return TenantItem.model_validate(columns | {"parent_id": parent, "path": path})


def _told(tenant: Tenant) -> dict[str, object]:
    return {"name": tenant.name, "kind": tenant.kind, "parent": tenant.parent_id, "version": tenant.version}
