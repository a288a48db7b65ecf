"""Azure's price list as it was recorded, and what is made of it when it comes otherwise."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mcm.contract import InvalidRequest, PricePoint, ProviderError, RateLimited, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers.azure.adapter import AzureProvider
from mcm_providers.azure.descriptor import DESCRIPTOR
from mcm_providers.azure.sizes import Size, size_of
from tests.harness.replay.http import Reply
from tests.harness.replay.inside import reply
from tests.providers.azure.retail import Retail, meter, serving


def provider(retail: Retail, regions: str = "eastus,francecentral", **more: Any) -> AzureProvider:
    form = DESCRIPTOR.connection.validated({"regions": regions, "endpoint": retail.url, **more}, {})
    return AzureProvider.connect(form, PlainContext())


def read(made: AzureProvider, *regions: str) -> list[PricePoint]:
    (source,) = made.price_sources()
    return list(made.prices(source, regions or source.regions))


def test_a_recorded_answer_is_read_to_the_digit() -> None:
    with serving(Retail(page=3)) as retail:
        made = provider(retail)
        found = {
            (one.option, one.term_months, one.operating_system): (one.unit_price, one.upfront)
            for one in read(made, "eastus")
            if one.sku == "Standard_D2als_v7"
        }
        left_out = made.left_out()
    assert found == {
        ("on_demand", None, "linux"): (Decimal("0.0804"), 0),
        ("savings_plan", 12, "linux"): (Decimal("0.053868"), 0),
        ("savings_plan", 36, "linux"): (Decimal("0.035376"), 0),
        ("reserved", 12, "linux"): (0, Decimal(416)),
        ("reserved", 36, "linux"): (0, Decimal(803)),
        ("spot", None, "linux"): (Decimal("0.015598"), 0),
        ("spot", None, "windows"): (Decimal("0.033368"), 0),
        ("on_demand", None, "windows"): (Decimal("0.172"), 0),
    }
    assert left_out == {"not_for_everybody": 2, "disk_of_fixed_size": 2, "no_words": 5}


def test_what_a_size_and_a_meter_say() -> None:
    with serving(Retail()) as retail:
        found = read(provider(retail))
    one = next(one for one in found if one.sku == "Standard_D2als_v7" and one.option == "on_demand")
    assert (one.vcpus, one.memory_gib, one.architecture, one.family) == (Decimal(2), Decimal(4), "x86_64", "Dalsv7")
    assert (one.region, one.unit, one.currency, one.valid_from) == ("eastus", "hour", "USD", date(2025, 11, 1))
    others = {
        (one.item, one.sku, one.tier_from): one.unit_price
        for one in found
        if one.item != "compute" and one.region == "eastus"
    }
    assert others == {
        ("storage", "PremiumV2_LRS", Decimal(0)): Decimal("0.0803"),
        ("egress", "internet", Decimal(0)): Decimal(0),
        ("egress", "internet", Decimal(100)): Decimal("0.087"),
        ("egress", "internet", Decimal(10335)): Decimal("0.083"),
        ("public_ip", "standard-ipv4", Decimal(0)): Decimal("0.005"),
        ("load_balancer", "standard", Decimal(0)): Decimal("0.025"),
    }
    # Its prices hold in every region.
    assert [one.region for one in found if one.item == "load_balancer"] == ["eastus", "francecentral"]


def test_every_recorded_item_is_a_price_or_is_counted() -> None:
    retail = Retail(page=7)
    with serving(retail):
        made = provider(retail)
        found = read(made, "francecentral")
    machines = [one for one in retail.items if one["armRegionName"] == "francecentral"]
    assert len(machines) == 104
    compute = [one for one in found if one.item == "compute"]
    assert len(compute) + sum(made.left_out().values()) == len(machines) + 5
    assert made.left_out()["not_for_everybody"] == sum(one["type"] == "DevTestConsumption" for one in machines)
    # A name with a blank is that of the size with its underline.
    constrained = [one for one in compute if one.sku == "Standard_E32-8as_v5"]
    assert {(one.vcpus, one.memory_gib) for one in constrained} == {(Decimal(8), Decimal(256))}
    assert all(one.unit_price or one.upfront for one in compute)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("Standard_D16as_v5", Size(Decimal(16), Decimal(64), "x86_64")),
        ("Standard_E8ps_v5", Size(Decimal(8), Decimal(64), "arm64")),
        ("Standard_E64s_v4", Size(Decimal(64), None, "x86_64")),
        ("Standard_F4s_v2", Size(Decimal(4), Decimal(8), "x86_64")),
        ("Standard_B2s", Size(Decimal(2), Decimal(4), "x86_64")),
        # It has four.
        ("Standard_D3_v2", Size()),
        ("Standard_NC6s_v3", Size()),
        ("Standard_M64ls", Size()),
        ("'; drop", Size()),
    ],
)
def test_sizes_by_their_names(name: str, size: Size) -> None:
    assert size_of(name) == size


def _cut(page: dict[str, Any], _: int) -> dict[str, Any]:
    return page | {"Items": page["Items"][:-1]}


def _twice(page: dict[str, Any], number: int) -> dict[str, Any]:
    return page | {"NextPageLink": page["NextPageLink"].replace("%24skip=3", "%24skip=0")} if number == 1 else page


def _elsewhere(page: dict[str, Any], _: int) -> dict[str, Any]:
    return page | {"NextPageLink": "https://prices.example.com/api/retail/prices?page=2"}


def _half(page: dict[str, Any], number: int) -> Reply | dict[str, Any]:
    return page if number < 2 else reply(json.dumps(page).encode()[:200])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (_cut, UnexpectedResponse),
        (_twice, UnexpectedResponse),
        (_elsewhere, UnexpectedResponse),
        (_half, UnexpectedResponse),
        (lambda *_: reply(b"<html>maintenance</html>"), UnexpectedResponse),
        (lambda *_: reply({"Items": None, "Count": 0, "BillingCurrency": "USD"}), UnexpectedResponse),
        (lambda *_: reply({"Items": [7], "Count": 1, "BillingCurrency": "USD"}), UnexpectedResponse),
        (lambda page, _: page | {"BillingCurrency": "EUR"}, UnexpectedResponse),
        (lambda page, _: page | {"NextPageLink": ["a"]}, UnexpectedResponse),
        (lambda *_: reply({}, 302, Location="/elsewhere"), UnexpectedResponse),
        (lambda *_: reply({"Error": {"Code": "400", "Message": "bad filter"}}, 400), InvalidRequest),
        (lambda *_: reply(b"", 503), Unreachable),
        (lambda *_: reply(b'{"Items": [{"retailPrice": 1e999999999}]}'), UnexpectedResponse),
    ],
)
def test_a_page_that_is_not_whole_is_no_list(
    change: Callable[[dict[str, Any], int], Any], error: type[ProviderError]
) -> None:
    with serving(Retail(page=3, change=change)) as retail, pytest.raises(error):
        read(provider(retail), "eastus")


def test_slowing_down_is_obeyed_and_the_page_asked_again() -> None:
    slow = reply({}, 429, Retry_After="7")
    with serving(Retail(change=lambda page, number: slow if number == 1 else page)) as retail:
        assert read(provider(retail), "eastus")
    with serving(Retail(change=lambda *_: slow)) as retail, pytest.raises(RateLimited) as refused:
        read(provider(retail), "eastus")
    assert refused.value.retry_after == 7


def test_compute_for_nothing_is_left_out() -> None:
    item = meter("Virtual Machines", "Virtual Machines Dsv5 Series", "D2s v5", "1 Hour", 0.0)
    retail = Retail(items=[item | {"armSkuName": "Standard_D2s_v5"}])
    with serving(retail):
        made = provider(retail)
        assert read(made, "eastus") == []
        assert made.left_out() == {"no_words": 1}


def test_a_price_that_holds_no_more_is_left_out() -> None:
    old = {"effectiveEndDate": "2024-01-01T00:00:00Z"}
    retail = Retail(items=[meter("Bandwidth", "Rtn Preference: MGN", "Standard Data Transfer Out", "1 GB", 1.0) | old])
    with serving(retail):
        made = provider(retail)
        assert read(made, "eastus") == []
        assert made.left_out() == {"over": 1}


def test_signing_in_asks_for_the_region() -> None:
    with serving(Retail()) as retail:
        assert provider(retail, "francecentral").check().principal == "everybody"
        with pytest.raises(InvalidRequest, match="spelling"):
            provider(retail, "nowhere").check()
        with pytest.raises(InvalidRequest, match="spelling"):
            read(provider(retail, "nowhere"))


@pytest.mark.parametrize("regions", ["West Europe", "eastus' or 1 eq 1", "x" * 41])
def test_what_is_no_region_is_not_asked_for(regions: str) -> None:
    with serving(Retail()) as retail, pytest.raises(InvalidRequest):
        provider(retail, regions)
    assert retail.asked == []
