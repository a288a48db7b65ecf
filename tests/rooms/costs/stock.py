"""Price lists for tests, as plain rows, and a rate card; how they come into a database."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.prices import exchange
from mcm.prices import service as prices
from mcm.prices.offers import Basis, Item, Offer, Option, Unit
from mcm.prices.points import ListMeta, PointIn
from mcm.ratecards.rates import RateCard, Rates
from tests.days import days_ago

Row = dict[str, Any]


def size(sku: str, vcpus: int, memory: int, price: str, **more: Any) -> Row:
    return {"item": "compute", "sku": sku, "vcpus": vcpus, "memory_gib": memory, "unit": "hour", "price": price} | more


# Two clouds with three currencies' worth of oddities: tiers of egress, upfront payments, a subscription in yuan.
NORTH: list[Row] = [
    size("n2.small", 2, 4, "0.0416"),
    size("n2.large", 4, 16, "0.1925"),
    size("n2.mem", 8, 64, "0.504"),
    size("t3.large", 4, 16, "0.05", family="t3"),
    size("n2.small", 2, 4, "0.0111", option="reserved", term=12, upfront="130"),
    size("n2.mem", 8, 64, "0.25", option="reserved", term=36),
    size("n2.small", 2, 4, "0.0123456789", option="spot"),
    {"item": "storage", "sku": "ssd", "class": "ssd", "unit": "gib_month", "price": "0.08"},
    {"item": "storage", "sku": "fast", "class": "premium", "unit": "gib_month", "price": "0.125"},
    {"item": "snapshot", "sku": "snap", "unit": "gib_month", "price": "0.05"},
    {"item": "egress", "sku": "out", "unit": "gb", "price": "0.09", "from": "0"},
    {"item": "egress", "sku": "out", "unit": "gb", "price": "0.07", "from": "1000"},
    {"item": "egress", "sku": "out", "unit": "gb", "price": "0.05", "from": "10000"},
    {"item": "transfer", "sku": "zones", "unit": "gb", "price": "0.01"},
    {"item": "public_ip", "sku": "ip", "unit": "hour", "price": "0.005"},
    {"item": "load_balancer", "sku": "lb", "unit": "month", "price": "18.25"},
    {"item": "support", "sku": "business", "unit": "share", "price": "0.10", "from": "0"},
    {"item": "support", "sku": "business", "unit": "share", "price": "0.07", "from": "500"},
]
EAST: list[Row] = [
    size("c7.large", 2, 8, "0.54"),
    size("c7.4xlarge", 16, 64, "4.32"),
    size("c7.large", 2, 8, "176.8", unit="month", option="subscription", term=12),
    {"item": "storage", "sku": "cloud_essd", "class": "premium", "unit": "gib_month", "price": "1.2"},
    {"item": "egress", "sku": "out", "unit": "gb", "price": "0.8"},
]


def put(
    session: Session, provider: str, region: str, rows: Sequence[Row], *, currency: str = "USD", age: int = 3,
    seed: bool = False,
) -> None:  # fmt: skip
    day = days_ago(age)
    meta = ListMeta(provider, f"list of {provider}", currency, day, clock.now(), seed=seed)
    prices.take(session, meta, [point(region, row) for row in rows])


def rate(session: Session, base: str, quote: str, value: str, source: str = "bank") -> None:
    exchange.put(session, base, quote, Decimal(value), source, days_ago(1))


def point(region: str, row: Row) -> PointIn:
    def number(name: str) -> Decimal | None:
        return Decimal(str(row[name])) if name in row else None

    return PointIn(
        region=region, item=Item(row["item"]), sku=row["sku"], option=Option(row.get("option", "on_demand")),
        unit=Unit(row["unit"]), unit_price=Decimal(row["price"]), term_months=row.get("term"),
        upfront=number("upfront") or Decimal(0), tier_from=number("from") or Decimal(0), family=row.get("family"),
        vcpus=number("vcpus"), memory_gib=number("memory_gib"), gpus=row.get("gpus", 0),
        gpu_model=row.get("gpu_model"),
        architecture=row.get("architecture", "x86_64") if row["item"] == "compute" else None,
        operating_system=row.get("os", "linux") if row["item"] == "compute" else row.get("os"),
        storage_class=row.get("class"),
    )  # fmt: skip


def offer(row: Row, provider: str = "north", region: str = "n-1", currency: str = "USD", number: int = 0) -> Offer:
    """As `prices.service.offers` gives it, without a database."""
    made = point(region, row)
    return Offer(
        provider=provider, region=region, item=made.item, sku=made.sku, option=made.option, unit=made.unit,
        unit_price=made.unit_price, list_price=made.unit_price, currency=currency, basis=Basis.LIST, source="test",
        priced_on=date(2026, 1, 1), age_days=0, list_id="prl_1", point_id=f"prp_{number}",
        term_months=made.term_months, upfront=made.upfront, tier_from=made.tier_from, vcpus=made.vcpus,
        memory_gib=made.memory_gib, gpus=made.gpus, gpu_model=made.gpu_model, architecture=made.architecture,
        family=made.family, operating_system=made.operating_system, storage_class=made.storage_class,
    )  # fmt: skip


def card(account_id: str, *, currency: str = "CNY", age: int = 5, measured: bool = True) -> RateCard:
    """What is shared falls with the utilisation; 0.01 for an hour of a vCPU and its energy stays."""

    def rates(use: str) -> Rates:
        return Rates(
            Decimal("0.06") / Decimal(use) + Decimal("0.01"), Decimal("0.012") / Decimal(use),
            {"ssd": Decimal("0.3"), "premium": Decimal("0.5")},
        )  # fmt: skip

    marginal = Rates(Decimal("0.01"), Decimal("0.001"), {"ssd": Decimal("0.02"), "premium": Decimal("0.02")})
    used = {Decimal(use): rates(use) for use in ("0.4", "0.6", "0.8")}
    day = days_ago(age)
    return RateCard(
        "rcd_1", "hall", account_id, currency, "2026-10", used[Decimal("0.6")], marginal, used, Decimal("0.6"),
        day if measured else None, day, age,
    )  # fmt: skip
