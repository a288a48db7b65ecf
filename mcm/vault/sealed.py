"""Every column that holds sealed values, for rotation, checks and backups; one line for each.

Rows of these tables get the id of their master key from the sealed value itself, and only a key in use is let in: what
was sealed just before a rotation ended is refused, and sealed again by whoever retries.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event, insert, inspect, select, text

from mcm.kit import clock
from mcm.models import AuditSegment, IdentitySecret, NoticeTarget, OidcProvider, Operation, Secret, VaultKey
from mcm.models.base import Base
from mcm.vault.envelope import REMOTE, unpacked
from mcm.vault.errors import StaleKey

_FAMILY = 12


@dataclass(frozen=True)
class SealedColumn:
    """column holds the value, key_column the id of its master key. The place is TABLE/PRIMARY KEY/COLUMN."""

    model: type[Base]
    column: str = "sealed"
    key_column: str = "master_key_id"

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in inspect(self.model).primary_key)

    def place(self, row: Any) -> str:
        """row: anything with the columns of the primary key as attributes."""
        return "/".join([self.table, *(str(getattr(row, key)) for key in self.keys), self.column])


COLUMNS = (
    SealedColumn(Secret),
    SealedColumn(IdentitySecret),
    SealedColumn(AuditSegment, column="key_sealed"),
    SealedColumn(OidcProvider),
    SealedColumn(Operation),
    SealedColumn(NoticeTarget),
)


def rows(connection: Connection, column: SealedColumn) -> list[Any]:
    """Every sealed value: rows with its primary key, `key_id` and `value`."""
    table = column.model.__table__
    value = table.c[column.column]
    chosen = [table.c[key] for key in column.keys]
    query = select(*chosen, table.c[column.key_column].label("key_id"), value.label("value")).where(value.is_not(None))
    return list(connection.execute(query))


def in_use(connection: Connection) -> dict[str, bool]:
    """Key id → whether values may still be sealed with it."""
    return {row.id: row.retired_at is None for row in connection.execute(select(VaultKey.id, VaultKey.retired_at))}


def admit(connection: Connection, key_id: str, *, remote: bool = False) -> None:
    """Raises StaleKey unless the key is in use. The first key of all is taken into use.

    On PostgreSQL the key stays in use until this transaction ends: whoever ends its use waits for us.
    """
    postgresql = connection.dialect.name == "postgresql"
    query = select(VaultKey.retired_at).where(VaultKey.id == key_id)
    if postgresql:
        query = query.with_for_update(read=True, key_share=True)
    found = connection.execute(query).first()
    if found is not None and found[0] is None:
        return
    if found is None:
        if postgresql:
            connection.execute(text("LOCK TABLE vault_key IN SHARE ROW EXCLUSIVE MODE"))
        known = in_use(connection)
        # Another version of the same key at a key server, which rotates on its own as well.
        sibling = remote and any(used and other[:_FAMILY] == key_id[:_FAMILY] for other, used in known.items())
        if known.get(key_id) or not known or sibling:
            if key_id not in known:
                connection.execute(insert(VaultKey).values(id=key_id, created_at=clock.now()))
            return
    raise StaleKey(
        f"a secret was sealed with master key {key_id}, which is not in use here; nothing was changed",
        next_step="try again; if it stays so, put the right master key in place: `mcm keys show` names it",
    )


def admitted(connection: Connection, value: bytes) -> str:
    """Admits the key a value was sealed with and returns its id; for rows that are written without the ORM."""
    envelope = unpacked(value)
    admit(connection, envelope.key_id, remote=envelope.version == REMOTE)
    return envelope.key_id


def _listen(column: SealedColumn) -> None:
    def before(_mapper: Any, connection: Connection, row: Any) -> None:
        if not inspect(row).attrs[column.column].history.has_changes():
            return
        value = getattr(row, column.column)
        setattr(row, column.key_column, None if value is None else admitted(connection, value))

    event.listen(column.model, "before_insert", before)
    event.listen(column.model, "before_update", before)


for _column in COLUMNS:
    _listen(_column)
