"""All SQL of the OpenID Connect room."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mcm.models import OidcProvider, OidcUsed


def find(session: Session, name_or_id: str) -> OidcProvider | None:
    by_id = session.get(OidcProvider, name_or_id)
    return by_id or session.scalar(select(OidcProvider).where(OidcProvider.name == name_or_id))


def page(session: Session, after: str | None, limit: int) -> Sequence[OidcProvider]:
    query = select(OidcProvider).order_by(OidcProvider.name).limit(limit)
    return session.scalars(query if after is None else query.where(OidcProvider.name > after)).all()


def enabled(session: Session, limit: int) -> Sequence[OidcProvider]:
    query = select(OidcProvider).where(OidcProvider.enabled.is_(True)).order_by(OidcProvider.name).limit(limit)
    return session.scalars(query).all()


def find_enabled(session: Session, name: str) -> OidcProvider | None:
    return session.scalar(select(OidcProvider).where(OidcProvider.name == name, OidcProvider.enabled.is_(True)))


def spend(session: Session, mark: str, expires_at: datetime, now: datetime) -> None:
    """Raises IntegrityError when the mark is there already."""
    session.execute(delete(OidcUsed).where(OidcUsed.expires_at < now))
    session.add(OidcUsed(mark=mark, expires_at=expires_at))
    session.flush()
