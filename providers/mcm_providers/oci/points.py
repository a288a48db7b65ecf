"""Products of Oracle's list → prices. Pure. By part number: names change their form from series to series.

Prices are the same in all commercial regions, but for traffic, which has one for each part of the world. Flexible
shapes are billed by OCPU and GiB; what is offered here are sizes with the usual memory for each.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mcm.contract import PricePoint, UnexpectedResponse
from mcm_providers._transport.amounts import amount

Product = Mapping[str, Any]
# The list says nothing of when a price began.
_ALWAYS = date(1970, 1, 1)
_NO_END = Decimal(10) ** 8


@dataclass(frozen=True, slots=True)
class _Series:
    """ocpu, memory: part numbers. threads: vCPUs of an OCPU."""

    shape: str
    ocpu: str
    memory: str
    architecture: str = "x86_64"
    threads: int = 2


# https://docs.oracle.com/iaas/Content/Compute/References/computeshapes.htm
_SERIES = (
    _Series("VM.Standard.E3.Flex", "B92306", "B92307"),
    _Series("VM.Standard.E4.Flex", "B93113", "B93114"),
    _Series("VM.Standard.E5.Flex", "B97384", "B97385"),
    _Series("VM.Standard3.Flex", "B94176", "B94177"),
    _Series("VM.Optimized3.Flex", "B93311", "B93312"),
    _Series("VM.Standard.A1.Flex", "B93297", "B93298", "arm64", 1),
)
_OCPUS, _GIB_OF_OCPU = (1, 2, 4, 8, 16, 32), (8, 16)
_BLOCK, _PERFORMANCE, _OCPU, _MEMORY = "B91961", "B91962", "OCPU Per Hour", "Gigabyte Per Hour"
# Performance units of a GB, by class: lower cost, balanced, higher performance.
_UNITS_OF_CLASS = (
    ("block-lower-cost", 0, "hdd"),
    ("block-balanced", 10, "ssd"),
    ("block-higher-performance", 20, "premium"),
)
# By the first part of a region's name; the rest of the world is not known here.
_EGRESS = {
    "us": "B88327", "ca": "B88327", "eu": "B88327", "uk": "B88327", "mx": "B93455", "ap": "B93455", "sa": "B93455",
    "me": "B93456", "il": "B93456", "af": "B93456",
}  # fmt: skip
_BALANCER = "B93030"


class Reading:
    def __init__(self, products: Sequence[Product], currency: str, left_out: Counter[str]) -> None:
        self._by_number = {str(one["partNumber"]): one for one in products}
        self._currency, self._left_out, self._used = currency, left_out, set[str]()

    def points(self, regions: Sequence[str]) -> Iterator[PricePoint]:
        for region in regions:
            yield from self._compute(region)
            yield from self._storage(region)
            yield from self._traffic(region)
        self._left_out["no_words"] += sum(number not in self._used for number in self._by_number)

    def _compute(self, region: str) -> Iterator[PricePoint]:
        for series in _SERIES:
            core, memory = self._price(series.ocpu, _OCPU), self._price(series.memory, _MEMORY)
            if not core or not memory:
                known = series.ocpu in self._by_number or series.memory in self._by_number
                self._left_out["without_partner"] += known
                continue
            for ocpus in _OCPUS:
                for ratio in _GIB_OF_OCPU:
                    yield PricePoint(
                        region=region, item="compute", sku=f"{series.shape}/{ocpus}x{ocpus * ratio}",
                        option="on_demand", unit="hour", unit_price=core * ocpus + memory * ocpus * ratio,
                        currency=self._currency, valid_from=_ALWAYS, vcpus=Decimal(ocpus * series.threads),
                        memory_gib=Decimal(ocpus * ratio), architecture=series.architecture, family=series.shape,
                        operating_system="linux",
                    )  # fmt: skip

    def _storage(self, region: str) -> Iterator[PricePoint]:
        space = self._price(_BLOCK, "Gigabyte Storage Capacity Per Month")
        units = self._price(_PERFORMANCE, "Performance Units Per Gigabyte Per Month")
        if not space or units is None:
            self._left_out["without_partner"] += 1
            return
        common: dict[str, Any] = {
            "region": region, "option": "on_demand", "unit": "gib_month", "currency": self._currency,
            "valid_from": _ALWAYS,
        }  # fmt: skip
        for name, number, storage_class in _UNITS_OF_CLASS:
            yield PricePoint(
                item="storage", sku=name, unit_price=space + units * number, storage_class=storage_class, **common
            )  # fmt: skip

    def _traffic(self, region: str) -> Iterator[PricePoint]:
        common: dict[str, Any] = {
            "region": region, "option": "on_demand", "currency": self._currency, "valid_from": _ALWAYS,
        }  # fmt: skip
        for start, price in self._tiers(_EGRESS.get(region.partition("-")[0], ""), "Gigabyte Outbound"):
            yield PricePoint(item="egress", sku="internet", unit="gb", unit_price=price, tier_from=start, **common)
        # Of the tiers of an account's first balancer what every further one costs.
        if balancer := self._tiers(_BALANCER, "Load Balancer"):
            yield PricePoint(
                item="load_balancer", sku="flexible", unit="hour", unit_price=balancer[-1][1], **common
            )  # fmt: skip

    def _price(self, number: str, metric: str) -> Decimal | None:
        """Of one unit where nothing is free; what is free for an account as a whole is no price of a machine."""
        tiers = self._tiers(number, metric)
        return tiers[-1][1] if tiers else None

    def _tiers(self, number: str, metric: str) -> list[tuple[Decimal, Decimal]]:
        """(from, price) in the list's currency, in order; empty where there are none."""
        product = self._by_number.get(number)
        if product is None or not str(product.get("metricName", "")).startswith(metric):
            return []
        self._used.add(number)
        found = []
        for place in _dicts(product.get("currencyCodeLocalizations")):
            for one in _dicts(place.get("prices")) if place.get("currencyCode") == self._currency else ():
                value, start = amount(one.get("value")), amount(one.get("rangeMin", 0))
                if one.get("model") != "PAY_AS_YOU_GO" or value is None or start is None:
                    raise UnexpectedResponse(f"the price of {number} cannot be read")
                found.append((start, value))
        return sorted(found)


def _dicts(told: object) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
