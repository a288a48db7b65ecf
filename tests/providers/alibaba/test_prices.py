"""Alibaba Cloud's prices from answers of the documented form, and what is made of it when they come otherwise."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mcm.contract import (
    AuthenticationFailed,
    ConnectionForm,
    InvalidRequest,
    PermissionDenied,
    PricePoint,
    ProviderError,
    RateLimited,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.alibaba.adapter import AlibabaProvider
from mcm_providers.alibaba.descriptor import DESCRIPTOR
from tests.harness.replay.http import Reply
from tests.harness.replay.inside import reply
from tests.providers.alibaba.ecs import KEY, SECRET, Alibaba, refused, serving

_CONFIG = {
    "regions": "eu-central-1", "instance_types": "ecs.g7,ecs.c7.large", "disks": "cloud_ssd", "terms": "1,12",
}  # fmt: skip


def form(alibaba: Alibaba, **more: Any) -> ConnectionForm:
    secrets = {"access_key_id": KEY, "access_key_secret": SECRET}
    return DESCRIPTOR.connection.validated({**_CONFIG, "endpoint": alibaba.url, **more}, secrets)


def provider(alibaba: Alibaba, context: PlainContext | None = None, **more: Any) -> AlibabaProvider:
    return AlibabaProvider.connect(form(alibaba, **more), context or PlainContext())


def read(made: AlibabaProvider) -> list[PricePoint]:
    (source,) = made.price_sources()
    return list(made.prices(source, source.regions))


def test_what_a_type_costs_in_every_way() -> None:
    with serving(Alibaba()) as alibaba:
        made = provider(alibaba)
        found = read(made)
    prices = {(one.sku, one.option, one.term_months): (one.unit_price, one.upfront) for one in found}
    assert prices == {
        ("cloud_ssd", "on_demand", None): (Decimal("1.46"), 0),
        ("ecs.c7.large", "on_demand", None): (Decimal("0.1"), 0),
        ("ecs.c7.large", "subscription", 1): (0, Decimal(40)),
        ("ecs.c7.large", "subscription", 12): (0, Decimal(480)),
        ("ecs.g7.large", "on_demand", None): (Decimal("0.12"), 0),
        ("ecs.g7.large", "subscription", 1): (0, Decimal(48)),
        ("ecs.g7.large", "subscription", 12): (0, Decimal(576)),
        ("ecs.g7.xlarge", "on_demand", None): (Decimal("0.24"), 0),
        ("ecs.g7.xlarge", "subscription", 1): (0, Decimal(96)),
        ("ecs.g7.xlarge", "subscription", 12): (0, Decimal(1152)),
    }
    assert made.left_out() == {}
    # One page of two families of types and one of single ones, one price for each way, one disk.
    assert alibaba.calls() == {"DescribeInstanceTypes": 2, "DescribePrice": 10}
    one = next(one for one in found if one.sku == "ecs.g7.large")
    assert (one.vcpus, one.memory_gib, one.architecture, one.family) == (Decimal(2), Decimal(8), "x86_64", "g7")
    assert (one.region, one.currency, one.unit, one.operating_system) == ("eu-central-1", "USD", "hour", "linux")
    assert one.valid_from <= datetime.now(UTC).date()


def test_a_disk_is_priced_by_the_gib_and_month() -> None:
    with serving(Alibaba()) as alibaba:
        made = provider(alibaba, disks="cloud_efficiency,cloud_essd:PL1,cloud_auto", instance_types="ecs.c7")
        found = [one for one in read(made) if one.item == "storage"]
        asked = [params for action, params in alibaba.asked if params.get("ResourceType") == "disk"]
    told = [(one.sku, one.unit, one.unit_price, one.storage_class) for one in found]
    # Of 100 GiB an hour: 0.1 and 0.3.
    assert told == [
        ("cloud_efficiency", "gib_month", Decimal("0.73"), "hdd"),
        ("cloud_essd:PL1", "gib_month", Decimal("2.19"), "premium"),
    ]
    assert [one.get("DataDisk.1.PerformanceLevel") for one in asked] == [None, "PL1", None]
    assert made.left_out() == {"not_sold": 1}


def test_what_the_account_pays_and_the_other_site() -> None:
    with serving(Alibaba(currency="CNY")) as alibaba:
        made = provider(alibaba, site="china", amounts="trade", terms="0")
        found = read(made)
        names = [(source.name, source.currency) for source in made.price_sources()]
        with pytest.raises(UnexpectedResponse, match="site=china"):
            read(provider(alibaba))
    hourly = {one.sku: one.unit_price for one in found if one.item == "compute"}
    assert hourly == {
        "ecs.c7.large": Decimal("0.075"), "ecs.g7.large": Decimal("0.09"), "ecs.g7.xlarge": Decimal("0.18"),
    }  # fmt: skip
    assert names == [("Alibaba Cloud prices of this account", "CNY")]
    assert {one.currency for one in found} == {"CNY"}


def test_gpus_and_what_is_not_sold_are_told() -> None:
    with serving(Alibaba()) as alibaba:
        made = provider(alibaba, instance_types="ecs.gn7i,ecs.g8y,ecs.none", terms="12")
        found = [one for one in read(made) if one.item == "compute"]
    assert [(one.sku, one.architecture, one.gpus) for one in found] == [("ecs.g8y.small", "arm64", 0)] * 2
    # A family and a type; the type was asked for by the hour only.
    assert made.left_out() == {"not_sold": 2}
    assert alibaba.calls()["DescribePrice"] == 4


def test_no_region_costs_more_calls_than_allowed() -> None:
    with serving(Alibaba()) as alibaba:
        made = provider(alibaba, regions="eu-central-1,cn-hangzhou", max_calls=4)
        first, again = [[(one.region, one.sku, one.term_months) for one in read(made)] for _ in range(2)]
        assert alibaba.calls()["DescribePrice"] == 16
    assert first == again
    assert [one[1:] for one in first if one[0] == "cn-hangzhou"] == [
        ("cloud_ssd", None), ("ecs.c7.large", None), ("ecs.c7.large", 1), ("ecs.c7.large", 12),
    ]  # fmt: skip
    assert made.left_out() == {"beyond_max_calls": 4}


def test_a_type_that_wants_another_system_disk() -> None:
    with serving(Alibaba(picky=("ecs.g7",))) as alibaba:
        found = read(provider(alibaba, instance_types="ecs.g7", terms="0"))
        disks = [params["SystemDisk.Category"] for _, params in alibaba.asked if "SystemDisk.Category" in params]
    assert {one.sku for one in found} == {"cloud_ssd", "ecs.g7.large", "ecs.g7.xlarge"}
    # What the family's first type took is asked first of its next.
    assert disks == ["cloud_essd", "cloud_efficiency", "cloud_efficiency"]


def _same_page_again(answer: dict[str, Any], _: int) -> dict[str, Any]:
    return answer | {"NextToken": "0"} if "InstanceTypes" in answer else answer


def _priced(**told: Any) -> Callable[[dict[str, Any], int], dict[str, Any]]:
    def changed(answer: dict[str, Any], _: int) -> dict[str, Any]:
        for one in answer.get("PriceInfo", {}).get("Price", {}).get("DetailInfos", {}).get("DetailInfo", ()):
            one |= told
        return answer

    return changed


def _half(answer: dict[str, Any], number: int) -> Reply | dict[str, Any]:
    return reply(json.dumps(answer).encode()[:60]) if number == 4 else answer


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (_same_page_again, UnexpectedResponse),
        (_half, UnexpectedResponse),
        (lambda *_: reply(b"<html>maintenance</html>"), UnexpectedResponse),
        (lambda *_: {"InstanceTypes": None}, UnexpectedResponse),
        (lambda *_: {"InstanceTypes": {"InstanceType": [7]}}, UnexpectedResponse),
        (lambda *_: {"InstanceTypes": {"InstanceType": [{"InstanceTypeId": "ecs.g7.large"}]}}, UnexpectedResponse),
        (lambda answer, _: answer | {"NextToken": ["a"]}, UnexpectedResponse),
        (lambda answer, _: answer | {"PriceInfo": {}} if "PriceInfo" in answer else answer, UnexpectedResponse),
        (_priced(OriginalPrice=None), UnexpectedResponse),
        (_priced(OriginalPrice=-1), UnexpectedResponse),
        (_priced(Resource="systemDisk"), UnexpectedResponse),
        (_priced(Resource="instanceType"), UnexpectedResponse),
        (lambda *_: reply({}, 302, Location="/elsewhere"), UnexpectedResponse),
        (lambda *_: reply(b"", 503), Unreachable),
        (lambda *_: refused("InternalError", 500), Unreachable),
        (lambda *_: refused("MissingParameter", 400), InvalidRequest),
    ],
)
def test_an_answer_that_is_not_whole_is_no_list(
    change: Callable[[dict[str, Any], int], Any], error: type[ProviderError]
) -> None:
    with serving(Alibaba(change=change)) as alibaba, pytest.raises(error):
        read(provider(alibaba))


def test_compute_for_nothing_is_left_out() -> None:
    with serving(Alibaba(change=_priced(OriginalPrice=0, Resource="instanceType"))) as alibaba:

        def one_part(answer: dict[str, Any], _: int) -> dict[str, Any]:
            details = answer.get("PriceInfo", {}).get("Price", {}).get("DetailInfos", {"DetailInfo": []})
            details["DetailInfo"] = [{"Resource": "instanceType", "OriginalPrice": 0}]
            return answer

        alibaba.change = one_part
        made = provider(alibaba, instance_types="ecs.c7", terms="0")
        assert [one.item for one in read(made)] == ["storage"]
    assert made.left_out() == {"for_nothing": 1}


class _Told(PlainContext):
    """Remembers what the rate governor is told."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []

    def after_call(self, *, status: int = 0, received: int = 0, retry_after: float | None = None) -> None:
        super().after_call(status=status, received=received, retry_after=retry_after)
        self.statuses.append(status)


