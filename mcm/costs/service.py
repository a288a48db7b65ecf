"""What something costs where: the functions that other rooms call. Never commits."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal, localcontext

from sqlalchemy.orm import Session

from mcm.costs import columns, comparing, demands
from mcm.costs.book import Book
from mcm.costs.places import Where
from mcm.costs.priced import Priced
from mcm.kit import clock
from mcm.kit.money import EXACT
from mcm.prices.offers import Option
from mcm.workloads.documents import Tier

__all__ = ["Book", "Priced", "Where", "book", "places", "priced"]


def book(
    session: Session, *, on: date | None = None, tenant_id: str | None = None, currency: str | None = None,
    for_viewer: bool = False,
) -> Book:  # fmt: skip
    """Prices, rate cards and exchange rates of a day (default today), read once however often they are asked for. Not
    to be kept beyond the session. `book.load(places)` reads those of many places at once. currency: default the
    organisation's. for_viewer: see Book."""
    return Book(session, on=on or clock.now().date(), tenant_id=tenant_id, currency=currency, for_viewer=for_viewer)


def places(session: Session, on: date | None = None) -> list[Where]:
    """Every account that the session sees, by region, and places that have prices and no account."""
    return comparing.every_place(session, on or clock.now().date())


def priced(
    session: Session,
    tier: Tier,
    hours: Decimal,
    location: Where,
    *,
    using: Book | None = None,
    options: Collection[Option] = (Option.ON_DEMAND,),
    longest_months: int | None = None,
    currency: str | None = None,
    marginal: bool = False,
    tenant_id: str | None = None,
) -> Priced:
    """What all instances of a tier cost at a location in a month, the cheapest of `options` (of a private cloud: by its
    rate card). With disks, snapshots, addresses, egress and licence; without tax and support.

    hours: in the month, where the tier says none. using: a book, for more than one call; its currency then holds.
    longest_months: of a commitment's term; None: any. marginal: by the private cloud's marginal rates, as placement
    goes by. Where nothing is known the amount is None and `notes` say why."""
    open_book = using or book(session, tenant_id=tenant_id, currency=currency)
    with localcontext(EXACT):
        demand = demands.of_tier(tier, hours)
        return columns.of_tier(demand, location, open_book, list(options), longest_months, marginal=marginal)
