"""Values inside JSON columns: one interface, a variant for each database, the same answers."""

from mcm.filters.json_postgres import PostgresJson
from mcm.filters.json_sqlite import SqliteJson

JsonValues = SqliteJson | PostgresJson


def json_values(dialect: str) -> JsonValues:
    return SqliteJson() if dialect == "sqlite" else PostgresJson()
