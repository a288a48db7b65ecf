"""moto as a cloud of these tests: what is done to it, and what it shows afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.baddays.acting.ways import Job, Way, numbers
from tests.harness import moto
from tests.harness.proxy import FaultProxy
from tests.integration.aws.acting import KEY, PUBLIC_IMAGE, REGION

# Requests that each action takes when nothing goes wrong.
REQUESTS = {
    **{"instance.create": 1, "instance.delete": 1, "instance.stop": 1, "instance.start": 1, "instance.reboot": 1},
    **{"instance.rename": 1, "instance.set_tags": 2, "instance.snapshot": 1, "instance.create_image": 1},
    **{"instance.resize": 1, "volume.create": 1, "volume.delete": 1, "volume.extend": 1, "volume.snapshot": 1},
    **{"volume.attach": 1, "volume.detach": 1, "snapshot.delete": 1, "security_group.add_rule": 1},
    **{"security_group.remove_rule": 1, "public_ip.allocate": 1, "public_ip.associate": 1},
    **{"public_ip.disassociate": 1, "public_ip.release": 1, "keypair.import": 1, "keypair.delete": 1},
}
_AT_ONCE = 10
_RULE: dict[str, Any] = {"protocol": "tcp", "port_from": 22, "cidr": "10.0.0.0/8"}
_PERMISSION = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


@dataclass
class Amazon:
    server: moto.MotoServer
    proxy: FaultProxy
    provider: str = "aws"
    kinds: tuple[str, ...] = ("volume", "instance", "snapshot", "security_group", "public_ip", "keypair", "zone")
    spare: dict[bool, list[str]] = field(default_factory=lambda: {True: [], False: []})

    def __post_init__(self) -> None:
        self.ec2: Any = boto3.client(
            "ec2",
            region_name=REGION,
            endpoint_url=self.server.endpoint_url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(proxies={}),
        )

    @property
    def config(self) -> dict[str, Any]:
        return {"endpoint_url": self.proxy.url, "region": REGION, "ca_file": str(self.proxy.ca_file)}

    @property
    def secrets(self) -> dict[str, str]:
        return {"access_key_id": self.server.access_key_id, "secret_access_key": self.server.secret_access_key}

    @property
    def ways(self) -> dict[str, Way]:
        return {**self._of_instances(), **self._of_volumes(), **self._of_the_rest()}

    def _of_instances(self) -> dict[str, Way]:
        image = {"image": PUBLIC_IMAGE, "flavor": "t3.micro"}
        return {
            "instance.create": Way(lambda: Job(None, {"name": "made", **image})),
            "instance.delete": Way(lambda: Job(self.instance()), self._is("terminated", None)),
            "instance.stop": Way(lambda: Job(self.instance()), self._is("stopped")),
            "instance.start": Way(lambda: Job(self.instance(runs=False)), self._is("running")),
            "instance.reboot": Way(lambda: Job(self.instance())),
            "instance.resize": Way(
                lambda: Job(self.instance(runs=False), {"flavor": "t3.large"}),
                lambda job: bool(self._described(job)["InstanceType"] == "t3.large"),
            ),
            "instance.rename": Way(
                lambda: Job(self.instance(), {"name": "renamed"}),
                lambda job: self._tags(job).get("Name") == "renamed",
            ),
            "instance.set_tags": Way(self._to_tag, lambda job: self._tags(job) == {"env": "dev"}),
            "instance.snapshot": Way(lambda: Job(self.instance(), {"name": f"image {next(numbers)}"})),
            "instance.create_image": Way(lambda: Job(self.instance(), {"name": f"image {next(numbers)}"})),
        }

    def _of_volumes(self) -> dict[str, Way]:
        return {
            "volume.create": Way(lambda: Job(None, {"name": "made", "size_gib": 5, "zone": f"{REGION}a"})),
            "volume.delete": Way(lambda: Job(self.volume()), lambda job: self._volume(job) is None),
            "volume.extend": Way(
                lambda: Job(self.volume(), {"size_gib": 77}),
                lambda job: (self._volume(job) or {}).get("Size") == 77,
            ),
            "volume.snapshot": Way(lambda: Job(self.volume(), {"name": "made"})),
            "volume.attach": Way(self._to_attach, lambda job: self._holder(job) == job.params["instance"]),
            "volume.detach": Way(self._to_detach, lambda job: self._holder(job) == ""),
            "snapshot.delete": Way(
                lambda: Job(str(self.ec2.create_snapshot(VolumeId=self.volume())["SnapshotId"])),
                lambda job: self._is_gone("describe_snapshots", "Snapshots", "snapshot-id", job),
            ),
        }

    def _of_the_rest(self) -> dict[str, Way]:
        return {
            "security_group.add_rule": Way(lambda: Job(self._group(), _RULE), self._opened),
            "security_group.remove_rule": Way(
                lambda: Job(self._group(opened=True), _RULE), lambda job: not self._opened(job)
            ),
            "public_ip.allocate": Way(Job),
            "public_ip.associate": Way(
                self._to_associate, lambda job: self._address(job).get("InstanceId") == job.params["instance"]
            ),
            "public_ip.disassociate": Way(
                lambda: Job(self._allocated(self.instance())), lambda job: not self._address(job).get("InstanceId")
            ),
            "public_ip.release": Way(lambda: Job(self._allocated()), lambda job: not self._address(job)),
            "keypair.import": Way(lambda: Job(None, {"name": f"key {next(numbers)}", "public_key": KEY})),
            "keypair.delete": Way(
                lambda: Job(self._key()),
                lambda job: self._is_gone("describe_key_pairs", "KeyPairs", "key-pair-id", job),
            ),
        }

    def count(self, job: Job, token: str) -> int:
        filters = [{"Name": "key", "Values": ["mcm-op"]}, {"Name": "value", "Values": [token]}]
        return len(self.ec2.describe_tags(Filters=filters)["Tags"])

    def judged(self, native_id: str) -> bool:
        return native_id.startswith(("i-", "vol-"))

    def state(self, native_id: str) -> str | None:
        if native_id.startswith("i-"):
            return str(self._described(Job(native_id)).get("State", {}).get("Name", "")) or None
        volume = self._volume(Job(native_id))
        return str(volume["State"]).replace("-", "_") if volume else None

    def vanish(self, native_id: str) -> None:
        if native_id.startswith("i-"):
            self.ec2.terminate_instances(InstanceIds=[native_id])
        else:
            self.ec2.delete_volume(VolumeId=native_id)

    def instance(self, *, runs: bool = True) -> str:
        if not self.spare[runs]:
            answer = self.ec2.run_instances(
                ImageId=PUBLIC_IMAGE, InstanceType="t3.micro", MinCount=_AT_ONCE, MaxCount=_AT_ONCE
            )
            self.spare[runs] = [str(one["InstanceId"]) for one in answer["Instances"]]
            if not runs:
                self.ec2.stop_instances(InstanceIds=self.spare[runs])
        return self.spare[runs].pop()

    def volume(self) -> str:
        return str(self.ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=10)["VolumeId"])

    def _is(self, *states: str | None) -> Callable[[Job], bool]:
        return lambda job: self.state(job.target or "") in states

    def _found(self, operation: str, members: str, name: str, value: str | None) -> list[Any]:
        asked = getattr(self.ec2, operation)
        found: list[Any] = asked(Filters=[{"Name": name, "Values": [value or ""]}])[members]
        return found

    def _is_gone(self, operation: str, members: str, name: str, job: Job) -> bool:
        return not self._found(operation, members, name, job.target)

    def _described(self, job: Job) -> dict[str, Any]:
        found = self._found("describe_instances", "Reservations", "instance-id", job.target)
        return found[0]["Instances"][0] if found else {}

    def _tags(self, job: Job) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self._described(job).get("Tags", ())}

    def _volume(self, job: Job) -> dict[str, Any] | None:
        found = self._found("describe_volumes", "Volumes", "volume-id", job.target)
        return found[0] if found else None

    def _holder(self, job: Job) -> str:
        attached = (self._volume(job) or {}).get("Attachments") or [{"InstanceId": ""}]
        return str(attached[0]["InstanceId"])

    def _to_tag(self) -> Job:
        target = self.instance()
        self.ec2.create_tags(Resources=[target], Tags=[{"Key": "old", "Value": "x"}])
        return Job(target, {"set": {"env": "dev"}, "remove": ["old"]})

    def _to_attach(self) -> Job:
        instance = self.instance()
        return Job(self.volume(), {"instance": instance}, ("instance", instance))

    def _to_detach(self) -> Job:
        volume = self.volume()
        self.ec2.attach_volume(VolumeId=volume, InstanceId=self.instance(), Device="/dev/sdk")
        return Job(volume)

    def _group(self, *, opened: bool = False) -> str:
        made = self.ec2.create_security_group(GroupName=f"group {next(numbers)}", Description="for a test")
        if opened:
            self.ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[_PERMISSION])
        return str(made["GroupId"])

    def _opened(self, job: Job) -> bool:
        (group,) = self._found("describe_security_groups", "SecurityGroups", "group-id", job.target)
        return any(one.get("FromPort") == 22 for one in group["IpPermissions"])

    def _allocated(self, instance: str | None = None) -> str:
        made = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        if instance is not None:
            self.ec2.associate_address(AllocationId=made, InstanceId=instance)
        return str(made)

    def _to_associate(self) -> Job:
        instance = self.instance()
        return Job(self._allocated(), {"instance": instance}, ("instance", instance))

    def _address(self, job: Job) -> dict[str, Any]:
        try:
            found = self.ec2.describe_addresses(AllocationIds=[job.target])["Addresses"]
        except ClientError:
            return {}
        return found[0] if found else {}

    def _key(self) -> str:
        made = self.ec2.import_key_pair(KeyName=f"key {next(numbers)}", PublicKeyMaterial=KEY.encode())
        return str(made["KeyPairId"])
