"""The bill of the demonstration's public cloud: FOCUS, invented prices, half a year until yesterday."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from mcm_providers._demo.prices import CURRENCY, GB, GIB_DAY, hour

_MONTHS, _MACHINES, _SUPPORT = 6, 24, Decimal("0.05")
# Costs grow from month to month, weekends are quiet, and one day of the last two weeks is odd.
_GROWTH, _WEEKEND, _ODD_DAYS_AGO, _ODD = Decimal("0.03"), Decimal("0.8"), 9, 5
_STEP = Decimal("0.000001")
_SAME: Mapping[str, str] = {
    "BillingAccountId": "demo-7001", "BillingAccountName": "Example Group", "BillingCurrency": CURRENCY,
    "ChargeClass": "", "PricingCategory": "Standard", "ProviderName": "Public East", "PublisherName": "Public East",
    "InvoiceIssuerName": "Public East", "SubAccountId": "production", "SubAccountName": "production",
}  # fmt: skip

BUDGETS = f"""\
budgets:
  - name: public-east
    amount: 9000
    currency: {CURRENCY}
    only: {{account: [public-east]}}
"""
RULES = """\
rules:
  - name: support
    position: 10
    description: Two cost centers share support. 两个成本中心分摊支持费用。
    match: {service: ["Support"]}
    share: {method: fixed, to: [{cost_center: "4711", percent: 60}, {cost_center: "4712", percent: 40}]}
"""


def bill(instances: Sequence[Mapping[str, Any]], today: date) -> bytes:
    """instances: as the API lists them. FOCUS 1.2 as CSV, a line a day for each machine, its disk and what it sends."""
    machines = [one for one in instances if one["attributes"].get("vcpus")][:_MACHINES]
    rows: list[dict[str, str]] = []
    number = today.year * 12 + today.month - _MONTHS
    first = date(number // 12, number % 12 + 1, 1)
    day = first
    while day < today:
        spent = [row for one in machines for row in _of(one, day, first, (today - day).days)]
        rows += spent
        if day.day == 1 and spent:
            whole = sum(Decimal(row["BilledCost"]) for row in spent) * 30 * _SUPPORT
            rows.append(_row(day, "Support", "Other", "Purchase", whole, "business support", region=""))
        day += timedelta(days=1)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else list(_SAME), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _of(machine: Mapping[str, Any], day: date, first: date, days_ago: int) -> Iterator[dict[str, str]]:
    told, tags = machine["attributes"], json.dumps(machine["tags"], ensure_ascii=False)
    months = (day.year - first.year) * 12 + day.month - first.month
    load = (1 + _GROWTH * months) * (_WEEKEND if day.weekday() > 4 else 1)
    same = {"native_id": machine["native_id"], "name": machine["name"], "region": machine["region"], "tags": tags}
    hours = Decimal(24) * load
    vcpus = Decimal(str(told["vcpus"]))
    cost = hours * hour(told, windows=told.get("os_family") == "windows")
    yield _row(day, "Compute", "Compute", "Usage", cost, f"{vcpus} vCPU", hours, "Hours", **same)
    sent = vcpus * load * (_ODD if days_ago == _ODD_DAYS_AGO else 1)
    yield _row(day, "Data transfer", "Networking", "Usage", sent * GB, "to the internet", sent, "GB", **same)
    if disk := told.get("disk_gib"):
        gib = Decimal(str(disk))
        yield _row(day, "Block storage", "Storage", "Usage", gib * GIB_DAY, "ssd", gib, "GiB-Days", **same)


def _row(
    day: date, service: str, category: str, kind: str, cost: Decimal, what: str,
    quantity: Decimal = Decimal(1), unit: str = "Units", *,
    native_id: str = "", name: str = "", region: str, tags: str = "",
) -> dict[str, str]:  # fmt: skip
    start = day.replace(day=1)
    end = (start + timedelta(days=32)).replace(day=1)
    amount = str(cost.quantize(_STEP))
    return {
        **_SAME, "BilledCost": amount, "EffectiveCost": amount, "ListCost": amount, "ContractedCost": amount,
        "BillingPeriodStart": _at(start), "BillingPeriodEnd": _at(end), "ChargePeriodStart": _at(day),
        "ChargePeriodEnd": _at(day + timedelta(days=1)), "ChargeCategory": kind,
        "ChargeFrequency": "Usage-Based" if kind == "Usage" else "Recurring", "ChargeDescription": what,
        "ServiceName": service, "ServiceCategory": category, "PricingQuantity": str(quantity.quantize(_STEP)),
        "PricingUnit": unit, **_use(kind, what, quantity, unit), "Tags": tags, "RegionId": region, "RegionName": region,
        "ResourceId": native_id, "ResourceName": name,
    }  # fmt: skip


def _use(kind: str, what: str, quantity: Decimal, unit: str) -> dict[str, str]:
    """What a fee has none of."""
    if kind != "Usage":
        return {"ConsumedQuantity": "", "ConsumedUnit": "", "SkuId": ""}
    return {"ConsumedQuantity": str(quantity.quantize(_STEP)), "ConsumedUnit": unit, "SkuId": what}


def _at(day: date) -> str:
    return f"{day}T00:00:00Z"
