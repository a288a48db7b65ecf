"""One column of a comparison: the lines of all demands at a place, bought in one way, in one currency. Pure but for the
book it asks; inside `localcontext(money.EXACT)`."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from mcm.costs import misfits, owned, pricing
from mcm.costs.book import Book
from mcm.costs.demands import Demand
from mcm.costs.market import Market
from mcm.costs.matching import Way
from mcm.costs.notes import Note, distinct, note
from mcm.costs.places import Where
from mcm.costs.priced import Line, Priced, State, worst
from mcm.costs.pricing import Lines
from mcm.costs.tried import Before, Tried
from mcm.kit import money
from mcm.prices.offers import AMBER_DAYS, RED_DAYS, Basis, Option
from mcm.ratecards.rates import RateCard, Rates


@dataclass(slots=True)
class Amounts:
    """A line in the comparison's currency; None where it has no amount, or no rate is known."""

    line: Line
    amount: Decimal | None
    cash: Decimal | None


@dataclass(slots=True)
class Column:
    """amounts: every line, tax too. amount: the sum of the lines; None when compute has no price or no rate is known.
    card: of a private cloud. marginal: the sum at the marginal rate; totals: at other utilisations; at: those without
    tax by item, of items that are wholly priced. tried, before: what was billed beside what prices say, of the place
    and of these very instances."""

    where: Where
    way: Way
    amounts: list[Amounts]
    found: Lines
    amount: Decimal | None
    cash: Decimal | None
    at_least: bool
    notes: tuple[Note, ...]
    card: RateCard | None = None
    marginal: Decimal | None = None
    totals: dict[Decimal, Decimal | None] = field(default_factory=dict)
    at: dict[Decimal, dict[str, Decimal]] = field(default_factory=dict)
    current: bool = False
    tried: Tried | None = None
    before: Before | None = None

    @property
    def key(self) -> str:
        if self.current:
            return "current"
        term = f"-{self.way.term_months}" if self.way.term_months else ""
        return f"{self.where.key}#{self.way.option}{term}"

    @property
    def oldest(self) -> Line | None:
        dated = [one.line for one in self.amounts if one.line.priced_on is not None]
        return min(dated, key=lambda line: line.priced_on or date.max, default=None)

    def by_item(self) -> dict[str, Decimal]:
        """Only items that are wholly priced."""
        return _by_item(self.amounts)


def columns_of(
    demands: Sequence[Demand],
    where: Where,
    book: Book,
    options: Sequence[Option],
    tax: Decimal | None,
    *,
    support: bool,
    longest_months: int | None = None,
) -> list[Column]:
    """One for each way of buying; one without prices when nothing is known about the place."""
    card = book.card(where)
    if card is not None:
        return [_private(demands, where, card, book, tax, support=support)]
    if where.ownership == "private":
        found = pricing.nothing(demands, note("no_rate_card", account=where.account))
        return [finished(where, Way(Option.INTERNAL), found, book, tax)]
    market = book.market(where)
    longest = longest_months if longest_months is not None else math.inf
    ways = [
        way for way in market.ways() if (way.term_months or 0) <= longest and (not options or way.option in options)
    ]
    if not market.offers:
        reason = note("no_compute_prices", provider=where.provider, region=where.region)
        found = pricing.nothing(demands, reason)
        return [finished(where, Way(options[0] if options else Option.ON_DEMAND), found, book, tax)]
    made: list[Column] = []
    idle: list[Column] = []
    for way in ways:
        found = Lines()
        for demand in demands:
            pricing.own_lines(demand, market, way, found)
        pricing.traffic_lines(demands, market, found)
        if support:
            pricing.support_line(market, found)
        # A column in which nothing is bought in this way says what the one on demand says.
        bought = way == pricing.ON_DEMAND or any(offer.option is way.option for offer in found.offers.values())
        (made if bought else idle).append(finished(where, way, found, book, tax))
    if made or idle:
        return made or idle[:1]
    found = pricing.nothing(demands, *(note("option_not_offered", option=option) for option in options))
    found.notes += [reason for one in demands for reason in _misfits(one, market)]
    return [finished(where, Way(options[0] if options else Option.ON_DEMAND), found, book, tax)]


def of_tier(
    demand: Demand, where: Where, book: Book, options: Sequence[Option], longest_months: int | None, *, marginal: bool
) -> Priced:
    """One demand by itself, in the cheapest way, without tax and support."""
    card = book.card(where)
    if card is not None and marginal:
        found = Lines()
        owned.lines_of(demand, card, card.marginal, where.account or where.key, found)
        found.notes += of_card(card)
        best = finished(where, Way(Option.INTERNAL), found, book, None)
    else:
        made = columns_of([demand], where, book, options, None, support=False, longest_months=longest_months)
        best = min(made, key=lambda one: (one.amount is None, one.at_least, one.amount or 0, one.key))
    lines = [
        replace(one.line, amount=one.amount, cash=one.cash, currency=book.currency)
        if one.amount is not None
        else one.line
        for one in best.amounts
    ]
    return Priced(
        best.amount, best.cash, book.currency, best.way.option, best.way.term_months, worst(lines),
        best.amount is not None and not best.at_least, lines, best.found.offers.get(demand.name),
        best.found.fits[0] if best.found.fits else None, best.notes,
    )  # fmt: skip


