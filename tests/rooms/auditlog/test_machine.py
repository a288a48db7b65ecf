"""Whatever happens to a trail in whatever order, it verifies, until somebody tampers, and then it does not."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mcm.audit.errors import AuditFailed
from mcm.db.engine import build_engine
from mcm.db.session import Database
from tests.guards import unguarded
from tests.rooms.auditlog.world import Trail

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
COLUMNS = ("principal_id", "action", "target_id", "outcome", "request_id", "source")


class TrailMachine(RuleBasedStateMachine):
    """url: of a migrated database, emptied for each run."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mcm-machine-"))
        self.database = Database(build_engine(self.url))
        self.heads: list[str] = []
        self.tampered = False

    @initialize()
    def begin(self) -> None:
        with unguarded(self.database.engine) as connection:
            for table in ("audit_event", "audit_segment", "vault_key"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        self.trail = Trail(self.database, self.folder)

    def teardown(self) -> None:
        self.database.dispose()
        shutil.rmtree(self.folder)

    def _rows(self) -> list[dict[str, Any]]:
        return self.trail.rows()

    @precondition(lambda self: not self.tampered)
    @rule(details=JSON, number=st.integers(1, 3))
    def append(self, details: Any, number: int) -> None:
        self.trail.write(number, value=details)

    @precondition(lambda self: not self.tampered)
    @rule()
    def seal(self) -> None:
        self.trail.seal()

    @precondition(lambda self: not self.tampered)
    @rule()
    def prune(self) -> None:
        self.trail.prune()

    @precondition(lambda self: not self.tampered and self._rows())
    @rule()
    def export_head(self) -> None:
        self.heads.append(self.trail.head())

    @precondition(lambda self: not self.tampered and self._rows())
    @rule(data=st.data())
    def tamper(self, data: st.DataObject) -> None:
        rows = self._rows()
        row = data.draw(st.sampled_from(rows))
        ways = ["change", "delete", "move", "resegment"] + (["exchange"] if len(rows) > 1 else [])
        way = data.draw(st.sampled_from(ways))
        seq = row["seq"]
        if way == "change":
            self.trail.intrude(
                f"UPDATE audit_event SET {data.draw(st.sampled_from(COLUMNS))} = 'tampered' WHERE seq = {seq}"
            )
        elif way == "delete":
            self.trail.intrude(f"DELETE FROM audit_event WHERE seq = {seq}")
        elif way == "move":
            self.trail.intrude(f"UPDATE audit_event SET seq = {rows[-1]['seq'] + 1} WHERE seq = {seq}")
        elif way == "resegment":
            self.trail.intrude(f"UPDATE audit_event SET segment = segment + 1 WHERE seq = {seq}")
        else:
            other = data.draw(st.sampled_from([one["seq"] for one in rows if one["seq"] != seq]))
            self.trail.intrude(
                f"UPDATE audit_event SET seq = -1 WHERE seq = {seq}",
                f"UPDATE audit_event SET seq = {seq} WHERE seq = {other}",
                f"UPDATE audit_event SET seq = {other} WHERE seq = -1",
            )
        self.tampered = True

    @precondition(lambda self: not self.tampered and self._cuttable())
    @rule()
    def cut_the_end(self) -> None:
        """As well as it can be done without the key, but behind an exported head."""
        last, seq = self._rows()[-1]["segment"], self._rows()[-1]["seq"]
        self.heads.append(self.trail.head())
        self.trail.intrude(
            f"DELETE FROM audit_event WHERE seq = {seq}",
            f"UPDATE audit_segment SET last_seq = {seq - 1}, "
            f"head = (SELECT mac FROM audit_event WHERE seq = {seq - 1}) WHERE number = {last}",
        )
        self.tampered = True

    @precondition(lambda self: self.tampered)
    @rule(sealing=st.booleans())
    def go_on(self, sealing: bool) -> None:
        """mcm writes on, or refuses to; that hides nothing."""
        with suppress(AuditFailed):
            self.trail.write()
            if sealing:
                self.trail.seal()

    def _cuttable(self) -> bool:
        """The open segment has two rows at least."""
        rows = self._rows()
        return len(rows) > 1 and rows[-1]["segment"] == rows[-2]["segment"] == self._open()

    def _open(self) -> int:
        with self.database.reading() as session:
            found = session.connection().exec_driver_sql("SELECT max(number) FROM audit_segment")
            return int(found.scalar() or 0)

    @invariant()
    def verifies_until_tampered(self) -> None:
        if hasattr(self, "trail"):
            report = self.trail.verify(self.heads)
            assert report.ok is not self.tampered, report


def test_trail_verifies_until_somebody_tampers(database_url: str) -> None:
    class OnOneDatabase(TrailMachine):
        url = database_url

    run_state_machine_as_test(
        OnOneDatabase,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