@pytest.mark.parametrize("status", [400, 403, 429, 503])
def test_throttling_is_obeyed_whatever_its_status(status: int) -> None:
    slow, context = refused("Throttling.User", status, "Request was denied due to user flow control."), _Told()
    with serving(Alibaba(change=lambda answer, number: slow if number == 3 else answer)) as alibaba:
        assert read(provider(alibaba, context))
        assert sorted(set(context.statuses)) == [200, 429]
        assert context.statuses.count(429) == 1
        assert context.finished == context.calls
    with serving(Alibaba(change=lambda *_: slow)) as alibaba, pytest.raises(RateLimited):
        read(provider(alibaba))


@pytest.mark.parametrize(
    ("code", "status", "error", "told"),
    [
        ("InvalidAccessKeyId.Inactive", 400, AuthenticationFailed, "AccessKey"),
        ("InvalidSecurityToken.Expired", 400, AuthenticationFailed, "expired"),
        ("Forbidden.RAM", 403, PermissionDenied, "ecs:Describe"),
        ("NoPermission", 403, PermissionDenied, "ecs:Describe"),
        ("RegionUnauthorized", 403, PermissionDenied, "ecs:Describe"),
        ("InvalidTimeStamp.Expired", 400, InvalidRequest, "clock"),
        ("InvalidRegionId.NotFound", 404, InvalidRequest, "spelling"),
    ],
)
def test_refusals(code: str, status: int, error: type[ProviderError], told: str) -> None:
    with serving(Alibaba(change=lambda *_: refused(code, status))) as alibaba, pytest.raises(error, match=told) as said:
        read(provider(alibaba))
    assert said.value.native_code == code


