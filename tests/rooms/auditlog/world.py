"""A trail by itself: a database, a vault, and ways to write, seal, prune, verify, and do what an intruder would."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mcm.audit import heads, segments
from mcm.audit import service as audit
from mcm.audit.keys import SegmentKeys
from mcm.audit.verify import Report, verify
from mcm.auth.service import local_caller
from mcm.db.session import Database
from mcm.vault import Vault
from tests.guards import unguarded

CALLER = local_caller("test", "rq_test")
# Values that the two databases keep in different ways.
AWKWARD: dict[str, Any] = {
    "z": 1.0, "a": [1e20, -0.0, 0.1, 1.5e-9, 5e-324, float("nan")], "n": 2**70, "m": 2**63 - 1,
    "name": "北京 \0 \ud800 é", "nested": {"b": None, "a": True, "": [{}]},
}  # fmt: skip


class Trail:
    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.vault = Vault(directory / "master.key")
        audit.install(database, self.vault)

    def write(self, number: int = 1, action: str = "thing.update", **details: Any) -> None:
        """So many changes, each in a transaction of its own."""
        for count in range(number):
            with self.database.writing() as session:
                audit.record(session, CALLER, action, "thing", f"t{count}", details=details or AWKWARD)

    def seal(self) -> int | None:
        with self.database.writing() as session:
            return segments.seal_due(session, most_rows=1)

    def prune(self, days: int = -1) -> int | None:
        with self.database.writing() as session:
            return segments.prune(session, days)

    def verify(self, lines: Iterable[str] = ()) -> Report:
        """With keys of its own, as another process would."""
        with self.database.reading() as session:
            return verify(session.connection(), SegmentKeys(self.vault), lines)

    def head(self) -> str:
        with self.database.reading() as session:
            found = heads.current(session.connection(), SegmentKeys(self.vault))
        assert found is not None
        return found.line()

    def rows(self) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            found = session.execute(text("SELECT * FROM audit_event ORDER BY seq")).mappings()
            return [dict(row) for row in found]

    def sql(self, *statements: str, **values: Any) -> None:
        """As mcm's own role could."""
        with self.database.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    def intrude(self, *statements: str, **values: Any) -> None:
        """As the owner of the database could: past the triggers, which stand again afterwards."""
        with unguarded(self.database.engine) as connection:
            for statement in statements:
                connection.execute(text(statement), values)
