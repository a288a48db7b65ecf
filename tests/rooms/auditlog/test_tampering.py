"""Whoever can write the database, but has no master key, leaves a trace: the first wrong row is named."""

from typing import Any

import pytest

from mcm.audit.findings import Finding
from tests.rooms.auditlog.world import Trail

# Column → what an intruder writes there, in SQL.
CHANGES = {
    "at": "'2001-01-01T00:00:00.000000Z'",
    "tenant_id": "'ten_other'",
    "principal_id": "'prn_other'",
    "principal_name": "'somebody else'",
    "method": "'token'",
    "token_id": "'tok_1'",
    "source": "'10.0.0.1'",
    "action": "'thing.read'",
    "target_kind": "'account'",
    "target_id": "'t1000'",
    "phase": "'intent'",
    "outcome": "'failed'",
    "request_id": "'rq_other'",
    "provider_request_id": "'req-1'",
    "details": "'{}'",
}


@pytest.fixture
def written(trail: Trail) -> Trail:
    """Segment 1 with rows 1 to 6 and segment 2 with rows 7 to 12, still open."""
    trail.write(6)
    assert trail.seal() == 1
    trail.write(6)
    report = trail.verify()
    assert (report.ok, report.rows, report.segments, report.last_seq) == (True, 12, 2, 12)
    return trail


def _found(trail: Trail, lines: tuple[str, ...] = ()) -> Finding:
    report = trail.verify(lines)
    assert report.finding is not None
    return report.finding


def _named(finding: Finding) -> tuple[str, int, int | None]:
    return finding.kind, finding.segment, finding.seq


@pytest.mark.parametrize("seq", [1, 4, 6, 7, 12])
@pytest.mark.parametrize("column", CHANGES)
def test_changed_column_is_found(written: Trail, column: str, seq: int) -> None:
    written.intrude(f"UPDATE audit_event SET {column} = {CHANGES[column]} WHERE seq = {seq}")
    assert _named(_found(written)) == ("changed", 1 if seq < 7 else 2, seq)


def test_every_column_is_tried(written: Trail) -> None:
    assert set(written.rows()[0]) == set(CHANGES) | {"seq", "segment", "mac"}


@pytest.mark.parametrize("mac", ["NULL", "(SELECT mac FROM audit_event WHERE seq = 3)"])
def test_changed_code_is_found(written: Trail, mac: str) -> None:
    written.intrude(f"UPDATE audit_event SET mac = {mac} WHERE seq = 4")
    assert _named(_found(written)) == ("changed", 1, 4)


def test_several_wrong_rows_are_named_by_the_first(written: Trail) -> None:
    written.intrude(
        "UPDATE audit_event SET outcome = 'failed' WHERE seq IN (3, 5, 9)", "DELETE FROM audit_event WHERE seq = 8"
    )
    assert _named(_found(written)) == ("changed", 1, 3)


@pytest.mark.parametrize("seq", [1, 4, 6, 7, 10])
def test_deleted_row_is_found(written: Trail, seq: int) -> None:
    written.intrude(f"DELETE FROM audit_event WHERE seq = {seq}")
    assert _named(_found(written)) == ("deleted", 1 if seq < 7 else 2, seq)


def test_deleted_row_whose_gap_was_closed_is_found(written: Trail) -> None:
    written.intrude("DELETE FROM audit_event WHERE seq = 9", *_shifted(range(10, 13), -1))
    finding = _found(written)
    assert _named(finding) == ("deleted", 2, 9)
    assert "renumbered" in finding.message


def test_inserted_row_is_found(written: Trail) -> None:
    copied = ", ".join([*CHANGES, "segment", "mac"])
    made_up = copied.replace("target_id", "'made up'")
    written.intrude(
        *_shifted(range(12, 8, -1), 1),
        f"INSERT INTO audit_event (seq, {copied}) SELECT 9, {made_up} FROM audit_event WHERE seq = 8",
        "UPDATE audit_segment SET last_seq = 13 WHERE number = 2",
    )
    assert _named(_found(written)) == ("inserted", 2, 9)


