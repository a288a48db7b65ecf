"""The clouds that are acted on: a real server, the fault proxy before it, fresh targets, and what the server shows.

vcsim and moto are asked past the proxy and past the adapter, so that nobody marks his own work.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config

from tests.harness import moto, vcsim
from tests.harness.proxy import FaultProxy
from tests.integration.aws.acting import KEY, PUBLIC_IMAGE, REGION
from tests.integration.vmware.operator import Operator

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Job:
    """An action that can be asked for. target: native id of what it acts on."""

    action: str
    target: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


class Cloud(Protocol):
    """kinds: what its account is read for. `count`: how many things at the server carry the operation's token."""

    provider: str
    kinds: tuple[str, ...]
    proxy: FaultProxy

    @property
    def config(self) -> dict[str, Any]: ...
    @property
    def secrets(self) -> dict[str, str]: ...
    @property
    def actions(self) -> tuple[str, ...]: ...
    def prepare(self, action: str) -> Job: ...
    def count(self, job: Job, token: str) -> int: ...
    def judged(self, native_id: str) -> bool:
        """Whether `state` can tell."""

    def state(self, native_id: str) -> str | None:
        """In mcm's words; None: it is gone."""

    def vanish(self, native_id: str) -> None:
        """Somebody else ends it."""


@dataclass
class Vsphere:
    server: vcsim.VcsimServer
    proxy: FaultProxy
    operator: Operator
    provider: str = "vmware"
    kinds: tuple[str, ...] = ("instance", "image", "snapshot", "volume", "host")
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        machines = self.operator.machines()
        self.operator.power(machines[-1], False)
        machines[-1].MarkAsTemplate()
        self.template = machines[-1].config.instanceUuid
        self.origin = machines[0]
        self.spare = [machine.config.instanceUuid for machine in machines[1:-1]]
        self._ways: dict[str, Callable[[], tuple[str | None, dict[str, Any]]]] = {
            "instance.create": lambda: (None, {"name": f"made {next(_numbers)}", "image": self.template}),
            "instance.delete": lambda: (self._fresh(), {}),
            "instance.snapshot": lambda: (self._fresh(), {"name": "before"}),
            "instance.stop": lambda: (self._fresh(), {"mode": "hard"}),
            "instance.start": lambda: (self._fresh("poweredOff"), {}),
            "instance.suspend": lambda: (self._fresh(), {}),
            "instance.resume": lambda: (self._fresh("suspended"), {}),
            "instance.reboot": lambda: (self._fresh(), {"mode": "hard"}),
            "instance.resize": lambda: (self._fresh("poweredOff"), {"vcpus": 4, "memory_mib": 2048}),
            "instance.rename": lambda: (self._fresh(), {"name": f"renamed {next(_numbers)}"}),
            "instance.set_tags": lambda: (self._fresh(), {"set": {f"tag{next(_numbers)}": "one"}}),
            "instance.revert": self._to_revert,
            "instance.create_image": lambda: (self._fresh(), {"name": f"image {next(_numbers)}"}),
            "instance.migrate": self._to_migrate,
            "volume.extend": self._to_extend,
            "snapshot.delete": lambda: (self._with_snapshot()[1], {}),
        }

    @property
    def config(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.proxy.port, "ca_file": str(self.proxy.ca_file)}

    @property
    def secrets(self) -> dict[str, str]:
        return {"username": self.server.username, "password": self.server.password}

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self._ways)

    def prepare(self, action: str) -> Job:
        return Job(action, *self._ways[action]())

    def count(self, job: Job, token: str) -> int:
        if job.action == "instance.snapshot":
            machine = self._machine(job.target or "")
            trees = machine.snapshot.rootSnapshotList if machine is not None and machine.snapshot else []
            return sum(token in tree.description for tree in trees)
        named = [one for one in self.operator.machines() if one.name == job.params.get("name")]
        return sum(any(option.value == token for option in one.config.extraConfig) for one in named)

    def judged(self, native_id: str) -> bool:
        return ":" not in native_id

    def state(self, native_id: str) -> str | None:
        machine = self._machine(native_id)
        if machine is None:
            return None
        power = str(machine.runtime.powerState)
        return {"poweredOn": "running", "poweredOff": "stopped", "suspended": "suspended"}[power]

    def vanish(self, native_id: str) -> None:
        machine = self._machine(native_id)
        self.operator.power(machine, False)
        self.operator.do(machine.Destroy_Task())

    def _machine(self, uuid: str) -> Any:
        return self.operator.content.searchIndex.FindByUuid(None, uuid, True, True)

    def _fresh(self, power: str = "poweredOn") -> str:
        if self.spare:
            uuid = str(self.spare.pop())
        else:
            machine = self.operator.clone(self.origin, f"own {next(_numbers)}")
            self.operator.power(machine, True)
            uuid = str(machine.config.instanceUuid)
        machine = self._machine(uuid)
        if power == "poweredOff":
            self.operator.power(machine, False)
        elif power == "suspended":
            self.operator.do(machine.SuspendVM_Task())
        return uuid

    def _with_snapshot(self) -> tuple[str, str]:
        uuid = self._fresh()
        machine = self._machine(uuid)
        snapshot = self.operator.do(machine.CreateSnapshot_Task("here", "", False, False))
        return uuid, f"{uuid}:{snapshot._moId}"

    def _to_revert(self) -> tuple[str, dict[str, Any]]:
        uuid, snapshot = self._with_snapshot()
        self.operator.do(self._machine(uuid).CreateSnapshot_Task("later", "", False, False))
        return uuid, {"snapshot": snapshot}

    def _to_migrate(self) -> tuple[str, dict[str, Any]]:
        uuid = self._fresh()
        host = self._machine(uuid).runtime.host
        other = next(one for one in host.parent.host if one != host)
        return uuid, {"host": other._moId}

    def _to_extend(self) -> tuple[str, dict[str, Any]]:
        uuid = self._fresh()
        devices = self._machine(uuid).config.hardware.device
        disk = next(one for one in devices if type(one).__name__ == "vim.vm.device.VirtualDisk")
        return f"{uuid}:{disk.key}", {"size_gib": 40}


