"""Signed heads: single lines that say how far the trail went at a time, to be kept where the database's owner cannot
change them. Against one, a trail whose end was cut off, or that was replaced by an older one, shows.
"""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from mcm.audit import canonical
from mcm.audit.findings import Finding, Kind
from mcm.audit.keys import SegmentKeys
from mcm.audit.lost import lost_keys
from mcm.kit import clock
from mcm.models import AuditEvent, AuditSegment
from mcm.vault import VaultError

if TYPE_CHECKING:
    from mcm.audit.verify import Report

_segments, _events = AuditSegment.__table__, AuditEvent.__table__
_BATCH = 500
_LONGEST = 2000


@dataclass(frozen=True)
class Head:
    """After row `seq` of the segment the chain's mac was `mac`."""

    at: datetime
    segment: int
    seq: int
    mac: bytes
    signature: bytes

    def line(self) -> str:
        fields = {"at": clock.to_text(self.at), "segment": self.segment, "seq": self.seq}
        signed = fields | {"mac": self.mac.hex(), "signature": self.signature.hex()}
        return orjson.dumps({"mcm_audit_head": 1} | signed).decode()


def current(connection: Connection, keys: SegmentKeys) -> Head | None:
    """None before the first audited change. Raises VaultError."""
    query = select(_segments).where(_segments.c.sealed_at.is_(None))
    segment = connection.execute(query).mappings().one_or_none()
    if segment is None:
        return None
    at, key = clock.now(), keys.of(segment["number"], segment["key_sealed"])
    said = (at, segment["number"], segment["last_seq"], segment["head"])
    return Head(*said, signature=_signature(key, *said))


def parse(line: str) -> Head | None:
    """None for what is no such line, as one that a power cut left half written."""
    try:
        found = orjson.loads(line) if len(line) <= _LONGEST else None
        if not isinstance(found, dict) or found.get("mcm_audit_head") != 1:
            return None
        segment, seq = found["segment"], found["seq"]
        mac, signature = bytes.fromhex(found["mac"]), bytes.fromhex(found["signature"])
        whole = all(type(number) is int and 0 <= number < 2**63 for number in (segment, seq))
        return Head(clock.from_text(found["at"]), segment, seq, mac, signature) if whole else None
    except (ValueError, KeyError, TypeError):
        return None


class Heads:
    """Compares exported heads with a trail."""

    def __init__(self, connection: Connection, keys: SegmentKeys) -> None:
        self._connection, self._keys = connection, keys

    def compare(self, lines: Iterable[str], report: "Report") -> None:
        """Counts in the report; its finding is the first head that the trail does not contain."""
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        while batch := list(islice(numbered, _BATCH)):
            heads = []
            for number, line in batch:
                head = parse(line)
                if head is None:
                    report.unreadable.append(number)
                else:
                    heads.append(head)
            report.finding = next(self._missing(heads), None)
            report.heads += len(heads)
            if report.finding:
                return

    def _missing(self, heads: list[Head]) -> Iterator[Finding]:
        numbers = {head.segment for head in heads if head.segment < 2**31}
        found = self._connection.execute(select(_segments).where(_segments.c.number.in_(numbers))).mappings()
        segments = {row["number"]: row for row in found}
        rows = self._connection.execute(
            select(_events.c.seq, _events.c.mac).where(_events.c.seq.in_({head.seq for head in heads}))
        )
        macs = {row.seq: row.mac for row in rows}
        given_up = lost_keys(self._connection)
        for head in heads:
            told = f"the head of row {head.seq}, exported at {clock.to_text(head.at)}"
            segment = segments.get(head.segment)
            if segment is None:
                yield _finding("truncated", head, f"segment {head.segment} is missing, but {told}, names it")
                continue
            if segment["master_key_id"] in given_up:
                # Nobody can check the signature any more; that the row is the one it names can still be seen.
                if macs.get(head.seq, head.mac) != head.mac or head.seq > segment["last_seq"]:
                    yield _finding("truncated", head, f"the trail was written anew: {told}, is not in it")
                continue
            try:
                key = self._keys.of(head.segment, segment["key_sealed"])
            except (VaultError, ValueError) as error:
                yield _finding("key", head, f"the key of segment {head.segment} does not open: {error}")
                continue
            if not hmac.compare_digest(head.signature, _signature(key, head.at, head.segment, head.seq, head.mac)):
                yield _finding("unsigned", head, f"{told}, is not signed by this trail, or was changed")
            elif head.seq > segment["last_seq"]:
                said = f"the trail was cut off: segment {head.segment} ends with row {segment['last_seq']}, but {told}"
                yield _finding("truncated", head, f"{said}, lies behind that")
            elif not _reached(head, key, segment, macs):
                yield _finding("truncated", head, f"the trail was cut off and written anew: {told}, is not in it")


def _reached(head: Head, key: bytes, segment: RowMapping, macs: dict[int, bytes | None]) -> bool:
    known: bytes | None
    if head.seq == segment["last_seq"]:
        known = segment["head"]
    elif head.seq < segment["first_seq"]:
        known = canonical.fact_mac(key, "anchor", head.segment, segment["first_seq"], segment["former_seal"])
    elif segment["pruned_at"] is not None:
        # The seal is left, and that is checked.
        return True
    else:
        known = macs.get(head.seq)
    return known is not None and hmac.compare_digest(head.mac, known)


def _signature(key: bytes, at: datetime, segment: int, seq: int, mac: bytes) -> bytes:
    return canonical.fact_mac(key, "head", at, segment, seq, mac)


def _finding(kind: Kind, head: Head, message: str) -> Finding:
    return Finding(kind, head.segment, head.seq, message)