def test_a_missing_right_names_the_call_that_it_is_for() -> None:
    denied = refused("Forbidden.RAM", 403, "User not authorized to operate on the specified resource.")
    answers = Alibaba(change=lambda answer, _: denied if "PriceInfo" in answer else answer)
    with serving(answers) as alibaba, pytest.raises(PermissionDenied) as refusal:
        provider(alibaba).check()
    assert refusal.value.permission == "ecs:DescribePrice"


def test_signing_in_looks_for_regions_and_asks_for_a_price() -> None:
    with serving(Alibaba()) as alibaba:
        assert provider(alibaba).check().realm == "alibaba:ecs-prices:USD"
        assert alibaba.calls() == {"DescribeRegions": 1, "DescribePrice": 1}
        with pytest.raises(InvalidRequest, match="'xx-nowhere-1'"):
            provider(alibaba, regions="eu-central-1,xx-nowhere-1").check()
        with pytest.raises(UnexpectedResponse, match="site=international"):
            provider(alibaba, site="china").check()


def test_a_wrong_key_is_in_no_error_and_in_no_url() -> None:
    with serving(Alibaba()) as alibaba:
        wrong = ConnectionForm(form(alibaba).config, {"access_key_id": KEY, "access_key_secret": "wr0ng-secret"})
        with pytest.raises(AuthenticationFailed) as refusal:
            AlibabaProvider.connect(wrong, PlainContext()).check()
        read(provider(alibaba))
        everywhere = "".join(alibaba.urls)
    shown = repr(refusal.value) + str(refusal.value.__cause__)
    assert all(secret not in shown + everywhere for secret in (KEY, SECRET, "wr0ng-secret"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"regions": "eu-central-1.evil.example/"},
        {"regions": ""},
        {"site": "moon"},
        {"amounts": "guess"},
        {"instance_types": "m5.large"},
        {"instance_types": "ecs.g7&Action=DeleteInstance"},
        {"terms": "11"},
        {"terms": "one"},
        {"disks": "ssd"},
        {"disks": "cloud_ssd:PL1"},
        {"max_calls": 0},
    ],
)
def test_wrong_settings_are_refused_before_anything_is_asked(wrong: dict[str, Any]) -> None:
    with serving(Alibaba()) as alibaba, pytest.raises(InvalidRequest):
        provider(alibaba, **wrong)
    assert alibaba.asked == []


def test_a_type_that_does_not_exist_is_refused() -> None:
    with serving(Alibaba()) as alibaba, pytest.raises(InvalidRequest, match=r"'ecs\.g7\.lrage'"):
        read(provider(alibaba, instance_types="ecs.g7,ecs.g7.lrage"))
