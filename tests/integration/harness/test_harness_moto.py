"""The AWS server of the harness, and the estate it is seeded with."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.harness import HarnessUnavailable, moto
from tests.harness.moto import MotoServer, SmallEstate


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    try:
        server = moto.start()
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def estate(server: MotoServer) -> SmallEstate:
    return moto.seed_small(
        server.endpoint_url, access_key_id=server.access_key_id, secret_access_key=server.secret_access_key
    )


def test_the_estate_is_what_the_api_shows(server: MotoServer, estate: SmallEstate) -> None:
    states: list[str] = []
    for region, made in estate.regions.items():
        ec2 = _client(server, "ec2", region)
        instances = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
        names = {_tag(instance, "Name"): instance["InstanceId"] for instance in instances}
        assert names == made.instances
        assert {instance["VpcId"] for instance in instances} == {made.vpc}
        assert {_tag(instance, "env") for instance in instances} <= {"production", "standby"}
        assert {i["InstanceId"] for i in instances if i["State"]["Name"] == "stopped"} == set(made.stopped)
        states += [instance["State"]["Name"] for instance in instances]

        volumes = {volume["VolumeId"]: volume for volume in ec2.describe_volumes()["Volumes"]}
        assert len(volumes) == len(instances) + len(made.volumes) + len(made.unattached_volumes)
        assert all(volumes[volume]["Attachments"] for volume in made.volumes)
        assert not any(volumes[volume]["Attachments"] for volume in made.unattached_volumes)
        assert set(made.snapshots) <= {s["SnapshotId"] for s in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
        assert set(made.subnets) <= {subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]}
        assert [pair["KeyName"] for pair in ec2.describe_key_pairs()["KeyPairs"]] == [made.key_pair]
    assert (len(states), states.count("stopped")) == (12, 3)


def test_the_first_region_also_has_what_exists_once(server: MotoServer, estate: SmallEstate) -> None:
    region, made = next(iter(estate.regions.items()))
    ec2 = _client(server, "ec2", region)
    assert [image["ImageId"] for image in ec2.describe_images(Owners=["self"])["Images"]] == [made.image]
    (address,) = ec2.describe_addresses()["Addresses"]
    assert (address["PublicIp"], address["InstanceId"]) == (made.public_ip, made.instances["bastion-01"])
    (balancer,) = _client(server, "elbv2", region).describe_load_balancers()["LoadBalancers"]
    assert (balancer["LoadBalancerArn"], balancer["VpcId"]) == (made.load_balancer, made.vpc)
    (database,) = _client(server, "rds", region).describe_db_instances()["DBInstances"]
    assert (database["DBInstanceIdentifier"], database["Engine"]) == (made.database, "postgres")
    assert {b["Name"] for b in _client(server, "s3", region).list_buckets()["Buckets"]} == set(estate.buckets)


def test_reset_forgets_everything_and_us_east_1_can_be_seeded_too() -> None:
    try:
        server = moto.start()
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    try:
        # Its buckets are special: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        seeded = moto.seed_small(server.endpoint_url, regions=("us-east-1", "us-west-2"))
        s3 = _client(server, "s3", "us-east-1")
        assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == set(seeded.buckets)
        server.reset()
        assert s3.list_buckets()["Buckets"] == []
        for region in seeded.regions:
            assert _client(server, "ec2", region).describe_instances()["Reservations"] == []
    finally:
        server.stop()


def test_the_account_is_the_one_named(server: MotoServer) -> None:
    assert _client(server, "sts", server.region).get_caller_identity()["Account"] == moto.ACCOUNT_ID


def _client(server: MotoServer, service: str, region: str) -> Any:
    return importlib.import_module("boto3").client(
        service,
        region_name=region,
        endpoint_url=server.endpoint_url,
        aws_access_key_id=server.access_key_id,
        aws_secret_access_key=server.secret_access_key,
    )


def _tag(instance: dict[str, Any], key: str) -> str:
    return next(str(tag["Value"]) for tag in instance["Tags"] if tag["Key"] == key)
