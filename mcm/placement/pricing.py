"""What each tier costs at each place, as a decision keeps it: amounts as texts, None for what nobody can say.

Traffic between tiers is not in it: that hangs on where the other tier is. For that there is what one GB more out of a
place costs.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from mcm.costs import service as costs
from mcm.db.session import home_currency
from mcm.kit import clock
from mcm.kit.money import EXACT, quotient, written
from mcm.placement.locations import Location
from mcm.prices.offers import Option
from mcm.workloads.documents import Tier, Traffic, Workload

log = logging.getLogger(__name__)
_DEFAULT = (Option.ON_DEMAND,)


@dataclass(frozen=True, slots=True)
class Price:
    """amount: in a month, of all instances of the tier; complete: with everything it needs, else at least. gb: of one
    GB more that leaves the place. points: the price points it comes from."""

    amount: str | None
    currency: str
    option: str
    basis: str
    complete: bool
    gb: str | None
    points: tuple[str, ...]
    priced_on: str | None
    notes: tuple[Mapping[str, Any], ...] = ()

    def kept(self) -> dict[str, Any]:
        return {
            "amount": self.amount, "currency": self.currency, "option": self.option, "basis": self.basis,
            "complete": self.complete, "gb": self.gb, "points": list(self.points), "priced_on": self.priced_on,
            "notes": [dict(one) for one in self.notes],
        }  # fmt: skip


def currency_of(session: Session, workload: Workload, asked: str | None) -> str:
    return asked or (workload.budget.currency if workload.budget is not None else home_currency(session))


def prices(
    session: Session, workload: Workload, places: Sequence[Location], currency: str, tenant_id: str | None
) -> dict[str, dict[str, dict[str, Any]]]:
    """tier → location → what `Price.kept` gives. Places with one price key share a look-up."""
    book = costs.book(session, on=clock.now().date(), tenant_id=tenant_id, currency=currency)
    book.load([_where(one) for one in places])
    options = tuple(Option(one) for one in workload.purchase if one != "internal") or _DEFAULT
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for tier in workload.tiers:
        hours, known = tier.hours_per_month or workload.hours_per_month, dict[Any, dict[str, Any]]()
        gb = sum(tier.traffic.to.values(), Decimal(0))
        here = found[tier.name] = {}
        for one in places:
            key = (one.account_id, one.region)
            if key not in known:
                known[key] = _price(session, book, tier, hours, one, options, gb).kept()
            here[one.id] = known[key]
    return found


def _price(
    session: Session, book: costs.Book, tier: Tier, hours: Decimal, place: Location, options: Sequence[Option],
    gb: Decimal,
) -> Price:  # fmt: skip
    where = _where(place)
    alone = tier.model_copy(update={"traffic": Traffic(internet_gb=tier.traffic.internet_gb)})
    made = _asked(session, book, alone, hours, where, options)
    each = None
    if gb and made.amount is not None:
        # Not validated: together it may be more than a document may ask for.
        out_too = Traffic.model_construct(internet_gb=EXACT.add(tier.traffic.internet_gb, gb))
        more = alone.model_copy(update={"traffic": out_too})
        with_it = _asked(session, book, more, hours, where, options)
        if with_it.amount is not None and (with_it.complete or not made.complete) and "egress" in with_it.parts:
            out = with_it.parts["egress"]
            before = made.parts.get("egress") or Decimal(0)
            if out is not None:
                each = written(quotient(EXACT.subtract(out, before), EXACT.multiply(gb, tier.count)))
    points = tuple(sorted({line.point_id for line in made.lines if line.point_id}))
    days = [line.priced_on for line in made.lines if line.priced_on is not None]
    return Price(
        written(made.amount) if made.amount is not None else None, made.currency, str(made.option), str(made.basis),
        made.complete, each, points, min(days).isoformat() if days else None,
        tuple({"code": one.code, "params": dict(one.params)} for one in made.notes),
    )  # fmt: skip


def _asked(
    session: Session, book: costs.Book, tier: Tier, hours: Decimal, where: costs.Where, options: Sequence[Option],
) -> costs.Priced:  # fmt: skip
    return costs.priced(
        session, tier, hours, where, using=book, options=options, marginal=True
    )  # fmt: skip


def _where(place: Location) -> costs.Where:
    return costs.Where(
        f"{place.account}/{place.region}", place.provider, place.region, place.account_id, place.account,
        place.ownership, place.site, place.city, place.jurisdiction,
    )  # fmt: skip


def money(text: str | None) -> Decimal | None:
    return EXACT.create_decimal(text) if text is not None else None
