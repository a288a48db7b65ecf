"""Everything but compute: disks by class, traffic through the tiers of its price, addresses, licences, support. Pure.

Inside `localcontext(money.EXACT)`, as matching."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mcm.costs.demands import CLASSES
from mcm.costs.matching import Rate
from mcm.costs.priced import Line, State
from mcm.kit import money
from mcm.kit.units import HOURS_PER_MONTH
from mcm.prices.offers import Offer, Option, Unit


@dataclass(frozen=True, slots=True)
class Charge:
    """amount: for the whole quantity in a month. offers: the prices that were used, by tier; the first names the rest.
    unit_price: where one price holds for all of it."""

    amount: Decimal
    offers: Sequence[Offer]
    quantity: Decimal
    unit_price: Decimal | None


def cheapest(
    offers: Iterable[Offer], quantity: Decimal, unit: Unit | None = None, *, rate: Rate = lambda _: Decimal(1)
) -> Charge | None:
    """Of all that is sold as this, the one that costs least for the quantity; what has no rate comes last.

    rate: to compare offers of several currencies by. quantity: in the unit of the offers; of addresses and the like how
    many there are, for a whole month."""
    by_sku: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        if unit is None or offer.unit is unit:
            by_sku[offer.sku, offer.currency].append(offer)
    found = [charge for points in by_sku.values() if (charge := graduated(points, quantity)) is not None]

    def rank(one: Charge) -> tuple[bool, Decimal, str, str]:
        first = one.offers[0]
        known = rate(first.currency)
        return known is None, one.amount if known is None else one.amount * known, first.sku, first.point_id

    return min(found, key=rank, default=None)


def graduated(points: Sequence[Offer], quantity: Decimal) -> Charge | None:
    """Each part of the quantity at the price of its tier. None: no price holds for the first of it."""
    ordered = sorted(points, key=lambda offer: (offer.tier_from, offer.unit_price, offer.point_id))
    # Two prices for one tier: the cheaper, which is the first.
    steps = [one for index, one in enumerate(ordered) if not index or one.tier_from != ordered[index - 1].tier_from]
    if not steps or steps[0].tier_from > 0:
        return None
    total, used = Decimal(0), []
    for index, step in enumerate(steps):
        ends = steps[index + 1].tier_from if index + 1 < len(steps) else None
        part = (quantity if ends is None else min(quantity, ends)) - step.tier_from
        if part <= 0 and index:
            break
        total += part * step.unit_price * _times(step)
        used.append(step)
    single = used[0].unit_price if len(used) == 1 else None
    return Charge(money.rounded(total), used, quantity * _times(used[0]), single)


def _times(offer: Offer) -> Decimal:
    """What is there for a month is paid for every hour of it."""
    return HOURS_PER_MONTH if offer.unit is Unit.HOUR else Decimal(1)


def disks(
    offers: Sequence[Offer], wanted: str, gib: Decimal, *, rate: Rate = lambda _: Decimal(1)
) -> tuple[Charge, str] | None:
    """Of the class, else of the next better one, which is told."""
    for name in CLASSES[CLASSES.index(wanted) :]:
        found = cheapest([offer for offer in offers if offer.storage_class == name], gib, Unit.GIB_MONTH, rate=rate)
        if found is not None:
            return found, name
    return None


def by_use(offers: Iterable[Offer]) -> list[Offer]:
    """Those that ask for no commitment; where there are none, all that ask for nothing upfront, which no tier knows."""
    listed = [offer for offer in offers if not offer.upfront]
    return [offer for offer in listed if offer.option in (Option.ON_DEMAND, Option.INTERNAL)] or listed


def support(offers: Iterable[Offer], base: Decimal) -> Charge | None:
    """The cheapest plan for what else is paid in a month, in the currency of the offers."""
    listed = list(offers)
    found = [cheapest(listed, base, Unit.SHARE), cheapest(listed, Decimal(1), Unit.MONTH)]
    return min((one for one in found if one is not None), key=lambda one: one.amount, default=None)


def line(item: str, tier: str | None, charge: Charge) -> Line:
    offer = charge.offers[0]
    return Line(
        item, tier, State.INCLUDED, charge.amount, charge.amount, offer.currency, charge.quantity, offer.unit,
        charge.unit_price, offer.option, None, None, offer.sku, offer.basis, offer.source, offer.priced_on,
        offer.age_days, offer.list_id, ",".join(used.point_id for used in charge.offers), offer.seed,
    )  # fmt: skip
