"""The step to the chain and back, with rows that were there before; and the periodic work on it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mcm.db import migrate
from mcm.errors import Conflict
from mcm.jobs import housekeeping
from mcm.kit import clock
from tests import lab as labs
from tests.rooms.auditlog.world import Trail

_OLD = (
    "INSERT INTO audit_event (seq, at, tenant_id, principal_id, source, action, target_kind, target_id, phase, "
    "outcome, request_id, details) VALUES (:seq, '2026-01-01T00:00:00.000000Z', 'ten_default', :who, 'cli', "
    "'account.pause', 'account', 'acc', 'result', 'succeeded', 'rq', '{\"a\": 1.5}')"
)


def _old_rows(trail: Trail) -> list[tuple[object, ...]]:
    with trail.database.reading() as session:
        found = session.execute(text("SELECT seq, principal_id, action, outcome FROM audit_event ORDER BY seq"))
        return [tuple(row) for row in found]


def test_up_down_and_up_with_rows_from_before(trail: Trail) -> None:
    engine = trail.database.engine
    migrate.downgrade(engine, "0003")
    for seq, who in ((1, "prn_local"), (2, "prn_system")):
        trail.sql(_OLD, seq=seq, who=who)
    before = _old_rows(trail)
    for _ in range(2):
        migrate.upgrade(engine)
        assert _old_rows(trail) == before
        assert migrate.differences(engine) == []
        assert [(row["method"], row["principal_name"], row["segment"]) for row in trail.rows()] == [
            ("local", "local", 0), ("system", "system", 0),
        ]  # fmt: skip
        migrate.downgrade(engine, "0003")
    migrate.upgrade(engine)
    trail.write(2)
    report = trail.verify()
    assert (report.finding, report.past, report.rows) == (None, 2, 2)
    with pytest.raises(Conflict, match="would lose the seals of 2 rows of audit_event"):
        migrate.downgrade(engine, "0003")
    assert trail.verify().ok


def test_guards_stand_after_every_migration(trail: Trail) -> None:
    """Also where SQLite had to make a table anew."""
    trail.write()
    for statement in ("UPDATE audit_event SET outcome = 'x'", "DELETE FROM audit_event", "DELETE FROM audit_segment"):
        with pytest.raises(Exception, match=r"kept|do not change"):
            trail.sql(statement)


def test_housekeeping_seals_and_prunes(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = labs.make(database_url, tmp_path)
    trail = Trail(lab.runtime.database, tmp_path)
    trail.write(3)
    month, year = clock.now() + timedelta(days=32), clock.now() + timedelta(days=400)
    housekeeping.run(lab.runtime)
    monkeypatch.setattr(clock, "now", lambda: month)
    housekeeping.run(lab.runtime)
    trail.write()
    assert [row["segment"] for row in trail.rows()] == [1, 1, 1, 2]
    monkeypatch.setattr(clock, "now", lambda: year)
    housekeeping.run(lab.runtime)
    assert [(row["segment"], row["action"]) for row in trail.rows()] == [(2, "thing.update"), (3, "audit.prune")]
    assert trail.verify().ok
    lab.close()
