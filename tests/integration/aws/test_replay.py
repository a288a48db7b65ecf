"""Paging at size, against a server that pages as EC2 does."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from mcm.contract import Region, Resource, ResourceKind, UnexpectedResponse
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.replay.running import Replay

COUNT = 5_000
HERE = Region("us-east-1", "", frozenset({ResourceKind.INSTANCE}))


@pytest.fixture(scope="module")
def replay(ec2_replay: Callable[..., Replay]) -> Replay:
    return ec2_replay(instances=COUNT)


@pytest.fixture(autouse=True)
def calm(replay: Replay) -> Iterator[None]:
    yield
    replay.calm()


def instances(replay: Replay) -> Iterator[Resource]:
    form = DESCRIPTOR.connection.validated(
        {"endpoint_url": replay.endpoint_url, "region": HERE.native_id},
        {"access_key_id": "AKIATESTED", "secret_access_key": "tested-and-secret"},
    )
    yield from AwsProvider.connect(form, PlainContext(seconds=120)).collect(ResourceKind.INSTANCE, HERE)


def by_boto3(replay: Replay) -> list[dict[str, Any]]:
    client = boto3.client(
        "ec2",
        region_name=HERE.native_id,
        endpoint_url=replay.endpoint_url,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(proxies={}),
    )
    pages = client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 1000})
    return [one for page in pages for reservation in page["Reservations"] for one in reservation["Instances"]]


def test_five_thousand_are_all_there_once_and_equal_boto3s(replay: Replay) -> None:
    """The state after `native`'s documented changes: a timestamp is text, a token is dropped, one key is renamed."""
    found = {one.native_id: one for one in instances(replay)}
    theirs = {one["InstanceId"]: one for one in by_boto3(replay)}
    assert len(found) == len(theirs) == COUNT
    assert found.keys() == theirs.keys()
    for native_id, document in theirs.items():
        resource = found[native_id]
        assert resource.native == _as_kept(document)
        assert resource.native_state == document["State"]["Name"]
        assert resource.tags == {tag["Key"]: tag["Value"] for tag in document["Tags"]}
        attributes: Any = resource.attributes
        assert attributes.launched_at == document["LaunchTime"]
        assert attributes.private_ips[0] == document["PrivateIpAddress"]
        assert attributes.public_ips == ([document["PublicIpAddress"]] if "PublicIpAddress" in document else [])
        assert attributes.vcpus == document["CpuOptions"]["CoreCount"] * document["CpuOptions"]["ThreadsPerCore"]
        assert attributes.memory_mib is not None


def _as_kept(value: Any) -> Any:
    if isinstance(value, dict):
        renamed = {"HttpTokens": "ImdsV2"}
        return {renamed.get(key, key): _as_kept(inner) for key, inner in value.items() if key != "ClientToken"}
    if isinstance(value, list):
        return [_as_kept(inner) for inner in value]
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z") if hasattr(value, "strftime") else value


def test_what_changed_is_seen(replay: Replay) -> None:
    before = {one.native_id: one.state for one in instances(replay)}
    changed = replay.mutate(10)
    after = {one.native_id: one.state for one in instances(replay)}
    assert {native_id for native_id, state in after.items() if before[native_id] != state} == set(changed)


@pytest.mark.parametrize("page", [1, 2, 10])
def test_a_cut_page_raises(replay: Replay, page: int) -> None:
    replay.trouble("cut", page)
    with pytest.raises(UnexpectedResponse):
        list(instances(replay))


@pytest.mark.parametrize("page", [2, 10])
def test_a_repeated_page_raises(replay: Replay, page: int) -> None:
    """With its own way on, which boto3's paginator does not notice."""
    replay.trouble("repeat", page)
    with pytest.raises(UnexpectedResponse, match="listed twice"):
        list(instances(replay))


def test_pages_are_not_held(replay: Replay) -> None:
    """The first comes when one page has been asked for, and an abandoned listing asks for no more."""
    calls = replay.stats()["calls"].get("DescribeInstances", 0)
    listing = instances(replay)
    next(listing)
    listing.close()  # type: ignore[attr-defined]
    assert replay.stats()["calls"]["DescribeInstances"] == calls + 1
