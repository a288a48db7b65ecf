"""Values inside JSON columns: one interface, a variant for each database, the same answers."""

from typing import TYPE_CHECKING, Union

from mcm.filters.json_sqlite import SqliteJson

if TYPE_CHECKING:
    from mcm.filters.json_postgres import PostgresJson

JsonValues = Union[SqliteJson, "PostgresJson"]


def json_values(dialect: str) -> JsonValues:
    if dialect == "sqlite":
        return SqliteJson()
    # Here, as it imports a dialect that SQLite has no use for.
    from mcm.filters.json_postgres import PostgresJson

    return PostgresJson()
