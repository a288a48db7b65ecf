"""Checks the whole chain and names the first thing that is wrong, in memory that does not grow with the trail.

Without the master key nobody can make a row, a seal or a signed head that passes. Whoever can write the database can
still cut off its end and set the open segment back: that shows against an exported head only.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.engine import RowMapping

from mcm.audit import canonical
from mcm.audit.chain import pruned_mac_of, seal_of
from mcm.audit.findings import Finding, Kind, Place, diagnose
from mcm.audit.heads import Heads
from mcm.audit.keys import SegmentKeys
from mcm.audit.lost import folded, lost_keys
from mcm.audit.rows import batches, read_rows
from mcm.models import AuditEvent, AuditSegment
from mcm.vault import VaultError

_segments, _events = AuditSegment.__table__, AuditEvent.__table__


@dataclass
class Report:
    """rows: that the chain proves. past: rows from before the chain. pruned: segments whose rows retention deleted.
    lost: rows whose key went with a master key, unchanged since that was given up.

    heads: exported heads that were compared; unreadable: lines among them that are none.
    """

    finding: Finding | None = None
    rows: int = 0
    past: int = 0
    segments: int = 0
    pruned: int = 0
    lost: int = 0
    last_seq: int = 0
    heads: int = 0
    unreadable: list[int] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.finding is None


class _Wrong(Exception):
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def verify(connection: Connection, keys: SegmentKeys, heads: Iterable[str] = ()) -> Report:
    """The connection's transaction must see one state from its first statement on. heads: exported lines."""
    report = Report()
    try:
        _walk(connection, keys, report)
        Heads(connection, keys).compare(heads, report)
    except _Wrong as wrong:
        report.finding = wrong.finding
    return report


def verify_rows(connection: Connection, keys: SegmentKeys, segment: RowMapping) -> Finding | None:
    """One segment by itself, as retention asks before it deletes its rows."""
    try:
        _check_rows(connection, _key(keys, segment), segment, Report())
    except _Wrong as wrong:
        return wrong.finding
    return None


def _walk(connection: Connection, keys: SegmentKeys, report: Report) -> None:
    number, seal, last_seq, is_open, given_up = -1, canonical.NO_SEAL, None, False, False
    lost, digest = lost_keys(connection), canonical.NO_SEAL
    for segment in _all_segments(connection):
        number += 1
        if segment["number"] != number:
            raise _wrong("segment", number, None, f"segment {number} is missing")
        if is_open:
            raise _wrong("segment", number - 1, None, f"segment {number - 1} is not sealed, though another follows it")
        given_up = segment["master_key_id"] in lost
        if given_up:
            digest = seal = folded(connection, digest, segment)
        elif segment["former_seal"] != seal and digest != canonical.NO_SEAL:
            said = f"a row before segment {number} was changed after the master key it was proven with was given up"
            raise _wrong("changed", number, None, said)
        elif segment["former_seal"] != seal:
            raise _wrong("segment", number, None, f"segment {number} does not follow the seal of the one before")
        if last_seq is not None and segment["first_seq"] != last_seq + 1:
            raise _wrong("segment", number, None, f"segment {number} does not begin where the one before ended")
        last_seq, is_open = segment["last_seq"], segment["sealed_at"] is None
        if number == 0:
            _nothing_before(connection, segment)
        if given_up:
            report.lost += 0 if segment["pruned_at"] else segment["last_seq"] - segment["first_seq"] + 1
            report.segments += segment["last_seq"] >= segment["first_seq"]
            report.last_seq = segment["last_seq"]
            continue
        key, digest = _key(keys, segment), canonical.NO_SEAL
        if not is_open:
            if segment["seal"] is None or not hmac.compare_digest(segment["seal"], seal_of(key, segment)):
                raise _wrong("segment", number, None, f"what segment {number} says of itself was changed: its seal")
            seal = segment["seal"]
        if segment["pruned_at"] is not None:
            _check_pruned(connection, key, segment)
            report.pruned += 1
        else:
            _check_rows(connection, key, segment, report)
        # Where nothing was written before the chain, segment 0 is the chain's anchor and no part of the trail.
        report.segments += number > 0 or segment["last_seq"] >= segment["first_seq"]
        report.last_seq = segment["last_seq"]
    if is_open and given_up:
        raise _wrong("key", number, None, f"the key of segment {number}, the open one, is lost")
    if number >= 0 and not is_open:
        raise _wrong("segment", number + 1, None, f"segment {number + 1}, the open one, is missing")
    _nothing_behind(connection, number, last_seq or 0)


