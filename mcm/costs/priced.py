"""What pricing says: lines with where each amount comes from, and what they add up to. Unknown is None, never 0."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mcm.costs.notes import Note
from mcm.prices.offers import Basis, Offer

# In the order in which a comparison shows them.
ITEMS = (
    *("compute", "storage", "snapshot", "egress", "transfer", "public_ip", "load_balancer", "licence", "support"),
    "tax",
)
_BEST_FIRST = tuple(Basis)


class State(StrEnum):
    """within: paid with another line, as a licence is with its machine. not_included: needed, and no price is known."""

    INCLUDED = "included"
    WITHIN = "within"
    NOT_NEEDED = "not_needed"
    NOT_INCLUDED = "not_included"


@dataclass(frozen=True, slots=True)
class Line:
    """amount: in a month, in `currency`, with what is paid upfront spread over its term. cash: in the first month, with
    all of it. quantity × unit_price is the amount where one price holds for all. tier: None for what all share."""

    item: str
    tier: str | None
    state: State
    amount: Decimal | None = None
    cash: Decimal | None = None
    currency: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    option: str | None = None
    term_months: int | None = None
    upfront: Decimal | None = None
    sku: str | None = None
    basis: Basis | None = None
    source: str | None = None
    priced_on: date | None = None
    age_days: int | None = None
    list_id: str | None = None
    point_id: str | None = None
    seed: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """What was chosen for a tier. over_*: beyond the need, of one instance."""

    tier: str
    count: int
    sku: str
    family: str | None
    vcpus: Decimal
    memory_gib: Decimal
    gpus: int
    over_vcpus: Decimal
    over_memory_gib: Decimal
    over_gpus: int


@dataclass(frozen=True, slots=True)
class Priced:
    """What a tier costs at one location in a month. amount: None when its compute has no price there, or not all of it
    is in one currency. complete: everything that it needs is in it; else the amount is the least. basis: the worst of
    its parts. offer: of its compute; None for a private cloud, whose rate card prices any size. notes: what to know."""

    amount: Decimal | None
    cash: Decimal | None
    currency: str
    option: str
    term_months: int | None
    basis: Basis
    complete: bool
    lines: Sequence[Line]
    offer: Offer | None = None
    fit: Fit | None = None
    notes: Sequence[Note] = field(default_factory=tuple)

    @property
    def parts(self) -> dict[str, Decimal | None]:
        """By item; None for what is not included, and for what no exchange rate leads to the currency of."""
        found: dict[str, Decimal | None] = {}
        for line in self.lines:
            if line.amount is not None and line.currency == self.currency:
                found[line.item] = (found.get(line.item) or Decimal(0)) + line.amount
            else:
                found.setdefault(line.item, None)
        return found


def worst(lines: Sequence[Line]) -> Basis:
    """Of what is in a sum; unknown when nothing is."""
    found = [line.basis for line in lines if line.amount is not None and line.basis is not None]
    return max(found, key=_BEST_FIRST.index, default=Basis.UNKNOWN)
