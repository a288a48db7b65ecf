"""Answers of ECS → prices. Pure.

https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeprice
https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstancetypes
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mcm.contract import PricePoint, UnexpectedResponse
from mcm_providers._transport.amounts import HOURS_PER_MONTH, amount

# A size in GiB that every category has, and by which a price divides without a rest.
DISK_GIB = 2000
_CLASSES = {
    "cloud": "hdd", "cloud_efficiency": "hdd", "cloud_ssd": "ssd", "cloud_essd_entry": "ssd", "cloud_auto": "ssd",
    "cloud_essd:PL0": "ssd", "cloud_essd": "premium",
}  # fmt: skip
_ARCHITECTURES = {"X86": "x86_64", "ARM": "arm64"}


@dataclass(frozen=True, slots=True)
class Way:
    """How one pays. term_months: None for by the hour."""

    unit: str
    period: int
    term_months: int | None = None


HOURLY = Way("Hour", 1)


def way_of(months: int) -> Way:
    return Way("Year", months // 12, months) if months % 12 == 0 else Way("Month", months, months)


@dataclass(frozen=True, slots=True)
class Type:
    """One instance type of the catalogue. None: not told."""

    name: str
    family: str
    vcpus: Decimal | None
    memory_gib: Decimal | None
    gpus: int
    gpu_model: str | None
    architecture: str | None


def type_of(told: Mapping[str, Any]) -> Type:
    name, family = told.get("InstanceTypeId"), told.get("InstanceTypeFamily")
    if not isinstance(name, str) or not name or not isinstance(family, str) or not family:
        raise UnexpectedResponse("an instance type of the catalogue has no name or no family")
    gpus, model = told.get("GPUAmount"), told.get("GPUSpec")
    return Type(
        name, family, _positive(told.get("CpuCoreCount")), _positive(told.get("MemorySize")),
        gpus if isinstance(gpus, int) and not isinstance(gpus, bool) and 0 < gpus < 1000 else 0,
        model if isinstance(model, str) and model and gpus else None,
        _ARCHITECTURES.get(str(told.get("CpuArchitecture"))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """field: OriginalPrice (the list) or TradePrice (this account's). currency: the site's."""

    region: str
    currency: str
    field: str
    today: date

    def compute(self, kind: Type, way: Way, price: Mapping[str, Any]) -> PricePoint | None:
        """None: for nothing. Of a subscription the whole term is paid at its beginning."""
        asked = self._amount(price, kind.name, ("instancetype",))
        if not asked:
            return None
        prepaid = way.term_months is not None
        return PricePoint(
            region=self.region, item="compute", sku=kind.name, option="subscription" if prepaid else "on_demand",
            unit="hour", unit_price=Decimal(0) if prepaid else asked, currency=self.currency, valid_from=self.today,
            term_months=way.term_months, upfront=asked if prepaid else Decimal(0), vcpus=kind.vcpus,
            memory_gib=kind.memory_gib, gpus=kind.gpus, gpu_model=kind.gpu_model, architecture=kind.architecture,
            family=kind.family.removeprefix("ecs."), operating_system="linux",
        )  # fmt: skip

    def disk(self, category: str, level: str, price: Mapping[str, Any]) -> PricePoint:
        """level: of an ESSD, else ""."""
        sku = f"{category}:{level}" if level else category
        asked = self._amount(price, sku, ())
        return PricePoint(
            region=self.region, item="storage", sku=sku, option="on_demand", unit="gib_month",
            unit_price=asked / DISK_GIB * HOURS_PER_MONTH, currency=self.currency, valid_from=self.today,
            storage_class=_CLASSES.get(sku, _CLASSES.get(category)),
        )  # fmt: skip

    def _amount(self, price: Mapping[str, Any], name: str, parts: Sequence[str]) -> Decimal:
        """parts: which of the details; the sum is that of the system disk, too."""
        if price.get("Currency") != self.currency:
            other = "china" if price.get("Currency") == "CNY" else "international"
            raise UnexpectedResponse(
                f"the price of {name} came in {price.get('Currency')}, not in {self.currency}: the account is of "
                f"another site; set site={other}"
            )
        found = [price] if not parts else [one for one in _details(price) if str(one.get("Resource")).lower() in parts]
        values = [amount(one.get(self.field)) for one in found]
        if len(values) != 1 or values[0] is None or values[0] < 0:
            raise UnexpectedResponse(f"the price of {name} in {self.region} cannot be read from the answer")
        return values[0]


def _details(price: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    infos = price.get("DetailInfos")
    listed = infos.get("DetailInfo") if isinstance(infos, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _positive(told: object) -> Decimal | None:
    found = amount(told)
    return found if found is not None and found > 0 else None