def _check_rows(connection: Connection, key: bytes, segment: RowMapping, report: Report) -> None:
    number, first, last = segment["number"], segment["first_seq"], segment["last_seq"]
    former = canonical.fact_mac(key, "anchor", number, first, segment["former_seal"])
    if number == 0:
        report.past += _check_past(connection, key, segment, former)
        return
    expected, intact = first, True
    digest, dumps, loads, sort = hmac.digest, orjson.dumps, orjson.loads, orjson.OPT_SORT_KEYS
    for batch in batches(connection, first, last):
        # This loop is what verifying costs: `read_rows` and `row_mac`, written out.
        for *values, details, mac in batch:
            try:
                computed = digest(key, former + dumps([*values, loads(details)], option=sort), "sha256")
            except (ValueError, TypeError):
                intact = False
                break
            if computed != mac or values[0] != expected or values[1] != number:
                intact = False
                break
            former = computed
            expected += 1
        if not intact:
            break
    report.rows += expected - first
    if expected <= last:
        raise _Wrong(diagnose(connection, Place(key, number, expected, last, former, segment["sealed_at"] is None)))
    if former != segment["head"]:
        raise _wrong("head", number, last, f"the head of segment {number} is not that of its last row, {last}")


def _check_past(connection: Connection, key: bytes, segment: RowMapping, head: bytes) -> int:
    first, last, number = segment["first_seq"], segment["last_seq"], 0
    for row in read_rows(connection, first, last):
        if row.segment != 0:
            raise _wrong("moved", 0, row.seq, f"row {row.seq} was moved from segment 0 to segment {row.segment}")
        head = canonical.row_mac(key, head, row.values)
        number += 1
    if head != segment["head"]:
        said = f"one of the rows {first} to {last}, from before the chain, was changed after the chain began"
        raise _wrong("changed", 0, first, said)
    return number


def _check_pruned(connection: Connection, key: bytes, segment: RowMapping) -> None:
    number = segment["number"]
    if not hmac.compare_digest(segment["pruned_mac"] or b"", pruned_mac_of(key, segment)):
        raise _wrong("pruned", number, None, f"segment {number} says it was pruned, but it was not mcm that did it")
    between = _events.c.seq.between(segment["first_seq"], segment["last_seq"])
    seq = connection.scalar(select(func.min(_events.c.seq)).where(between))
    if seq is not None:
        raise _wrong("inserted", number, seq, f"row {seq} was inserted into segment {number}, whose rows are pruned")


def _nothing_before(connection: Connection, segment: RowMapping) -> None:
    seq = connection.scalar(select(func.min(_events.c.seq)).where(_events.c.seq < segment["first_seq"]))
    if seq is not None:
        raise _wrong("inserted", 0, seq, f"row {seq} was inserted before the beginning of the trail")


def _nothing_behind(connection: Connection, number: int, last_seq: int) -> None:
    query = select(_events.c.seq).where(_events.c.seq > last_seq).order_by(_events.c.seq).limit(1)
    if number < 0:
        # No chain yet: rows from before it are nobody's proof, rows of one are what is left of it.
        query = query.where(_events.c.segment > 0)
    seq = connection.scalar(query)
    if seq is not None:
        where = "behind the end of the trail" if number >= 0 else "though the trail has no segments"
        raise _wrong("inserted", max(number, 0), seq, f"row {seq} stands there {where}")


def _all_segments(connection: Connection) -> Iterator[RowMapping]:
    """One by one, as their number grows for ever."""
    after = None
    while True:
        query = select(_segments).order_by(_segments.c.number).limit(1)
        if after is not None:
            query = query.where(_segments.c.number > after)
        found = connection.execute(query).mappings().one_or_none()
        if found is None:
            return
        yield found
        after = found["number"]


def _key(keys: SegmentKeys, segment: RowMapping) -> bytes:
    try:
        return keys.of(segment["number"], segment["key_sealed"])
    except (VaultError, ValueError) as error:
        said = f"the key of segment {segment['number']} does not open: {error}"
        raise _wrong("key", segment["number"], None, said) from error


def _wrong(kind: Kind, segment: int, seq: int | None, message: str) -> _Wrong:
    return _Wrong(Finding(kind, segment, seq, message))
