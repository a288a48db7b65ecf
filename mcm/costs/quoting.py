"""What one thing costs at its place, by the price list or rate card that holds today. Never commits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.contract import ResourceKind
from mcm.costs import owned, presenting, pricing, repository, selection
from mcm.costs.book import Book
from mcm.costs.columns import Column, finished
from mcm.costs.demands import Demand, Need
from mcm.costs.disktypes import LOCAL, storage_class
from mcm.costs.notes import Note, note
from mcm.costs.places import Where
from mcm.costs.priced import Line, State
from mcm.costs.pricing import ON_DEMAND, Lines
from mcm.costs.quote_schemas import Quote
from mcm.costs.selection import Runs
from mcm.costs.standing import standing
from mcm.kit import clock, money
from mcm.kit.units import HOURS_PER_MONTH, MIB_PER_GIB
from mcm.models import ResourceRow
from mcm.prices.offers import Item

_NOTHING = Need(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A machine that somebody thinks of. sku: the size's own name, where it has one. disk_gib: None where nobody says;
    local_disk: the size brings its own."""

    vcpus: Decimal
    memory_mib: Decimal
    sku: str | None = None
    gpus: int = 0
    gpu_model: str | None = None
    architecture: str | None = None
    operating_system: str = "linux"
    disk_gib: Decimal | None = None
    local_disk: bool = False


def machine(session: Session, account: str, region: str, wanted: Wanted, currency: str | None, tenant_id: str) -> Quote:
    """Raises AccountNotFound."""
    row = accounts.get(session, account)
    where = _place(session, row.id, region)
    need = Need(
        wanted.vcpus, wanted.memory_mib / MIB_PER_GIB, wanted.gpus, wanted.gpu_model if wanted.gpus else None,
        selection.architecture(wanted.architecture), wanted.operating_system, burstable=True,
    )  # fmt: skip
    storage = {storage_class(None): wanted.disk_gib} if wanted.disk_gib else {}
    demand = Demand(wanted.sku or where.key, 1, need, HOURS_PER_MONTH, storage)
    book = Book(session, on=clock.now().date(), tenant_id=tenant_id, for_viewer=True)
    with localcontext(money.EXACT):
        made = _machine(demand, where, wanted.sku, book, currency)
        if wanted.disk_gib is None and not wanted.local_disk:
            made.at_least, made.notes = True, (*made.notes, note("disk_not_said"))
        return _quote(made, where, book)


def of_resource(session: Session, row: ResourceRow, currency: str | None) -> Quote | Note:
    """Of the thing itself: attached volumes and addresses are resources of their own, and what it sends out nobody
    tells. A note where such a thing has no price."""
    demand = _demand(row)
    if isinstance(demand, Note):
        return demand
    where = _place(session, row.account_id, row.region)
    book = Book(session, on=clock.now().date(), tenant_id=row.tenant_id, for_viewer=True)
    with localcontext(money.EXACT):
        if row.kind != ResourceKind.INSTANCE:
            return _quote(_part(demand, where, book, currency), where, book)
        local = row.attributes.get("local_disk_gib")
        if local and book.card(where) is not None:
            # A public cloud's size brings its own; a rate card's processors and memory do not.
            demand = replace(demand, storage_gib={LOCAL: Decimal(str(local))})
        made = _machine(demand, where, row.attributes.get("flavor"), book, currency)
        made.notes = (*_assumed(row), *made.notes)
        return _quote(made, where, book)


def _demand(row: ResourceRow) -> Demand | Note:
    told, name = row.attributes, row.name or row.native_id
    size = told.get("size_gib")
    if row.kind == ResourceKind.INSTANCE:
        if not told.get("vcpus") or not told.get("memory_mib"):
            return note("size_not_said")
        return Demand(name, 1, selection.need_of(told), HOURS_PER_MONTH)
    if row.kind == ResourceKind.PUBLIC_IP:
        return Demand(name, 1, _NOTHING, HOURS_PER_MONTH, public_ips=1)
    if row.kind in (ResourceKind.VOLUME, ResourceKind.SNAPSHOT):
        if not size:
            return note("size_not_said")
        gib = Decimal(str(size))
        if row.kind == ResourceKind.VOLUME:
            return Demand(name, 1, _NOTHING, HOURS_PER_MONTH, {storage_class(told.get("type")): gib})
        return Demand(name, 1, _NOTHING, HOURS_PER_MONTH, snapshot_gib=gib)
    return note("kind_without_price")


def _assumed(row: ResourceRow) -> list[Note]:
    told: Mapping[str, Any] = row.attributes
    odd = {
        "priced_as_running": row.state != "running",
        "taken_for_x86": told.get("architecture") is None,
        "taken_for_linux": told.get("os_family") is None,
    }
    return [note(code) for code, so in odd.items() if so]


def _machine(demand: Demand, where: Where, sku: str | None, book: Book, currency: str | None) -> Column:
    book.currency = currency or _currency(where, book) or book.currency
    runs = Runs(where.account_id or "", where.region, sku)
    made = standing([(runs, demand)], {(runs.account_id, runs.region): where}, book, None)
    if any(one.amount is None for one in made.amounts if one.line.item == Item.COMPUTE):
        # The disk of a machine whose price nobody knows says nothing about what it costs.
        made.amount = made.cash = None
    return made


def _part(demand: Demand, where: Where, book: Book, currency: str | None) -> Column:
    """What is no machine: its lines but for compute, of which it needs none."""
    book.currency = currency or _currency(where, book) or book.currency
    found, card = Lines(), book.card(where)
    if card is not None:
        owned.lines_of(demand, card, card.full, where.account or where.key, found)
        found.lines = [line for line in found.lines if line.item != Item.COMPUTE]
    elif where.ownership == "private":
        item = Item.STORAGE if demand.storage_gib else Item.PUBLIC_IP if demand.public_ips else Item.SNAPSHOT
        found.lines.append(Line(item, demand.name, State.NOT_INCLUDED))
        found.notes.append(note("no_rate_card", account=where.account))
    else:
        pricing.own_extras(demand, book.market(where), found)
    return finished(where, ON_DEMAND, found, book, None)


def _currency(where: Where, book: Book) -> str | None:
    """What the place is paid in, so that nothing is converted that need not be."""
    card = book.card(where)
    if card is not None:
        return card.currency
    if where.ownership == "private":
        return None
    market = book.market(where)
    offers = [*market.offers, *(offer for item in Item for offer in market.of(item))]
    return offers[0].currency if offers else None


def _place(session: Session, account_id: str, region: str) -> Where:
    """Also where the account has no instances, such as a region of volumes alone."""
    known = [where for where in repository.accounts(session) if where.account_id == account_id]
    here = next((where for where in known if where.region == region), None)
    if here is not None:
        return here
    row = accounts.get(session, account_id)
    return Where(
        f"{row.name}/{region}", row.provider, region, row.id, row.name, row.ownership, row.site, row.city,
        row.jurisdiction,
    )  # fmt: skip


def _quote(column: Column, where: Where, book: Book) -> Quote:
    amount = column.amount
    priced = any(one.line.amount is not None for one in column.amounts)
    fits = column.found.fits
    return Quote(
        place=presenting.place(where), on=book.on, currency=book.currency if priced else None, month=amount,
        hour=None if amount is None else money.quotient(amount, HOURS_PER_MONTH),
        shown=None if amount is None else money.presented(amount, book.currency),
        at_least=amount is not None and column.at_least,
        basis=presenting.basis(column), sku=fits[0].sku if fits else None,
        lines=presenting.lines(column), rates=presenting.rates(book), notes=presenting.said(column.notes),
    )  # fmt: skip
