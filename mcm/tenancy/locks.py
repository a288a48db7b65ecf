"""Keeps the tree of tenants and its rules still while something relies on them.

Only PostgreSQL needs it: SQLite has one writer, and whoever writes there changes nothing under another's hands.
Take it before any row: who holds rows and then waits for it would wait for whoever waits for those rows.
"""

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

# Any number of mcm's own, the same in every process.
_KEY = 6_383_102_118


def hold_still(connection: Connection) -> None:
    """Until the transaction ends nobody changes tenants, rules or whose an account is. Many may hold it at once."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _KEY})


def take_over(session: Session) -> None:
    """Waits for all who hold it still, and keeps them out until the transaction ends."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _KEY})
