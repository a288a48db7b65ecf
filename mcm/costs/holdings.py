"""What tenants' holdings cost by the month, for limits of money. Each distinct need at a place is priced once.

As instances are priced where they are: on their own size, on demand, by price list with what was negotiated, or by the
rate card of a private cloud; with licence and disks, as if they ran for 730 hours. Limits hold for more than whoever
asks may see, so this sees everything; it says amounts and reasons, and no names of what others have.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import NamedTuple

from sqlalchemy.orm import Session

from mcm.auth.service import EVERYTHING, limit, view_of
from mcm.costs import everywhere, owned, pricing, standing
from mcm.costs.book import Book
from mcm.costs.burstable import is_burstable
from mcm.costs.columns import Column, finished
from mcm.costs.demands import Demand, Need
from mcm.costs.disktypes import storage_class
from mcm.costs.notes import Note, note
from mcm.costs.places import Where
from mcm.costs.priced import State, worst
from mcm.costs.pricing import ON_DEMAND, Lines
from mcm.costs.remedies import lacking
from mcm.costs.selection import Runs
from mcm.kit import clock
from mcm.kit.money import EXACT
from mcm.kit.units import HOURS_PER_MONTH, MIB_PER_GIB
from mcm.prices.offers import Basis
from mcm.tenancy.money import Cost, Holding

_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64"}
_BEST_FIRST = tuple(Basis)
# What says how something was priced, not that it was not.
_TOLD_BESIDE = frozenset(
    ("own_size_unpriced", "better_disk_class", "seed_prices", "price_age_amber", "price_age_red", "utilisation_assumed")
)


class _Part(NamedTuple):
    amount: Decimal
    basis: Basis
    missing: tuple[Note, ...]


def priced(session: Session, holdings: Sequence[Holding], currency: str) -> Sequence[Cost]:
    """In the order of the holdings. Reads prices, rate cards and exchange rates; asks no cloud."""
    with _seeing_everything(session), localcontext(EXACT):
        desk = _Desk(session, holdings, currency)
        return [desk.cost(one) for one in holdings]


class _Desk:
    """Not to be kept beyond the call: prices change."""

    def __init__(self, session: Session, holdings: Sequence[Holding], currency: str) -> None:
        accounts = everywhere.accounts(session, {one.account_id for one in holdings})
        self._places = {
            (one.account_id, one.region): everywhere.where(accounts[one.account_id], one.region)
            for one in holdings
            if one.account_id in accounts
        }
        self._paying_as = everywhere.paying_as(session)
        payers = {self._paying_as.get(one.tenant_id) for one in holdings}
        day = clock.now().date()
        self._books = {payer: Book(session, on=day, tenant_id=payer, currency=currency) for payer in payers}
        self._machines: dict[tuple[str | None, Where, Need | None, str | None], _Part] = {}
        for payer, book in self._books.items():
            mine = (one for one in holdings if self._paying_as.get(one.tenant_id) == payer)
            places = {self._places[key] for one in mine if (key := (one.account_id, one.region)) in self._places}
            book.load([where for where in places if where.ownership != "private" and book.card(where) is None])

    def cost(self, one: Holding) -> Cost:
        where = self._places.get((one.account_id, one.region))
        if where is None:
            return Cost(Decimal(0), Basis.UNKNOWN, lacking([note("account_gone")], None))
        payer = self._paying_as.get(one.tenant_id)
        parts = [self._disks(one, where, self._books[payer])]
        if one.kind == "instance":
            machine = self._machine(one, where, payer)
            parts.insert(0, machine._replace(amount=machine.amount * one.count))
        missing = list(dict.fromkeys(each for part in parts for each in part.missing))
        basis = max((part.basis for part in parts if part.amount), key=_BEST_FIRST.index, default=Basis.UNKNOWN)
        return Cost(sum((part.amount for part in parts), Decimal(0)), basis, lacking(missing, where))

    def _machine(self, one: Holding, where: Where, payer: str | None) -> _Part:
        """Of one, without disks."""
        need = _need(one)
        key = (payer, where, need, one.flavor)
        if key not in self._machines:
            self._machines[key] = self._asked(one, need, where, self._books[payer])
        return self._machines[key]

    def _asked(self, one: Holding, need: Need | None, where: Where, book: Book) -> _Part:
        if need is None and (one.flavor is None or not _priced_by_name(where, one.flavor, book)):
            return _Part(Decimal(0), Basis.UNKNOWN, (note("holding_size_unknown"),))
        if need is not None and book.card(where) is not None:
            # What a private cloud pays for licences is in its pool, and so in its rates.
            need = replace(need, operating_system="linux")
        demand = Demand("", 1, need or Need(Decimal(0), Decimal(0)), HOURS_PER_MONTH)
        runs = Runs(one.account_id, one.region, one.flavor)
        return _part(standing.standing([(runs, demand)], {(one.account_id, one.region): where}, book, None))

    def _disks(self, one: Holding, where: Where, book: Book) -> _Part:
        if one.disk_gib is None:
            return _Part(Decimal(0), Basis.UNKNOWN, (note("holding_disk_unknown"),))
        if not one.disk_gib:
            return _Part(Decimal(0), Basis.UNKNOWN, ())
        demand = Demand(
            "", 1, Need(Decimal(0), Decimal(0)), HOURS_PER_MONTH, {storage_class(one.disk_type): one.disk_gib}
        )
        found, card = Lines(), book.card(where)
        if card is not None:
            owned.lines_of(demand, card, card.full, where.account or where.key, found)
        elif where.ownership == "private":
            found.missing("storage", None)
            found.notes = [note("no_rate_card", account=where.account)]
        else:
            pricing.own_extras(demand, book.market(where), found)
        found.lines = [line for line in found.lines if line.item == "storage"]
        return _part(finished(where, ON_DEMAND, found, book, None))


def _need(one: Holding) -> Need | None:
    if not one.vcpus or not one.memory_mib:
        return None
    return Need(
        Decimal(one.vcpus), Decimal(one.memory_mib) / MIB_PER_GIB, one.gpus or 0, one.gpu_model if one.gpus else None,
        _ARCHITECTURES.get(str(one.architecture).lower(), "x86_64"),
        "windows" if "windows" in str(one.os_family).lower() else "linux",
        burstable=is_burstable(None, one.flavor or ""),
    )  # fmt: skip


def _priced_by_name(where: Where, flavor: str, book: Book) -> bool:
    """Whether a price list has the very size: then how large it is need not be known."""
    if where.ownership == "private" or book.card(where) is not None:
        return False
    index, nothing = book.market(where).index, Need(Decimal(0), Decimal(0))
    return index.of_sku(where.provider, where.region, flavor, nothing, ON_DEMAND, HOURS_PER_MONTH) is not None


def _part(column: Column) -> _Part:
    """The lines that have an amount, whatever the others lack."""
    known = [one for one in column.amounts if one.amount is not None]
    missing = [one for one in column.amounts if one.amount is None and one.line.state is not State.WITHIN]
    lines = [replace(one.line, amount=one.amount) for one in known]
    reasons = [each for each in column.notes if each.code not in _TOLD_BESIDE] if missing else []
    if missing and not reasons:
        reasons = [note("not_included", item=missing[0].line.item)]
    return _Part(sum((one.amount or Decimal(0) for one in known), Decimal(0)), worst(lines), tuple(reasons))


@contextmanager
def _seeing_everything(session: Session) -> Iterator[None]:
    before = view_of(session)
    limit(session, EVERYTHING)
    try:
        yield
    finally:
        limit(session, before)
