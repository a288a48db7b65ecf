"""Writing many rows through the driver: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection


def placeholders(connection: Connection, number: int) -> str:
    """`?, ?, …` in the driver's style, for `exec_driver_sql`."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    return ", ".join([mark] * number)


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Values are what the driver takes: text, numbers, None. Table and column names come from our own code only."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = placeholders(connection, len(columns))
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
        finally:
            cursor.close()
        return
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
