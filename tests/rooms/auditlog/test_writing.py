"""What is recorded is what happened; what cannot be recorded does not happen; what was recorded stays."""

from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mcm.audit import canonical
from mcm.audit import service as audit
from mcm.audit.errors import AuditFailed
from mcm.auth.service import Caller
from mcm.db.session import Database
from mcm.errors import Unavailable
from mcm.models import AuditEvent, AuditSegment
from tests.rooms.auditlog.world import CALLER, Trail


def _change(session: Session, name: str = "changed") -> None:
    """A change beside its record."""
    session.execute(text("UPDATE tenant SET name = :name"), {"name": name})
    audit.record(session, CALLER, "tenant.update", "tenant", "ten_default")


def _name(trail: Trail) -> str:
    with trail.database.reading() as session:
        return str(session.execute(text("SELECT name FROM tenant")).scalar_one())


def _refused(trail: Trail) -> AuditFailed:
    """Tries a change; nothing of it may be left."""
    rows = len(trail.rows())
    with pytest.raises(AuditFailed) as refusal, trail.database.writing() as session:
        _change(session)
    assert refusal.value.status == 503
    assert refusal.value.next_step
    assert "nothing was changed" in refusal.value.message
    assert (_name(trail), len(trail.rows())) == ("default", rows)
    return refusal.value


def test_row_tells_who_what_where_and_with_what_result(trail: Trail) -> None:
    caller = Caller("prn_1", "ten_1", "李雷", "10.1.2.3", "rq_1", "token", token_id="tok_1")
    with trail.database.writing() as session:
        audit.record(session, caller, "instance.stop", "instance", "i-1", phase="intent", outcome="sent")
        audit.record(
            session, caller, "instance.stop", "instance", "i-1", provider_request_id="req-7", details={"force": False}
        )
    with trail.database.reading() as session:
        first, second = session.query(AuditEvent).order_by(AuditEvent.seq)
    assert (first.seq, first.phase, first.outcome, first.provider_request_id) == (1, "intent", "sent", None)
    assert (second.seq, second.phase, second.outcome, second.provider_request_id) == (2, "result", "succeeded", "req-7")
    for row in (first, second):
        assert (row.principal_id, row.principal_name, row.tenant_id) == ("prn_1", "李雷", "ten_1")
        assert (row.method, row.token_id, row.source, row.request_id) == ("token", "tok_1", "10.1.2.3", "rq_1")
        assert row.segment == 1
    assert trail.verify().ok


def test_change_that_fails_leaves_no_row_and_no_gap(trail: Trail) -> None:
    trail.write(2)
    with suppress(RuntimeError), trail.database.writing() as session:
        _change(session)
        raise RuntimeError
    trail.write(1)
    assert [row["seq"] for row in trail.rows()] == [1, 2, 3]
    assert trail.verify().ok


def test_without_the_master_key_nothing_changes(trail: Trail, tmp_path: Path) -> None:
    trail.write()
    (tmp_path / "master.key").rename(tmp_path / "elsewhere.key")
    (tmp_path / "master.key").mkdir()
    _refused(Trail(trail.database, tmp_path))
    (tmp_path / "master.key").rmdir()
    assert "key" in _refused(Trail(trail.database, tmp_path)).message


def test_with_another_master_key_nothing_changes(trail: Trail, tmp_path: Path) -> None:
    trail.write()
    _refused(Trail(trail.database, tmp_path / "another"))


def test_without_a_master_key_no_chain_begins(trail: Trail, tmp_path: Path) -> None:
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "master.key").mkdir()
    _refused(Trail(trail.database, tmp_path / "no"))


def test_when_the_row_cannot_be_written_nothing_changes(trail: Trail) -> None:
    trail.write()
    trail.sql(*_REFUSING[trail.database.dialect])
    _refused(trail)


_REFUSING = {
    "sqlite": ["CREATE TRIGGER no_room BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no room'); END"],
    "postgresql": [
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$",
        "CREATE TRIGGER no_room BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION no_room()",
    ],
}


def test_when_the_head_cannot_be_moved_nothing_changes(trail: Trail) -> None:
    trail.write()
    statements = [
        text.replace("INSERT ON audit_event", "UPDATE ON audit_segment") for text in _REFUSING[trail.database.dialect]
    ]
    trail.sql(*statements)
    _refused(trail)


_TRUNCATES = pytest.mark.only_on("postgresql", why="SQLite has no TRUNCATE")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_segment",
        "UPDATE audit_segment SET sealed_at = created_at",
        "UPDATE audit_segment SET last_seq = 0 WHERE number = 1",
        "UPDATE audit_segment SET key_sealed = head WHERE number = 1",
    ],
)
def test_when_the_chain_is_damaged_nothing_changes(trail: Trail, statement: str, tmp_path: Path) -> None:
    trail.write(3)
    trail.intrude(statement)
    _refused(Trail(trail.database, tmp_path))


