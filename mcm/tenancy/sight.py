"""What a view lets see, as SQL conditions: the one place that says which rows are inside.

Every function gives None where the view holds everything, so that those statements stay as they were. Resources carry
their tenant; an account shows itself whole to those who see its tenant, and in part (name, provider, how fresh it is)
to those who see something that is read through it: one of its projects, or a resource that a rule gave them.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from types import UnionType
from typing import Any, TypeVar

from sqlalchemy import ARRAY, TEXT, ColumnElement, Select, and_, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from mcm import paging
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, View, limit, view, view_of
from mcm.db.types import Json
from mcm.errors import BadRequest, Forbidden, NotFound
from mcm.models import Account, ResourceRow, Scope, TenantScope
from mcm.paging import encode_cursor

_FEW = 10
_RESOURCE = ResourceRow.__table__
Found = TypeVar("Found")
Condition = ColumnElement[bool]
Columns = Mapping[str, Any] | ReadOnlyColumnCollection[str, Any]


def resources(seen: View, dialect: str, columns: Columns | None = None) -> Condition | None:
    """columns: tenant_id, account_id and project of the rows; default those of today's table."""
    if seen.everything:
        return None
    found: Any = _RESOURCE.c if columns is None else columns
    terms = [_among(found["tenant_id"], seen.tenants, dialect)] if seen.tenants else []
    projects = defaultdict(set)
    for account_id, project in seen.projects:
        projects[account_id].add(project)
    for account_id, names in sorted(projects.items()):
        terms.append(and_(found["account_id"] == account_id, _among(found["project"], names, dialect)))
    return or_(*terms) if terms else false()


def resources_of(session: Session, columns: Columns | None = None) -> list[Condition]:
    """For `where(*…)`: what the session may see of a resource table."""
    found = resources(view_of(session), session.get_bind().dialect.name, columns)
    return [] if found is None else [found]


def whole_accounts(session: Session) -> list[Condition]:
    """For `where(*…)` over accounts: those whose tenant is inside."""
    seen = view_of(session)
    return [] if seen.everything else [_among(Account.tenant_id, seen.tenants, session.get_bind().dialect.name)]


def accounts(session: Session) -> list[Condition]:
    """For `where(*…)` over accounts: those that show themselves whole or in part."""
    seen = view_of(session)
    if seen.everything:
        return []
    dialect = session.get_bind().dialect.name
    lending = select(Scope.account_id).join(TenantScope, TenantScope.scope_id == Scope.id)
    return [
        or_(
            _among(Account.tenant_id, seen.tenants, dialect),
            _among(Account.id, {account_id for account_id, _ in seen.projects}, dialect),
            Account.id.in_(lending.where(_among(TenantScope.tenant_id, seen.tenants, dialect))),
        )
    ]


def scopes(session: Session) -> list[Condition]:
    """For `where(*…)` over scopes: all those of whole accounts and of accounts with a project inside, and of others
    those that hold something the view has."""
    seen = view_of(session)
    if seen.everything:
        return []
    dialect = session.get_bind().dialect.name
    lending = select(TenantScope.scope_id).where(_among(TenantScope.tenant_id, seen.tenants, dialect))
    return [
        or_(
            Scope.account_id.in_(_ids_of_whole(seen, dialect)),
            _among(Scope.account_id, {account_id for account_id, _ in seen.projects}, dialect),
            Scope.id.in_(lending),
        )
    ]


def of_whole_accounts(session: Session, account_id: Any) -> list[Condition]:
    """For `where(*…)` over what belongs to accounts, such as runs: `account_id` names a column."""
    seen = view_of(session)
    return [] if seen.everything else [account_id.in_(_ids_of_whole(seen, session.get_bind().dialect.name))]


def holds_whole(session: Session, account: Account) -> bool:
    seen = view_of(session)
    return seen.everything or account.tenant_id in seen.tenants


def tenants_in(session: Session, seen: View, tenant_id: Any) -> list[Condition]:
    """For `where(*…)`: that a column names a tenant inside the view."""
    return [] if seen.everything else [_among(tenant_id, seen.tenants, session.get_bind().dialect.name)]


def holds_tenant(session: Session, tenant_id: str) -> bool:
    seen = view_of(session)
    return seen.everything or tenant_id in seen.tenants


def changeable(
    session: Session,
    caller: Caller,
    reading: Permission,
    find: Callable[[], Found],
    exists: Callable[[], object] | None = None,
) -> Found:
    """`find` under the session's view, which is that of a change. Raises what `find` raises for what does not exist for
    the caller, and Forbidden for what they may see (by the permission `reading`; `exists`, or else `find`, looks)."""
    try:
        return find()
    except NotFound:
        inside = view_of(session)
        if inside.everything:
            raise
        limit(session, view(caller, reading))
        try:
            # Raises again for what cannot be seen either.
            (exists or find)()
        finally:
            limit(session, inside)
    raise Forbidden(
        f"{caller.name} may see this, and not change it", next_step="ask an administrator for a role that includes it"
    )


def mark(seen: View) -> str:
    """Names a view in a cursor without telling what is in it; empty for the view of everything."""
    if seen.everything:
        return ""
    parts = [*sorted(seen.tenants), *(f"{account_id}\0{project}" for account_id, project in sorted(seen.projects))]
    return hashlib.blake2b("\1".join(parts).encode(), digest_size=9).hexdigest()


def cursor_of(session: Session, values: list[Any]) -> str:
    """Bound to the session's view."""
    marked = mark(view_of(session))
    return encode_cursor([*values, marked] if marked else values)


def after(session: Session, cursor: str | None, *types: type | UnionType) -> tuple[Any, ...] | None:
    """As `mcm.paging.after`. Raises BadRequest for a cursor of another listing or another view too."""
    marked = mark(view_of(session))
    if cursor is None or not marked:
        return paging.after(cursor, *types)
    *values, found = paging.after(cursor, *types, str) or ()
    if found != marked:
        raise BadRequest("the cursor was given out to somebody with other rights", next_step="start without one")
    return tuple(values)


def _ids_of_whole(seen: View, dialect: str) -> Select[str]:
    return select(Account.id).where(_among(Account.tenant_id, seen.tenants, dialect))


def _among(column: Any, values: Collection[str], dialect: str) -> Condition:
    """`column IN values` as one bound parameter once there are many."""
    chosen = sorted(values)
    if not chosen:
        return false()
    if len(chosen) <= _FEW:
        found: Condition = column.in_(chosen)
        return found
    if dialect == "sqlite":
        each = func.json_each(literal(chosen, Json())).table_valued("value")
        within: Condition = column.in_(select(each.c.value))
        return within
    array: Condition = column == func.any(cast(chosen, ARRAY(TEXT())))
    return array
