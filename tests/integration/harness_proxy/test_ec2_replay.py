"""The EC2 replay server pages, refuses and describes as AWS does, and costs next to nothing."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import botocore.session
import httpx
import pytest
from botocore.exceptions import ClientError, PaginationError

from tests.harness.proxy import EmptyPage, FaultProxy, RepeatPage, by_action
from tests.harness.replay import ec2 as replay_ec2
from tests.harness.replay.running import Replay

COUNT = 5000


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    """5,000 instances that no test changes."""
    with replay_ec2.start(instances=COUNT, regions=("us-east-1", "eu-west-1")) as running:
        yield running


@pytest.fixture
def small() -> Iterator[Replay]:
    """50 instances that a test may change and spoil."""
    with replay_ec2.start(instances=50) as running:
        yield running


def instances(pages: Any) -> list[dict[str, Any]]:
    return [found for page in pages for reservation in page["Reservations"] for found in reservation["Instances"]]


def ids(pages: Any) -> list[str]:
    return [instance["InstanceId"] for instance in instances(pages)]


def paginate(client: Any, page_size: int, **query: Any) -> Any:
    return client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": page_size}, **query)


@pytest.fixture(scope="module")
def by_100(replay: Replay, ec2: Any) -> list[dict[str, Any]]:
    """The whole listing in boto3's words, MaxResults=100."""
    return list(paginate(ec2(replay.endpoint_url), 100))


def test_all_5000_instances_arrive_once_in_pages_of_100(by_100: list[dict[str, Any]]) -> None:
    assert [len(ids([page])) for page in by_100] == [100] * 50
    assert len(set(ids(by_100))) == len(ids(by_100)) == COUNT


def test_the_page_size_changes_nothing_but_the_pages(replay: Replay, ec2: Any, by_100: list[dict[str, Any]]) -> None:
    pages = list(paginate(ec2(replay.endpoint_url), 999))
    assert [len(ids([page])) for page in pages] == [999] * 5 + [5]
    assert instances(pages) == instances(by_100)


def test_some_reservations_hold_several_and_one_cut_by_a_page_comes_twice(by_100: list[dict[str, Any]]) -> None:
    reservations = [[reservation["ReservationId"] for reservation in page["Reservations"]] for page in by_100]
    assert all(len(set(on_page)) == len(on_page) for on_page in reservations)
    cut = [last for (*_, last), (first, *_) in itertools.pairwise(reservations) if last == first]
    assert cut
    assert any(len(reservation["Instances"]) > 1 for page in by_100 for reservation in page["Reservations"])


def test_without_max_results_the_answer_stops_at_the_cap_and_says_so(replay: Replay, ec2: Any) -> None:
    answer = ec2(replay.endpoint_url).describe_instances()
    assert len(ids([answer])) == 1000
    assert answer["NextToken"]


@pytest.mark.parametrize("size", [0, 4, 1001])
def test_a_page_size_out_of_range_is_refused(replay: Replay, ec2: Any, size: int) -> None:
    with pytest.raises(ClientError, match=rf"Value \( {size} \) for parameter maxResults is invalid") as caught:
        ec2(replay.endpoint_url).describe_instances(MaxResults=size)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_the_last_page_has_no_token(small: Replay, ec2: Any) -> None:
    client = ec2(small.endpoint_url)
    first = client.describe_instances(MaxResults=25)
    last = client.describe_instances(MaxResults=25, NextToken=first["NextToken"])
    assert len(ids([last])) == 25
    assert "NextToken" not in last


def test_a_token_serves_the_query_it_was_given_for_and_no_other(small: Replay, ec2: Any) -> None:
    client = ec2(small.endpoint_url)
    token = client.describe_instances(MaxResults=5)["NextToken"]
    other = [{"Name": "instance-state-name", "Values": ["running"]}]
    for query in (
        {"NextToken": "nonsense"},
        {"NextToken": token[:-4] + "AAA="},
        {"NextToken": token, "Filters": other},
    ):
        with pytest.raises(ClientError, match="pagination token"):
            client.describe_instances(MaxResults=5, **query)


def test_instances_can_be_asked_for_by_id(replay: Replay, ec2: Any, by_100: list[dict[str, Any]]) -> None:
    client = ec2(replay.endpoint_url)
    every = ids(by_100)
    wanted = [every[0], every[1], every[4321]]
    assert sorted(ids([client.describe_instances(InstanceIds=wanted)])) == sorted(wanted)
    with pytest.raises(ClientError, match=r"instance ID 'i-0000000000000dead' does not exist") as caught:
        client.describe_instances(InstanceIds=[every[0], "i-0000000000000dead"])
    assert caught.value.response["Error"]["Code"] == "InvalidInstanceID.NotFound"
    with pytest.raises(ClientError, match=r"InvalidInstanceID\.Malformed"):
        client.describe_instances(InstanceIds=["web-1"])
    with pytest.raises(ClientError, match="instancesSet cannot be used with the parameter maxResults"):
        client.describe_instances(InstanceIds=[every[0]], MaxResults=5)