def test_session_without_a_trail_changes_nothing(trail: Trail) -> None:
    bare = Database(trail.database.engine)
    with pytest.raises(AuditFailed), bare.writing() as session:
        _change(session)
    assert _name(trail) == "default"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET outcome = 'failed'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_segment",
        pytest.param("TRUNCATE audit_event", marks=_TRUNCATES),
        pytest.param("TRUNCATE audit_segment", marks=_TRUNCATES),
    ],
)
def test_database_refuses_to_change_the_trail(trail: Trail, statement: str) -> None:
    trail.write(2)
    before = trail.rows()
    with pytest.raises(DBAPIError, match=r"kept|do not change"):
        trail.sql(statement)
    assert trail.rows() == before


@pytest.mark.only_on("sqlite", why="PostgreSQL has no REPLACE")
def test_replacing_a_row_is_a_change_too(trail: Trail) -> None:
    trail.write(2)
    before = trail.rows()
    with pytest.raises(DBAPIError, match="do not change"):
        trail.sql("INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 1")
    assert trail.rows() == before


def test_recording_inside_a_savepoint_is_refused(trail: Trail) -> None:
    with pytest.raises(RuntimeError, match="savepoint"), trail.database.writing() as session, session.begin_nested():
        _change(session)
    assert _name(trail) == "default"


def test_what_was_written_before_the_chain_is_sealed_as_it_stood(trail: Trail) -> None:
    columns = (
        "seq, at, tenant_id, principal_id, source, action, target_kind, target_id, phase, outcome, request_id, details"
    )
    values = (
        "'2026-01-01T00:00:00.000000Z', 't', 'p', 'cli', 'a.b', 'k', 'i', 'result', 'succeeded', 'rq', '{\"a\": 1}'"
    )
    trail.sql(*(f"INSERT INTO audit_event ({columns}) VALUES ({seq}, {values})" for seq in (3, 5, 6)))
    assert trail.verify().ok
    trail.write(2)
    assert [(row["seq"], row["segment"]) for row in trail.rows()] == [(3, 0), (5, 0), (6, 0), (7, 1), (8, 1)]
    report = trail.verify()
    assert (report.ok, report.past, report.rows) == (True, 3, 2)
    trail.intrude("UPDATE audit_event SET outcome = 'failed' WHERE seq = 5")
    found = trail.verify().finding
    assert found is not None
    assert (found.kind, found.segment) == ("changed", 0)


def test_empty_database_is_whole(trail: Trail) -> None:
    report = trail.verify()
    assert (report.ok, report.segments, report.rows) == (True, 0, 0)


@pytest.mark.parametrize(
    "value", [float("nan"), float("-inf"), 1e20, 2.0**53, 2**64, -(2**70), "a\0b", "\ud800", b"x", {1: 2}]
)
def test_awkward_value_is_kept_and_stays_provable(trail: Trail, value: object) -> None:
    trail.write(1, value=value)
    with trail.database.reading() as session:
        kept = session.query(AuditEvent).one().details["value"]
    assert kept == canonical.plain(value)
    assert trail.verify().ok


def test_texts_of_a_hostile_cloud_are_kept(trail: Trail) -> None:
    caller = Caller("prn\0", "ten", "n\ud800", "s\0", "rq")
    with trail.database.writing() as session:
        audit.record(session, caller, "a", "k\0", "i\udfff", provider_request_id="r\0")
    assert trail.verify().ok
    assert trail.rows()[0]["target_id"] == "i?"


def test_key_of_a_segment_is_its_own_and_sealed(trail: Trail) -> None:
    trail.write()
    trail.seal()
    with trail.database.reading() as session:
        segments = session.query(AuditSegment).order_by(AuditSegment.number).all()
    keys = {trail.vault.open(row.key_sealed, f"audit_segment/{row.number}/key_sealed") for row in segments}
    assert (len(segments), len(keys)) == (3, 3)
    assert not any(bytes.fromhex(key) in row.key_sealed for key in keys for row in segments)


@pytest.mark.only_on("sqlite", why="made up with SQLite's words")
def test_busy_database_is_said_to_be_busy(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    trail.write()
    raising = "SELECT RAISE(ABORT, 'database is locked')"
    trail.sql(f"CREATE TRIGGER busy BEFORE INSERT ON audit_event BEGIN {raising}; END")
    with pytest.raises(Unavailable, match="busy"), trail.database.writing() as session:
        _change(session)
    assert _name(trail) == "default"
