"""The rules of saved views: everybody has their own; sharing needs a permission where it is shared. Never commits."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, View, view
from mcm.errors import Forbidden, PreconditionFailed
from mcm.filters import parse
from mcm.inventory.ordering import parse_order
from mcm.inventory.presentation import parse_columns
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import SavedView
from mcm.paging import Page
from mcm.tenancy import service as tenants
from mcm.tenancy import sight
from mcm.views import repository
from mcm.views.errors import InvalidView, TooManyViews, ViewExists, ViewNotFound
from mcm.views.schemas import Shared, ViewItem, ViewPage, ViewQuery, ViewWrite

MOST = 200
# Whoever may not read what a page shows has no use for what others have saved of it.
_READING: dict[ViewPage, Permission] = {"inventory": Permission.RESOURCE_READ}


def page(
    session: Session, caller: Caller, *, of: str | None, name: str | None, limit: int, cursor: str | None
) -> Page[ViewItem]:
    after = sight.after(session, cursor, str, str)
    rows = repository.listed(
        session, caller.principal_id, _reading(caller), page=of, name=name, after=after, limit=limit + 1
    )
    shown, following = rows[:limit], None
    if len(rows) > limit:
        following = sight.cursor_of(session, [shown[-1].name, shown[-1].id])
    return Page(items=items(session, caller, shown), next_cursor=following)


def get(session: Session, caller: Caller, view_id: str) -> SavedView:
    """One's own, or one that is shared with the caller. Raises ViewNotFound."""
    found = None if "\0" in view_id else repository.find(session, caller.principal_id, _reading(caller), view_id)
    if found is None:
        raise ViewNotFound("there is no saved view with this id", next_step="`mcm view list` shows those there are")
    return found


def create(session: Session, caller: Caller, wanted: ViewWrite) -> SavedView:
    _check(wanted.query)
    if repository.number(session, caller.principal_id) >= MOST:
        raise TooManyViews(f"{caller.name} has {MOST} saved views", next_step="delete one that is not needed any more")
    now = clock.now()
    row = SavedView(id=new_id("viw"), principal_id=caller.principal_id, version=0, created_at=now)
    _write(session, caller, row, wanted)
    session.add(row)
    return _changed(session, caller, row, "view.create")


def replace(session: Session, caller: Caller, view_id: str, wanted: ViewWrite, if_match: str | None) -> SavedView:
    """Only by its owner. What is shared changes for others too, and so needs the permission again."""
    row = get(session, caller, view_id)
    if row.principal_id != caller.principal_id:
        raise Forbidden(
            f"the saved view '{row.name}' is somebody else's", next_step="save one of your own with the same contents"
        )
    _require_version(row, if_match)
    _check(wanted.query)
    _write(session, caller, row, wanted)
    return _changed(session, caller, row, "view.update")


def remove(session: Session, caller: Caller, view_id: str, if_match: str | None) -> SavedView:
    """By its owner, and by whoever may share where it is shared: their list shows it too."""
    row = get(session, caller, view_id)
    if not _may_remove(caller, row):
        raise Forbidden(f"the saved view '{row.name}' is somebody else's", next_step="ask its owner to delete it")
    _require_version(row, if_match)
    audit.record(session, caller, "view.remove", "view", row.id, details=_told(row))
    session.delete(row)
    session.flush()
    return row


def items(session: Session, caller: Caller, rows: Sequence[SavedView]) -> list[ViewItem]:
    owners = repository.owners(session, rows)
    return [
        ViewItem(
            id=row.id, name=row.name, page=row.page, query=ViewQuery.model_validate(row.query),
            shared=_shared(row), tenant_id=row.tenant_id, owner=owners.get(row.principal_id, row.principal_id),
            mine=row.principal_id == caller.principal_id, may_remove=_may_remove(caller, row),
            version=row.version, created_at=row.created_at, changed_at=row.changed_at,
        )
        for row in rows
    ]  # fmt: skip


def etag(row: SavedView) -> str:
    return f'"{row.version}"'


def _write(session: Session, caller: Caller, row: SavedView, wanted: ViewWrite) -> None:
    if wanted.tenant is not None and wanted.shared != "tenant":
        raise InvalidView("a tenant is named, and the view is not shared with one", next_step="shared: tenant")
    there = repository.named(session, caller.principal_id, wanted.page, wanted.name)
    if there is not None and there.id != row.id:
        raise ViewExists(
            f"you already have a saved view '{wanted.name}'", next_step="replace it, or choose another name"
        )
    tenant_id = None
    if wanted.shared == "tenant":
        tenant_id = caller.tenant_id if wanted.tenant is None else tenants.get(session, wanted.tenant).id
    _require_sharing(caller, wanted.shared, tenant_id)
    row.name, row.page, row.shared, row.tenant_id = wanted.name, wanted.page, wanted.shared, tenant_id
    row.query = wanted.query.model_dump(exclude_none=True)


def _require_sharing(caller: Caller, shared: str, tenant_id: str | None) -> None:
    if shared != "private" and not _may_share(caller, shared, tenant_id):
        where = "with everyone" if shared == "everyone" else "with this tenant"
        raise Forbidden(
            f"{caller.name} may not share views {where}",
            next_step="keep it private, or ask an administrator for a role that includes view.share there",
        )


def _may_share(caller: Caller, shared: str, tenant_id: str | None) -> bool:
    where = view(caller, Permission.VIEW_SHARE)
    return where.everything or (shared == "tenant" and tenant_id in where.tenants)


def _may_remove(caller: Caller, row: SavedView) -> bool:
    return row.principal_id == caller.principal_id or _may_share(caller, row.shared, row.tenant_id)


def _check(query: ViewQuery) -> None:
    """Raises FilterError, InvalidOrder, InvalidColumn: what is kept must work."""
    parse(query.filter or "", None)
    parse_order(query.order_by)
    parse_columns(query.columns)
    if query.search is not None and not query.search.isprintable():
        raise InvalidView("the search holds control characters", next_step="leave them out")


def _reading(caller: Caller) -> dict[str, View]:
    return {name: view(caller, permission) for name, permission in _READING.items()}


def _shared(row: SavedView) -> Shared:
    if row.shared == "everyone":
        return "everyone"
    return "tenant" if row.shared == "tenant" and row.tenant_id is not None else "private"


def _require_version(row: SavedView, if_match: str | None) -> None:
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise PreconditionFailed(
            f"the saved view was changed in the meantime (it is at version {row.version})",
            next_step="read it again and repeat the change",
        )


def _changed(session: Session, caller: Caller, row: SavedView, action: str) -> SavedView:
    row.version, row.changed_at = row.version + 1, clock.now()
    session.flush()
    audit.record(session, caller, action, "view", row.id, details=_told(row))
    return row


def _told(row: SavedView) -> dict[str, object]:
    return {
        "name": row.name, "page": row.page, "shared": row.shared, "tenant": row.tenant_id, "query": row.query,
        "version": row.version,
    }  # fmt: skip
