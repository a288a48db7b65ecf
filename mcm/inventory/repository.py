"""SQL of single resources: rows, documents, versions, relations, sightings. Lists have theirs in `listing.py`.

`find` asks the session's view; documents, versions and sightings are read of what it found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from mcm.inventory.query import ITEM_COLUMNS, AnyRow
from mcm.models import RelationRow, ResourceNative, ResourceRow, ResourceVersion, Scope, Sighting
from mcm.tenancy import sight

_RESOURCE = ResourceRow.__table__
_VERSION = ResourceVersion.__table__
_RELATION = RelationRow.__table__
_COMPARED = (
    *("name", "region", "zone", "project", "project_name", "state", "native_state", "task_state", "presence"),
    *("missing_since", "gone_at", "tags", "attributes", "relations", "locator", "created_at", "native_kind"),
    *("account_id", "valid_from"),
)
_RELATED = ("id", "kind", "native_id", "name", "state", "presence", "account_id", "scope_id", "region")


def find(session: Session, resource_id: str) -> AnyRow | None:
    columns = [_RESOURCE.c[name] for name in (*ITEM_COLUMNS, "native_scope")]
    query = select(*dict.fromkeys(columns)).where(_RESOURCE.c.id == resource_id, *sight.resources_of(session))
    return session.execute(query).one_or_none()


def native(session: Session, resource_id: str) -> AnyRow | None:
    return session.execute(
        select(ResourceNative.at, ResourceNative.document).where(ResourceNative.resource_id == resource_id)
    ).one_or_none()


def native_at(session: Session, resource_id: str, at: datetime) -> AnyRow | None:
    """(since when it held, document) of the superseded row that held then."""
    return session.execute(
        select(_VERSION.c.valid_from, _VERSION.c.native).where(
            _VERSION.c.resource_id == resource_id, _VERSION.c.valid_from <= at, _VERSION.c.valid_to > at
        )
    ).first()


def current_version(session: Session, resource_id: str) -> AnyRow | None:
    return session.execute(
        select(*(_RESOURCE.c[name] for name in _COMPARED)).where(_RESOURCE.c.id == resource_id)
    ).one_or_none()


def versions(session: Session, resource_id: str, before: datetime | None, limit: int) -> Sequence[AnyRow]:
    """Superseded rows, newest first; `before`: only those that ended earlier."""
    query = (
        select(*(_VERSION.c[name] for name in _COMPARED), _VERSION.c.valid_to)
        .where(_VERSION.c.resource_id == resource_id)
        .order_by(_VERSION.c.valid_to.desc())
        .limit(limit)
    )
    return session.execute(query if before is None else query.where(_VERSION.c.valid_to < before)).all()


def sightings(session: Session, resource_id: str) -> Sequence[AnyRow]:
    return session.execute(
        select(Sighting.scope_id, Sighting.account_id, Sighting.missing_since, Sighting.held, Scope.region, Scope.kind)
        .join(Scope, Scope.id == Sighting.scope_id)
        .where(Sighting.resource_id == resource_id)
        .order_by(Sighting.account_id, Sighting.scope_id)
    ).all()


def relation_counts(session: Session, resource_id: str) -> list[tuple[str, str, str, int]]:
    """(direction, type, kind of the other, number); what is gone, or outside the view, does not count as a source."""
    out = session.execute(
        select(_RELATION.c.type, _RELATION.c.target_kind, func.count())
        .where(_RELATION.c.source_id == resource_id)
        .group_by(_RELATION.c.type, _RELATION.c.target_kind)
        .order_by(_RELATION.c.type, _RELATION.c.target_kind)
    )
    into = session.execute(
        select(_RELATION.c.type, _RESOURCE.c.kind, func.count())
        .join(_RESOURCE, _RESOURCE.c.id == _RELATION.c.source_id)
        .where(_RELATION.c.target_id == resource_id, _RESOURCE.c.presence != "gone", *sight.resources_of(session))
        .group_by(_RELATION.c.type, _RESOURCE.c.kind)
        .order_by(_RELATION.c.type, _RESOURCE.c.kind)
    )
    return [("outgoing", *row) for row in out] + [("incoming", *row) for row in into]


def outgoing(
    session: Session,
    resource_id: str,
    *,
    after: tuple[str, str] | None,
    type_: str | None,
    kind: str | None,
    limit: int,
) -> Sequence[AnyRow]:
    """Ordered by type and target; the columns of the target are null where mcm does not know it, or may not tell."""
    query = (
        select(
            _RELATION.c.type,
            _RELATION.c.target_id.label("other"),
            _RELATION.c.target_kind.label("other_kind"),
            _RELATION.c.target_native_id.label("other_native_id"),
            *(_RESOURCE.c[name] for name in _RELATED),
        )
        .outerjoin(_RESOURCE, and_(_RESOURCE.c.id == _RELATION.c.target_id, *sight.resources_of(session)))
        .where(_RELATION.c.source_id == resource_id)
        .order_by(_RELATION.c.type, _RELATION.c.target_id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(_RELATION.c.target_kind == kind)
    return _narrowed(session, query, _RELATION.c.target_id, after, type_)


def incoming(
    session: Session,
    resource_id: str,
    *,
    after: tuple[str, str] | None,
    type_: str | None,
    kind: str | None,
    limit: int,
) -> Sequence[AnyRow]:
    query = (
        select(
            _RELATION.c.type,
            _RELATION.c.source_id.label("other"),
            _RESOURCE.c.kind.label("other_kind"),
            _RESOURCE.c.native_id.label("other_native_id"),
            *(_RESOURCE.c[name] for name in _RELATED),
        )
        .join(_RESOURCE, _RESOURCE.c.id == _RELATION.c.source_id)
        .where(_RELATION.c.target_id == resource_id, _RESOURCE.c.presence != "gone", *sight.resources_of(session))
        .order_by(_RELATION.c.type, _RELATION.c.source_id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(_RESOURCE.c.kind == kind)
    return _narrowed(session, query, _RELATION.c.source_id, after, type_)


def _narrowed(
    session: Session, query: Any, other: Any, after: tuple[str, str] | None, type_: str | None
) -> Sequence[AnyRow]:
    if type_ is not None:
        query = query.where(_RELATION.c.type == type_)
    if after is not None:
        query = query.where(or_(_RELATION.c.type > after[0], and_(_RELATION.c.type == after[0], other > after[1])))
    found: Sequence[AnyRow] = session.execute(query).all()
    return found


def set_own_fields(session: Session, resource_id: str, version: int, values: dict[str, Any]) -> bool:
    """False when the row is no longer at that version."""
    result = session.execute(
        update(ResourceRow)
        .where(ResourceRow.id == resource_id, ResourceRow.version == version)
        .values(**values, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]