@pytest.mark.parametrize("seq", [-5, 0, 13, 20])
def test_row_outside_of_the_trail_is_found(written: Trail, seq: int) -> None:
    columns = ", ".join(name for name in CHANGES)
    written.intrude(
        f"INSERT INTO audit_event (seq, segment, {columns}) SELECT {seq}, 2, {columns} FROM audit_event WHERE seq = 8"
    )
    assert (_found(written).kind, _found(written).seq) == ("inserted", seq)


@pytest.mark.parametrize(("one", "other"), [(2, 3), (2, 5), (8, 12)])
def test_exchanged_rows_are_found(written: Trail, one: int, other: int) -> None:
    written.intrude(
        f"UPDATE audit_event SET seq = -1 WHERE seq = {one}",
        f"UPDATE audit_event SET seq = {one} WHERE seq = {other}",
        f"UPDATE audit_event SET seq = {other} WHERE seq = -1",
    )
    finding = _found(written)
    assert _named(finding) == ("reordered", 1 if one < 7 else 2, one)
    assert f"stood at {other}" in finding.message


@pytest.mark.parametrize(("seq", "to"), [(3, 2), (3, 0), (9, 1), (6, 2)])
def test_row_moved_to_another_segment_is_found(written: Trail, seq: int, to: int) -> None:
    written.intrude(f"UPDATE audit_event SET segment = {to} WHERE seq = {seq}")
    assert _named(_found(written)) == ("moved", 1 if seq < 7 else 2, seq)


def test_border_between_segments_cannot_be_moved(written: Trail) -> None:
    written.intrude(
        "UPDATE audit_event SET segment = 2 WHERE seq = 6",
        "UPDATE audit_segment SET last_seq = 5 WHERE number = 1",
        "UPDATE audit_segment SET first_seq = 6 WHERE number = 2",
    )
    assert _named(_found(written)) == ("segment", 1, None)


def test_cut_end_is_found_without_a_head_when_the_segment_still_counts_it(written: Trail) -> None:
    written.intrude("DELETE FROM audit_event WHERE seq > 10")
    assert _named(_found(written)) == ("truncated", 2, 11)


def _cut(trail: Trail, last: int) -> None:
    """All that can be done without the key: the open segment is set back to a state it really had."""
    head = f"(SELECT mac FROM audit_event WHERE seq = {last})"
    trail.intrude(
        f"DELETE FROM audit_event WHERE seq > {last}",
        f"UPDATE audit_segment SET last_seq = {last}, head = {head} WHERE number = 2",
    )


def test_carefully_cut_end_shows_against_an_exported_head_only(written: Trail) -> None:
    early, late = written.head(), ""
    written.write(2)
    late = written.head()
    _cut(written, 12)
    assert written.verify().ok
    assert written.verify([early]).ok
    assert _named(_found(written, (early, late))) == ("truncated", 2, 14)


def test_end_that_was_cut_and_written_anew_shows_against_an_exported_head(written: Trail) -> None:
    line = written.head()
    _cut(written, 10)
    written.write(5)
    assert written.verify().ok
    finding = _found(written, (line,))
    assert _named(finding) == ("truncated", 2, 12)
    assert "written anew" in finding.message


def test_whole_segments_cut_off_show_against_an_exported_head(written: Trail) -> None:
    line = written.head()
    written.intrude(
        "DELETE FROM audit_event WHERE segment = 2",
        "DELETE FROM audit_segment WHERE number = 2",
        "UPDATE audit_segment SET sealed_at = NULL, seal = NULL WHERE number = 1",
    )
    assert written.verify().ok
    assert _named(_found(written, (line,))) == ("truncated", 2, 12)


def test_head_that_was_made_up_is_refused(written: Trail) -> None:
    line = written.head()
    assert _found(written, (line.replace('"seq":12', '"seq":11'),)).kind == "unsigned"
    other = line.replace('"signature":"', '"signature":"00')
    assert _found(written, (other,)).kind == "unsigned"


