"""What instances cost where they are: each on its own size, by the price list or rate card of its place.

Inside `localcontext(money.EXACT)`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from mcm.costs import owned, pricing
from mcm.costs.book import Book
from mcm.costs.columns import Column, finished, of_card
from mcm.costs.demands import Demand
from mcm.costs.notes import note
from mcm.costs.places import Where
from mcm.costs.priced import Line, State
from mcm.costs.pricing import ON_DEMAND, Lines
from mcm.costs.selection import Runs

HERE = Where("where they are", "", "", ownership="")


def standing(
    running: Iterable[tuple[Runs, Demand]], places: Mapping[tuple[str, str], Where], book: Book, tax: Decimal | None
) -> Column:
    """places: by account and region. What has no price makes the sum the least that it can be."""
    found = Lines()
    for runs, demand in sorted(running, key=lambda one: (str(one[0]), one[1].name)):
        where = places.get((runs.account_id, runs.region))
        label = f"{where.key if where else runs.region} {runs.flavor or ''}".strip()
        named = replace(demand, name=f"{label}: {demand.name}")
        if where is None:
            found.lines.append(Line("compute", named.name, State.NOT_INCLUDED))
            found.notes.append(note("no_compute_prices", provider="", region=runs.region))
            continue
        card = book.card(where)
        if card is not None:
            owned.lines_of(named, card, card.full, where.account or where.key, found)
            found.notes += of_card(card)
        elif where.ownership == "private":
            found.lines.append(Line("compute", named.name, State.NOT_INCLUDED))
            found.notes.append(note("no_rate_card", account=where.account))
        else:
            _public(named, where, runs.flavor, book, found)
    # Each of these is known by itself: that one is missing makes the sum a least, not unknown.
    found.unpriced.clear()
    column = finished(HERE, ON_DEMAND, found, book, tax)
    column.current = True
    return column


def _public(demand: Demand, where: Where, flavor: str | None, book: Book, found: Lines) -> None:
    if book.withholds(where):
        found.notes.append(note("negotiated_rates_withheld"))
    market = book.market(where)
    index, hours = market.index, demand.hours
    made = flavor and index.of_sku(where.provider, where.region, flavor, demand.need, ON_DEMAND, hours)
    if not made:
        pricing.own_lines(demand, market, ON_DEMAND, found)
        chosen = found.offers.get(demand.name)
        if chosen is not None and flavor:
            count = str(demand.count)
            found.notes.append(
                note("own_size_unpriced", count=count, sku=flavor, location=where.key, found=chosen.sku)
            )  # fmt: skip
    else:
        pricing.machine_lines(demand, made, found)
        pricing.own_extras(demand, market, found)
    pricing.traffic_lines([demand], market, found)
