"""How far estimates are from bills: what machines were billed in the last whole month beside what today's prices say of
the same machines and hours. Compute only. Never commits; inside `localcontext(money.EXACT)`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

from sqlalchemy.orm import Session

from mcm.charges import service as charges
from mcm.costs import repository, selection
from mcm.costs.book import Book
from mcm.costs.demands import Demand, Need
from mcm.costs.places import Where
from mcm.costs.selection import Member, Runs
from mcm.costs.standing import standing
from mcm.costs.tried import Before, Tried
from mcm.kit import money
from mcm.prices.offers import Item

# Of a place: so many machines are tried at most, and of fewer than these nothing is said.
MOST, LEAST = 200, 5
_MONTHS_BACK = 3
_AT_ONCE = 1000
_BILLED = {"category": ["Compute"], "basis": ["billed"]}
# What a commitment covers is billed with the commitment, and says nothing about prices by the hour.
_BY_THE_HOUR = _BILLED | {"pricing_category": ["Standard", None]}


def of_place(session: Session, where: Where, book: Book) -> Tried | None:
    """None where too little was billed by the hour, and for what no price is known of."""
    if where.account_id is None:
        return None
    for start, end in _months_billed(session, {where.account_id}, book.on):
        rows = repository.running_since(session, where.account_id, where.region, start, MOST)
        members = [
            Member(row.id, Runs(where.account_id, where.region, row.attributes.get("flavor")),
                   selection.need_of(row.attributes))
            for row in rows
            if row.attributes.get("vcpus") and row.attributes.get("memory_mib")
        ]  # fmt: skip
        there = {(where.account_id, where.region): where}
        pairs = list(_pairs(session, members, there, book, (start, end), by_hour=True))
        if len(pairs) >= LEAST:
            return _tried(f"{start:%Y-%m}", sorted(money.quotient(billed, said) for billed, said in pairs))
    return None


def of_members(
    session: Session, members: Sequence[Member], places: Mapping[tuple[str, str], Where], book: Book
) -> Before | None:
    """In whichever way they were paid. None where all of them are at places with a rate card, which is what they are
    charged by."""
    members = [one for one in members if _billed_there(one, places, book)]
    if not members:
        return None
    accounts = {one.runs.account_id for one in members}
    for start, end in _months_billed(session, accounts, book.on):
        pairs = list(_pairs(session, members, places, book, (start, end), by_hour=False))
        if pairs:
            billed, said = (sum(each, Decimal(0)) for each in zip(*pairs, strict=True))
            return Before(f"{start:%Y-%m}", len(pairs), len(members), billed, said)
    return Before("", 0, len(members), Decimal(0), Decimal(0))


def _billed_there(one: Member, places: Mapping[tuple[str, str], Where], book: Book) -> bool:
    where = places.get((one.runs.account_id, one.runs.region))
    return where is not None and where.ownership != "private" and book.card(where) is None


def _tried(month: str, ratios: Sequence[Decimal]) -> Tried:
    off = len(ratios) // 20
    kept = ratios[off : len(ratios) - off]
    return Tried(month, len(ratios), 2 * off, kept[0], ratios[len(ratios) // 2], kept[-1])


def _pairs(
    session: Session,
    members: Iterable[Member],
    places: Mapping[tuple[str, str], Where],
    book: Book,
    span: tuple[date, date],
    *,
    by_hour: bool,
) -> Iterator[tuple[Decimal, Decimal]]:
    """(billed, by price) of each that has both."""
    start, end = span
    hours = Decimal((end - start).days * 24)
    said: dict[tuple[Runs, Need], Decimal | None] = {}
    waiting = iter(members)
    while some := list(islice(waiting, _AT_ONCE)):
        billed = _billed(session, [one.resource_id for one in some], f"{start:%Y-%m}", book, by_hour=by_hour)
        for one in some:
            amount = billed.get(one.resource_id)
            # What was paid back says nothing about a price.
            if amount is None or amount <= 0:
                continue
            key = (one.runs, one.need)
            if key not in said:
                said[key] = _by_price(one, hours, places, book)
            price = said[key]
            if price:
                yield amount, price


def _billed(session: Session, ids: list[str], month: str, book: Book, *, by_hour: bool) -> dict[str, Decimal | None]:
    """None: not all of it has an amount, or is in a currency that a rate leads from."""
    filters = (_BY_THE_HOUR if by_hour else _BILLED) | {"resource": ids}
    found: dict[str, Decimal | None] = {}
    for one in charges.grouped(session, months=[month], by=["resource"], cost="effective", filters=filters):
        rate, ident = book.worth(one.currency), str(one.key[0])
        known = one.amount is not None and not one.unknown and rate is not None and found.get(ident, 0) is not None
        more = one.amount * rate if known and one.amount is not None and rate is not None else None
        found[ident] = None if more is None else (found.get(ident) or Decimal(0)) + more
    return found


def _by_price(one: Member, hours: Decimal, places: Mapping[tuple[str, str], Where], book: Book) -> Decimal | None:
    made = standing([(one.runs, Demand("", 1, one.need, hours))], places, book, None)
    parts = [each for each in made.amounts if each.line.item in (Item.COMPUTE, Item.LICENCE)]
    if any(each.amount is None and each.line.item == Item.COMPUTE for each in parts):
        return None
    return sum((each.amount or Decimal(0) for each in parts), Decimal(0))


def _months_billed(session: Session, accounts: Collection[str], on: date) -> list[tuple[date, date]]:
    """Those of the last whole months that any of the accounts has a bill of: without one there is nothing to ask."""
    spans = list(_months(on))
    known = charges.billed(session, [f"{start:%Y-%m}" for start, _ in spans])
    return [span for span in spans if any((one, f"{span[0]:%Y-%m}") in known for one in accounts)]


def _months(on: date) -> Iterator[tuple[date, date]]:
    """First days of the last whole months and of those after them, the newest first."""
    end = on.replace(day=1)
    for _ in range(_MONTHS_BACK):
        start = (end - timedelta(days=1)).replace(day=1)
        yield start, end
        end = start
