"""The lines of demands at a place that asks market prices. Pure, inside `localcontext(money.EXACT)`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from mcm.costs import misfits, shelves
from mcm.costs.demands import Demand
from mcm.costs.market import Market
from mcm.costs.matching import BY_USE, Index, Month, Way
from mcm.costs.notes import Note, note
from mcm.costs.priced import Fit, Line, State
from mcm.kit.money import written
from mcm.kit.units import HOURS_PER_MONTH
from mcm.prices.offers import Item, Offer, Option, Unit

ON_DEMAND = Way(Option.ON_DEMAND)


@dataclass(slots=True)
class Lines:
    """What came of it. offers, fits: of each demand that found one. unpriced: demands whose compute has no price."""

    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    offers: dict[str, Offer] = field(default_factory=dict)
    fits: list[Fit] = field(default_factory=list)
    unpriced: list[str] = field(default_factory=list)

    def missing(self, item: str, tier: str | None, quantity: Decimal | None = None, unit: Unit | None = None) -> None:
        """quantity: how much of it is needed."""
        self.lines.append(Line(item, tier, State.NOT_INCLUDED, quantity=quantity, unit=unit))
        self.notes.append(note("not_included", item=item))


def own_lines(demand: Demand, market: Market, way: Way, found: Lines) -> None:
    """Compute with its licence, disks, snapshots, addresses and load balancers of one demand."""
    made = market.fit(demand, way)
    if way != ON_DEMAND:
        by_use = market.fit(demand, ON_DEMAND)
        if made is None and by_use is not None:
            found.notes.append(note("falls_back_to_on_demand", tier=demand.name, option=way.option))
            made = by_use
        elif made is not None and by_use is not None and market.worth(by_use) < market.worth(made):
            # Such as for few hours, or where only a far larger size is sold in this way.
            found.notes.append(note("cheaper_on_demand", tier=demand.name, option=way.option))
            made = by_use
    if made is None:
        found.unpriced.append(demand.name)
        found.lines.append(Line(Item.COMPUTE, demand.name, State.NOT_INCLUDED))
        found.notes += misfits.why(demand, market.offers, market.provider, market.region)
    else:
        machine_lines(demand, made, found)
    own_extras(demand, market, found)


def nothing(demands: Sequence[Demand], *notes: Note) -> Lines:
    """Where no price is known: what is needed is not included, and nothing is not needed for that."""
    empty, found = Market("", "", Index(()), ()), Lines()
    for demand in demands:
        own_lines(demand, empty, ON_DEMAND, found)
    traffic_lines(demands, empty, found)
    found.notes = list(notes)
    return found


def own_extras(demand: Demand, market: Market, found: Lines) -> None:
    """Disks, snapshots, addresses and load balancers."""
    _disks(demand, market, found)
    _counted(demand, market, found)


def machine_lines(demand: Demand, made: Month, found: Lines) -> None:
    offer, need = made.offer, demand.need
    found.offers[demand.name] = offer
    found.lines.append(_bought(Item.COMPUTE, demand, made))
    vcpus, memory = offer.vcpus or Decimal(0), offer.memory_gib or Decimal(0)
    found.fits.append(
        Fit(
            demand.name, demand.count, offer.sku, offer.family, vcpus, memory, offer.gpus, vcpus - need.vcpus,
            memory - need.memory_gib, offer.gpus - need.gpus,
        )
    )  # fmt: skip
    if offer.option not in BY_USE and demand.hours < HOURS_PER_MONTH:
        hours = written(demand.hours)
        found.notes.append(
            note("commitment_paid_for_all_hours", tier=demand.name, option=offer.option, hours=hours)
        )  # fmt: skip
    if offer.option is Option.SPOT:
        found.notes.append(note("spot_may_end"))
    if need.operating_system == "linux":
        return
    if need.own_licence:
        found.lines.append(Line(Item.LICENCE, demand.name, State.NOT_INCLUDED))
        found.notes.append(note("own_licence", tier=demand.name, operating_system=need.operating_system))
    elif made.licence is not None:
        found.lines.append(_bought(Item.LICENCE, demand, made.licence))
    elif made.missing_licence:
        found.missing(Item.LICENCE, demand.name)
    else:
        found.lines.append(Line(Item.LICENCE, demand.name, State.WITHIN))


def traffic_lines(demands: Sequence[Demand], market: Market, found: Lines) -> None:
    """Of all demands together, as the tiers of a price are reached by what leaves an account, not a machine."""
    tier = demands[0].name if len(demands) == 1 else None
    for item, parts in (
        (Item.EGRESS, [one.internet_gb for one in demands]),
        (Item.TRANSFER, [one.transfer_gb for one in demands]),
    ):
        if any(size is None for size in parts):
            found.lines.append(Line(item, tier, State.NOT_INCLUDED))
            found.notes.append(note("unknown_for_running", item=item))
            continue
        total = sum((size or Decimal(0) for size in parts), Decimal(0))
        if not total:
            continue
        charge = shelves.cheapest(shelves.by_use(market.of(item)), total, Unit.GB, rate=market.rate)
        if charge is None:
            found.missing(item, tier, total, Unit.GB)
            continue
        found.lines.append(shelves.line(item, tier, charge))
        if item is Item.TRANSFER:
            found.notes.append(note("transfer_as_between_zones"))


def support_line(market: Market, found: Lines) -> None:
    """What is asked for support of everything else that is paid there; None of it while any price is missing."""
    offers = market.of(Item.SUPPORT)
    paid = [one for one in found.lines if one.amount is not None]
    currencies = {one.currency for one in paid}
    charge = None
    if offers and not found.unpriced and len(currencies) == 1:
        base = sum((one.amount or Decimal(0) for one in paid), Decimal(0))
        charge = shelves.support([offer for offer in offers if {offer.currency} == currencies], base)
    if charge is None:
        found.missing(Item.SUPPORT, None)
    else:
        found.lines.append(shelves.line(Item.SUPPORT, None, charge))


def _bought(item: Item, demand: Demand, made: Month) -> Line:
    offer = made.offer
    return Line(
        item, demand.name, State.INCLUDED, made.amortised * demand.count, made.cash * demand.count, offer.currency,
        made.quantity * demand.count, offer.unit, offer.unit_price, offer.option, offer.term_months,
        offer.upfront * demand.count if offer.upfront else None, offer.sku, offer.basis, offer.source, offer.priced_on,
        offer.age_days, offer.list_id, offer.point_id, offer.seed,
    )  # fmt: skip


def _disks(demand: Demand, market: Market, found: Lines) -> None:
    offers = shelves.by_use(market.of(Item.STORAGE))
    for name, gib in sorted(demand.storage_gib.items()):
        chosen = shelves.disks(offers, name, gib, rate=market.rate)
        if chosen is None:
            found.missing(Item.STORAGE, demand.name, gib, Unit.GIB_MONTH)
            continue
        charge, kind = chosen
        found.lines.append(shelves.line(Item.STORAGE, demand.name, charge))
        if kind != name:
            found.notes.append(note("better_disk_class", tier=demand.name, wanted=name, found=kind))


def _counted(demand: Demand, market: Market, found: Lines) -> None:
    if demand.snapshot_gib is None:
        found.lines.append(Line(Item.SNAPSHOT, demand.name, State.NOT_INCLUDED))
        found.notes.append(note("unknown_for_running", item=Item.SNAPSHOT))
    for item, quantity, units in (
        (Item.SNAPSHOT, demand.snapshot_gib or Decimal(0), (Unit.GIB_MONTH,)),
        (Item.PUBLIC_IP, Decimal(demand.public_ips), (Unit.HOUR, Unit.MONTH)),
        (Item.LOAD_BALANCER, Decimal(demand.load_balancers), (Unit.HOUR, Unit.MONTH)),
    ):
        if not quantity:
            continue
        offers = [offer for offer in shelves.by_use(market.of(item)) if offer.unit in units]
        charge = shelves.cheapest(offers, quantity, rate=market.rate)
        if charge is None:
            found.missing(item, demand.name, quantity, units[-1])
        else:
            found.lines.append(shelves.line(item, demand.name, charge))
