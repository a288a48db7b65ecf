"""Columns as the API shows them: sums by item, what is rounded and what rounding leaves, ranks, break-even."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from mcm.costs import owned, sensing
from mcm.costs.book import Book
from mcm.costs.columns import Amounts, Column
from mcm.costs.notes import Note, sentence
from mcm.costs.places import Where
from mcm.costs.priced import ITEMS, State, worst
from mcm.costs.schemas import (
    AtUtilisation,
    BreakEvenItem,
    ColumnItem,
    CostLine,
    ItemSum,
    Place,
    RateItem,
    Said,
    SizeChosen,
    Total,
)
from mcm.kit import money
from mcm.prices.offers import AMBER_DAYS, RED_DAYS


def shown(columns: Sequence[Column], currency: str) -> list[ColumnItem]:
    """The cheapest first; those that are whole before those that are at least so much; those without a total last."""
    ordered = sorted(columns, key=lambda one: (one.amount is None, one.at_least, one.amount or 0, one.key))
    whole = [one.amount for one in ordered if one.amount is not None and not one.at_least and not one.current]
    cheapest = min(whole, default=None)
    found, rank = [], 0
    for column in ordered:
        rank += column.amount is not None and not column.current
        place = rank if column.amount is not None and not column.current else None
        found.append(_column(column, columns, currency, place, cheapest))
    return found


def said(notes: Iterable[Note]) -> list[Said]:
    return [
        Said(
            code=one.code, params=dict(one.params), message=sentence(one.code, dict(one.params)),
            message_zh=sentence(one.code, dict(one.params), chinese=True),
        )
        for one in notes
    ]  # fmt: skip


def lines(column: Column) -> list[CostLine]:
    return [_line(one) for one in column.amounts]


def basis(column: Column) -> str:
    """The worst of its lines'."""
    return worst([one.line for one in column.amounts if one.line.item != "tax"])


def rates(book: Book) -> list[RateItem]:
    """Those that were used."""
    return [RateItem.model_validate(rate, from_attributes=True) for rate in book.used()]


def age_of(days: int | None) -> str | None:
    if days is None:
        return None
    return "red" if days >= RED_DAYS else "amber" if days >= AMBER_DAYS else "fresh"


def _column(
    column: Column, every: Sequence[Column], currency: str, rank: int | None, cheapest: Decimal | None
) -> ColumnItem:
    items = [_item(name, column.amounts, currency) for name in ITEMS]
    oldest = column.oldest
    card = column.card
    return ColumnItem(
        key=column.key, place=place(column.where), option=column.way.option, term_months=column.way.term_months,
        current=column.current, rank=rank,
        above_cheapest=None if column.amount is None or cheapest is None else column.amount - cheapest,
        total=_total(column, items, currency), items=items, lines=lines(column),
        sizes=[SizeChosen.model_validate(fit, from_attributes=True) for fit in column.found.fits],
        oldest_price=oldest.priced_on if oldest else None, age=age_of(oldest.age_days) if oldest else None,
        marginal=column.marginal, marginal_shown=_presented(column.marginal, currency),
        used_utilisation=card.utilisation if card else None, measured_on=card.measured_on if card else None,
        utilisations=_utilisations(column, currency), break_even=_break_even(column, every),
        sensitivity=said(sensing.of(column, every, currency)), notes=said(column.notes),
    )  # fmt: skip


def _total(column: Column, items: Sequence[ItemSum], currency: str) -> Total:
    amount, cash = _presented(column.amount, currency), _presented(column.cash, currency)
    return Total(
        amount=column.amount, cash=column.cash, shown=amount, shown_cash=cash,
        rounding=None if amount is None else amount - sum((one.shown or Decimal(0) for one in items), Decimal(0)),
        rounding_cash=None if cash is None else cash - sum((one.shown_cash or Decimal(0) for one in items), Decimal(0)),
        at_least=column.at_least, basis=basis(column),
    )  # fmt: skip


def _item(name: str, amounts: Sequence[Amounts], currency: str) -> ItemSum:
    mine = [one for one in amounts if one.line.item == name]
    known = [one for one in mine if one.amount is not None]
    amount = sum((one.amount or Decimal(0) for one in known), Decimal(0)) if known else None
    cash = sum((one.cash or Decimal(0) for one in known), Decimal(0)) if known else None
    states = {one.line.state for one in mine} or {State.NOT_NEEDED}
    if name == "tax" and not mine:
        # Whether there is tax was not asked; that there is none was not said.
        states = {State.NOT_INCLUDED}
    order = (State.NOT_INCLUDED, State.INCLUDED, State.WITHIN, State.NOT_NEEDED)
    state = next(one for one in order if one in states)
    return ItemSum(
        item=name, state=state, amount=amount, cash=cash, shown=_presented(amount, currency),
        shown_cash=_presented(cash, currency),
    )  # fmt: skip


def _line(one: Amounts) -> CostLine:
    line = one.line
    return CostLine(
        item=line.item, tier=line.tier, state=line.state, amount=one.amount, cash=one.cash, billed=line.amount,
        billed_currency=line.currency, quantity=line.quantity, unit=line.unit, unit_price=line.unit_price,
        upfront=line.upfront, option=line.option, term_months=line.term_months, sku=line.sku, basis=line.basis,
        source=line.source, priced_on=line.priced_on, age_days=line.age_days, age=age_of(line.age_days),
        list_id=line.list_id, point_id=line.point_id, seed=line.seed,
    )  # fmt: skip


def place(where: Where) -> Place:
    return Place(
        key=where.key, provider=where.provider or None, region=where.region or None, account=where.account,
        account_id=where.account_id, ownership=where.ownership or None, site=where.site, city=where.city,
        jurisdiction=where.jurisdiction,
    )  # fmt: skip


def _utilisations(column: Column, currency: str) -> list[AtUtilisation]:
    return [
        AtUtilisation(utilisation=utilisation, amount=amount, shown=_presented(amount, currency))
        for utilisation, amount in sorted(column.totals.items())
    ]


def _break_even(column: Column, every: Sequence[Column]) -> list[BreakEvenItem]:
    """Without tax, which is on both, and over what both have a price for."""
    found = []
    for other in every if column.at and column.amount is not None else ():
        if other.card is not None or other.current or other.amount is None:
            continue
        there = other.by_item()
        both = [
            name for name in ITEMS if name != "tax" and name in there and all(name in at for at in column.at.values())
        ]
        if "compute" not in both:
            continue
        public = sum((there[name] for name in both), Decimal(0))
        private = {use: sum((at[name] for name in both), Decimal(0)) for use, at in column.at.items()}
        even = owned.break_even(private, public)
        if even is not None:
            found.append(
                BreakEvenItem(
                    column=other.key, code=even.code, utilisation=even.utilisation, over=both, public_amount=public
                )
            )  # fmt: skip
    return found


def _presented(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else money.presented(amount, currency)
