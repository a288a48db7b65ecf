"""Parts of a cost as rules and reports see them: what it is of, who pays it, and how it got there. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from mcm.kit.money import EXACT, plain

ZERO = Decimal(0)
Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Charges that are alike in all of this, or a share of them.

    month: as 2026-11. kind: charge, or idle for what a private cloud costs and nobody used. tenant_id, application,
    cost_center: who pays; None: nobody yet. owner: the tenant that the charges themselves belong to. tags: those that
    were asked for, sorted. linked: to a resource that is known. basis: billed, or modelled by a rate card. sku: only
    where it was asked for. quantity: in `unit`; None where it is not known, or a share of something. charges: how many
    rows; unknown: how many of them do not say their cost. visible: whether the caller may see what it is a share of.
    source: names the charges it comes from; trail: the rules that led here, the first one first; left: why the rule
    that fits could not share it."""

    month: str
    currency: str
    amount: Decimal
    account_id: str | None = None
    provider: str | None = None
    service: str | None = None
    region: str | None = None
    category: str | None = None
    environment: str | None = None
    tenant_id: str | None = None
    application: str | None = None
    cost_center: str | None = None
    project: str | None = None
    owner: str | None = None
    tags: Tags = ()
    linked: bool = True
    basis: str = "billed"
    sku: str | None = None
    unit: str | None = None
    quantity: Decimal | None = None
    charges: int = 1
    unknown: int = 0
    kind: str = "charge"
    source: str = ""
    trail: tuple[str, ...] = ()
    left: str | None = None
    visible: bool = True

    @property
    def allocated(self) -> bool:
        """Somebody pays it."""
        return any((self.tenant_id, self.application, self.cost_center))

    def tag(self, key: str) -> str | None:
        return next((value for name, value in self.tags if name == key), None)


_COUNTED = ("amount", "quantity", "charges", "unknown", "source", "visible", "left")
_ALIKE = tuple(one.name for one in fields(Piece) if one.name not in _COUNTED)


def key(piece: Piece) -> tuple[str, ...]:
    """The same for pieces that are alike; sorts in one way, whatever is None."""
    return tuple(_text(getattr(piece, name)) for name in _ALIKE)


def added(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum, exactly: Python's own would round to 28 digits."""
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return plain(total)


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Original pieces, one for each that is alike, in the order of their keys. Each gets the name of its source."""
    alike: dict[tuple[str, ...], list[Piece]] = {}
    for piece in pieces:
        alike.setdefault(key(piece), []).append(piece)
    return [_one(name, alike[name]) for name in sorted(alike)]


def _one(name: tuple[str, ...], alike: list[Piece]) -> Piece:
    quantities = [piece.quantity for piece in alike if piece.quantity is not None]
    return replace(
        alike[0],
        amount=added(piece.amount for piece in alike),
        quantity=added(quantities) if len(quantities) == len(alike) else None,
        charges=sum(piece.charges for piece in alike),
        unknown=sum(piece.unknown for piece in alike),
        source=hashlib.blake2b("\0".join(name).encode(errors="surrogatepass"), digest_size=8).hexdigest(),
    )


def _text(value: object) -> str:
    # None before every text, and unlike the empty one.
    return "" if value is None else f"={value!r}" if not isinstance(value, str) else f"={value}"
