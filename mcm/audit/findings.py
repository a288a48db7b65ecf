"""Names what is wrong with the first row that does not fit the chain, from the rows that follow it.

A row's mac tells its content and its place apart from any other: trying it at other places shows whether rows were
inserted, removed and the rest renumbered, or exchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from sqlalchemy import Connection

from mcm.audit.canonical import COLUMNS, row_mac
from mcm.audit.rows import ChainRow, read_rows

Kind = Literal[
    "changed", "deleted", "inserted", "reordered", "moved", "truncated", "head", "key", "segment", "pruned", "unsigned"
]
_SEQ, _SEGMENT = COLUMNS.index("seq"), COLUMNS.index("segment")
_WINDOW = 48


@dataclass(frozen=True)
class Finding:
    """seq: of the first wrong row; None when a segment as a whole is wrong."""

    kind: Kind
    segment: int
    seq: int | None
    message: str


@dataclass(frozen=True)
class Place:
    """Where the chain broke: row `seq` of the segment was expected after the mac `former`."""

    key: bytes
    segment: int
    seq: int
    last_seq: int
    former: bytes
    is_open: bool


def diagnose(connection: Connection, place: Place) -> Finding:
    window = list(islice(read_rows(connection, place.seq, place.last_seq), _WINDOW))
    kind, said = _what(place, window)
    return Finding(kind, place.segment, place.seq, said)


def _what(place: Place, window: Sequence[ChainRow]) -> tuple[Kind, str]:
    seq, last = place.seq, place.last_seq
    if not window:
        rows = f"row {seq} was" if seq == last else f"rows {seq} to {last} were"
        if place.is_open:
            return "truncated", f"{rows} deleted from the end of the trail"
        return "deleted", f"{rows} deleted"
    first = window[0]
    if first.seq > seq:
        rows = f"row {seq} was" if first.seq == seq + 1 else f"rows {seq} to {first.seq - 1} were"
        return "deleted", f"{rows} deleted, or given other numbers"
    if first.segment != place.segment:
        return "moved", f"row {seq} was moved from segment {place.segment} to segment {first.segment}"
    if (stood := _stood(place, window)) is not None:
        return "reordered", f"row {seq} stood at {stood}: rows were reordered"
    if len(window) > 1 and _fits(place, window[1], seq, place.former):
        return "inserted", f"row {seq} was inserted; those behind it were renumbered"
    if len(window) > 1 and first.mac is not None and _gap_before(place, window):
        return "deleted", f"a row before the one that is now {seq} was deleted; those behind it were renumbered"
    return "changed", f"row {seq} was changed, or written by somebody else"


def _stood(place: Place, window: Sequence[ChainRow]) -> int | None:
    formers = [place.former, *(row.mac for row in window if row.mac is not None)]
    for seq in range(place.seq + 1, place.seq + len(window)):
        if any(_fits(place, window[0], seq, former) for former in formers):
            return seq
    return None


def _gap_before(place: Place, window: Sequence[ChainRow]) -> bool:
    """Whether the second row follows the first one, both at higher places than they have now."""
    former = window[0].mac or b""
    return any(_fits(place, window[1], window[1].seq + gap, former) for gap in range(1, _WINDOW))


def _fits(place: Place, row: ChainRow, seq: int, former: bytes) -> bool:
    if not row.values or row.mac is None:
        return False
    values = list(row.values)
    values[_SEQ], values[_SEGMENT] = seq, place.segment
    try:
        return row_mac(place.key, former, values) == row.mac
    except TypeError:
        return False
