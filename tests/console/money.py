"""What the pages about money show: a bill of six months, a rate card, a workload, a budget and an estimate."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from mcm.models import ResourceRow, UtilisationDay
from tests.acceptance.shell import Serving, Shell

_COLUMNS = (
    "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
    "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeFrequency,ProviderName,ServiceName,ServiceCategory,"
    "RegionId,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,ListUnitPrice,BillingAccountId,ResourceId,Tags"
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
RULES = """rules:
  - name: traffic
    position: 10
    description: traffic is paid by all, as they pay for the rest
    match: {service: ["Data*"], shared: true}
    share: {method: proportional, by: cost, to: tenants, otherwise: even}
  - name: red-only
    position: 20
    match: {tag: {team: red}}
    share: {method: fixed, to: [{tenant: default, application: shop, percent: 60}, {tenant: default, percent: 40}]}
    since: 2026-01
"""
DISCOUNTS = """discounts:
  - {name: enterprise-agreement, kind: discount, percent: 12.5, provider: alibaba, valid_from: 2026-01-01,
     valid_to: 2099-12-31, reference: contract 4711}
  - {name: small-fixed, kind: fixed, provider: aws, item: compute, sku: t3.small, option: on_demand, unit_price: 0.015,
     currency: USD, unit: hour, valid_from: 2026-01-01}
  - {name: handling, kind: markup, percent: 3, tenant: default, valid_from: 2020-01-01, valid_to: 2020-12-31}
"""
BUDGET = """budgets:
  - {name: everything, amount: 150000, currency: CNY}
"""


def months() -> list[str]:
    """The last six, this one at the end."""
    now = datetime.now(UTC)
    number = now.year * 12 + now.month - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number - 5, number + 1)]


def bill(resource: str = "") -> str:
    """resource: the native id of whatever the computing of the last day is charged to."""
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
                used = resource if category == "Compute" and day == 2 else ""
                lines.append(
                    f"{cost},{cost},{cost},{cost},CNY,{period},{charged},Usage,Usage-Based,North Cloud,{service},"
                    f"{category},bj-1,{24 * factor},Hours,{24 * factor},Hours,5,b-1,{used},{tags}"
                )
    return "\n".join(lines) + "\n"


def watched(shell: Shell) -> None:
    """Has the inventory look as if it had been watched for weeks: machines that do little, things that are attached to
    nothing, old snapshots."""
    engine = create_engine(f"sqlite:///{shell.directory / 'mcm.db'}")
    now = datetime.now(UTC)
    with Session(engine) as session, session.begin():
        session.execute(update(ResourceRow).values(valid_from=now - timedelta(days=40)))
        old = update(ResourceRow).where(ResourceRow.kind == "snapshot")
        session.execute(old.values(created_at=now - timedelta(days=400)))
        query = select(ResourceRow).where(ResourceRow.kind == "instance", ResourceRow.state == "running")
        # Of yesterday and today the server asks the cloud itself.
        days = [now.date() - timedelta(days=back) for back in range(2, 14)]
        for row in session.scalars(query):
            for metric, used in (("cpu", 0.02), ("memory", 0.2)):
                told = {"min": used / 2, "p50": used / 2, "p95": used, "max": used * 2, "mean": used / 2}
                of = {"resource_id": row.id, "metric": metric, "samples": 24, "coverage_s": 86_400, "read_at": now}
                session.add_all(UtilisationDay(day=day, **of, **told) for day in days)
    engine.dispose()


def give(shell: Shell, server: Serving) -> str:
    """To a server in local mode that has an account north-dc. Returns the id of an estimate."""
    watched(shell)
    post(server, "/findings/check", {})
    found = get(server, "/findings")["items"]
    machine = next(one["resource_id"] for one in found if one["resource_kind"] == "instance")
    native = get(server, f"/resources/{machine}")["native_id"]
    folder = shell.directory.with_name(f"{shell.directory.name}-money")
    folder.mkdir()
    texts = {"bill.csv": bill(native), "shop.yaml": WORKLOAD, "north.yaml": POOL, "budgets.yaml": BUDGET}
    texts |= {"rules.yaml": RULES, "discounts.yaml": DISCOUNTS}
    for name, text in texts.items():
        (folder / name).write_text(text)
    month = months()[-1]
    shell.run("charge", "import", str(folder / "bill.csv"), "--account", "north-dc")
    shell.run("workload", "apply", "-f", str(folder / "shop.yaml"))
    shell.run("rate-card", "apply", "-f", str(folder / "north.yaml"))
    shell.run("rate-card", "publish", "north", "--month", month)
    shell.run("budget", "apply", "-f", str(folder / "budgets.yaml"))
    shell.run("allocation", "apply", "-f", str(folder / "rules.yaml"))
    shell.run("price", "discounts", "apply", "-f", str(folder / "discounts.yaml"))
    shell.run("price", "set-rate", "EUR", "CNY", "8.1", "--source", "a bank", "--on", f"{month}-01")
    shell.run("price", "set-rate", "USD", "CNY", "7.1", "--source", "a bank", "--on", f"{month}-01")
    # Once more, as there are prices now.
    post(server, "/findings/check", {}, key="again")
    kept = post(server, "/estimates", {"workload": "shop", "currency": "CNY", "title": "Web shop"})
    return str(kept["id"])


def get(server: Serving, path: str) -> Any:
    with urllib.request.urlopen(f"{server.url}/api/v1{path}", timeout=60) as answer:
        return json.load(answer)


def post(server: Serving, path: str, body: dict[str, Any], *, key: str = "once") -> Any:
    asked = urllib.request.Request(
        f"{server.url}/api/v1{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": f"console-{path}-{key}"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)
