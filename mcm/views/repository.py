"""SQL of saved views: one's own, and those of others that are shared with somebody."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from mcm.auth.service import View
from mcm.models import Principal, SavedView
from mcm.tenancy import sight


def _seen(session: Session, principal_id: str, reading: Mapping[str, View]) -> ColumnElement[bool]:
    """reading: by page, where its contents may be read; what is shared there is seen there."""
    own = SavedView.principal_id == principal_id
    shared = [
        and_(
            SavedView.page == page,
            or_(
                SavedView.shared == "everyone",
                and_(
                    SavedView.shared == "tenant",
                    SavedView.tenant_id.is_not(None),
                    *sight.tenants_in(session, seen, SavedView.tenant_id),
                ),
            ),
        )
        for page, seen in reading.items()
        if not seen.nothing
    ]
    return or_(own, *shared)


def listed(
    session: Session,
    principal_id: str,
    reading: Mapping[str, View],
    *,
    page: str | None,
    name: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[SavedView]:
    """By name, then by id."""
    query = select(SavedView).where(_seen(session, principal_id, reading))
    if page is not None:
        query = query.where(SavedView.page == page)
    if name is not None:
        query = query.where(SavedView.name == name)
    if after is not None:
        query = query.where(tuple_(SavedView.name, SavedView.id) > after)
    return session.scalars(query.order_by(SavedView.name, SavedView.id).limit(limit)).all()


def find(session: Session, principal_id: str, reading: Mapping[str, View], view_id: str) -> SavedView | None:
    query = select(SavedView).where(SavedView.id == view_id, _seen(session, principal_id, reading))
    return session.scalar(query)


def named(session: Session, principal_id: str, page: str, name: str) -> SavedView | None:
    return session.scalar(
        select(SavedView).where(SavedView.principal_id == principal_id, SavedView.page == page, SavedView.name == name)
    )


def number(session: Session, principal_id: str) -> int:
    return session.scalar(select(func.count()).where(SavedView.principal_id == principal_id)) or 0


def owners(session: Session, rows: Sequence[SavedView]) -> dict[str, str]:
    ids = {row.principal_id for row in rows}
    found = session.execute(select(Principal.id, Principal.name, Principal.kind).where(Principal.id.in_(ids)))
    return {row.id: row.name.partition("~")[0] if row.kind == "removed" else row.name for row in found}
