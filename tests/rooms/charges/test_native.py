"""Clouds' own bills: each is recognised, what it comes to is what its issuer demands, and every line means what FOCUS
would have said."""

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mcm.charges import service
from mcm.charges.errors import InvalidBill
from mcm.charges.files import opened
from mcm.charges.translating import dialect_of, dialects
from mcm.contract.bills import folded
from mcm.models import Charge
from tests.lab import Lab
from tests.rooms.charges.bills import findings, take

JANUARY = "2026-01"
_DATA = Path(__file__).parent / "data" / "native"


def _bill(name: str) -> str:
    return (_DATA / f"{name}.csv").read_text(encoding="utf-8")


# Bill → (dialect, what its issuer demands, in which currency).
KNOWN: dict[str, tuple[str, str, str, str]] = {
    "aws": (_bill("aws"), "aws-cur", "92.3609", "USD"),
    "azure, amortised": (_bill("azure-amortised"), "azure-cost-details", "0.16", "EUR"),
    "azure, actual": (_bill("azure-actual"), "azure-cost-details", "994.8", "EUR"),
    "google": (_bill("gcp"), "gcp-billing-export", "0.1318", "EUR"),
    "oracle": (_bill("oci"), "oci-cost-report", "0.01275", "USD"),
    "alibaba": (_bill("alibaba"), "alibaba-bill", "131.232", "CNY"),
    "alibaba, older, in Chinese": (_bill("alibaba-old-zh"), "alibaba-bill", "11.232", "CNY"),
    "alibaba, in groups": (_bill("alibaba-grouped"), "alibaba-bill", "317.996", "CNY"),
    "tencent, in Chinese": (_bill("tencent-zh"), "tencent-bill", "48.196", "CNY"),
    "tencent, in English": (_bill("tencent-en"), "tencent-bill", "13.08", "USD"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_a_bill_comes_to_is_what_its_issuer_demands(lab: Lab, name: str) -> None:
    content, dialect, demanded, currency = KNOWN[name]
    row, ready = take(lab, content.encode())
    assert row is not None
    assert (row.report["dialect"], row.focus) == (dialect, None)
    assert ready.incoming.findings.errors == 0
    (part,) = [found.values() for found in ready.staging.sums.values()]
    assert (format(part["billed"], "f"), list(ready.staging.sums)) == (demanded, [(JANUARY, currency)])
    again, _ = take(lab, content.encode())
    assert again is not None
    assert again.id == row.id
    assert len(_charges(lab)) == row.rows


def test_lines_of_aws_cost_what_their_type_says(lab: Lab) -> None:
    _, ready = take(lab, _bill("aws").encode())
    used, covered, plan, reserved, fee, credit, tax = _charges(lab)
    assert [_costs(one) for one in (used, covered, plan, reserved, fee, credit, tax)] == [
        ("0.115", "0.115", "0.115", "0.115"),
        ("0", "2.8992", "4.608", "4.608"),
        # What of the plan nobody used.
        ("3.6", "0.7008", "3.6", "3.6"),
        ("0", "0.21", "0.342", None),
        ("74.4", "14.75", "74.4", "74.4"),
        ("-0.5", "-0.5", "-0.5", "-0.5"),
        ("14.7459", "14.7459", "14.7459", "14.7459"),
    ]
    kinds = [
        (one.charge_category, one.charge_frequency, one.pricing_category) for one in (used, covered, fee, credit, tax)
    ]
    assert kinds == [
        ("Usage", "Usage-Based", "Standard"), ("Usage", "Usage-Based", "Committed"), ("Purchase", "Recurring", None),
        ("Credit", "One-Time", None), ("Tax", "One-Time", None),
    ]  # fmt: skip
    assert used.tags == {"team": "checkout"}
    assert covered.tags == {"team": "search", "env": "prod"}
    assert (used.native_id, used.region_id, used.service_category, used.pricing_unit) == (
        "i-0aa1", "eu-central-1", "Compute", "Hours",
    )  # fmt: skip
    assert (covered.commitment_id, covered.commitment_status, reserved.commitment_id) == (
        "arn:sp/1",
        "Used",
        "arn:ri/1",
    )
    assert _rest(used)["x_lineItem/LineItemType"] == "Usage"
    assert "x_lineItem/UsageAccountId" not in _rest(used)
    told = findings(ready)
    assert told[("left_out", "")] == 1
    assert ("offset_remains", "") not in told
    assert ("custom_column", "") not in told


def test_what_a_savings_plan_takes_back_must_be_what_it_covered(lab: Lab) -> None:
    _, ready = take(lab, _bill("aws").replace(",USD,-4.608,", ",USD,-4.5,").encode())
    (said,) = [one for one in ready.incoming.findings.told() if one["code"] == "offset_remains"]
    assert (said["level"], said["example"]) == ("warning", "0.108")


def test_the_other_names_of_aws_columns_mean_the_same(lab: Lab) -> None:
    take(lab, _bill("aws").encode())
    before = [_costs(one) for one in _charges(lab)]
    header, _, rows = _bill("aws").partition("\n")
    athena = ",".join(_athena(name) for name in header.split(","))
    row, _ = take(lab, f"{athena}\n{rows}".encode())
    assert row is not None
    assert row.report["dialect"] == "aws-cur"
    assert [_costs(one) for one in _charges(lab)] == before
    assert _charges(lab)[1].tags == {"team": "search", "env": "prod"}


def test_azure_says_by_its_rows_whether_its_costs_are_amortised(lab: Lab) -> None:
    _, ready = take(lab, _bill("azure-amortised").encode())
    reserved, stored, unused = _charges(lab)
    assert [_costs(one) for one in (reserved, stored, unused)] == [
        ("0", "3.12", "5.28", None), ("0.16", "0.16", "0.176", "0.16"), ("0", "0.26", "0.44", None),
    ]  # fmt: skip
    assert findings(ready)[("amortised_bill", "")] == 2
    assert (reserved.tags, unused.commitment_status, unused.charge_category) == (
        {"env": "prod", "team": "web"}, "Unused", "Usage",
    )  # fmt: skip
    assert (stored.pricing_quantity, stored.pricing_unit, stored.consumed_quantity) == (
        Decimal("3.2"),
        "10000 Units",
        None,
    )
    assert str(reserved.charge_start)[:10] == "2026-01-14"
    assert str(reserved.charge_end)[:10] == "2026-01-15"

    _, ready = take(lab, _bill("azure-actual").encode())
    bought, covered, plain = _charges(lab)
    # What a commitment covers has no cost of its own there: unknown, not free.
    assert [_costs(one) for one in (bought, covered, plain)] == [
        ("990", "0", "0", None), ("0", None, "4.752", None), ("4.8", "4.8", "5.28", "4.8"),
    ]  # fmt: skip
    assert ("amortised_bill", "") not in findings(ready)
    assert covered.region_id == "westeurope"


def test_google_bills_with_its_credits_and_by_its_own_month(lab: Lab) -> None:
    take(lab, _bill("gcp").encode())
    core, disk, tax = _charges(lab)
    assert [_costs(one) for one in (core, disk, tax)] == [
        ("0.11", "0.11", "0.14", "0.14"), ("0.0018", "0.0018", "0.002", "0.0018"), ("0.02", "0.02", "0.02", "0.02"),
    ]  # fmt: skip
    assert (core.tags, core.pricing_quantity, core.pricing_unit, core.consumed_unit) == (
        {"team": "web"}, Decimal(4), "Hours", "Seconds",
    )  # fmt: skip
    assert (tax.charge_category, tax.charge_frequency, core.sub_account_id) == ("Tax", "One-Time", "shop-77")


def test_google_records_of_parquet_mean_the_same_as_its_columns(lab: Lab) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [
        {
            "billing_account_id": "01AB23", "invoice": {"month": "202601"}, "cost_type": "regular",
            "service": {"id": "6F81", "description": "Compute Engine"},
            "sku": {"id": "AAAA", "description": "N1 Core in Belgium"},
            "usage_start_time": "2026-01-14 08:00:00 UTC", "usage_end_time": "2026-01-14 09:00:00 UTC",
            "project": {"id": "shop-77", "name": "Shop", "labels": [{"key": "cc", "value": "42"}]},
            "labels": [{"key": "team", "value": "web"}], "location": {"region": "europe-west1", "zone": None},
            "resource": {"name": "web-1", "global_name": "//compute/instances/55501"}, "cost": 0.14, "currency": "EUR",
            "usage": {"amount": 14400.0, "unit": "seconds", "amount_in_pricing_units": 4.0, "pricing_unit": "hour"},
            "credits": [{"type": "SUSTAINED_USAGE_DISCOUNT", "amount": -0.03}], "cost_at_list": 0.14,
        }
    ]  # fmt: skip
    parquet.write_table(pyarrow.Table.from_pylist(rows), file := io.BytesIO())
    take(lab, file.getvalue())
    (core,) = _charges(lab)
    assert _costs(core) == ("0.11", "0.11", "0.14", "0.14")
    assert (core.native_id, core.tags, core.pricing_quantity) == (
        "//compute/instances/55501", {"team": "web", "cc": "42"}, Decimal(4),
    )  # fmt: skip


def test_corrections_of_oracle_are_added_to_what_they_correct(lab: Lab) -> None:
    take(lab, _bill("oci").encode())
    used, taken_back, stored = _charges(lab)
    assert [one.charge_class for one in (used, taken_back, stored)] == [None, "Correction", None]
    assert (used.resource_type, used.tags, stored.service_category) == ("instance", {"Finance.team": "shop"}, "Storage")
    assert _costs(used) == ("0.05", "0.05", None, "0.05")


@pytest.mark.parametrize("bill", [_bill("alibaba"), _bill("alibaba-old-zh")])
def test_alibaba_days_are_those_of_china_and_tags_are_read(lab: Lab, bill: str) -> None:
    take(lab, bill.encode())
    used, *others = _charges(lab)
    assert (_costs(used), used.tags) == (("11.232", "11.232", "12.48", "11.232"), {"env": "prod", "team": "shop"})
    assert (str(used.charge_start)[:16], str(used.charge_end)[:16]) == ("2026-01-02 16:00", "2026-01-03 16:00")
    assert (used.billing_account_id, used.sub_account_id, used.native_id) == ("18011", "18022", "i-bp1")
    # Paid in advance: what of it belongs to this month, the bill does not say.
    assert [(_costs(one)[:2], one.charge_category) for one in others] == [
        (("720", None), "Purchase"), (("-600", None), "Purchase"),
    ][: len(others)]  # fmt: skip


def test_alibaba_groups_and_kinds_in_chinese(lab: Lab) -> None:
    take(lab, _bill("alibaba-grouped").encode())
    used, bought, rounding = _charges(lab)
    assert [one.charge_category for one in (used, bought, rounding)] == ["Usage", "Purchase", "Adjustment"]
    assert (used.region_id, used.region_name, used.sku_id) == ("cn-hangzhou", "华东1（杭州）", "NetworkOut")
    assert _costs(used) == ("18", "18", "20", "18")
    assert _costs(rounding)[0] == "-0.004"


def test_tencent_in_both_languages(lab: Lab) -> None:
    take(lab, _bill("tencent-zh").encode())
    used, bought, returned = _charges(lab)
    assert [_costs(one) for one in (used, bought, returned)] == [
        ("6.696", "6.696", "7.44", "6.696"), ("255", None, "300", "255"), ("-213.5", None, None, "-213.5"),
    ]  # fmt: skip
    # The last second is in the period; a refund is of a moment.
    assert str(used.charge_end)[:19] == "2026-01-03 16:00:00"
    assert returned.charge_end > returned.charge_start
    assert (used.tags, bought.tags, bought.zone, used.billing_account_id) == ({"team": "shop"}, None, None, "100011")
    take(lab, _bill("tencent-en").encode())
    (traffic,) = _charges(lab)
    assert _costs(traffic) == ("13.08", "13.08", "16", "16")
    assert traffic.service_category == "Networking"


def test_what_is_wrong_is_named_as_the_bill_names_it(lab: Lab) -> None:
    with pytest.raises(InvalidBill) as refused:
        take(lab, _bill("aws").replace(",USD,0.115,", ",USD,abc,").encode())
    assert "line 2: BilledCost (lineItem/UnblendedCost): this is no decimal number (abc)" in str(refused.value)
    with pytest.raises(InvalidBill) as refused:
        take(lab, _bill("alibaba").replace("2026-01-03", "3. Januar").encode())
    assert "ChargePeriodEnd (BillingDate): this is no time (3. Januar)" in str(refused.value)
    with pytest.raises(InvalidBill) as refused:
        take(lab, _bill("oci").replace(",0.05,", ",x,", 1).encode())
    assert "cost/myCost" in str(refused.value)


def test_another_table_is_neither(lab: Lab) -> None:
    with pytest.raises(InvalidBill, match="neither FOCUS nor a cloud's own bill"):
        take(lab, b"Name,Amount\nrent,12\n")


@pytest.mark.parametrize("name", KNOWN)
def test_each_bill_is_one_dialect_and_lacking_a_needed_column_none(name: str) -> None:
    content, dialect, *_ = KNOWN[name]
    header = list(opened(io.BytesIO(content.encode())).header)
    found = dialect_of(header)
    assert found is dialects()[dialect]
    for other in dialects().values():
        assert other is found or not other.recognises(_folded(header))
    for group in found.needs:
        left = [one for one in header if not _folded([one]) & set(group)]
        assert dialect_of(left) is not found


def _folded(header: list[str]) -> set[str]:
    return {folded(one) for one in header}


def _athena(name: str) -> str:
    """As the crawler of Athena renames the columns of a report."""
    group, _, column = name.partition("/")
    snake = "".join(f"_{one.lower()}" if one.isupper() else one for one in column.replace(":", "_"))
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in group) + "_" + snake.lstrip("_")


def _charges(lab: Lab) -> list[Charge]:
    def each() -> Iterator[tuple[int, Charge]]:
        with lab.runtime.database.reading() as session:
            for charge, _ in service.rows_for(session, JANUARY):
                session.expunge(charge)
                yield charge.line, charge

    return [charge for _, charge in sorted(each(), key=lambda pair: pair[0])]


def _costs(charge: Charge) -> tuple[str | None, ...]:
    """Billed, effective, list, contracted."""
    found = (charge.billed_cost, charge.effective_cost, charge.list_cost, charge.contracted_cost)
    return tuple(None if one is None else format(one.normalize() + 0, "f") for one in found)


def _rest(charge: Charge) -> dict[str, Any]:
    found = charge.rest
    loaded: dict[str, Any] = json.loads(found) if isinstance(found, str) else dict(found or {})
    return loaded
