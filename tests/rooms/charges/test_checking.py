"""The checker of FOCUS files, and its unit format."""

import gzip
import io

import pytest

from mcm.charges.checking import check
from mcm.charges.focus import COLUMNS, VERSIONS, Version, columns_of, version_of
from mcm.charges.units import is_unit
from tests.rooms.charges.bills import ROW, bill

_NEW = {"ServiceProviderName": "Cloud", "HostProviderName": ""}


def _found(content: bytes, version: Version | None = None) -> dict[tuple[str, str | None], int]:
    return {(one["code"], one["column"]): one["count"] for one in check(io.BytesIO(content), version).findings}


def test_the_columns_of_each_version_are_as_many_as_published() -> None:
    assert [len(columns_of(version)) for version in VERSIONS] == [43, 50, 57, 65, 65]
    assert [sum(column.mandatory for column in columns_of(version)) for version in VERSIONS] == [21, 21, 21, 23, 21]
    newest = {column.name for column in columns_of("1.4")}
    assert {"ServiceProviderName", "HostProviderName", "InvoiceDetailId"} <= newest
    assert not {"ProviderName", "PublisherName"} & newest
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_the_version_is_told_by_the_columns() -> None:
    assert version_of(set(ROW)) == "1.0"
    assert version_of({*ROW, "SkuMeter"}) == "1.1"
    assert version_of({*ROW, "InvoiceId"}) == "1.2"
    assert version_of({*ROW, "ServiceProviderName"}) == "1.3"
    assert version_of({"ServiceProviderName", "BilledCost"}) == "1.4"


def test_a_file_that_keeps_to_it_has_no_findings() -> None:
    assert _found(bill([{}, {"ChargeClass": "Correction"}])) == {}
    assert _found(gzip.compress(bill([{}]))) == {}
    names = [name for name in ROW if name not in ("ProviderName", "PublisherName")]
    assert _found(bill([_NEW], columns=[*names, *_NEW])) == {}
    assert _found(bill([{"x_mine": "1"}])) == {}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"BilledCost": ""}, ("null_value", "BilledCost")),
        ({"BilledCost": "1,5"}, ("bad_number_form", "BilledCost")),
        ({"BilledCost": "+1.5"}, ("bad_number_form", "BilledCost")),
        ({"BilledCost": "$1.5"}, ("bad_number_form", "BilledCost")),
        ({"ChargePeriodStart": "2026-09-03 00:00:00"}, ("bad_time_form", "ChargePeriodStart")),
        ({"ChargePeriodStart": "2026-09-03T00:00:00+02:00"}, ("bad_time_form", "ChargePeriodStart")),
        ({"ChargeCategory": "usage"}, ("unknown_value", "ChargeCategory")),
        ({"ServiceCategory": "Computers"}, ("unknown_value", "ServiceCategory")),
        ({"BillingCurrency": "RMB"}, ("bad_currency", "BillingCurrency")),
        ({"PricingUnit": "gigabytes"}, ("bad_unit", "PricingUnit")),
        ({"PricingUnit": ""}, ("null_pair", "PricingUnit")),
        ({"PricingQuantity": ""}, ("null_pair", "PricingUnit")),
        ({"RegionId": ""}, ("null_pair", "RegionName")),
        ({"Tags": "env=prod"}, ("bad_json", "Tags")),
        ({"Tags": '{"a": {"b": 1}}'}, ("bad_json", "Tags")),
        ({"ResourceId": "NULL"}, ("null_spelled", "ResourceId")),
        ({"Colour": "red"}, ("unknown_column", "Colour")),
    ],
)
def test_each_rule_finds_what_breaks_it(changes: dict[str, str], found: tuple[str, str]) -> None:
    assert _found(bill([{**ROW, **changes}])) == {found: 1}


def test_whole_files() -> None:
    assert _found(b"") == {("empty_file", None): 1}
    assert _found(gzip.compress(bill([{}] * 3000))[:-900]).keys() >= {("truncated_file", None)}
    assert ("missing_column", "BilledCost") in _found(bill([{}], columns=[n for n in ROW if n != "BilledCost"]))
    # Held to another version than its columns tell.
    wanted = {("missing_column", "HostProviderName"), ("unknown_column", "ProviderName")}
    assert wanted <= _found(bill([{}]), "1.4").keys()


@pytest.mark.parametrize(
    "text",
    ["GB", "Seconds", "GB-Hours", "MB-Days", "GB/Hour", "PB/Day", "1000 Tokens", "Units/3 Months", "Requests",
     "GiB-Months", "Core-Hours", "API Calls", "Requests/Day", "b", "KiB"],
)  # fmt: skip
def test_units(text: str) -> None:
    assert is_unit(text)


@pytest.mark.parametrize(
    "text",
    ["gigabyte-seconds", "Gigabytes", "GBs", "hours", "GB-Hour", "GB/Hours", "YB ", "0 Tokens", "1.5 Tokens", "gb",
     "vCPU-Hours", "Units/3 Month", "per GB", "", "-", "GB-"],
)  # fmt: skip
def test_no_units(text: str) -> None:
    assert not is_unit(text)
