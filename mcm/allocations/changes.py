"""Why a cost is another than the month before: parts that add up to the difference exactly. Pure.

Of what is there in both months, with known quantities of one unit, `usage` is what the change of the quantity makes at
the price of before, and `price` the rest. What was shared is told as `allocation`, what has no quantity to tell by as
`other`, the idle part of private clouds as `idle`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from mcm.allocations.pieces import ZERO, Piece, added
from mcm.kit.money import EXACT, plain, rounded

REASONS = ("price", "usage", "new", "gone", "allocation", "idle", "other")
_Cell = tuple[object, ...]
# A quantity that was next to nothing explains nothing: as an amount it would have more digits than there are.
_ABSURD = 18


@dataclass(frozen=True, slots=True)
class Change:
    """The sum of `parts` is after - before. parts: every one of REASONS."""

    before: Decimal
    after: Decimal
    parts: Mapping[str, Decimal]

    @property
    def difference(self) -> Decimal:
        return plain(EXACT.subtract(self.after, self.before))


def explained(before: Iterable[Piece], after: Iterable[Piece]) -> Change:
    """Of one currency."""
    cells: dict[_Cell, tuple[list[Piece], list[Piece]]] = {}
    for side, pieces in enumerate((before, after)):
        for piece in pieces:
            cells.setdefault(_cell(piece), ([], []))[side].append(piece)
    parts: dict[str, list[Decimal]] = {name: [] for name in REASONS}
    for old, new in cells.values():
        for name, amount in _parts(old, new):
            parts[name].append(amount)
    return Change(
        added(piece.amount for old, _ in cells.values() for piece in old),
        added(piece.amount for _, new in cells.values() for piece in new),
        {name: added(amounts) for name, amounts in parts.items()},
    )


def _cell(piece: Piece) -> _Cell:
    """What is compared with what: the same thing in another month."""
    return (
        piece.account_id, piece.provider, piece.service, piece.region, piece.category, piece.environment,
        piece.tenant_id, piece.application, piece.cost_center, piece.project, piece.tags, piece.linked, piece.unit,
        piece.kind, piece.basis, piece.sku, piece.trail,
    )  # fmt: skip


def _parts(old: list[Piece], new: list[Piece]) -> list[tuple[str, Decimal]]:
    was, now = added(piece.amount for piece in old), added(piece.amount for piece in new)
    difference = EXACT.subtract(now, was)
    (any_piece, *_) = new or old
    if any_piece.trail:
        return [("allocation", difference)]
    if any_piece.kind == "idle":
        return [("idle", difference)]
    if not old or not new:
        return [("new" if new else "gone", difference)]
    quantity_was, quantity_now = _quantity(old), _quantity(new)
    if quantity_was is None or quantity_now is None:
        return [("other", difference)]
    # now x was/now: multiplied first, so that an equal quantity makes exactly nothing.
    grown = EXACT.divide(EXACT.multiply(was, EXACT.subtract(quantity_now, quantity_was)), quantity_was)
    if grown.adjusted() >= _ABSURD:
        return [("other", difference)]
    usage = rounded(grown)
    return [("usage", usage), ("price", EXACT.subtract(difference, usage))]


def _quantity(pieces: list[Piece]) -> Decimal | None:
    """None when it is not known of all, or is not above zero."""
    known = [piece.quantity for piece in pieces if piece.quantity is not None]
    total = added(known)
    return total if len(known) == len(pieces) and total > ZERO else None
