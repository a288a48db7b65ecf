"""The three shapes a simulated cloud can have: which kinds, words, ids and offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcm.contract import ResourceKind as K

# name, vcpus, memory MiB, disk GiB, GPUs
Offer = tuple[str, int, int, int, int]
# name, os family, os name, size GiB
Picture = tuple[str, str, str, int]

_PICTURES: tuple[Picture, ...] = (
    ("ubuntu-24.04", "linux", "Ubuntu 24.04", 3), ("ubuntu-22.04", "linux", "Ubuntu 22.04", 3),
    ("rocky-9", "linux", "Rocky Linux 9", 2), ("kylin-v10-sp3", "linux", "Kylin V10 SP3", 5),
    ("openeuler-24.03", "linux", "openEuler 24.03", 2), ("windows-2022-zh", "windows", "Windows Server 2022", 14),
    ("windows-2019", "windows", "Windows Server 2019", 12), ("debian-12", "linux", "Debian 12", 2),
    ("金仓数据库-v8", "linux", "Kylin V10 SP3", 9), ("centos-7.9", "linux", "CentOS 7.9", 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flavour:
    """states: (native state, native task, share in 1,000) of instances. prefixes: id prefix by kind; none means UUID.
    scoped: kinds whose ids are names, unique in one region only."""

    name: str
    regions: tuple[tuple[str, str], ...]
    global_kinds: frozenset[K]
    region_kinds: frozenset[K]
    absent: Mapping[K, str]
    zones: tuple[str, ...]
    states: tuple[tuple[str, str | None, int], ...]
    ready: str
    virtualization: tuple[str, ...]
    mac: str
    prefixes: Mapping[K, str]
    offers: tuple[Offer, ...]
    pictures: tuple[Picture, ...] = _PICTURES
    projects: bool = True
    scoped: frozenset[K] = frozenset({K.ZONE, K.KEYPAIR, K.QUOTA})


_NETWORKING = {K.NETWORK, K.SUBNET, K.PORT, K.SECURITY_GROUP, K.PUBLIC_IP}
_BASICS = {K.INSTANCE, K.IMAGE, K.SNAPSHOT}

OPENSTACK = Flavour(
    name="openstack",
    regions=(("bj-1", "北京一区"), ("sh-1", "上海一区"), ("gz-1", "广州一区"), ("cd-1", "成都一区")),
    global_kinds=frozenset({K.REGION, K.PROJECT}),
    region_kinds=frozenset(
        _NETWORKING | _BASICS | {K.ZONE, K.VOLUME, K.FLAVOR, K.ROUTER, K.KEYPAIR, K.HOST, K.CLUSTER, K.QUOTA}
    ),
    absent={K.DATASTORE: "storage_is_hidden", K.LOAD_BALANCER: "service_missing", K.DATABASE: "service_missing",
            K.BUCKET: "service_missing"},
    zones=("az1", "az2", "az3"),
    states=(("ACTIVE", None, 845), ("SHUTOFF", None, 90), ("PAUSED", None, 8), ("SUSPENDED", None, 10),
            ("SHELVED_OFFLOADED", None, 15), ("ERROR", None, 12), ("BUILD", "spawning", 6),
            ("MIGRATING", "migrating", 5), ("VERIFY_RESIZE", None, 4), ("RESCUE", None, 3), ("HALB_TOT", None, 2)),
    ready="ACTIVE",
    virtualization=("kvm", "kvm", "kvm", "kvm", "xen", "hyperv"),
    mac="fa:16:3e",
    prefixes={},
    offers=(("m1.small", 1, 2048, 20, 0), ("m1.medium", 2, 4096, 40, 0), ("m1.large", 4, 8192, 80, 0),
            ("m1.xlarge", 8, 16384, 160, 0), ("c1.large", 8, 8192, 40, 0), ("r1.large", 4, 32768, 40, 0),
            ("r1.xlarge", 8, 65536, 80, 0), ("g1.a100", 16, 131072, 200, 1)),
)  # fmt: skip

VMWARE = Flavour(
    name="vmware",
    regions=(("datacenter-2", "DC-Beijing"), ("datacenter-21", "DC-Shanghai"), ("datacenter-34", "灾备中心")),
    global_kinds=frozenset({K.REGION}),
    region_kinds=frozenset(_BASICS | {K.NETWORK, K.HOST, K.CLUSTER, K.DATASTORE, K.RESOURCE_POOL, K.FOLDER}),
    absent={K.VOLUME: "disks_belong_to_instances", K.FLAVOR: "sizes_are_free", K.PROJECT: "no_projects",
            K.PUBLIC_IP: "service_missing", K.KEYPAIR: "service_missing"},
    zones=(),
    states=(("poweredOn", None, 830), ("poweredOff", None, 150), ("suspended", None, 15), ("inaccessible", None, 5)),
    ready="poweredOn",
    virtualization=("esxi",),
    mac="00:50:56",
    prefixes={K.HOST: "host-", K.CLUSTER: "domain-c", K.DATASTORE: "datastore-", K.NETWORK: "dvportgroup-",
              K.RESOURCE_POOL: "resgroup-", K.FOLDER: "group-v", K.SNAPSHOT: "snapshot-"},
    offers=(("", 1, 2048, 40, 0), ("", 2, 4096, 60, 0), ("", 2, 8192, 100, 0), ("", 4, 8192, 100, 0),
            ("", 4, 16384, 200, 0), ("", 8, 32768, 300, 0), ("", 16, 65536, 500, 0)),
    projects=False,
)  # fmt: skip

PUBLIC = Flavour(
    name="public",
    regions=(("cn-north-1", "华北 1"), ("cn-east-2", "华东 2"), ("ap-southeast-1", "Singapore"),
             ("eu-central-1", "Frankfurt"), ("us-west-2", "Oregon")),
    global_kinds=frozenset({K.REGION, K.PROJECT}),
    region_kinds=frozenset(
        _NETWORKING | _BASICS | {K.ZONE, K.VOLUME, K.FLAVOR, K.KEYPAIR, K.QUOTA, K.LOAD_BALANCER, K.DATABASE, K.BUCKET}
    ),
    absent={K.HOST: "hardware_is_hidden", K.CLUSTER: "hardware_is_hidden", K.DATASTORE: "hardware_is_hidden",
            K.ROUTER: "service_missing"},
    zones=("a", "b", "c"),
    states=(("running", None, 880), ("stopped", None, 90), ("pending", None, 8), ("stopping", None, 8),
            ("rebooting", None, 4), ("shutting-down", None, 5), ("recycling", None, 5)),
    ready="running",
    virtualization=("kvm",),
    mac="02:42:ac",
    prefixes={K.INSTANCE: "i-", K.VOLUME: "vol-", K.SNAPSHOT: "snap-", K.IMAGE: "img-", K.NETWORK: "vpc-",
              K.SUBNET: "subnet-", K.PORT: "eni-", K.SECURITY_GROUP: "sg-", K.PUBLIC_IP: "eip-", K.PROJECT: "rg-",
              K.LOAD_BALANCER: "lb-", K.DATABASE: "rds-"},
    offers=(("t6.small", 1, 1024, 0, 0), ("s6.large", 2, 4096, 0, 0), ("s6.xlarge", 4, 8192, 0, 0),
            ("c7.2xlarge", 8, 16384, 0, 0), ("r7.xlarge", 4, 32768, 0, 0), ("r7.4xlarge", 16, 131072, 0, 0),
            ("g7.4xlarge", 16, 65536, 0, 1)),
    scoped=frozenset({K.ZONE, K.KEYPAIR, K.QUOTA, K.FLAVOR}),
)  # fmt: skip

FLAVOURS = {flavour.name: flavour for flavour in (OPENSTACK, VMWARE, PUBLIC)}
