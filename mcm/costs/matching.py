"""The best-fitting offer for a need: of all sizes that hold it the one that costs least, the smaller of equals. Pure.

A larger size that costs less is the better fit. As what holds a bigger need holds a smaller one too, a bigger need
never gets a smaller offer. Offers are sorted once for each place, way of buying and kind of need; a need that was
asked before is a look-up. Arithmetic is exact only inside `localcontext(money.EXACT)`, which callers open.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from mcm.costs.burstable import is_burstable
from mcm.costs.demands import Need
from mcm.kit import money
from mcm.kit.units import HOURS_PER_MONTH
from mcm.prices.offers import Item, Offer, Option, Unit

# What is bought for a term is paid whether it runs or not.
BY_USE = frozenset({Option.ON_DEMAND, Option.SPOT, Option.INTERNAL})
# Into one currency, to compare by; None where there is no rate.
Rate = Callable[[str], Decimal | None]


class Way(NamedTuple):
    """How it is bought. term_months: None for what is paid by use."""

    option: Option
    term_months: int | None = None


class Spot(NamedTuple):
    """Where and what for: what one sorted list of offers is good for."""

    provider: str
    region: str
    architecture: str
    operating_system: str
    own_licence: bool
    burstable: bool
    gpu_model: str | None


@dataclass(frozen=True, slots=True)
class Month:
    """What one of an offer costs in a month. recurring: without what is paid upfront; amortised: with its share.

    licence: the licence beside it, where the size comes without; missing_licence: needed, and nobody has a price."""

    offer: Offer
    recurring: Decimal
    amortised: Decimal
    quantity: Decimal
    licence: "Month | None" = None
    missing_licence: bool = False

    @property
    def whole(self) -> Decimal:
        """With the licence beside it."""
        return self.amortised + (self.licence.amortised if self.licence is not None else 0)

    @property
    def cash(self) -> Decimal:
        """Of the first month."""
        return self.recurring + self.offer.upfront


def month(offer: Offer, hours: Decimal, vcpus: Decimal | None = None) -> Month | None:
    """For one of it. hours: of use. vcpus: of the machine, where the offer has no size. None: its unit is no machine's,
    or something is paid upfront for a term that is not said."""
    size = offer.vcpus if offer.vcpus is not None else vcpus
    paid = hours if offer.option in BY_USE else HOURS_PER_MONTH
    if offer.unit is Unit.HOUR:
        quantity = paid
    elif offer.unit is Unit.VCPU_HOUR and size is not None:
        quantity = paid * size
    elif offer.unit is Unit.MONTH:
        quantity = Decimal(1)
    else:
        return None
    recurring = money.rounded(offer.unit_price * quantity)
    if not offer.upfront:
        return Month(offer, recurring, recurring, quantity)
    if not offer.term_months:
        return None
    return Month(offer, recurring, recurring + money.quotient(offer.upfront, Decimal(offer.term_months)), quantity)


class Shelf:
    """Offers for one kind of need at one place, the cheapest first."""

    def __init__(self, months: Iterable[Month], rate: Rate) -> None:
        self.months = sorted(months, key=lambda one: _rank(one, rate))
        self._sizes = [(one.offer.vcpus or 0, one.offer.memory_gib or 0, one.offer.gpus) for one in self.months]
        self._known: dict[tuple[Decimal, Decimal, int], Month | None] = {}

    def fit(self, vcpus: Decimal, memory_gib: Decimal, gpus: int) -> Month | None:
        key = (vcpus, memory_gib, gpus)
        try:
            return self._known[key]
        except KeyError:
            pass
        found = None
        for one, (has_vcpus, has_memory, has_gpus) in zip(self.months, self._sizes, strict=True):
            if has_vcpus >= vcpus and has_memory >= memory_gib and has_gpus >= gpus:
                found = one
                break
        self._known[key] = found
        return found


class Index:
    """Compute offers (and licences) by place; built once, asked for any number of needs. rate: to compare prices of
    several currencies by."""

    def __init__(
        self, offers: Iterable[Offer], licences: Iterable[Offer] = (), rate: Rate = lambda _: Decimal(1)
    ) -> None:
        self.rate = rate
        self._by_place: dict[tuple[str, str], list[Offer]] = defaultdict(list)
        self._licences: dict[tuple[str, str], list[Offer]] = defaultdict(list)
        self._by_sku: dict[tuple[str, str, str], list[Offer]] = defaultdict(list)
        self._shelves: dict[tuple[Spot, Way, Decimal], Shelf] = {}
        for offer in offers:
            # A size that nobody tells cannot be compared with a need.
            if offer.item is Item.COMPUTE and offer.vcpus is not None and offer.memory_gib is not None:
                self._by_place[offer.provider, offer.region].append(offer)
                self._by_sku[offer.provider, offer.region, offer.sku].append(offer)
        for offer in licences:
            self._licences[offer.provider, offer.region].append(offer)

    def offers(self, provider: str, region: str) -> Sequence[Offer]:
        return self._by_place.get((provider, region), ())

    def ways(self, provider: str, region: str) -> list[Way]:
        """How something can be bought there, in a fixed order."""
        found = {way_of(offer) for offer in self.offers(provider, region)}
        return sorted(found, key=lambda way: (list(Option).index(way.option), way.term_months or 0))

    def fit(self, provider: str, region: str, need: Need, way: Way, hours: Decimal) -> Month | None:
        spot = Spot(
            provider, region, need.architecture, need.operating_system, need.own_licence, need.burstable, need.gpu_model
        )
        return self.shelf(spot, way, hours).fit(need.vcpus, need.memory_gib, need.gpus)

    def shelf(self, spot: Spot, way: Way, hours: Decimal) -> Shelf:
        key = (spot, way, hours)
        found = self._shelves.get(key)
        if found is None:
            found = self._shelves[key] = Shelf(self._stock(spot, way, hours), self.rate)
        return found

    def worth(self, made: Month) -> Decimal:
        """With its licence, in the currency that is compared in; as it is where there is no rate."""
        return made.whole * (self.rate(made.offer.currency) or 1)

    def of_sku(self, provider: str, region: str, sku: str, need: Need, way: Way, hours: Decimal) -> Month | None:
        """The price of the very size that something runs on."""
        here = [offer for offer in self._by_sku.get((provider, region, sku), ()) if way_of(offer) == way]
        spot = Spot(provider, region, need.architecture, need.operating_system, need.own_licence, True, None)
        stock = self._priced(_of_system(here, spot), spot, hours)
        return min(stock, key=lambda one: _rank(one, self.rate), default=None)

    def _stock(self, spot: Spot, way: Way, hours: Decimal) -> list[Month]:
        chosen = [
            offer
            for offer in self._by_place.get((spot.provider, spot.region), ())
            if way_of(offer) == way
            and (offer.architecture or "x86_64") == spot.architecture
            and (spot.burstable or not is_burstable(offer.family, offer.sku))
            and (spot.gpu_model is None or spot.gpu_model.lower() in (offer.gpu_model or "").lower())
        ]
        return self._priced(_of_system(chosen, spot), spot, hours)

    def _priced(self, offers: Iterable[Offer], spot: Spot, hours: Decimal) -> list[Month]:
        made = (month(offer, hours) for offer in offers)
        return [self._licensed(one, spot, hours) for one in made if one is not None]

    def _licensed(self, made: Month, spot: Spot, hours: Decimal) -> Month:
        """With the licence beside it, where the system needs one and its own price does not hold it."""
        if spot.operating_system == "linux" or spot.own_licence or made.offer.operating_system == spot.operating_system:
            return made
        offers = [
            one
            for one in self._licences.get((spot.provider, spot.region), ())
            if one.operating_system in (None, spot.operating_system) and one.currency == made.offer.currency
        ]
        found = [one for one in (month(offer, hours, made.offer.vcpus) for offer in offers) if one is not None]
        best = min(found, key=lambda one: (one.amortised, one.offer.sku, one.offer.point_id), default=None)
        return Month(made.offer, made.recurring, made.amortised, made.quantity, best, best is None)


def way_of(offer: Offer) -> Way:
    return Way(offer.option, None if offer.option in BY_USE else offer.term_months)


def _of_system(offers: Sequence[Offer], spot: Spot) -> list[Offer]:
    """Those whose price holds the licence; where there are none, or the organisation brings its own, those without."""
    bare = [offer for offer in offers if offer.operating_system in (None, "linux")]
    if spot.operating_system == "linux" or spot.own_licence:
        return bare
    return [offer for offer in offers if offer.operating_system == spot.operating_system] or bare


def _rank(made: Month, rate: Rate) -> tuple[object, ...]:
    """Cheapest first, then the smaller, then by name, so that the order never hangs on that of the offers."""
    offer = made.offer
    known = rate(offer.currency)
    price = made.whole if known is None else made.whole * known
    return (
        made.missing_licence, known is None, price, offer.vcpus, offer.memory_gib, offer.gpus, offer.sku,
        offer.upfront, offer.point_id,
    )  # fmt: skip
