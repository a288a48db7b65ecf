"""What the tests of AWS's actions share: an account at moto, and the adapter connected to it or to a proxy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

from mcm.contract import Resource, ResourceKind, ResourceRef
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.descriptor import DESCRIPTOR
from tests.harness.moto import MotoServer

REGION = "eu-central-1"
# Two of moto's own public images.
PUBLIC_IMAGE, WINDOWS_IMAGE = "ami-760aaa0f", "ami-12c6146b"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHZxqH9ryDwg1nTE5M3Y0mYk2Nn3l0oYyHnGZ9bD0F1u someone@example"
K = ResourceKind


@dataclass
class Account:
    """ec2: to arrange and to count behind the adapter's back."""

    provider: AwsProvider
    context: PlainContext
    ec2: Any
    made: int = field(default=0)

    def instance(self, image: str = PUBLIC_IMAGE) -> ResourceRef:
        answer = self.ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        return ref(K.INSTANCE, answer["Instances"][0]["InstanceId"])

    def volume(self, size_gib: int = 10, zone: str = f"{REGION}a") -> ResourceRef:
        return ref(K.VOLUME, self.ec2.create_volume(AvailabilityZone=zone, Size=size_gib)["VolumeId"])

    def group(self) -> ResourceRef:
        self.made += 1
        made = self.ec2.create_security_group(GroupName=f"group-{self.made}", Description="for a test")
        return ref(K.SECURITY_GROUP, made["GroupId"])

    def address(self) -> ResourceRef:
        return ref(K.PUBLIC_IP, self.ec2.allocate_address(Domain="vpc")["AllocationId"])

    def seen(self, target: ResourceRef | None) -> Resource | None:
        """As the inventory would show it."""
        assert target is not None
        return self.provider.observe([target])[target]

    def there(self, target: ResourceRef | None) -> Any:
        """As `seen`, for what has to be there."""
        found = self.seen(target)
        assert found is not None
        return found

    def raw(self, target: ResourceRef) -> Any:
        """An instance as moto describes it."""
        return self.ec2.describe_instances(InstanceIds=[target.native_id])["Reservations"][0]["Instances"][0]

    def sent_by(self, do: Callable[[], object]) -> int:
        """How many requests that change something were announced."""
        before = self.context.changes
        do()
        return self.context.changes - before


def ref(kind: ResourceKind, native_id: str) -> ResourceRef:
    return ResourceRef(kind, native_id, region=REGION)


def account(moto: MotoServer, endpoint_url: str = "") -> Account:
    """endpoint_url: of a proxy before moto."""
    context = PlainContext(seconds=600)
    form = DESCRIPTOR.connection.validated(
        {"endpoint_url": endpoint_url or moto.endpoint_url, "region": REGION},
        {"access_key_id": moto.access_key_id, "secret_access_key": moto.secret_access_key},
    )
    ec2 = boto3.client(
        "ec2",
        region_name=REGION,
        endpoint_url=moto.endpoint_url,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(proxies={}),
    )
    return Account(AwsProvider.connect(form, context), context, ec2)
