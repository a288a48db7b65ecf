"""What belongs to one resource: its native document, its history, what it is related to."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mcm.errors import BadRequest
from mcm.inventory import estate_repository, history, repository
from mcm.inventory.asof import parse_as_of
from mcm.inventory.estate import Estate
from mcm.inventory.query import AnyRow
from mcm.inventory.schemas import NativeDocument, RelatedResource, RelationItem, VersionItem
from mcm.inventory.service import found
from mcm.paging import Page
from mcm.tenancy import sight

_DIRECTIONS = ("outgoing", "incoming")


def native_document(session: Session, resource_id: str, as_of: str | None) -> NativeDocument:
    """The newest document, or the one that was current at a past instant."""
    resource = found(session, resource_id)._mapping
    at = parse_as_of(as_of)
    if at is None or resource["valid_from"] <= at:
        kept = repository.native(session, resource_id)
    else:
        kept = repository.native_at(session, resource_id, at)
    if kept is None or kept[1] is None:
        note = "no document is kept of that instant" if at else "the cloud gave no document, or none was kept"
        return NativeDocument(id=resource_id, at=kept[0] if kept else None, document=None, note=note)
    return NativeDocument(id=resource_id, at=kept[0], document=kept[1])


def versions(session: Session, resource_id: str, limit: int, cursor: str | None) -> Page[VersionItem]:
    """Newest first. Each is compared with the next older one that is kept."""
    found(session, resource_id)
    estate = estate_repository.load(session)
    rows: list[tuple[AnyRow, datetime | None]] = []
    before = None
    if cursor is None:
        current = repository.current_version(session, resource_id)
        if current is not None:
            rows.append((current, None))
    else:
        (before,) = sight.after(session, cursor, datetime | None) or (None,)
    older = repository.versions(session, resource_id, before, limit + 1)
    rows += [(row, row.valid_to) for row in older]
    shown = [
        _version(row, valid_to, rows[place + 1][0] if place + 1 < len(rows) else None, estate)
        for place, (row, valid_to) in enumerate(rows[:limit])
    ]
    following = None
    if len(rows) > limit:
        last = rows[limit - 1][1]
        following = sight.cursor_of(session, [last])
    return Page(items=shown, next_cursor=following)


def relations(
    session: Session,
    resource_id: str,
    *,
    direction: str | None,
    type_: str | None,
    kind: str | None,
    limit: int,
    cursor: str | None,
) -> Page[RelationItem]:
    """Outgoing ones first; within a direction by type, then by the other's id."""
    found(session, resource_id)
    start, after = _place(session, cursor)
    estate = estate_repository.load(session)
    made: list[tuple[str, AnyRow]] = []
    for name, read in (("outgoing", repository.outgoing), ("incoming", repository.incoming)):
        if direction not in (None, name) or _DIRECTIONS.index(name) < _DIRECTIONS.index(start):
            continue
        behind = after if name == start else None
        room = limit + 1 - len(made)
        if room > 0:
            rows = read(session, resource_id, after=behind, type_=type_, kind=kind, limit=room)
            made += [(name, row) for row in rows]
    following = None
    if len(made) > limit:
        name, last = made[limit - 1]
        following = sight.cursor_of(session, [name, last.type, last.other])
    items = [RelationItem(direction=name, type=row.type, resource=_related(row, estate)) for name, row in made[:limit]]
    return Page(items=items, next_cursor=following)


def _place(session: Session, cursor: str | None) -> tuple[str, tuple[str, str] | None]:
    after = sight.after(session, cursor, str, str, str)
    if after is None:
        return "outgoing", None
    name, type_, other = after
    if name not in _DIRECTIONS:
        raise BadRequest("the cursor is not one that this listing gave out", next_step="start without one")
    return name, (type_, other)


def _version(row: AnyRow, valid_to: datetime | None, older: AnyRow | None, estate: Estate) -> VersionItem:
    mine: Any = row._mapping
    theirs: Any = older._mapping if older is not None else None
    return VersionItem(
        valid_from=row.valid_from,
        valid_to=valid_to,
        first=older is None,
        state=row.state,
        native_state=row.native_state,
        presence=row.presence,
        changes=[] if older is None else history.changes(theirs, mine, estate),
    )


def _related(row: AnyRow, estate: Estate) -> RelatedResource:
    if row.id is None:
        return RelatedResource(
            id=row.other, kind=row.other_kind, native_id=row.other_native_id, known=False, note="not known here"
        )
    return RelatedResource(
        id=row.id,
        kind=row.kind,
        native_id=row.native_id,
        known=True,
        name=row.name,
        state=row.state,
        presence=estate.presence(row.presence, row.scope_id),
        account=estate.account_name(row.account_id),
        region=row.region,
    )
