"""Fills an AWS endpoint with a small, believable estate: a web shop in one region and its standby in another."""

import importlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class RegionEstate:
    """The native ids of what was made in one region, in the order it was made."""

    vpc: str
    subnets: list[str] = field(default_factory=list)
    security_groups: dict[str, str] = field(default_factory=dict)
    # By Name tag.
    instances: dict[str, str] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    # Data volumes; each instance has a root volume besides.
    volumes: list[str] = field(default_factory=list)
    unattached_volumes: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)
    image: str = ""
    public_ip: str = ""
    key_pair: str = ""
    load_balancer: str = ""
    database: str = ""


@dataclass(frozen=True)
class SmallEstate:
    regions: dict[str, RegionEstate]
    buckets: list[str]


@dataclass(frozen=True)
class _Machine:
    name: str
    tier: str
    instance_type: str
    data_gib: int = 0
    running: bool = True


_PRIMARY = [
    *(_Machine(f"shop-web-{n:02}", "web", "t3.medium") for n in (1, 2, 3)),
    *(_Machine(f"shop-app-{n:02}", "app", "m5.large") for n in (1, 2)),
    _Machine("shop-cache-01", "app", "r5.large"),
    _Machine("shop-search-01", "data", "r5.xlarge", data_gib=200),
    _Machine("shop-batch-01", "data", "c5.xlarge", data_gib=100, running=False),
    _Machine("bastion-01", "web", "t3.micro"),
]
_STANDBY = [
    _Machine("shop-web-dr-01", "web", "t3.medium"),
    _Machine("shop-app-dr-01", "app", "m5.large", running=False),
    _Machine("shop-search-dr-01", "data", "r5.large", data_gib=200, running=False),
]
_OPEN_PORTS = {"web": (22, 80, 443), "app": (8080,), "data": (9200, 9300)}


def seed_small(
    endpoint_url: str,
    *,
    access_key_id: str = "testing",
    secret_access_key: str = "testing",
    regions: Sequence[str] = ("eu-central-1", "eu-west-1"),
) -> SmallEstate:
    """Makes 12 instances and all that belongs to them, in two regions, and returns their ids. Not idempotent.

    In each region a VPC of its own (besides the default one), subnets in two zones, security groups and a key pair; in
    the first also an own image, an elastic IP, a load balancer and a database; two buckets in all.
    """
    # By name: boto3 has no type information, and the harness must be importable without it.
    session = importlib.import_module("boto3").session.Session(
        aws_access_key_id=access_key_id, aws_secret_access_key=secret_access_key
    )
    # A proxy meant for the outside must not be asked for a loopback address.
    config = importlib.import_module("botocore.config").Config(proxies={})
    primary, standby = regions

    def client(service: str, region: str) -> Any:
        return session.client(service, region_name=region, endpoint_url=endpoint_url, config=config)

    ec2 = client("ec2", primary)
    estate = SmallEstate(
        {
            primary: _region(ec2, primary, "production", "10.20", _PRIMARY),
            standby: _region(client("ec2", standby), standby, "standby", "10.30", _STANDBY),
        },
        _buckets(client("s3", primary), primary),
    )
    first = estate.regions[primary]
    _image(ec2, first)
    _public_ip(ec2, first)
    _load_balancer(client("elbv2", primary), first)
    _database(client("rds", primary), first)
    return estate


def _region(ec2: Any, region: str, env: str, prefix: str, machines: Sequence[_Machine]) -> RegionEstate:
    vpc = ec2.create_vpc(CidrBlock=f"{prefix}.0.0/16", TagSpecifications=_tagged("vpc", f"shop-{env}", env))["Vpc"][
        "VpcId"
    ]
    made = RegionEstate(vpc, key_pair=f"shop-{env}")
    for number, zone in enumerate("ab"):
        subnet = ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"{prefix}.{number + 1}.0/24",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=_tagged("subnet", f"shop-{env}-{zone}", env),
        )
        made.subnets.append(subnet["Subnet"]["SubnetId"])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    for tier, ports in _OPEN_PORTS.items():
        made.security_groups[tier] = _security_group(ec2, vpc, env, tier, ports, f"{prefix}.0.0/16")
    ec2.create_key_pair(KeyName=made.key_pair, KeyType="ed25519")
    base_image = _base_image(ec2)
    for number, machine in enumerate(machines):
        _instance(ec2, made, machine, env, base_image, made.subnets[number % 2])
    if made.stopped:
        ec2.stop_instances(InstanceIds=made.stopped)
    spare = ec2.create_volume(
        AvailabilityZone=f"{region}a", Size=50, VolumeType="gp3", TagSpecifications=_tagged("volume", "old-export", env)
    )
    made.unattached_volumes.append(spare["VolumeId"])
    return made