@pytest.mark.parametrize(
    "line", ["", "{}", "[1]", "no json", '{"mcm_audit_head":1}', '{"mcm_audit_head":1,"seq":1e400}', "x" * 5000]
)
def test_line_that_is_no_head_is_counted(written: Trail, line: str) -> None:
    report = written.verify([written.head(), line])
    assert (report.ok, report.heads, report.unreadable) == (True, 1, [2] if line else [])


@pytest.mark.parametrize(
    ("statement", "kind", "segment"),
    [
        ("DELETE FROM audit_segment WHERE number = 0", "segment", 0),
        ("DELETE FROM audit_segment WHERE number = 1", "segment", 1),
        ("DELETE FROM audit_segment WHERE number = 2", "segment", 2),
        ("DELETE FROM audit_segment", "inserted", 0),
        ("UPDATE audit_segment SET head = former_seal WHERE number = 2", "head", 2),
        ("UPDATE audit_segment SET head = former_seal WHERE number = 1", "segment", 1),
        ("UPDATE audit_segment SET seal = former_seal WHERE number = 1", "segment", 1),
        ("UPDATE audit_segment SET sealed_at = NULL WHERE number = 1", "segment", 1),
        ("UPDATE audit_segment SET last_at = '2001-01-01T00:00:00.000000Z' WHERE number = 1", "segment", 1),
        ("UPDATE audit_segment SET created_at = '2001-01-01T00:00:00.000000Z' WHERE number = 1", "segment", 1),
        ("UPDATE audit_segment SET former_seal = head WHERE number = 2", "segment", 2),
        ("UPDATE audit_segment SET last_seq = 100 WHERE number = 2", "truncated", 2),
        ("UPDATE audit_segment SET last_seq = 10 WHERE number = 2", "head", 2),
        ("UPDATE audit_segment SET sealed_at = created_at, seal = head WHERE number = 2", "segment", 2),
    ],
)
def test_changed_segment_is_found(written: Trail, statement: str, kind: str, segment: int) -> None:
    written.intrude(statement)
    finding = _found(written)
    assert (finding.kind, finding.segment) == (kind, segment)


def test_exchanged_keys_are_found(written: Trail) -> None:
    keys = {row["number"]: row["key_sealed"] for row in _segments(written)}
    written.intrude(
        "UPDATE audit_segment SET key_sealed = :one WHERE number = 2",
        "UPDATE audit_segment SET key_sealed = :two WHERE number = 1",
        one=keys[1], two=keys[2],
    )  # fmt: skip
    assert _named(_found(written)) == ("key", 1, None)


def _segments(trail: Trail) -> list[dict[str, Any]]:
    from sqlalchemy import text

    with trail.database.reading() as session:
        return [dict(row) for row in session.execute(text("SELECT * FROM audit_segment ORDER BY number")).mappings()]


def test_rows_cannot_be_passed_off_as_pruned(written: Trail) -> None:
    written.intrude(
        "UPDATE audit_segment SET pruned_at = sealed_at, pruned_mac = seal WHERE number = 1",
        "DELETE FROM audit_event WHERE segment = 1",
    )
    assert _named(_found(written)) == ("pruned", 1, None)


@pytest.mark.only_on("sqlite", why="PostgreSQL keeps such values out")
def test_what_is_not_text_or_json_is_a_change_like_another(written: Trail) -> None:
    for value in ("'no json'", "x'ff00'", "CAST(x'ff00' AS TEXT)", "12.5"):
        before = written.rows()[8]["details"]
        written.intrude(f"UPDATE audit_event SET details = {value} WHERE seq = 9")
        assert _named(_found(written)) == ("changed", 2, 9)
        written.intrude("UPDATE audit_event SET details = :before WHERE seq = 9", before=before)
    assert written.verify().ok


def test_another_master_key_opens_nothing(written: Trail, tmp_path: Any) -> None:
    (tmp_path / "master.key").unlink()
    other = Trail(written.database, tmp_path)
    finding = _found(other)
    assert _named(finding) == ("key", 0, None)
    assert "master key" in finding.message


def _shifted(seqs: range, by: int) -> list[str]:
    return [f"UPDATE audit_event SET seq = {seq + by} WHERE seq = {seq}" for seq in seqs]
