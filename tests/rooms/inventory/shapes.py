"""What a resource of each kind looks like in a population: names, states, attributes, tags and relations."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mcm.contract import RelationType, ResourceKind

Kind = ResourceKind


@dataclass(slots=True)
class Draft:
    native_id: str
    name: str
    state: str
    native_state: str
    native_kind: str = ""
    zone: str | None = None
    project: str | None = None
    project_name: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    relations: list[tuple[str, Kind, str]] = field(default_factory=list)


_ROLES = ("web", "app", "db", "cache", "batch", "queue", "proxy", "build")
_SITES = ("bj", "gz", "sh")
_ENVIRONMENTS = ("prod", "test", "dev")
_FLAVORS = (("small", 1, 2048), ("medium", 2, 4096), ("large", 4, 8192), ("xlarge", 8, 32768), ("huge", 32, 131072))
_IMAGES = ("debian-12", "ubuntu-24.04", "centos-9", "windows-2022", "rocky-9")
_INSTANCE_STATES = (("running", "ACTIVE"), ("stopped", "SHUTOFF"), ("error", "ERROR"), ("paused", "PAUSED"))


def _ident(rnd: random.Random) -> str:
    return f"{rnd.getrandbits(128):032x}"


def _draft(index: int, rnd: random.Random, word: str, state: str = "available") -> Draft:
    environment = rnd.choices(_ENVIRONMENTS, (3, 4, 3))[0]
    project = rnd.randrange(60)
    draft = Draft(_ident(rnd), f"{word}-{rnd.choice(_SITES)}-{index:07d}", state, state.upper(), word)
    draft.project, draft.project_name = f"{project:032x}", f"project-{project:02d}"
    draft.tags = {"env": environment, "team": f"team-{rnd.randrange(20):02d}"}
    return draft


def _address(rnd: random.Random, first: int = 10) -> str:
    return f"{first}.{rnd.randrange(256)}.{rnd.randrange(256)}.{rnd.randrange(1, 255)}"


def _instance(index: int, rnd: random.Random, realm: str, region: str) -> Draft:
    draft = _draft(index, rnd, rnd.choice(_ROLES))
    draft.state, draft.native_state = rnd.choices(_INSTANCE_STATES, (70, 25, 1, 4))[0]
    flavor, vcpus, memory = rnd.choices(_FLAVORS, (30, 30, 20, 15, 5))[0]
    host, image = f"host-{region}-{rnd.randrange(40):03d}", rnd.choice(_IMAGES)
    draft.native_kind = "server"
    draft.zone = f"{region}-{rnd.choice('abc')}"
    draft.tags["cost-center"] = f"cc-{rnd.randrange(200):04d}"
    draft.attributes = {
        "vcpus": vcpus,
        "memory_mib": memory,
        "disk_gib": 20 * vcpus,
        "architecture": "x86_64",
        "virtualization": "kvm",
        "os_family": "windows" if image.startswith("win") else "linux",
        "os_name": image,
        "hostname": draft.name,
        "private_ips": [_address(rnd)],
        "macs": [f"fa:16:3e:{rnd.randrange(256):02x}:{rnd.randrange(256):02x}:{rnd.randrange(256):02x}"],
        "flavor": f"m1.{flavor}",
        "image": image,
        "host": host,
        "billing_mode": "on_demand",
        "launched_at": f"2025-{rnd.randrange(1, 13):02d}-{rnd.randrange(1, 28):02d}T08:15:30Z",
        "deletion_protection": rnd.random() < 0.1,
    }
    if rnd.random() < 0.2:
        draft.attributes["public_ips"] = [_address(rnd, 203)]
    draft.relations = [
        (RelationType.USES, Kind.FLAVOR, f"flavor-{flavor}"),
        (RelationType.USES, Kind.IMAGE, f"image-{image}"),
        (RelationType.RUNS_ON, Kind.HOST, host),
        (RelationType.CONNECTED_TO, Kind.NETWORK, f"network-{region}-{rnd.randrange(30)}"),
        (RelationType.PROTECTED_BY, Kind.SECURITY_GROUP, f"group-{rnd.randrange(50)}"),
    ]
    return draft


def _volume(index: int, rnd: random.Random, realm: str, region: str) -> Draft:
    draft = _draft(index, rnd, "vol", rnd.choices(("in_use", "available", "error"), (70, 29, 1))[0])
    draft.zone = f"{region}-{rnd.choice('abc')}"
    draft.attributes = {
        "size_gib": rnd.choice((10, 20, 50, 100, 500)),
        "type": rnd.choice(("ssd", "hdd")),
        "encrypted": rnd.random() < 0.4,
        "bootable": rnd.random() < 0.5,
    }
    if draft.state == "in_use":
        target = _ident(rnd)
        draft.attributes["attachments"] = [{"instance": target, "device": "/dev/vdb", "delete_on_termination": False}]
        draft.relations = [(RelationType.ATTACHED_TO, Kind.INSTANCE, target)]
    return draft


def _port(index: int, rnd: random.Random, realm: str, region: str) -> Draft:
    draft = _draft(index, rnd, "port")
    draft.attributes = {"ips": [_address(rnd)], "mac": f"fa:16:3e:00:{rnd.randrange(256):02x}:{rnd.randrange(256):02x}"}
    draft.relations = [(RelationType.CONNECTED_TO, Kind.NETWORK, f"network-{region}-{rnd.randrange(30)}")]
    return draft


def _host(index: int, rnd: random.Random, realm: str, region: str) -> Draft:
    draft = _draft(index, rnd, "host")
    draft.zone, draft.project, draft.project_name, draft.tags = f"{region}-{rnd.choice('abc')}", None, None, {}
    draft.attributes = {
        "cpu_cores": 64,
        "memory_mib": 524_288,
        "memory_used_mib": rnd.randrange(524_288),
        "vcpus_used": rnd.randrange(128),
        "virtualization": "kvm",
        "maintenance": rnd.random() < 0.05,
    }
    draft.relations = [(RelationType.PART_OF, Kind.CLUSTER, f"cluster-{region}-{rnd.randrange(4)}")]
    return draft


def _public_ip(index: int, rnd: random.Random, realm: str, region: str) -> Draft:
    draft = _draft(index, rnd, "eip")
    draft.attributes = {"address": _address(rnd, 203), "idle": rnd.random() < 0.2}
    return draft


def _plain(word: str, **attributes: Any) -> Callable[[int, random.Random, str, str], Draft]:
    def make(index: int, rnd: random.Random, realm: str, region: str) -> Draft:
        draft = _draft(index, rnd, word)
        draft.attributes = dict(attributes)
        return draft

    return make


SHAPES: dict[Kind, Callable[[int, random.Random, str, str], Draft]] = {
    Kind.INSTANCE: _instance,
    Kind.VOLUME: _volume,
    Kind.PORT: _port,
    Kind.HOST: _host,
    Kind.PUBLIC_IP: _public_ip,
    Kind.SNAPSHOT: _plain("snap", size_gib=20, source_kind="volume"),
    Kind.IMAGE: _plain("image", os_family="linux", size_gib=2.5, visibility="private"),
    Kind.SECURITY_GROUP: _plain(
        "group", rules=[{"direction": "ingress", "action": "allow", "protocol": "tcp", "port_min": 22, "port_max": 22}]
    ),
    Kind.NETWORK: _plain("net", cidrs=["10.0.0.0/16"], shared=False, external=False, mtu=1500),
    Kind.SUBNET: _plain("subnet", cidr="10.0.0.0/24", ips_total=253, ips_used=17),
    Kind.FLAVOR: _plain("flavor", vcpus=4, memory_mib=8192, visibility="public"),
    Kind.KEYPAIR: _plain("key", type="ssh"),
    Kind.LOAD_BALANCER: _plain("lb", scheme="internal", addresses=["10.9.8.7"]),
    Kind.DATABASE: _plain("rds", engine="postgres", port=5432, encrypted=True),
    Kind.BUCKET: _plain("bucket", versioning=True),
    Kind.CLUSTER: _plain("cluster", hosts=16, ha_enabled=True),
    Kind.DATASTORE: _plain("ds", capacity_gib=10240.0, used_gib=4096.5, shared=True),
    Kind.PROJECT: _plain("project", enabled=True),
    Kind.OTHER: _plain("queue", description="a message queue"),
}
WEIGHTS: dict[Kind, float] = {
    Kind.INSTANCE: 40,
    Kind.VOLUME: 22,
    Kind.PORT: 14,
    Kind.SNAPSHOT: 6,
    Kind.SECURITY_GROUP: 4,
    Kind.PUBLIC_IP: 3,
    Kind.IMAGE: 2,
    Kind.KEYPAIR: 2,
    Kind.SUBNET: 1.5,
    Kind.HOST: 1,
    Kind.NETWORK: 1,
    Kind.FLAVOR: 1,
    Kind.LOAD_BALANCER: 1,
    Kind.DATABASE: 0.5,
    Kind.BUCKET: 0.5,
    Kind.PROJECT: 0.3,
    Kind.DATASTORE: 0.2,
    Kind.CLUSTER: 0.1,
    Kind.OTHER: 0.4,
}
