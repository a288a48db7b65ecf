"""AWS's offer files, and what is made of them when they come otherwise."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from mcm.contract import ConnectionForm, InvalidRequest, PricePoint, ProviderError, UnexpectedResponse, Unreachable
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.replay.http import Reply
from tests.harness.replay.inside import reply
from tests.providers.aws.list_prices import COMPUTE, REGION, Offers, offer, serving


def _provider(url: str, **more: object) -> AwsProvider:
    config = {"regions": REGION, "price_list_url": url} | more
    form: ConnectionForm = DESCRIPTOR.connection.validated(
        config, {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "never-sent-anywhere"}
    )
    return AwsProvider.connect(form, PlainContext())


def _read(made: AwsProvider, *regions: str) -> list[PricePoint]:
    (source,) = made.price_sources()
    return list(made.prices(source, regions or source.regions))


def test_recorded_lines_are_read_to_the_digit() -> None:
    with serving(Offers()) as offers:
        made = _provider(offers.url)
        found = _read(made)
        (source,) = made.price_sources()
    assert (source.currency, source.regions) == ("USD", (REGION,))
    storage = {one.sku: (one.unit_price, one.storage_class, one.unit) for one in found if one.item == "storage"}
    assert storage == {
        "st1": (Decimal("0.0530000000"), "hdd", "gib_month"),
        "io1": (Decimal("0.1450000000"), "premium", "gib_month"),
        "gp2": (Decimal("0.1160000000"), "ssd", "gib_month"),
    }
    rest = {
        (one.item, one.sku, one.tier_from): one.unit_price for one in found if one.item not in ("compute", "storage")
    }
    assert rest == {
        ("egress", "internet", Decimal(0)): Decimal("0.09"),
        ("egress", "internet", Decimal(10240)): Decimal("0.085"),
        ("public_ip", "ipv4", Decimal(0)): Decimal("0.005"),
        ("load_balancer", "application", Decimal(0)): Decimal("0.023814"),
    }
    assert all(b"never-sent-anywhere" not in line.encode() for line in offers.asked)


def test_compute_and_how_it_is_paid() -> None:
    with serving(Offers()) as offers:
        made = _provider(offers.url)
        found = [one for one in _read(made) if one.item == "compute"]
    m5 = {(one.option, one.term_months): (one.unit_price, one.upfront) for one in found if one.sku == "m5.large"}
    assert m5 == {
        ("on_demand", None): (Decimal("0.096"), 0),
        # Of the ways to pay the one with nothing upfront.
        ("reserved", 12): (Decimal("0.061"), 0),
        ("reserved", 36): (0, Decimal(1009)),
    }
    big = next(one for one in found if one.sku == "x2gd.16xlarge")
    assert (big.vcpus, big.memory_gib, big.architecture, big.gpus) == (Decimal(64), Decimal(1024), "arm64", 0)
    one = next(one for one in found if one.sku == "m5.large")
    assert (one.vcpus, one.memory_gib, one.family, one.operating_system) == (Decimal(2), Decimal(8), "m5", "linux")
    assert (one.region, one.valid_from) == (REGION, date(2023, 3, 1))
    assert made.left_out() == {
        "price_without_words": 4,
        "price_of_convertible": 1,
        "price_of_own_licence": 1,
        "price_with_software": 1,
        "price_of_capacity": 1,
        "price_of_tenancy": 1,
        "price_paid_otherwise": 1,
    }


def _cut(answer: Reply, number: int) -> Reply:
    return reply(b"".join(map(bytes, answer.parts))[:-10]) if number == 5 else answer


def _shorter(answer: Reply, number: int) -> Reply:
    return reply(b"".join(map(bytes, answer.parts)).replace(b'"m5.large",', b"")) if number == 5 else answer


def _other_offer(answer: Reply, number: int) -> Reply:
    return reply(offer("AmazonRDS", COMPUTE)) if number == 5 else answer


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (_cut, UnexpectedResponse),
        (_shorter, UnexpectedResponse),
        (_other_offer, UnexpectedResponse),
        (lambda answer, number: reply(b"<html>\n") if number == 5 else answer, UnexpectedResponse),
        (lambda *_: reply(b"<html>"), UnexpectedResponse),
        (lambda *_: reply({"regions": {REGION: {"currentVersionUrl": "//elsewhere/index.json"}}}), UnexpectedResponse),
        (lambda *_: reply(b"", 503), Unreachable),
        (lambda answer, number: reply(b"", 503) if number == 5 else answer, Unreachable),
    ],
)
def test_a_list_that_is_not_whole_raises(change: Callable[[Reply, int], Reply], error: type[ProviderError]) -> None:
    with serving(Offers(change=change)) as offers, pytest.raises(error):
        _read(_provider(offers.url))


def test_slowing_down_is_obeyed() -> None:
    slow = reply({}, 429, Retry_After="0")
    with serving(Offers(change=lambda answer, number: slow if number == 1 else answer)) as offers:
        assert _read(_provider(offers.url))


def test_regions_that_the_list_does_not_have() -> None:
    with serving(Offers()) as offers:
        with pytest.raises(InvalidRequest, match="not a region of this account"):
            _read(_provider(offers.url), "eu-west-1")
        with pytest.raises(InvalidRequest, match="does not know the region"):
            _read(_provider(offers.url, regions="eu-west-3,eu-west-9"))


def test_what_answers_in_the_place_of_aws_has_no_list() -> None:
    assert _provider("", endpoint_url="http://127.0.0.1:9").price_sources() == []
    # The sites in China have a list of their own, in their own currency.
    (source,) = _provider("", regions="cn-northwest-1").price_sources()
    assert (source.name, source.currency) == ("AWS Price List (aws-cn)", "CNY")