def _security_group(ec2: Any, vpc: str, env: str, tier: str, ports: Sequence[int], inside: str) -> str:
    group = ec2.create_security_group(
        GroupName=f"shop-{tier}",
        Description=f"{tier} tier of the shop",
        VpcId=vpc,
        TagSpecifications=_tagged("security-group", f"shop-{tier}", env),
    )["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": "0.0.0.0/0" if port in (80, 443) else inside}],
            }
            for port in ports
        ],
    )
    return str(group)


def _base_image(ec2: Any) -> str:
    """The newest Amazon Linux 2: as real machines are, made from an image that is not in the account's own list."""
    # The narrow name matters: moto needs most of a second to write down all of Amazon's images.
    images = ec2.describe_images(
        Owners=["amazon"], Filters=[{"Name": "name", "Values": ["amzn2-ami-hvm-2.0.*-x86_64-gp2"]}]
    )["Images"]
    return str(max(images, key=lambda image: str(image["Name"]))["ImageId"])


def _instance(ec2: Any, made: RegionEstate, machine: _Machine, env: str, image: str, subnet: str) -> None:
    answer = ec2.run_instances(
        ImageId=image,
        InstanceType=machine.instance_type,
        MinCount=1,
        MaxCount=1,
        KeyName=made.key_pair,
        SubnetId=subnet,
        SecurityGroupIds=[made.security_groups[machine.tier]],
        TagSpecifications=_tagged("instance", machine.name, env, {"tier": machine.tier, "application": "shop"}),
    )["Instances"][0]
    instance = answer["InstanceId"]
    made.instances[machine.name] = instance
    if not machine.running:
        made.stopped.append(instance)
    if machine.data_gib:
        volume = ec2.create_volume(
            AvailabilityZone=answer["Placement"]["AvailabilityZone"],
            Size=machine.data_gib,
            VolumeType="gp3",
            Encrypted=True,
            TagSpecifications=_tagged("volume", f"{machine.name}-data", env),
        )["VolumeId"]
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
        made.volumes.append(volume)
        snapshot = ec2.create_snapshot(
            VolumeId=volume,
            Description=f"nightly of {machine.name}",
            TagSpecifications=_tagged("snapshot", f"{machine.name}-nightly", env),
        )
        made.snapshots.append(snapshot["SnapshotId"])


def _image(ec2: Any, made: RegionEstate) -> None:
    made.image = ec2.create_image(
        InstanceId=made.instances["shop-web-01"],
        Name="shop-web-golden",
        Description="web tier of the shop",
        TagSpecifications=_tagged("image", "shop-web-golden", "production"),
    )["ImageId"]


def _public_ip(ec2: Any, made: RegionEstate) -> None:
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=_tagged("elastic-ip", "bastion", "production"))
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=made.instances["bastion-01"])
    made.public_ip = address["PublicIp"]


def _load_balancer(elbv2: Any, made: RegionEstate) -> None:
    balancer = elbv2.create_load_balancer(
        Name="shop-web",
        Subnets=made.subnets,
        SecurityGroups=[made.security_groups["web"]],
        Scheme="internet-facing",
        Type="application",
        Tags=[{"Key": "env", "Value": "production"}],
    )["LoadBalancers"][0]
    group = elbv2.create_target_group(Name="shop-web", Protocol="HTTP", Port=80, VpcId=made.vpc)["TargetGroups"][0]
    targets = [instance for name, instance in made.instances.items() if name.startswith("shop-web-")]
    elbv2.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": target} for target in targets])
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    made.load_balancer = balancer["LoadBalancerArn"]


def _database(rds: Any, made: RegionEstate) -> None:
    rds.create_db_subnet_group(
        DBSubnetGroupName="shop", DBSubnetGroupDescription="subnets of the shop", SubnetIds=made.subnets
    )
    made.database = rds.create_db_instance(
        DBInstanceIdentifier="shop-orders",
        DBInstanceClass="db.m5.large",
        Engine="postgres",
        AllocatedStorage=100,
        MasterUsername="orders",
        MasterUserPassword=secrets.token_urlsafe(20),
        DBSubnetGroupName="shop",
        VpcSecurityGroupIds=[made.security_groups["data"]],
        Tags=[{"Key": "env", "Value": "production"}],
    )["DBInstance"]["DBInstanceIdentifier"]


def _buckets(s3: Any, region: str) -> list[str]:
    names = ["shop-static-assets", "shop-order-archive"]
    for name in names:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: us-east-1 must not be named.
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **place)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _tags({"env": "production", "application": "shop"})})
    return names


def _tagged(kind: str, name: str, env: str, more: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": _tags({"Name": name, "env": env, **(more or {})})}]


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
