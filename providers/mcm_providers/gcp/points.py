"""SKUs of Google's catalogue → prices. Pure. https://cloud.google.com/billing/v1/reference/rest/v1/services.skus"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from mcm.contract import PricePoint, UnexpectedResponse
from mcm_providers._transport.amounts import amount
from mcm_providers.gcp.shapes import is_known, shapes

Sku = Mapping[str, Any]
_NANOS = Decimal(10) ** -9
# Some prices have no beginning.
_ALWAYS = date(1970, 1, 1)
_SERIES = r"(?P<series>[A-Z]\d[A-Z]?|Compute optimized)"
# Whole descriptions: those of custom types, sole tenancy and extended memory have the same words and more.
_RUNNING = re.compile(
    rf"(?:(?:Spot )?Preemptible )?{_SERIES}(?: AMD| Arm| Predefined)?(?: Instance)? (?P<part>Core|Ram) running in .+"
)
_COMMITTED = re.compile(
    rf"Commitment(?: v\d)?: (?:{_SERIES}(?: AMD| Arm)? )?(?P<part>Cpu|Core|Ram) (?:running )?in .+ for [13] Years?"
)
_WAYS = {
    "OnDemand": ("on_demand", None), "Preemptible": ("spot", None), "Commit1Yr": ("reserved", 12),
    "Commit3Yr": ("reserved", 36),
}  # fmt: skip
_UNITS = {"Core": "h", "Cpu": "h", "Ram": "GiBy.h"}
_DISKS = {
    "Storage PD Capacity": ("storage", "pd-standard", "hdd"),
    "SSD backed PD Capacity": ("storage", "pd-ssd", "premium"),
    "Balanced PD Capacity": ("storage", "pd-balanced", "ssd"),
    "Storage PD Snapshot": ("snapshot", "snapshot", None),
}


class _Way(NamedTuple):
    region: str
    series: str
    option: str
    term: int | None


@dataclass
class _Pair:
    """The two prices a machine type's is made of, and since when the younger of them holds."""

    prices: dict[str, Decimal] = field(default_factory=dict)
    since: date = date.min


class Reading:
    def __init__(self, regions: Sequence[str], currency: str, today: date, left_out: Counter[str]) -> None:
        self._regions, self._currency, self._today, self._left_out = list(regions), currency, today, left_out
        self._pairs: dict[_Way, _Pair] = {}

    def take(self, sku: Sku) -> Iterator[PricePoint]:
        """What can be told at once; the two halves of machine types wait for `rest`."""
        places = sku.get("serviceRegions")
        named = places if isinstance(places, list) else []
        regions = [region for region in self._regions if region in named or "global" in named]
        if not regions:
            return
        rates, since = self._rates(sku)
        text = str(sku.get("description"))
        category = sku.get("category")
        usage = str(category.get("usageType")) if isinstance(category, dict) else ""
        unit = _unit(sku)
        if not rates:
            self._left_out["no_words"] += len(regions)
        elif self._half(text, usage, unit, rates, since, regions):
            return
        else:
            for region in regions:
                yield from self._other(text, usage, unit, rates, since, region)

    def rest(self) -> Iterator[PricePoint]:
        for way, pair in self._pairs.items():
            core, ram = pair.prices.get("core"), pair.prices.get("ram")
            if not core or not ram:
                self._left_out["without_partner"] += 1
                continue
            for shape in shapes(way.series):
                yield PricePoint(
                    region=way.region, item="compute", sku=shape.name, option=way.option, unit="hour",
                    unit_price=core * shape.vcpus + ram * shape.memory_gib, currency=self._currency,
                    valid_from=pair.since, term_months=way.term, vcpus=shape.vcpus, memory_gib=shape.memory_gib,
                    architecture=shape.architecture, family=way.series.lower(), operating_system="linux",
                )  # fmt: skip

    def _half(
        self, text: str, usage: str, unit: str, rates: Sequence[tuple[Decimal, Decimal]], since: date,
        regions: Sequence[str],
    ) -> bool:  # fmt: skip
        way = _WAYS.get(usage)
        if way is None:
            return False
        found = (_COMMITTED if way[0] == "reserved" else _RUNNING).fullmatch(text)
        if found is None or unit != _UNITS[found["part"]] or len(rates) != 1:
            return False
        # The oldest series has no name in its commitments.
        series = {"Compute optimized": "C2", None: "N1"}.get(found["series"], found["series"])
        if not is_known(series):
            return False
        part = "ram" if found["part"] == "Ram" else "core"
        for region in regions:
            pair = self._pairs.setdefault(_Way(region, series, *way), _Pair())
            # Of two SKUs with the same words (a region that has its own beside that of the continent) the dearer.
            pair.prices[part] = max(pair.prices.get(part, Decimal(0)), rates[0][1])
            pair.since = max(pair.since, since)
        return True

    def _other(
        self, text: str, usage: str, unit: str, rates: Sequence[tuple[Decimal, Decimal]], since: date, region: str
    ) -> Iterator[PricePoint]:
        disk = _DISKS.get(text.partition(" in ")[0]) if unit == "GiBy.mo" else None
        address = text.startswith("External IP Charge on a Standard VM") and unit == "h"
        if usage != "OnDemand" or (disk is None and not address):
            self._left_out["no_words"] += 1
            return
        common: dict[str, Any] = {
            "region": region, "option": "on_demand", "currency": self._currency, "valid_from": since,
        }  # fmt: skip
        if disk is None:
            yield PricePoint(item="public_ip", sku="ipv4", unit="hour", unit_price=rates[-1][1], **common)
            return
        item, name, storage_class = disk
        for start, price in rates:
            yield PricePoint(
                item=item, sku=name, unit="gib_month", unit_price=price, tier_from=start, storage_class=storage_class,
                **common,
            )  # fmt: skip

    def _rates(self, sku: Sku) -> tuple[list[tuple[Decimal, Decimal]], date]:
        """Tiers (from, price) of what holds now, and since when; empty where they are not in the list's currency."""
        told = sku.get("pricingInfo")
        for info in reversed(told if isinstance(told, list) else []):
            since = _day(info.get("effectiveTime")) if isinstance(info, dict) else date.max
            if since > self._today:
                continue
            expression = info.get("pricingExpression")
            tiers = expression.get("tieredRates") if isinstance(expression, dict) else None
            found = [self._rate(one) for one in tiers] if isinstance(tiers, list) else []
            whole = [one for one in found if one is not None]
            return (whole if len(whole) == len(found) else []), since
        return [], date.min

    def _rate(self, tier: object) -> tuple[Decimal, Decimal] | None:
        price = tier.get("unitPrice") if isinstance(tier, dict) else None
        if not isinstance(tier, dict) or not isinstance(price, dict) or price.get("currencyCode") != self._currency:
            return None
        start, units = amount(tier.get("startUsageAmount", 0)), amount(price.get("units", "0"))
        nanos = amount(price.get("nanos", 0))
        return None if start is None or units is None or nanos is None else (start, units + nanos * _NANOS)


def _unit(sku: Sku) -> str:
    told = sku.get("pricingInfo")
    last = told[-1] if isinstance(told, list) and told else None
    expression = last.get("pricingExpression") if isinstance(last, dict) else None
    return str(expression.get("usageUnit")) if isinstance(expression, dict) else ""


def _day(told: object) -> date:
    if told is None:
        return _ALWAYS
    try:
        return datetime.fromisoformat(str(told)).astimezone(UTC).date()
    except (ValueError, OverflowError) as error:
        raise UnexpectedResponse(f"a price's date cannot be read: {str(told)[:40]}") from error