def test_filters_page_like_the_whole_and_unknown_ones_are_refused(
    replay: Replay, ec2: Any, by_100: list[dict[str, Any]]
) -> None:
    client = ec2(replay.endpoint_url)
    stopped = {found["InstanceId"] for found in instances(by_100) if found["State"]["Name"] == "stopped"}
    pages = list(paginate(client, 100, Filters=[{"Name": "instance-state-name", "Values": ["stopped"]}]))
    assert 0 < len(stopped) < COUNT
    assert len(ids(pages)) == len(stopped)
    assert set(ids(pages)) == stopped
    for page in pages:
        on_page = [reservation["ReservationId"] for reservation in page["Reservations"]]
        assert len(on_page) == len(set(on_page))
    with pytest.raises(ClientError, match="filter 'colour' is invalid"):
        client.describe_instances(Filters=[{"Name": "colour", "Values": ["red"]}])


def test_only_the_first_region_has_instances(replay: Replay, ec2: Any) -> None:
    elsewhere = ec2(replay.endpoint_url, region="eu-west-1")
    assert ids(paginate(elsewhere, 100)) == []
    assert [region["RegionName"] for region in elsewhere.describe_regions()["Regions"]] == ["us-east-1", "eu-west-1"]


def test_an_instance_has_what_aws_sends(by_100: list[dict[str, Any]]) -> None:
    found = instances(by_100)
    session = botocore.session.get_session()
    shape = session.get_service_model("ec2").shape_for("Instance")
    # What an on-demand Linux instance without extras does not have.
    rare = {
        *("InstanceLifecycle", "SpotInstanceRequestId", "OutpostArn", "CapacityReservationId", "CapacityBlockId"),
        *("ElasticGpuAssociations", "ElasticInferenceAcceleratorAssociations", "Licenses", "SecondaryInterfaces"),
        *("Ipv6Address", "TpmSupport", "KernelId", "RamdiskId", "Platform", "SriovNetSupport"),
    }
    missing = set(shape.members) - {name for instance in found for name in instance} - rare
    assert missing == set()
    assert len({instance["PrivateIpAddress"] for instance in found}) == COUNT
    assert len({volume["Ebs"]["VolumeId"] for i in found for volume in i["BlockDeviceMappings"]}) > COUNT
    for instance in found:
        running = instance["State"]["Name"] == "running"
        assert ("StateReason" in instance) != running
        interface = instance["NetworkInterfaces"][0]
        assert interface["PrivateIpAddresses"][0]["PrivateIpAddress"] == instance["PrivateIpAddress"]
        assert ("Association" in interface) == ("PublicIpAddress" in instance)
        assert {"Name", "env", "team"} <= {tag["Key"] for tag in instance["Tags"]}


def test_every_element_is_one_that_botocore_knows(small: Replay, ec2: Any, http: httpx.Client) -> None:
    body = http.get(f"{small.endpoint_url}/?Action=DescribeInstances").content
    session = botocore.session.get_session()
    shape = session.get_service_model("ec2").operation_model("DescribeInstances").output_shape

    def unknown(element: Any, shape: Any) -> Iterator[str]:
        if shape.type_name == "list":
            for item in element:
                yield from unknown(item, shape.member)
        elif shape.type_name == "structure":
            members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
            for child in element:
                name = child.tag.rpartition("}")[2]
                if name in members:
                    yield from unknown(child, members[name])
                elif name != "requestId":
                    yield name

    assert set(unknown(ElementTree.fromstring(body), shape)) == set()


def test_the_short_listings_fit_the_instances(replay: Replay, ec2: Any) -> None:
    client = ec2(replay.endpoint_url)
    found = instances([client.describe_instances()])
    types = {kind["InstanceType"]: kind for kind in client.describe_instance_types()["InstanceTypes"]}
    for kind, described in types.items():
        cores = next(i["CpuOptions"] for i in found if i["InstanceType"] == kind)
        assert described["VCpuInfo"]["DefaultVCpus"] == cores["CoreCount"] * cores["ThreadsPerCore"]
        assert described["MemoryInfo"]["SizeInMiB"] >= 1024
    assert {i["InstanceType"] for i in found} == set(types)
    assert {i["ImageId"] for i in found} == {image["ImageId"] for image in client.describe_images()["Images"]}
    assert {i["VpcId"] for i in found} == {vpc["VpcId"] for vpc in client.describe_vpcs()["Vpcs"]}
    assert {i["SubnetId"] for i in found} == {subnet["SubnetId"] for subnet in client.describe_subnets()["Subnets"]}
    groups = client.describe_security_groups()["SecurityGroups"]
    assert {i["SecurityGroups"][0]["GroupId"] for i in found} == {group["GroupId"] for group in groups}
    assert {i["KeyName"] for i in found} == {pair["KeyName"] for pair in client.describe_key_pairs()["KeyPairs"]}
    zones = client.describe_availability_zones()["AvailabilityZones"]
    assert {i["Placement"]["AvailabilityZone"] for i in found} == {zone["ZoneName"] for zone in zones}
    assert client.describe_volumes()["Volumes"] == []
    assert client.describe_network_interfaces()["NetworkInterfaces"] == []
    assert client.describe_addresses()["Addresses"] == []
    assert client.describe_snapshots()["Snapshots"] == []
    assert ec2(replay.endpoint_url, service="sts").get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError, match="InvalidAction"):
        client.describe_fleets()


