"""The prices of one place, ready to be asked: an index of machines, and everything else by item."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from mcm.costs.demands import Demand
from mcm.costs.matching import Index, Month, Rate, Way
from mcm.prices.offers import Item, Offer


class Market:
    """index: shared by all places, as it is kept by place."""

    def __init__(self, provider: str, region: str, index: Index, others: Iterable[Offer]) -> None:
        self.provider, self.region, self.index = provider, region, index
        self._by_item: dict[str, list[Offer]] = defaultdict(list)
        for offer in others:
            self._by_item[offer.item].append(offer)

    @property
    def rate(self) -> Rate:
        """Into the currency that is compared in."""
        return self.index.rate

    @property
    def offers(self) -> Sequence[Offer]:
        """Of compute."""
        return self.index.offers(self.provider, self.region)

    def ways(self) -> list[Way]:
        return self.index.ways(self.provider, self.region)

    def fit(self, demand: Demand, way: Way) -> Month | None:
        return self.index.fit(self.provider, self.region, demand.need, way, demand.hours)

    def worth(self, made: Month) -> Decimal:
        """To compare two of them by."""
        return self.index.worth(made)

    def of(self, item: Item) -> Sequence[Offer]:
        return self._by_item.get(item, ())