def _misfits(demand: Demand, market: Market) -> list[Note]:
    """Nothing where something would fit that is bought in another way."""
    fits = (market.fit(demand, way) for way in market.ways())
    if any(found is not None for found in fits):
        return []
    return misfits.why(demand, market.offers, market.provider, market.region)


def finished(where: Where, way: Way, found: Lines, book: Book, tax: Decimal | None) -> Column:
    amounts = [_converted(line, book) for line in found.lines]
    unrated = {one.line.currency for one in amounts if one.amount is None and one.line.amount is not None}
    notes = [*found.notes, *_of_prices(found.lines)]
    if book.withholds(where):
        notes.append(note("negotiated_rates_withheld"))
    notes += [note("no_exchange_rate", currency=currency, to=book.currency) for currency in sorted(map(str, unrated))]
    whole = not found.unpriced and not unrated and any(one.amount is not None for one in amounts)
    amount, cash = (sum(_known(amounts), Decimal(0)), sum(_known_cash(amounts), Decimal(0))) if whole else (None, None)
    if tax is not None:
        amounts.append(_tax(amount, cash, tax, book.currency))
        amount = None if amount is None else amount + (amounts[-1].amount or 0)
        cash = None if cash is None else cash + (amounts[-1].cash or 0)
    at_least = any(one.line.state is State.NOT_INCLUDED for one in amounts)
    return Column(where, way, amounts, found, amount, cash, at_least, distinct(notes))


def _private(
    demands: Sequence[Demand], where: Where, card: RateCard, book: Book, tax: Decimal | None, *, support: bool
) -> Column:
    def at(rates: Rates) -> Lines:
        found = Lines()
        for demand in demands:
            owned.lines_of(demand, card, rates, where.account or where.key, found)
        return found

    full = at(card.full)
    full.notes += of_card(card)
    if support:
        full.missing("support", None)
    if card.measured_on is None:
        full.notes.append(note("utilisation_assumed", utilisation=money.written(card.utilisation)))
    column = finished(where, Way(Option.INTERNAL), full, book, tax)
    column.card = card
    column.marginal = finished(where, column.way, at(card.marginal), book, tax).amount
    for utilisation, rates in sorted(card.at.items()) if column.amount is not None else ():
        there = finished(where, column.way, at(rates), book, tax)
        column.totals[utilisation], column.at[utilisation] = there.amount, there.by_item()
    return column


def _converted(line: Line, book: Book) -> Amounts:
    if line.amount is None or line.currency is None:
        return Amounts(line, None, None)
    rate = book.worth(line.currency)
    if rate is None:
        return Amounts(line, None, None)
    if rate == 1:
        return Amounts(line, line.amount, line.cash)
    cash = None if line.cash is None else money.rounded(line.cash * rate)
    return Amounts(line, money.rounded(line.amount * rate), cash)


def _tax(amount: Decimal | None, cash: Decimal | None, tax: Decimal, currency: str) -> Amounts:
    if amount is None or cash is None:
        return Amounts(Line("tax", None, State.NOT_INCLUDED), None, None)
    due, first = money.rounded(amount * tax), money.rounded(cash * tax)
    line = Line(
        "tax", None, State.INCLUDED, due, first, currency, amount, "share", tax, basis=Basis.MODELLED, source="as asked"
    )
    return Amounts(line, due, first)


def of_card(card: RateCard) -> list[Note]:
    """A card holds until there is a newer one, however long that takes."""
    if card.age_days < AMBER_DAYS:
        return []
    warning = "rate_card_age_red" if card.age_days >= RED_DAYS else "rate_card_age_amber"
    return [note(warning, days=card.age_days, month=card.month)]


def _of_prices(lines: Iterable[Line]) -> list[Note]:
    dated = [line for line in lines if line.priced_on is not None and line.age_days is not None]
    found = []
    oldest = max(dated, key=lambda line: line.age_days or 0, default=None)
    if oldest is not None and (oldest.age_days or 0) >= AMBER_DAYS:
        warning = "price_age_red" if (oldest.age_days or 0) >= RED_DAYS else "price_age_amber"
        found.append(note(warning, days=oldest.age_days, priced_on=oldest.priced_on))
    if any(line.seed for line in dated):
        found.append(note("seed_prices"))
    return found


def _by_item(amounts: Iterable[Amounts]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    partly = set()
    for one in amounts:
        if one.amount is not None:
            found[one.line.item] = found.get(one.line.item, Decimal(0)) + one.amount
        elif one.line.state is not State.WITHIN:
            partly.add(one.line.item)
    return {item: amount for item, amount in found.items() if item not in partly}


def _known(amounts: Iterable[Amounts]) -> Iterable[Decimal]:
    return (one.amount for one in amounts if one.amount is not None)


def _known_cash(amounts: Iterable[Amounts]) -> Iterable[Decimal]:
    return (one.cash for one in amounts if one.cash is not None)
