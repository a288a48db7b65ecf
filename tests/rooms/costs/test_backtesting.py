"""Estimates beside bills: what machines were billed, as a multiple of what prices say of the same hours."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from mcm.costs import backtesting
from mcm.costs.comparing import compare
from mcm.costs.schemas import ColumnItem, CompareRequest, Said
from mcm.kit import clock
from mcm.models import Account, ResourceRow
from tests.lab import CALLER, Lab
from tests.rooms.charges import bills
from tests.rooms.costs import stock
from tests.rooms.costs.conftest import CARDS

PRICE = Decimal("0.0416")


def _last_month() -> tuple[date, date]:
    end = clock.now().date().replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


@pytest.fixture
def hours() -> Decimal:
    start, end = _last_month()
    return Decimal((end - start).days * 24)


@pytest.fixture
def public(priced: Lab) -> Lab:
    """The twelve instances of `hall` are of one size of the cloud `north`, all running, since long ago."""
    priced.sync("hall", kinds=("instance",))
    CARDS.clear()
    with priced.runtime.database.writing() as session:
        session.execute(update(Account).values(ownership="public", provider="north"))
        sizes = {"vcpus": 2, "memory_mib": 4096, "flavor": "n2.small", "architecture": "x86_64", "os_family": "linux"}
        old = clock.now() - timedelta(days=400)
        for row in session.query(ResourceRow).where(ResourceRow.kind == "instance"):
            row.attributes, row.state, row.created_at = sizes, "running", old
        stock.put(session, "north", "bj-1", stock.NORTH)
    return priced


def _bill(lab: Lab, amounts: list[Decimal], **more: Any) -> None:
    start, end = _last_month()
    period = {
        "BillingPeriodStart": f"{start}T00:00:00Z", "BillingPeriodEnd": f"{end}T00:00:00Z",
        "ChargePeriodStart": f"{start}T00:00:00Z", "ChargePeriodEnd": f"{end}T00:00:00Z",
        "BillingCurrency": "USD", "PricingCategory": "Standard",
    }  # fmt: skip
    rows = [
        period | {"ResourceId": row.native_id, "EffectiveCost": str(amount), "BilledCost": str(amount)} | more
        for row, amount in zip(lab.resources(), amounts, strict=False)
    ]
    bills.take(lab, bills.bill(rows), account="hall", mode="add")


def _columns(lab: Lab, **asked: Any) -> dict[str, ColumnItem]:
    with lab.runtime.database.reading() as session:
        made = compare(session, CALLER, CompareRequest(filter='account = "hall"', currency="USD", **asked))
    return {one.key: one for one in made.comparison.columns}


def _said(column: ColumnItem, code: str) -> Said:
    return next(one for one in column.sensitivity if one.code == code)


def test_what_was_billed_says_how_far_the_estimate_is_off(public: Lab, hours: Decimal) -> None:
    price = PRICE * hours
    # Twelve machines: billed from 0.5 to 1.6 times what the price says; a commitment's use says nothing of prices.
    ratios = [Decimal(5 + number) / 10 for number in range(12)]
    _bill(public, [price * ratio for ratio in ratios])
    _bill(public, [price] * 12, PricingCategory="Committed", ServiceName="other")
    _bill(public, [price] * 12, ServiceCategory="Networking")
    there = _columns(public, tax="0.1")["hall/bj-1#on_demand"]
    said = _said(there, "billed_against").params
    assert (said["count"], said["left"], said["low"], said["middle"], said["high"]) == (
        "12",
        "0",
        "0.50",
        "1.10",
        "1.60",
    )
    total, compute = there.total.amount, next(one.amount for one in there.items if one.item == "compute")
    assert total is not None
    assert compute is not None
    for name, ratio in (("least", "0.5"), ("most", "1.6")):
        assert abs(Decimal(said[name]) - (total + compute * Decimal("1.1") * (Decimal(ratio) - 1))) < Decimal("0.01")


def test_what_these_instances_were_billed_stands_beside_where_they_are(public: Lab, hours: Decimal) -> None:
    _bill(public, [PRICE * hours * 2] * 3)
    _bill(public, [PRICE * hours] * 3, PricingCategory="Committed", ServiceName="other")
    said = _said(_columns(public)["current"], "billed_before").params
    assert (said["count"], said["of"], said["percent"]) == ("3", "12", "33.3")
    assert abs(Decimal(said["billed"]) - 9 * PRICE * hours) < Decimal("0.01")
    assert abs(Decimal(said["estimated"]) - 3 * PRICE * hours) < Decimal("0.01")


def test_without_bills_it_says_that_nobody_knows(public: Lab, hours: Decimal) -> None:
    made = _columns(public)
    assert _said(made["hall/bj-1#on_demand"], "never_billed")
    assert _said(made["current"], "never_billed_these")
    # Four are too few, and in a currency that no rate leads from they say nothing.
    _bill(public, [PRICE * hours] * 4)
    _bill(public, [PRICE * hours] * 12, BillingCurrency="SEK", BillingAccountId="b-2")
    made = _columns(public)
    assert _said(made["hall/bj-1#on_demand"], "never_billed")
    assert _said(made["current"], "never_billed_these")


def test_bills_are_not_held_against_what_was_not_there_all_month(public: Lab, hours: Decimal) -> None:
    _bill(public, [PRICE * hours] * 12)
    rows = public.resources()
    changes: list[dict[str, Any]] = [{"state": "stopped"}, {"created_at": clock.now()}]
    with public.runtime.database.writing() as session:
        for row, change in zip(rows, changes, strict=False):
            session.execute(update(ResourceRow).where(ResourceRow.id == row.id).values(**change))
    assert _said(_columns(public)["hall/bj-1#on_demand"], "billed_against").params["count"] == "10"


def test_outliers_are_left_out_on_both_sides() -> None:
    found = backtesting._tried("2026-09", [Decimal(number) for number in range(1, 41)])
    assert (found.count, found.left) == (40, 4)
    assert [found.low, found.middle, found.high] == [Decimal(3), Decimal(21), Decimal(38)]


def test_a_private_cloud_is_charged_by_its_card(priced: Lab) -> None:
    priced.sync("hall", kinds=("instance",))
    column = _columns(priced)["current"]
    assert not {one.code for one in column.sensitivity} & {"never_billed_these", "billed_before"}
