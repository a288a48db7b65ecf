"""SQL of the rules' own table; what they do to resources stands in `assignment`."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mcm.models import TenantRule


def everyone(session: Session) -> Sequence[TenantRule]:
    return session.scalars(select(TenantRule).order_by(TenantRule.position)).all()


def replace(session: Session, rows: Sequence[TenantRule]) -> None:
    session.execute(delete(TenantRule))
    session.expunge_all()
    session.add_all(rows)
    session.flush()
