"""Oracle's list as it was recorded, and what is made of it when it comes otherwise."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mcm.contract import InvalidRequest, PricePoint, ProviderError, RateLimited, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers.oci.adapter import OciProvider
from mcm_providers.oci.descriptor import DESCRIPTOR
from tests.harness.replay.inside import reply
from tests.providers.oci.listed import Oracle, recorded, serving


def _provider(oracle: Oracle, regions: str = "eu-frankfurt-1", **more: Any) -> OciProvider:
    form = DESCRIPTOR.connection.validated({"regions": regions, "endpoint": oracle.url, **more}, {})
    return OciProvider.connect(form, PlainContext())


def _read(provider: OciProvider) -> list[PricePoint]:
    (source,) = provider.price_sources()
    return list(provider.prices(source, source.regions))


def test_the_recorded_list_is_read_to_the_digit() -> None:
    with serving(Oracle()) as oracle:
        provider = _provider(oracle)
        found = _read(provider)
    compute = {one.sku: one for one in found if one.item == "compute"}
    assert len(compute) == 6 * 6 * 2
    assert {name: compute[name].unit_price for name in compute if name.endswith("/4x32")} == {
        "VM.Standard.E3.Flex/4x32": Decimal("0.148"),
        "VM.Standard.E4.Flex/4x32": Decimal("0.148"),
        "VM.Standard.E5.Flex/4x32": Decimal("0.184"),
        "VM.Standard3.Flex/4x32": Decimal("0.208"),
        "VM.Optimized3.Flex/4x32": Decimal("0.264"),
        # What is free for the whole account is not free for each of its machines.
        "VM.Standard.A1.Flex/4x32": Decimal("0.088"),
    }
    sizes = [(one.vcpus, one.memory_gib, one.architecture) for name, one in compute.items() if name.endswith("/4x32")]
    assert sizes == [(Decimal(8), Decimal(32), "x86_64")] * 5 + [(Decimal(4), Decimal(32), "arm64")]
    rest = {(one.item, one.sku, one.tier_from): one.unit_price for one in found if one.item != "compute"}
    assert rest == {
        ("storage", "block-lower-cost", Decimal(0)): Decimal("0.0255"),
        ("storage", "block-balanced", Decimal(0)): Decimal("0.0425"),
        ("storage", "block-higher-performance", Decimal(0)): Decimal("0.0595"),
        ("egress", "internet", Decimal(0)): Decimal(0),
        ("egress", "internet", Decimal(10240)): Decimal("0.0085"),
        ("load_balancer", "flexible", Decimal(0)): Decimal("0.0113"),
    }
    # Six pairs, two of block volumes, traffic of this part of the world, balancers.
    assert provider.left_out() == {"no_words": len(recorded()) - 16}


def test_traffic_costs_by_the_part_of_the_world() -> None:
    with serving(Oracle()) as oracle:
        found = _read(_provider(oracle, "ap-tokyo-1,me-dubai-1,xx-moon-1"))
    assert {one.region: one.unit_price for one in found if one.item == "egress" and one.tier_from} == {
        "ap-tokyo-1": Decimal("0.025"),
        "me-dubai-1": Decimal("0.05"),
    }


def test_compute_for_nothing_is_left_out() -> None:
    items = recorded()
    for one in items:
        if one["partNumber"] == "B93113":
            one["currencyCodeLocalizations"][0]["prices"][0]["value"] = 0
    with serving(Oracle(items=items)) as oracle:
        provider = _provider(oracle)
        assert not [one for one in _read(provider) if one.family == "VM.Standard.E4.Flex"]
        assert provider.left_out()["without_partner"] == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda answer, _: answer | {"items": []}, UnexpectedResponse),
        (lambda answer, _: answer | {"items": [*answer["items"], answer["items"][0]]}, UnexpectedResponse),
        (lambda answer, _: answer | {"items": [{"displayName": "nameless"}]}, UnexpectedResponse),
        (lambda answer, _: answer | {"hasMore": True}, UnexpectedResponse),
        (lambda *_: reply(b'{"items": [{"partNumber": "B88'), UnexpectedResponse),
        (lambda *_: reply(b"<html>"), UnexpectedResponse),
        (lambda *_: reply([]), UnexpectedResponse),
        (lambda *_: reply(b"<html>", 403), Unreachable),
        (lambda *_: reply(b"", 500), Unreachable),
    ],
)
def test_a_list_that_is_not_whole_raises(
    change: Callable[[dict[str, Any], int], Any], error: type[ProviderError]
) -> None:
    with serving(Oracle(change=change)) as oracle, pytest.raises(error):
        _read(_provider(oracle))


def test_a_price_that_cannot_be_read_raises() -> None:
    items = recorded()
    for one in items:
        if one["partNumber"] == "B93113":
            one["currencyCodeLocalizations"][0]["prices"][0]["value"] = "cheap"
    with serving(Oracle(items=items)) as oracle, pytest.raises(UnexpectedResponse, match="B93113"):
        _read(_provider(oracle))


def test_slowing_down_is_obeyed_and_asked_again() -> None:
    slow = reply({}, 429, Retry_After="5")
    with serving(Oracle(change=lambda answer, number: slow if number == 1 else answer)) as oracle:
        assert _read(_provider(oracle))
    with serving(Oracle(change=lambda *_: slow)) as oracle, pytest.raises(RateLimited) as refused:
        _read(_provider(oracle))
    assert refused.value.retry_after == 5


@pytest.mark.parametrize("region", ["frankfurt", "eu-frankfurt", "eu-frankfurt-x", "../../x-y-1"])
def test_a_region_that_is_spelled_otherwise_is_refused(region: str) -> None:
    with serving(Oracle()) as oracle, pytest.raises(InvalidRequest):
        _provider(oracle, region)
