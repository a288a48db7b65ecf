"""What the pages about money show: a bill of six months, a rate card, a workload, a budget and an estimate."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.acceptance.shell import Serving, Shell

_COLUMNS = (
    "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
    "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeFrequency,ProviderName,ServiceName,ServiceCategory,"
    "RegionId,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,ListUnitPrice,BillingAccountId,Tags"
)
_SERVICES = (("Compute", "Compute", 120), ("Block Storage", "Storage", 40), ("Data Transfer", "Networking", 9))
WORKLOAD = """apiVersion: mcm/v1
kind: Workload
metadata: {name: shop, title: Web shop}
spec:
  tiers:
    - {name: web, count: 3, vcpus: 2, memory_gib: 4, disk_gib: 50, traffic: {internet_gb: 300}}
    - {name: db, count: 2, vcpus: 8, memory_gib: 32, disk_gib: 500}
"""
POOL = """apiVersion: mcm/v1
kind: RateCard
name: north
currency: CNY
accounts: [north-dc]
assets:
  - {name: hosts, capex: 1440000, residual: 72000, life_months: 60, annual_rate: 0.045, in_service_since: 2026-01,
     method: annuity}
energy: {kw: 9.5, kw_idle: 6, pue: 1.45, tariff: 0.78}
space: [{name: racks, quantity: 3, monthly: 6000}]
staff: [{role: engineer, fte: 1.5, monthly: 28000}]
shares: {vcpu: 0.45, memory: 0.35, storage: {ssd: 0.2}}
capacity: {vcpu: 512, memory_gib: 4096, storage_gib: {ssd: 60000}}
overcommit: {vcpu: 4}
ha_reserve: {vcpu: 0.1, memory: 0.1}
utilisation: {vcpu: 0.5, memory: 0.6, storage: 0.55}
utilisations: [0.4, 0.6, 0.8]
"""
BUDGET = """budgets:
  - {name: everything, amount: 150000, currency: CNY}
"""


def months() -> list[str]:
    """The last six, this one at the end."""
    now = datetime.now(UTC)
    number = now.year * 12 + now.month - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number - 5, number + 1)]


def bill() -> str:
    lines = [_COLUMNS]
    for factor, month in enumerate(months(), start=4):
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        after = (first + timedelta(days=31)).replace(day=1)
        period = f"{first:%Y-%m-%dT%H:%M:%SZ},{after:%Y-%m-%dT%H:%M:%SZ}"
        for day in range(3):
            begins = first + timedelta(days=day)
            charged = f"{begins:%Y-%m-%dT%H:%M:%SZ},{begins + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
            for service, category, price in _SERVICES:
                cost = f"{price * factor}.123456789"
                tags = '"{""team"": ""red"", ""env"": ""prod""}"' if day else '"{}"'
                lines.append(
                    f"{cost},{cost},{cost},{cost},CNY,{period},{charged},Usage,Usage-Based,North Cloud,{service},"
                    f"{category},bj-1,{24 * factor},Hours,{24 * factor},Hours,5,b-1,{tags}"
                )
    return "\n".join(lines) + "\n"


def give(shell: Shell, server: Serving) -> str:
    """To a server in local mode that has an account north-dc. Returns the id of an estimate."""
    folder = shell.directory.with_name(f"{shell.directory.name}-money")
    folder.mkdir()
    texts = {"bill.csv": bill(), "shop.yaml": WORKLOAD, "north.yaml": POOL, "budgets.yaml": BUDGET}
    for name, text in texts.items():
        (folder / name).write_text(text)
    month = months()[-1]
    shell.run("charge", "import", str(folder / "bill.csv"), "--account", "north-dc")
    shell.run("workload", "apply", "-f", str(folder / "shop.yaml"))
    shell.run("rate-card", "apply", "-f", str(folder / "north.yaml"))
    shell.run("rate-card", "publish", "north", "--month", month)
    shell.run("budget", "apply", "-f", str(folder / "budgets.yaml"))
    shell.run("price", "set-rate", "EUR", "CNY", "8.1", "--source", "a bank", "--on", f"{month}-01")
    shell.run("price", "set-rate", "USD", "CNY", "7.1", "--source", "a bank", "--on", f"{month}-01")
    kept = post(server, "/estimates", {"workload": "shop", "currency": "CNY", "title": "Web shop"})
    return str(kept["id"])


def post(server: Serving, path: str, body: dict[str, Any]) -> Any:
    asked = urllib.request.Request(
        f"{server.url}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": f"console-{path}"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)
