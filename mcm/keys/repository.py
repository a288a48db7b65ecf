"""All SQL of the keys room: which keys are in use, which values each has, and the values themselves."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import VaultKey
from mcm.vault import sealed
from mcm.vault.sealed import SealedColumn


def known(session: Session) -> list[VaultKey]:
    """Oldest first."""
    return list(session.scalars(select(VaultKey).order_by(VaultKey.created_at, VaultKey.id)))


def lock(session: Session) -> dict[str, bool]:
    """Key id → in use. Waits for whoever is storing a value, and keeps others waiting until this transaction ends.

    The keys come first, then the values' rows, and whoever stores a value takes them in the same order."""
    query = select(VaultKey.id, VaultKey.retired_at).order_by(VaultKey.id).with_for_update()
    return {row.id: row.retired_at is None for row in session.execute(query)}


def register(session: Session, key_id: str) -> None:
    if session.get(VaultKey, key_id) is None:
        session.execute(insert(VaultKey).values(id=key_id, created_at=clock.now()))


def forget(session: Session, key_ids: set[str]) -> None:
    session.execute(delete(VaultKey).where(VaultKey.id.in_(key_ids)))


def give_up(session: Session, key_ids: Sequence[str]) -> None:
    """They are lost: nothing is sealed with them any more, and what they sealed stays closed."""
    session.execute(update(VaultKey).where(VaultKey.id.in_(key_ids)).values(retired_at=clock.now()))


def counts(session: Session) -> Counter[str]:
    """Key id → number of values sealed with it."""
    found: Counter[str] = Counter()
    for column in sealed.COLUMNS:
        table = column.model.__table__
        key_id = table.c[column.key_column]
        query = select(key_id, func.count()).where(table.c[column.column].is_not(None)).group_by(key_id)
        found.update({row[0]: row[1] for row in session.execute(query)})
    return found


def values(session: Session, column: SealedColumn) -> list[Any]:
    return sealed.rows(session.connection(), column)


def store(session: Session, column: SealedColumn, row: Any, value: bytes, key_id: str) -> None:
    table = column.model.__table__
    place = tuple_(*(table.c[key] for key in column.keys)) == tuple_(*(getattr(row, key) for key in column.keys))
    session.execute(
        update(column.model).where(place).values({column.column: value, column.key_column: key_id}),
        execution_options={"synchronize_session": False},
    )