def test_the_same_seed_gives_the_same_instances_and_another_seed_others(small: Replay, http: httpx.Client) -> None:
    def body(server: Replay) -> bytes:
        answer = http.get(f"{server.endpoint_url}/?Action=DescribeInstances").content
        return answer.partition(b"</requestId>")[2]

    with replay_ec2.start(instances=50) as again, replay_ec2.start(instances=50, seed=2) as other:
        assert body(again) == body(small)
        assert body(other) != body(small)


def test_mutation_changes_so_many_instances_and_nothing_else(small: Replay, ec2: Any) -> None:
    client = ec2(small.endpoint_url)

    def snapshot() -> dict[str, Any]:
        return {instance["InstanceId"]: instance for instance in instances(paginate(client, 20))}

    before = snapshot()
    changed = small.mutate(7)
    after = snapshot()
    assert len(changed) == len(set(changed)) == 7
    assert list(before) == list(after)
    assert {key for key in before if before[key] != after[key]} == set(changed)
    assert all(before[key]["State"] != after[key]["State"] for key in changed)
    with replay_ec2.start(instances=50) as again:
        assert again.mutate(7) == changed


def test_trouble_with_a_page(small: Replay, ec2: Any) -> None:
    client = ec2(small.endpoint_url)
    every = ids(paginate(client, 10))
    small.trouble("repeat", 3)
    assert ids(paginate(client, 10)) == every[:20] + every[10:20] + every[30:]
    small.trouble("empty", 2)
    assert ids(paginate(client, 10)) == every[:10] + every[20:]
    small.trouble("end", 2)
    assert ids(paginate(client, 10)) == every[:20]
    small.trouble("cut", 4)
    # botocore's own parser says that the XML is broken.
    with pytest.raises(Exception, match="invalid XML received"):
        ids(paginate(client, 10))
    assert ids(paginate(client, 10)) == every
    small.trouble("empty", 1, times=0)
    assert ids(paginate(client, 10)) == ids(paginate(client, 10)) == every[10:]
    small.calm()
    assert ids(paginate(client, 10)) == every
    with pytest.raises(ValueError, match="no trouble called"):
        small.trouble("sideways", 1)


def test_the_proxy_repeats_a_page_of_a_real_listing(small: Replay, ec2: Any) -> None:
    with FaultProxy(small.endpoint_url) as proxy:
        client = ec2(proxy.url)
        every = ids(paginate(client, 10))
        proxy.rule(by_action("DescribeInstances"), RepeatPage(advance=True), times=1)
        assert ids(paginate(client, 10)) == every[:10] + every[:10] + every[20:]
        assert ids(paginate(client, 10)) == every
        proxy.rule(by_action("DescribeInstances"), RepeatPage(), times=1)
        with pytest.raises(PaginationError, match="same next token was received twice"):
            ids(paginate(client, 10))


@pytest.mark.parametrize("more", [True, False])
def test_the_proxy_empties_a_page_of_a_real_listing(small: Replay, ec2: Any, more: bool) -> None:
    with FaultProxy(small.endpoint_url) as proxy:
        client = ec2(proxy.url)
        every = ids(paginate(client, 10))
        proxy.rule(by_action("DescribeInstances"), EmptyPage(more=more), times=1, after=1)
        assert ids(paginate(client, 10)) == every[:10] + (every[20:] if more else [])


def test_answers_can_come_in_chunks(ec2: Any, http: httpx.Client) -> None:
    with replay_ec2.start(instances=50, chunk_bytes=8192) as chunked, replay_ec2.start(instances=50) as plain:
        answers = [http.get(f"{server.endpoint_url}/?Action=DescribeInstances") for server in (chunked, plain)]
        assert answers[0].headers["transfer-encoding"] == "chunked"
        assert answers[0].content == answers[1].content
        assert len(ids(paginate(ec2(chunked.endpoint_url), 10))) == 50


def test_calls_are_counted(small: Replay, ec2: Any) -> None:
    list(paginate(ec2(small.endpoint_url), 25))
    stats = small.stats()
    assert stats["calls"] == {"DescribeInstances": 2}
    assert stats["cpu_s"] >= 0


def test_the_server_is_gone_after_stop() -> None:
    running = replay_ec2.start(instances=5)
    folder = Path("/proc") / str(running.pid)
    assert folder.exists()
    running.stop()
    assert not folder.exists()
    assert running.pid != os.getpid()
