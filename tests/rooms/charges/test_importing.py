"""Bills in every dialect; newer bills in the place of older ones; the same again changes nothing."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mcm.charges.errors import MonthClosed
from mcm.charges.importing import Mode
from mcm.models import ResourceRow
from tests.lab import Lab
from tests.rooms.charges.bills import MONTH, ROW, bill, findings, stored, take, total

_LOWER = {name: name.lower() for name in ROW}
_SNAKE = {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in ROW}


def _renamed(names: dict[str, str], **changes: Any) -> bytes:
    row = {**ROW, **changes}
    return bill([{names.get(key, key): value for key, value in row.items()}], columns=[names.get(k, k) for k in row])


# How the exports of several issuers look: what differs from ROW, what is found in it beside that.
DIALECTS: dict[str, tuple[bytes, dict[tuple[str, str], int]]] = {
    "lower case and own columns": (
        _renamed(_LOWER, x_discounts='{"a":1}', x_operation="RunInstances"),
        {("custom_column", "x_discounts"): 1, ("custom_column", "x_operation"): 1},
    ),
    "underscores": (_renamed(_SNAKE), {}),
    "byte order mark and minutes": (
        b"\xef\xbb\xbf" + bill([{"ChargePeriodStart": "2026-09-03T00:00Z", "BillingPeriodStart": "2026-09-01T00:00Z"}]),
        {("time_form", "BillingPeriodStart"): 1, ("time_form", "ChargePeriodStart"): 1},
    ),
    "labels as a list, zone in words": (
        bill([{"Tags": '[{"key":"env","value":"prod"},{"key":"team","value":"a"}]',
               "ChargePeriodStart": "2026-09-03 00:00:00 UTC"}]),
        {("time_form", "ChargePeriodStart"): 1},
    ),
    "tags that lost their braces": (bill([{"Tags": '"env": "prod","team": "a"'}]), {}),
    "costs left out": (
        bill([{}], columns=[name for name in ROW if name not in ("ListCost", "ContractedCost", "EffectiveCost")]),
        {("missing_cost", name): 1 for name in ("ListCost", "ContractedCost", "EffectiveCost")}
        | {("absent_column", name): 1 for name in ("ListCost", "ContractedCost", "EffectiveCost")},
    ),
    "costs empty, midnight of its own zone": (
        bill([{"ListCost": "", "ContractedCost": "\\N", "BillingPeriodStart": "2026-09-01T00:00:00+08:00"}]),
        {("missing_cost", "ListCost"): 1, ("missing_cost", "ContractedCost"): 1, ("null_spelled", ""): 1,
         ("time_form", "BillingPeriodStart"): 1},
    ),
    "new names of the providers": (
        _renamed({"ProviderName": "ServiceProviderName", "PublisherName": "HostProviderName"}), {}
    ),
    "powers of ten": (bill([{"BilledCost": "125E-2", "ListCost": "1.5e0"}]), {}),
}  # fmt: skip


def test_every_dialect_says_the_same(lab: Lab) -> None:
    for name, (content, found) in DIALECTS.items():
        _, ready = take(lab, content)
        assert findings(ready) == found, name
        assert total(lab, by=["service", "provider", "tag:env", "region"]) == {
            ("Compute engine", "Cloud", "prod", "eu-1", "EUR"): Decimal("1.25")
        }, name


def test_charges_name_the_resources_that_are_known(lab: Lab) -> None:
    lab.sync()
    instance = lab.resources()[0]
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE resource SET tenant_id = 'ten_x' WHERE id = :id"), {"id": instance.id})
    path = f"/subscriptions/s/instances/{instance.native_id}"
    row, _ = take(lab, bill([{"ResourceId": instance.native_id}, {"ResourceId": path}, {"ResourceId": "nobody"}]))
    assert row is not None
    assert row.report["linked"] == 2
    assert total(lab, by=["resource", "tenant"]) == {
        (instance.id, "ten_x", "EUR"): Decimal("2.5"),
        (None, "ten_default", "EUR"): Decimal("1.25"),
    }
    assert isinstance(instance, ResourceRow)
    assert total(lab, by=["label:team"]) == {(None, "EUR"): Decimal("3.75")}
    # The other account's bill does not reach into this one.
    other, _ = take(lab, bill([{"ResourceId": instance.native_id}]), account="other")
    assert other is not None
    assert other.report["linked"] == 0


def test_a_newer_bill_takes_the_place_of_an_older_one(lab: Lab) -> None:
    rows: list[dict[str, Any]] = [{"ResourceId": f"r-{number}"} for number in range(5)]
    first, _ = take(lab, bill(rows))
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z"}
    newer = [
        *rows[1:4],
        {"ResourceId": "r-4", "BilledCost": "9"},
        {"ResourceId": "r-new"},
        {"ResourceId": "x", **october},
    ]
    second, ready = take(lab, bill(newer))
    assert first is not None
    assert second is not None
    assert ready.changes == {"added": 2, "removed": 1, "changed": 1, "unchanged": 3}
    assert total(lab, MONTH, "2026-10", by=["month"]) == {
        (MONTH, "EUR"): Decimal("14.00"), ("2026-10", "EUR"): Decimal("1.25")
    }  # fmt: skip
    assert lab.count("charge_import", "status = 'superseded'") == 1
    assert lab.count("charge") == 6, "what was superseded is gone"
    # The older file again: what is newer stays.
    again, _ = take(lab, bill(rows))
    assert again is not None
    assert again.id == first.id
    assert total(lab) == {("EUR",): Decimal("14.00")}


def test_a_bill_in_several_files(lab: Lab) -> None:
    mode: Mode = "add"
    take(lab, bill([{"ResourceId": "r-1"}]))
    take(lab, bill([{"ResourceId": "r-2"}]), mode=mode)
    take(lab, bill([{"ResourceId": "r-2"}]), mode=mode)
    assert total(lab, by=["native_id"]) == {("r-1", "EUR"): Decimal("1.25"), ("r-2", "EUR"): Decimal("1.25")}


def test_another_account_is_left_alone(lab: Lab) -> None:
    take(lab, bill([{}]))
    take(lab, bill([{"BilledCost": "7"}]), account="other")
    assert sorted(total(lab, by=["account"]).values(), key=str) == [Decimal("1.25"), Decimal(7)]


def test_a_dry_run_stores_nothing(lab: Lab) -> None:
    before = lab.count("charge"), lab.count("charge_part"), lab.count("cost_month")
    _, ready = take(lab, bill([{}, {"ResourceId": "r-2"}]), store=False)
    assert [found.values()["billed"] for found in ready.staging.sums.values()] == [Decimal("2.5")]
    assert (lab.count("charge"), lab.count("charge_part"), lab.count("cost_month")) == before


def test_a_closed_month_is_not_imported_into(lab: Lab) -> None:
    take(lab, bill([{}]))
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE cost_month SET status = 'closed'"))
    before = stored(lab)
    with pytest.raises(MonthClosed, match="2026-09 is closed"):
        take(lab, bill([{"BilledCost": "2"}]))
    assert stored(lab) == before


_AMOUNT = st.decimals(-(10**9), 10**9, places=12, allow_nan=False, allow_infinity=False)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "BilledCost": _AMOUNT.map(str) | st.just(""),
            "EffectiveCost": _AMOUNT.map(str),
            "ServiceName": st.sampled_from(["a", "b", "c"]),
            "BillingPeriodStart": st.sampled_from(["2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z"]),
            "Tags": st.sampled_from(["", '{"env": "prod"}', '{"env": "dev"}']),
        }
    ),
    min_size=1,
    max_size=12,
    unique_by=str,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=_ROWS, order=st.randoms(use_true_random=False))
def test_conserved_idempotent_and_in_any_order(lab: Lab, rows: list[dict[str, str]], order: Any) -> None:
    """Nothing is lost or made; the same file again changes nothing; nor does the order of rows or of columns."""
    for table in ("charge", "charge_part", "charge_import", "cost_month"):
        with lab.runtime.database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))
    # The number makes rows that are equal otherwise differ, so that none is there twice.
    numbered = [{**row, "ResourceId": f"r-{number}"} for number, row in enumerate(rows)]
    take(lab, bill(numbered))
    expected: dict[tuple[str, str], Decimal] = {}
    for row in numbered:
        key = (row["BillingPeriodStart"][:7], row["ServiceName"])
        expected[key] = expected.get(key, Decimal(0)) + Decimal(row["EffectiveCost"])
    months = {key[0] for key in expected}
    found = total(lab, *months, by=["month", "service"], cost="effective")
    assert {key[:2]: amount for key, amount in found.items()} == expected
    assert sum(found.values()) == sum(expected.values())  # type: ignore[arg-type]
    before = stored(lab)
    take(lab, bill(numbered))
    assert stored(lab) == before
    shuffled, columns = list(numbered), list(ROW)
    order.shuffle(shuffled)
    order.shuffle(columns)
    _, ready = take(lab, bill(shuffled, columns=columns))
    if ready.changes:
        assert ready.changes == {"added": 0, "removed": 0, "changed": 0, "unchanged": len(rows)}
    assert stored(lab) == before


def test_amounts_of_ten_tenths_make_one(lab: Lab) -> None:
    take(lab, bill([{"BilledCost": "0.1", "ResourceId": f"r-{number}"} for number in range(10)]))
    assert total(lab) == {("EUR",): Decimal(1)}
