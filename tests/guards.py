"""Past the triggers that keep the audit trail as it is, as only the database's owner gets; they stand again after."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        guards = _guards(connection)
        for drop, _ in guards:
            connection.exec_driver_sql(drop)
        yield connection
        for _, create in guards:
            connection.exec_driver_sql(create)


def unchain(engine: Engine) -> None:
    """The trail as it was before there was a chain."""
    with unguarded(engine) as connection:
        connection.execute(text("UPDATE audit_event SET segment = 0, mac = NULL"))
        connection.execute(text("DELETE FROM audit_segment"))


def _guards(connection: Connection) -> list[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'"
        return [(f"DROP TRIGGER {name}", sql) for name, sql in connection.execute(text(asked)).all()]
    return [
        (f"ALTER TABLE {table} DISABLE TRIGGER USER", f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in ("audit_event", "audit_segment")
    ]