@dataclass
class Amazon:
    server: moto.MotoServer
    proxy: FaultProxy
    provider: str = "aws"
    kinds: tuple[str, ...] = ("volume", "instance", "snapshot")

    def __post_init__(self) -> None:
        self.ec2: Any = boto3.client(
            "ec2",
            region_name=REGION,
            endpoint_url=self.server.endpoint_url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(proxies={}),
        )
        name = {"name": "made"}
        self._ways: dict[str, Callable[[], tuple[str | None, dict[str, Any]]]] = {
            "volume.create": lambda: (None, {**name, "size_gib": 5, "zone": f"{REGION}a"}),
            "volume.delete": lambda: (self._volume(), {}),
            "volume.extend": lambda: (self._volume(), {"size_gib": 77}),
            "volume.snapshot": lambda: (self._volume(), name),
            "snapshot.delete": lambda: (self._snapshot(), {}),
            "instance.create": lambda: (None, {**name, "image": PUBLIC_IMAGE, "flavor": "t3.micro"}),
            "instance.delete": lambda: (self._instance(), {}),
            "instance.stop": lambda: (self._instance(), {}),
            "instance.start": lambda: (self._instance(runs=False), {}),
            "instance.reboot": lambda: (self._instance(), {}),
            "instance.rename": lambda: (self._instance(), {"name": "renamed"}),
            "instance.set_tags": lambda: (self._instance(), {"set": {"env": "dev"}, "remove": ["old"]}),
            "instance.snapshot": lambda: (self._instance(), {"name": f"image {next(_numbers)}"}),
            "keypair.import": lambda: (None, {"name": f"key {next(_numbers)}", "public_key": KEY}),
            "public_ip.allocate": lambda: (None, {}),
        }

    @property
    def config(self) -> dict[str, Any]:
        return {"endpoint_url": self.proxy.url, "region": REGION, "ca_file": str(self.proxy.ca_file)}

    @property
    def secrets(self) -> dict[str, str]:
        return {"access_key_id": self.server.access_key_id, "secret_access_key": self.server.secret_access_key}

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self._ways)

    def prepare(self, action: str) -> Job:
        return Job(action, *self._ways[action]())

    def count(self, job: Job, token: str) -> int:
        filters = [{"Name": "key", "Values": ["mcm-op"]}, {"Name": "value", "Values": [token]}]
        return len(self.ec2.describe_tags(Filters=filters)["Tags"])

    def judged(self, native_id: str) -> bool:
        return native_id.startswith(("i-", "vol-"))

    def state(self, native_id: str) -> str | None:
        if native_id.startswith("i-"):
            found = self.ec2.describe_instances(Filters=[{"Name": "instance-id", "Values": [native_id]}])
            return str(found["Reservations"][0]["Instances"][0]["State"]["Name"]) if found["Reservations"] else None
        volumes = self.ec2.describe_volumes(Filters=[{"Name": "volume-id", "Values": [native_id]}])["Volumes"]
        return str(volumes[0]["State"]).replace("-", "_") if volumes else None

    def vanish(self, native_id: str) -> None:
        self.ec2.delete_volume(VolumeId=native_id)

    def _volume(self) -> str:
        return str(self.ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=10)["VolumeId"])

    def _snapshot(self) -> str:
        return str(self.ec2.create_snapshot(VolumeId=self._volume())["SnapshotId"])

    def _instance(self, *, runs: bool = True) -> str:
        answer = self.ec2.run_instances(ImageId=PUBLIC_IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1)
        ident = str(answer["Instances"][0]["InstanceId"])
        if not runs:
            self.ec2.stop_instances(InstanceIds=[ident])
        return ident


@contextmanager
def vsphere(instances: int = 30) -> Iterator[Cloud]:
    """One cluster of two hosts, with a template."""
    server = vcsim.start(clusters=1, hosts=2, standalone_hosts=0, vms=instances)
    try:
        with FaultProxy(f"https://{server.host}:{server.port}", tls=True) as proxy, Operator(server) as operator:
            yield Vsphere(server, proxy, operator)
    finally:
        server.stop()


@contextmanager
def amazon() -> Iterator[Cloud]:
    server = moto.start(region=REGION)
    try:
        with FaultProxy(server.endpoint_url, tls=True) as proxy:
            yield Amazon(server, proxy)
    finally:
        server.stop()
