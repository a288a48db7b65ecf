"""Segments are sealed when they are full or old, and pruned whole when they are past their time; the seals stay."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from mcm.audit import segments
from mcm.kit import clock
from mcm.settings import Settings
from tests.rooms.auditlog.world import Trail


def _seal_due(trail: Trail, **limits: object) -> int | None:
    with trail.database.writing() as session:
        return segments.seal_due(session, **limits)  # type: ignore[arg-type]


def test_retention_below_what_the_law_asks_is_refused() -> None:
    assert Settings().audit_days >= 180
    with pytest.raises(ValidationError, match="180"):
        Settings(audit_days=179)


def test_segment_is_sealed_when_it_is_full(trail: Trail) -> None:
    assert _seal_due(trail) is None
    trail.write(4)
    assert _seal_due(trail, most_rows=5) is None
    trail.write()
    assert _seal_due(trail, most_rows=5) == 1
    assert _seal_due(trail, most_rows=0) is None, "an empty segment is not worth a seal"
    trail.write()
    assert trail.verify().ok


def test_segment_is_sealed_when_it_is_old(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    trail.write()
    assert _seal_due(trail) is None
    later = clock.now() + timedelta(days=32)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert _seal_due(trail) == 1


def _three_segments(trail: Trail) -> None:
    """Segment 1: rows 1-3, segment 2: rows 4-6, segment 3: row 7, open."""
    for _ in range(2):
        trail.write(3)
        trail.seal()
    trail.write()


def test_young_segments_stay(trail: Trail) -> None:
    _three_segments(trail)
    assert trail.prune(180) is None
    assert len(trail.rows()) == 7


def test_whole_segments_go_oldest_first_and_their_seals_stay(trail: Trail) -> None:
    _three_segments(trail)
    line = trail.head()
    assert trail.prune() == 0, "segment 0 has no rows"
    assert trail.prune() == 3
    assert [row["seq"] for row in trail.rows()] == [4, 5, 6, 7, 8]
    told = trail.rows()[-1]
    assert (told["action"], told["target_id"], told["principal_id"]) == ("audit.prune", "1", "prn_system")
    report = trail.verify([line])
    assert (report.ok, report.pruned, report.rows, report.heads) == (True, 2, 5, 1)
    assert trail.prune() == 3
    assert trail.prune() is None, "the open segment is never pruned"
    trail.write(2)
    assert trail.verify([line]).ok


def test_head_exported_from_a_pruned_segment_is_still_in_the_trail(trail: Trail) -> None:
    lines = []
    for _ in range(3):
        trail.write()
        lines.append(trail.head())
    trail.seal()
    lines.append(trail.head())
    trail.write()
    trail.prune()
    assert trail.prune() == 3
    report = trail.verify(lines)
    assert (report.ok, report.heads) == (True, 4)


def test_segment_that_does_not_verify_is_kept_as_evidence(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    _three_segments(trail)
    trail.prune()
    trail.intrude("UPDATE audit_event SET outcome = 'failed' WHERE seq = 2")
    assert trail.prune() is None
    assert len(trail.rows()) == 7
    assert "does not verify" in caplog.text


def test_age_that_was_made_up_prunes_nothing(trail: Trail) -> None:
    _three_segments(trail)
    old = "'2001-01-01T00:00:00.000000Z'"
    trail.intrude(f"UPDATE audit_segment SET last_at = {old}, sealed_at = {old} WHERE number < 2")
    assert trail.prune(180) is None
    assert len(trail.rows()) == 7


def test_only_rows_of_pruned_segments_can_be_deleted(trail: Trail) -> None:
    _three_segments(trail)
    trail.prune()
    trail.prune()
    for seq in (4, 7):
        with pytest.raises(DBAPIError, match="kept"):
            trail.sql(f"DELETE FROM audit_event WHERE seq = {seq}")


def test_row_that_comes_back_into_a_pruned_segment_is_found(trail: Trail) -> None:
    _three_segments(trail)
    kept = trail.rows()[1]
    trail.prune()
    trail.prune()
    names = ", ".join(kept)
    marks = ", ".join(f":{name}" for name in kept)
    if trail.database.dialect == "postgresql":
        marks = marks.replace(":details", "'{}'")
        kept.pop("details")
    trail.sql(f"INSERT INTO audit_event ({names}) VALUES ({marks})", **kept)
    found = trail.verify().finding
    assert found is not None
    assert (found.kind, found.seq) == ("inserted", 2)
