"""Google's catalogue as it was recorded, and what is made of it when it comes otherwise."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    PermissionDenied,
    PricePoint,
    ProviderError,
    RateLimited,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.gcp.adapter import GcpProvider
from mcm_providers.gcp.descriptor import DESCRIPTOR
from tests.harness.replay.http import Reply
from tests.harness.replay.inside import reply
from tests.providers.gcp.catalogue import KEY, Google, made, recorded, serving


def _provider(google: Google, regions: str = "us-central1,asia-southeast1", key: str = KEY, **more: Any) -> GcpProvider:
    config = {"regions": regions, "endpoint": google.url, **more}
    return GcpProvider.connect(DESCRIPTOR.connection.validated(config, {"api_key": key}), PlainContext())


def _read(provider: GcpProvider, *regions: str) -> list[PricePoint]:
    (source,) = provider.price_sources()
    return list(provider.prices(source, regions or source.regions))


def test_recorded_skus_become_machine_types() -> None:
    told = {sku["description"]: sku["pricingInfo"][0]["pricingExpression"]["tieredRates"] for sku in recorded()}
    price = told["E2 Instance Core running in Americas"][0]["unitPrice"]
    with serving(Google(skus=recorded())) as google:
        found = _read(_provider(google, "us-central1", currency=price["currencyCode"]))

    def rate(name: str) -> Decimal:
        unit = told[name][-1]["unitPrice"]
        return Decimal(unit["units"]) + Decimal(unit["nanos"]).scaleb(-9)

    e2 = next(one for one in found if one.sku == "e2-standard-4")
    core, ram = rate("E2 Instance Core running in Americas"), rate("E2 Instance Ram running in Americas")
    assert e2.unit_price == core * 4 + ram * 16
    assert (e2.option, e2.unit, e2.currency, e2.family) == ("on_demand", "hour", price["currencyCode"], "e2")
    assert len([one for one in found if one.family == "e2"]) == 12


def test_every_way_of_paying_and_everything_else() -> None:
    with serving(Google()) as google:
        provider = _provider(google)
        found = _read(provider)
    n2 = {(one.option, one.term_months): one.unit_price for one in found if one.sku == "n2-standard-8"}
    assert n2 == {
        ("on_demand", None): Decimal("0.388472"),
        ("spot", None): Decimal("0.09416"),
        ("reserved", 12): Decimal("0.244728"),
    }
    rest = {(one.region, one.item, one.sku): one.unit_price for one in found if one.item != "compute"}
    assert rest == {
        ("us-central1", "storage", "pd-standard"): Decimal("0.04"),
        ("asia-southeast1", "storage", "pd-ssd"): Decimal("0.187"),
        ("us-central1", "public_ip", "ipv4"): Decimal("0.005"),
        ("asia-southeast1", "public_ip", "ipv4"): Decimal("0.005"),
    }
    assert provider.left_out()["without_partner"] == 1
    assert not [one for one in found if one.sku.startswith("a2")]


def test_compute_for_nothing_is_left_out() -> None:
    skus = [
        made("N2 Instance Core running in Americas", "OnDemand", "h", 0),
        made("N2 Instance Ram running in Americas", "OnDemand", "GiBy.h", 0),
        made("Storage PD Capacity", "OnDemand", "GiBy.mo", 40000000),
    ]
    with serving(Google(skus=skus)) as google:
        provider = _provider(google, "us-central1")
        assert [one.item for one in _read(provider)] == ["storage"]
        assert provider.left_out() == {"without_partner": 1}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda page, _: page | {"skus": []}, UnexpectedResponse),
        (lambda page, _: page | {"skus": [1]}, UnexpectedResponse),
        (lambda page, _: page | {"nextPageToken": "6"}, UnexpectedResponse),
        (lambda page, _: page | {"nextPageToken": ["6"]}, UnexpectedResponse),
        (lambda page, number: reply(b'{"skus": [{"na') if number == 3 else page, UnexpectedResponse),
        (lambda *_: reply(b"<html>"), UnexpectedResponse),
        (lambda *_: reply([]), UnexpectedResponse),
        (lambda *_: reply(b"", 502), Unreachable),
    ],
)
def test_a_page_that_is_not_whole_is_no_list(
    change: Callable[[dict[str, Any], int], Any], error: type[ProviderError]
) -> None:
    with serving(Google(change=change)) as google, pytest.raises(error):
        _read(_provider(google))


@pytest.mark.parametrize(
    ("document", "status", "error"),
    [
        ({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key expired."}}, 400,
         AuthenticationFailed),
        ({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "Cloud Billing API is disabled"}}, 403,
         PermissionDenied),
        ({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "unknown currency"}}, 400, InvalidRequest),
        ({"error": "odd"}, 500, Unreachable),
    ],
)  # fmt: skip
def test_refusals(document: Any, status: int, error: type[ProviderError]) -> None:
    with serving(Google(change=lambda *_: reply(document, status))) as google, pytest.raises(error) as refused:
        _provider(google).check()
    if isinstance(refused.value, PermissionDenied):
        assert refused.value.permission == "cloudbilling.googleapis.com"


def test_slowing_down_is_obeyed_and_the_page_asked_again() -> None:
    slow: Reply = reply({}, 429, Retry_After="9")
    with serving(Google(change=lambda page, number: slow if number == 2 else page)) as google:
        assert _read(_provider(google))
    with serving(Google(change=lambda *_: slow)) as google, pytest.raises(RateLimited) as refused:
        _read(_provider(google))
    assert refused.value.retry_after == 9


def test_the_key_is_in_no_url() -> None:
    with serving(Google()) as google:
        provider = _provider(google)
        shown = repr(provider.check()) + repr(provider)
        _read(provider)
        with pytest.raises(AuthenticationFailed) as refused:
            _provider(google, key="wrong-key-of-a-test").check()
    assert KEY not in shown + "".join(google.asked)
    assert "wrong-key" not in str(refused.value)


def test_a_region_that_nobody_knows() -> None:
    with serving(Google(skus=recorded()[:3])) as google, pytest.raises(InvalidRequest, match="spelling"):
        _read(_provider(google, "atlantis1"))
