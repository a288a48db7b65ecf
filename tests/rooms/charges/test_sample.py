"""The published sample of FOCUS 1.0 comes in with exactly its known oddities, and goes out as FOCUS again."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from mcm.charges import exporting, service
from mcm.charges.checking import check
from mcm.charges.findings import TOLERANCE
from mcm.charges.focus import Version
from tests.lab import Lab
from tests.rooms.charges.bills import findings, stored, take, total

SAMPLE = Path(__file__).with_name("data") / "focus_sample.csv"


def _independently() -> dict[str, Decimal]:
    """Sums by service, straight from the text."""
    sums: dict[str, Decimal] = {}
    with SAMPLE.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["BillingPeriodStart"].startswith("2024-09"):
                sums[row["ServiceName"]] = sums.get(row["ServiceName"], Decimal(0)) + Decimal(row["BilledCost"])
    return sums


def test_its_oddities_are_these(lab: Lab) -> None:
    row, ready = take(lab, SAMPLE.read_bytes())
    assert row is not None
    assert TOLERANCE == "0.000001"
    assert findings(ready) == {
        ("list_mismatch", "ListCost"): 25,
        ("list_inexact", "ListCost"): 490,
        ("missing_cost", "ContractedCost"): 7,
        ("negative_cost", "BilledCost"): 13,
        ("negative_cost", "ContractedCost"): 13,
        ("negative_cost", "EffectiveCost"): 13,
        ("negative_cost", "ListCost"): 13,
        ("null_spelled", ""): 1000,
        ("other_spelling", "ChargeFrequency"): 7,
        ("time_form", "BillingPeriodStart"): 1000,
        ("time_form", "ChargePeriodEnd"): 1000,
        ("time_form", "ChargePeriodStart"): 1000,
        ("unknown_column", "Id"): 1,
    }
    (mismatch,) = [one for one in ready.incoming.findings.told() if one["code"] == "list_mismatch"]
    assert mismatch["lines"][:3] == [948, 951, 954]
    assert (row.rows, row.focus, row.file_format) == (1000, "1.0", "csv")
    assert lab.count("charge", "flags & 32 <> 0") == 25
    assert lab.count("charge", "flags & 16 <> 0") == 490


def test_not_a_digit_is_lost(lab: Lab) -> None:
    take(lab, SAMPLE.read_bytes())
    sums = total(lab, "2024-09", by=["service"])
    assert {key[0]: amount for key, amount in sums.items()} == _independently()
    with lab.runtime.database.reading() as session:
        lines = {charge.line: charge for charge, _ in service.rows_for(session, "2024-09")}
    with SAMPLE.open(newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            if line in lines:
                assert lines[line].consumed_quantity == (
                    None if row["ConsumedQuantity"] == "NULL" else Decimal(row["ConsumedQuantity"])
                )
                assert lines[line].rest["Id"] == row["Id"]


@pytest.mark.parametrize(("version", "format"), [("1.2", "csv.gz"), ("1.4", "csv"), ("1.4", "parquet")])
def test_it_goes_out_as_focus_and_comes_in_the_same(lab: Lab, version: Version, format: exporting.Format) -> None:
    take(lab, SAMPLE.read_bytes())
    before, totals = stored(lab), total(lab, "2024-09", "2024-10", by=["service", "region", "tag:environment"])
    exported = _export(lab, version, format)
    found = check(io.BytesIO(exported))
    assert (found.version, found.format, found.rows) == (version, format, 1000)
    # What the sample's issuers left out or spelled their own way; all else keeps to FOCUS.
    assert {(one["code"], one["column"]): one["count"] for one in found.findings} == {
        ("null_value", "ContractedCost"): 7,
        ("null_pair", "RegionName"): 7,
        ("null_optional", "ServiceSubcategory"): 1000,
        ("bad_unit", "ConsumedUnit"): 9,
        ("bad_unit", "PricingUnit"): 9,
    }
    _, ready = take(lab, exported)
    assert total(lab, "2024-09", "2024-10", by=["service", "region", "tag:environment"]) == totals
    assert sorted(row[5:7] for row in stored(lab)) == sorted(row[5:7] for row in before)
    if version == "1.2":
        # 1.4 names no publisher, so its rows are others.
        assert ready.changes["added"] == ready.changes["removed"] == 0


def _export(lab: Lab, version: Version, format: exporting.Format) -> bytes:
    with lab.runtime.database.reading() as session:

        def pairs():  # type: ignore[no-untyped-def]
            for month in ("2024-09", "2024-10"):
                yield from service.rows_for(session, month)

        return b"".join(exporting.export(pairs, version, format))
