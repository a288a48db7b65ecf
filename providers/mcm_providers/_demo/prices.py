"""The price list of the demonstration's public cloud, at which its bill is made: invented, and said to be."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

CURRENCY = "USD"
GIB_DAY, GB = Decimal("0.0033"), Decimal("0.09")
_DAYS = Decimal("30.4166666667")
_VCPU_HOUR, _GPU_HOUR, _WINDOWS, _YEAR_SHARE = Decimal("0.041"), Decimal("1.20"), Decimal("1.35"), Decimal("0.66")
_STEP = Decimal("0.00001")
_SAME = {"provider": "simulated", "currency": CURRENCY, "source": "invented for the demonstration"}
# item, sku, unit, price, what else there is to say
_OTHERS: Sequence[tuple[str, str, str, Decimal, Mapping[str, str]]] = (
    ("storage", "cloud-ssd", "gib_month", GIB_DAY * _DAYS, {"storage_class": "ssd"}),
    ("storage", "cloud-nvme", "gib_month", GIB_DAY * _DAYS * 2, {"storage_class": "premium"}),
    ("snapshot", "snapshot", "gib_month", Decimal("0.03"), {}),
    ("egress", "internet", "gb", GB, {}),
    ("transfer", "between-zones", "gb", Decimal("0.01"), {}),
    ("public_ip", "address", "hour", Decimal("0.004"), {}),
    ("load_balancer", "load-balancer", "month", Decimal("16"), {}),
    ("support", "business", "share", Decimal("0.05"), {}),
)


def prices(flavors: Sequence[Mapping[str, Any]], today: date) -> bytes:
    """flavors: as the API lists them. CSV, on demand and reserved for a year, for every region they are in."""
    rows: list[dict[str, str]] = []
    sizes = {(one["region"], one["name"]): one["attributes"] for one in flavors if one["attributes"].get("vcpus")}
    for region in sorted({region for region, _ in sizes}):
        for (where, name), told in sorted(sizes.items()):
            if where == region:
                rows += _size(region, name, told)
        for item, sku, unit, price, more in _OTHERS:
            rows.append(_row(region, item, sku, "on_demand", unit, price, more))
    text = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, [*_SAME, "priced_on", *names], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**_SAME, "priced_on": today.isoformat(), **row} for row in rows)
    return text.getvalue().encode()


def hour(told: Mapping[str, Any], *, windows: bool) -> Decimal:
    """Of a machine or a size, by what it tells of itself."""
    price = Decimal(str(told["vcpus"])) * _VCPU_HOUR + int(told.get("gpu_count") or 0) * _GPU_HOUR
    return price * _WINDOWS if windows else price


def _size(region: str, name: str, told: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    size = {
        "vcpus": str(told["vcpus"]), "memory_gib": str(Decimal(str(told["memory_mib"])) / 1024),
        "gpus": str(told.get("gpu_count") or ""),
        "family": name.partition(".")[0], "architecture": "x86_64",
    }  # fmt: skip
    for system in ("linux", "windows"):
        price = hour(told, windows=system == "windows")
        for option, term, share in (("on_demand", "", Decimal(1)), ("reserved", "12", _YEAR_SHARE)):
            more = {**size, "operating_system": system, "term_months": term}
            yield _row(region, "compute", name, option, "hour", price * share, more)


def _row(
    region: str, item: str, sku: str, option: str, unit: str, price: Decimal, more: Mapping[str, str]
) -> dict[str, str]:
    same = {"region": region, "item": item, "sku": sku, "option": option, "unit": unit}
    return {**same, "unit_price": str(price.quantize(_STEP)), **more}
