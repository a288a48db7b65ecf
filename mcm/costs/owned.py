"""The lines of demands in a private cloud, by its rate card; and from which utilisation it is the cheaper. Pure.

Inside `localcontext(money.EXACT)`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from mcm.costs.demands import CLASSES, Demand
from mcm.costs.notes import note
from mcm.costs.priced import Line, State
from mcm.costs.pricing import Lines
from mcm.kit import money
from mcm.prices.offers import Basis, Item, Option, Unit
from mcm.ratecards.rates import RateCard, Rates


def lines_of(demand: Demand, card: RateCard, rates: Rates, account: str, found: Lines) -> None:
    """What a rate card has no rate for is not included: it may be within the pool, and nobody says so."""
    need, hours = demand.need, demand.hours * demand.count
    each = rates.vcpu_hour * need.vcpus + rates.memory_gib_hour * need.memory_gib
    if need.gpus and rates.gpu_hour is None:
        found.unpriced.append(demand.name)
        found.lines.append(Line(Item.COMPUTE, demand.name, State.NOT_INCLUDED))
        found.notes.append(note("no_gpu_rate", tier=demand.name, account=account))
    else:
        each += (rates.gpu_hour or Decimal(0)) * need.gpus
        found.lines.append(_line(Item.COMPUTE, demand.name, card, money.rounded(each * hours), hours, Unit.HOUR, each))
    for name, gib in sorted(demand.storage_gib.items()):
        # As of public clouds: the next better class will do.
        kind = next((each for each in CLASSES[CLASSES.index(name) :] if each in rates.storage_gib_month), None)
        if kind is None:
            found.missing(Item.STORAGE, demand.name, gib, Unit.GIB_MONTH)
            continue
        rate = rates.storage_gib_month[kind]
        amount = money.rounded(rate * gib)
        found.lines.append(_line(Item.STORAGE, demand.name, card, amount, gib, Unit.GIB_MONTH, rate))
        if kind != name:
            found.notes.append(note("better_disk_class", tier=demand.name, wanted=name, found=kind))
    for item, needed, unit in (
        (Item.SNAPSHOT, demand.snapshot_gib, Unit.GIB_MONTH),
        (Item.EGRESS, demand.internet_gb, Unit.GB),
        (Item.TRANSFER, demand.transfer_gb, Unit.GB),
        (Item.PUBLIC_IP, Decimal(demand.public_ips), Unit.MONTH),
        (Item.LOAD_BALANCER, Decimal(demand.load_balancers), Unit.MONTH),
        (Item.LICENCE, Decimal(demand.count if need.operating_system != "linux" else 0), Unit.MONTH),
    ):
        if needed is None:
            found.lines.append(Line(item, demand.name, State.NOT_INCLUDED))
            found.notes.append(note("unknown_for_running", item=item))
        elif needed:
            found.missing(item, demand.name, needed, unit)


def _line(
    item: Item, tier: str, card: RateCard, amount: Decimal, quantity: Decimal, unit: Unit, price: Decimal
) -> Line:
    return Line(
        item, tier, State.INCLUDED, amount, amount, card.currency, quantity, unit, money.rounded(price),
        Option.INTERNAL, None, None, card.pool, Basis.MODELLED, f"rate card {card.pool} {card.month}",
        card.published_on, card.age_days, card.id, card.id,
    )  # fmt: skip


class BreakEven(NamedTuple):
    """code: `from` (the private cloud is cheaper from that utilisation on), `always`, or `never`, not even when
    everything is sold."""

    code: str
    utilisation: Decimal | None


def break_even(private: Mapping[Decimal, Decimal], public: Decimal) -> BreakEven | None:
    """private: what it costs at several utilisations. What is shared by all that is sold falls in proportion to it, the
    rest stays: cost = rest + shared / utilisation, through the lowest and the highest. None: too few to tell."""
    known = sorted(private)
    if len(known) < 2 or known[0] <= 0:
        return None
    low, high = known[0], known[-1]
    # 1/low - 1/high, without a division.
    shared = money.quotient((private[low] - private[high]) * low * high, high - low)
    rest = private[high] - money.quotient(shared, high)
    if shared <= 0:
        return BreakEven("always" if rest <= public else "never", None)
    if public <= rest:
        return BreakEven("never", None)
    found = money.quotient(shared, public - rest)
    return BreakEven("never", None) if found > 1 else BreakEven("from", found)
