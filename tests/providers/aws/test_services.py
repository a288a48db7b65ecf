"""What load balancers, databases and buckets become."""

from typing import Any

import pytest

from mcm.contract import Relation, RelationType, ResourceKind
from mcm.contract.resources import DatabaseAttributes, LoadBalancerAttributes
from mcm_providers.aws.resources import load_balancer
from tests.providers.aws.scopes import translated


def test_load_balancer() -> None:
    balancer = translated(
        ResourceKind.LOAD_BALANCER,
        {
            "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/net/front/1",
            "LoadBalancerName": "front",
            "DNSName": "front-1.elb.eu-central-1.amazonaws.com",
            "Scheme": "internet-facing",
            "Type": "network",
            "State": {"Code": "provisioning"},
            "VpcId": "vpc-1",
            "AvailabilityZones": [
                {
                    "ZoneName": "eu-central-1a",
                    "SubnetId": "subnet-1",
                    "LoadBalancerAddresses": [{"IpAddress": "203.0.113.1"}],
                }
            ],
            "SecurityGroups": ["sg-1"],
            "Tags": [{"Key": "env", "Value": "prod"}],
        },
    )
    assert (balancer.state, balancer.native_kind, balancer.tags) == ("pending", "network", {"env": "prod"})
    assert balancer.attributes == LoadBalancerAttributes(
        type="network",
        scheme="internet",
        dns_name="front-1.elb.eu-central-1.amazonaws.com",
        addresses=["203.0.113.1"],
        zones=["eu-central-1a"],
    )
    assert Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, "subnet-1") in balancer.relations


def test_classic_load_balancer() -> None:
    classic = translated(
        ResourceKind.LOAD_BALANCER,
        {
            "LoadBalancerName": "old",
            "DNSName": "internal-old-99.eu-central-1.elb.amazonaws.com",
            "Scheme": "internal",
            "AvailabilityZones": ["eu-central-1b", "eu-central-1a"],
            "Subnets": ["subnet-1"],
            "VPCId": "vpc-1",
        },
        load_balancer.CLASSIC,
    )
    assert (classic.native_id, classic.name, classic.native_kind) == (
        "internal-old-99.eu-central-1.elb.amazonaws.com",
        "old",
        "classic",
    )
    assert classic.attributes.zones == ["eu-central-1a", "eu-central-1b"]  # type: ignore[attr-defined]


DATABASE: dict[str, Any] = {
    "DbiResourceId": "db-ABC",
    "DBInstanceIdentifier": "orders",
    "DBInstanceStatus": "backing-up",
    "DBInstanceClass": "db.m5.large",
    "Engine": "postgres",
    "EngineVersion": "16.3",
    "AllocatedStorage": 100,
    "MultiAZ": True,
    "StorageEncrypted": True,
    "PubliclyAccessible": False,
    "DeletionProtection": True,
    "AvailabilityZone": "eu-central-1a",
    "Endpoint": {"Address": "orders.abc.eu-central-1.rds.amazonaws.com", "Port": 5432},
    "LatestRestorableTime": "2024-05-01T10:00:00Z",
    "MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:x", "SecretStatus": "active"},
    "PendingModifiedValues": {"MasterUserPassword": "****", "Port": 5433},
    "DomainMemberships": [{"Domain": "d-1", "AuthSecretArn": "arn:aws:secretsmanager:y"}],
    "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}],
    "TagList": [{"Key": "env", "Value": "prod"}],
}


def test_database() -> None:
    database = translated(ResourceKind.DATABASE, {**DATABASE})
    assert (database.name, database.state, database.task_state) == ("orders", "available", "backing-up")
    assert database.attributes == DatabaseAttributes(
        engine="postgres",
        engine_version="16.3",
        flavor="db.m5.large",
        size_gib=100,
        multi_zone=True,
        endpoint="orders.abc.eu-central-1.rds.amazonaws.com",
        port=5432,
        encrypted=True,
        public=False,
        deletion_protection=True,
    )
    assert "LatestRestorableTime" not in dict(database.native or {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("native", "state"),
    [
        ("available", "available"),
        ("stopped", "unavailable"),
        ("creating", "pending"),
        ("storage-full", "error"),
        ("odd", "unknown"),
    ],
)
def test_database_states(native: str, state: str) -> None:
    assert translated(ResourceKind.DATABASE, {"DbiResourceId": "db-1", "DBInstanceStatus": native}).state == state


def test_bucket() -> None:
    bucket = translated(
        ResourceKind.BUCKET, {"Name": "assets", "CreationDate": "2024-05-01T10:00:00.000Z", "BucketRegion": "eu-west-1"}
    )
    assert bucket.attributes.location == "eu-west-1"  # type: ignore[attr-defined]
    assert bucket.tags is None, "not asked, or refused"
