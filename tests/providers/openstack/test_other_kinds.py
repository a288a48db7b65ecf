"""Recorded documents of every other kind to resources; those of storage and network in detail."""

from collections.abc import Callable
from typing import Any

import pytest

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.resources import (
    Attachment,
    ImageAttributes,
    NetworkAttributes,
    PortAttributes,
    PublicIpAttributes,
    RouterAttributes,
    SecurityGroupAttributes,
    SecurityRule,
    SnapshotAttributes,
    SubnetAttributes,
    VolumeAttributes,
)
from mcm_providers.openstack.resources import (
    cluster,
    flavor,
    host,
    image,
    keypair,
    network,
    pools,
    port,
    project,
    public_ip,
    router,
    security_group,
    snapshot,
    subnet,
    volume,
    zone,
)
from tests.providers.openstack import samples

R, T, K = Relation, RelationType, ResourceKind
REGION, DEMO = samples.REGION, samples.DEMO_PROJECT
Translate = Callable[[dict[str, Any]], Resource]

NO_PLACES = host.Places()
KINDS: list[tuple[ResourceKind, str, Translate]] = [
    (K.VOLUME, "volumes", lambda row: volume.translate(row, REGION, "demo")),
    (K.VOLUME, "volumes-3.0", lambda row: volume.translate(row, REGION, "demo")),
    (K.SNAPSHOT, "snapshots", lambda row: snapshot.translate(row, REGION, "demo")),
    (K.IMAGE, "images", lambda row: image.translate(row, REGION, "admin")),
    (K.FLAVOR, "flavors", lambda row: flavor.translate(row, REGION)),
    (K.NETWORK, "networks", lambda row: network.translate(row, REGION, "demo", {})),
    (K.SUBNET, "subnets", lambda row: subnet.translate(row, REGION, "demo", None)),
    (K.PORT, "ports", lambda row: port.translate(row, REGION, "demo")),
    (K.ROUTER, "routers", lambda row: router.translate(row, REGION, "demo")),
    (K.SECURITY_GROUP, "security_groups", lambda row: security_group.translate(row, REGION, "demo")),
    (K.PUBLIC_IP, "floatingips", lambda row: public_ip.translate(row, REGION, "demo")),
    (K.KEYPAIR, "keypairs", lambda row: keypair.translate(row, REGION, "user")),
    (K.HOST, "hypervisors-2.87", lambda row: host.translate(row, REGION, NO_PLACES)),
    (K.HOST, "hypervisors-2.1", lambda row: host.translate(row, REGION, NO_PLACES)),
    (K.CLUSTER, "aggregates-2.100", lambda row: cluster.translate(row, REGION)),
    (K.CLUSTER, "aggregates-2.1", lambda row: cluster.translate(row, REGION)),
    (K.PROJECT, "projects", lambda row: project.translate(row)),
    (K.ZONE, "zones-compute", lambda row: zone.translate(row["zoneName"], [("compute", row)], REGION)),
]
_REGION_OF = {K.PROJECT: "global"}


@pytest.mark.parametrize(("kind", "name", "translate"), KINDS, ids=[f"{kind}-{name}" for kind, name, _ in KINDS])
def test_every_recorded_document(kind: ResourceKind, name: str, translate: Translate) -> None:
    for row in samples.rows(name):
        assert resource_problems(translate(row), kind, _REGION_OF.get(kind, REGION)) == []


@pytest.mark.parametrize(("kind", "name", "translate"), KINDS, ids=[f"{kind}-{name}" for kind, name, _ in KINDS])
@pytest.mark.parametrize("strange", [None, [], {}, "text" * 1000, -1, 2**70, True, [None, 5, {"a": []}], {"a": None}])
def test_no_value_of_another_type_is_fatal(
    kind: ResourceKind, name: str, translate: Translate, strange: object
) -> None:
    identity = {"id", "uuid", "name", "zoneName"}
    for key in set().union(*samples.rows(name)) - identity:
        row = samples.rows(name)[0] | {key: strange}
        assert resource_problems(translate(row), kind, _REGION_OF.get(kind, REGION)) == [], key


def test_an_attached_volume() -> None:
    row = samples.row("volumes", "dvol0")
    instance_id = row["attachments"][0]["server_id"]
    made = volume.translate(row, REGION, "demo")
    assert (made.state, made.native_state, made.zone, made.project) == ("in_use", "in-use", "nova", DEMO)
    assert made.tags == {"a": "b"}
    assert made.attributes == VolumeAttributes(
        size_gib=1,
        type="__DEFAULT__",
        encrypted=False,
        bootable=False,
        multi_attach=False,
        attachments=[Attachment(instance_id, device="/dev/sdb")],
    )
    assert list(made.relations) == [
        R(T.ATTACHED_TO, K.INSTANCE, instance_id),
        R(T.PART_OF, K.ZONE, "nova", REGION),
        R(T.PART_OF, K.PROJECT, DEMO),
    ]


@pytest.mark.parametrize(
    ("said", "task"), [("migrating", "migrating"), ("success", None), ("error", None), (None, None)]
)
def test_a_migration_is_a_task_while_it_lasts(said: str | None, task: str | None) -> None:
    row = samples.row("volumes", "avol0") | {"migration_status": said}
    assert volume.translate(row, REGION, None).task_state == task


def test_what_a_volume_was_made_from() -> None:
    row = samples.row("volumes", "avol0") | {
        "snapshot_id": "snap",
        "source_volid": "source",
        "volume_image_metadata": {"image_id": "image"},
    }
    origins = [one for one in volume.translate(row, REGION, None).relations if one.type is T.MADE_FROM]
    assert origins == [
        R(T.MADE_FROM, K.SNAPSHOT, "snap"),
        R(T.MADE_FROM, K.VOLUME, "source"),
        R(T.MADE_FROM, K.IMAGE, "image"),
    ]


def test_a_snapshot() -> None:
    made = snapshot.translate(samples.row("snapshots", "snap-dvol1"), REGION, "demo")
    source = made.attributes.source  # type: ignore[attr-defined]
    assert made.state == "available"
    assert made.attributes == SnapshotAttributes(size_gib=2, source_kind="volume", source=source)
    assert R(T.MADE_FROM, K.VOLUME, source) in made.relations


def test_an_instances_snapshot_is_an_image() -> None:
    row = samples.row("images", "st-stopped-snap")
    made = image.translate(row, REGION, "admin")
    base = next(one["id"] for one in samples.rows("images") if one["name"] == "dummy")
    assert made.attributes == ImageAttributes(
        size_gib=0.001, min_disk_gib=1, min_memory_mib=0, disk_format="raw", visibility="shared", owner=row["owner"]
    )
    assert list(made.relations)[:2] == [
        R(T.MADE_FROM, K.INSTANCE, row["instance_uuid"]),
        R(T.MADE_FROM, K.IMAGE, base),
    ]


def test_an_image_of_an_instance_on_volumes() -> None:
    snapshot_id = "8b5c0a3e-2b9d-4a55-9c38-1f0a7a1b2c3d"
    row = samples.row("images", "dummy") | {"block_device_mapping": f'[{{"snapshot_id": "{snapshot_id}"}}]'}
    assert R(T.MADE_FROM, K.SNAPSHOT, snapshot_id) in image.translate(row, REGION, None).relations


def test_where_an_images_bytes_are_does_not_pass() -> None:
    url = "swift+config://user:hunter2-hunter2@store/1"
    row = samples.row("images", "dummy") | {"direct_url": url, "locations": [{"url": url, "metadata": {}}]}
    assert "hunter2" not in repr(image.translate(row, REGION, None))


def test_flavors_are_known_in_their_region_only() -> None:
    made = flavor.translate(samples.row("flavors", "gpu.large"), REGION)
    assert made.native_scope == REGION
    assert made.attributes.visibility == "private"  # type: ignore[attr-defined]
    assert made.attributes.local_disk_gib == 50  # type: ignore[attr-defined]


def test_a_network_with_its_subnets() -> None:
    row = samples.row("networks", "demo-net")
    made = network.translate(row, REGION, "demo", {row["id"]: ["fd00:9::/64", "10.9.0.0/24"]})
    assert made.attributes == NetworkAttributes(
        cidrs=["10.9.0.0/24", "fd00:9::/64"], shared=False, external=False, mtu=1450, type="vxlan"
    )
    assert (made.state, made.native_state, made.project_name) == ("available", "ACTIVE", "demo")
    vlan = network.translate(row | {"provider:network_type": "vlan", "provider:segmentation_id": 7}, REGION, None, {})
    assert vlan.attributes.vlan == 7  # type: ignore[attr-defined]
    # It has subnets, but not ones that we may see.
    assert vlan.attributes.cidrs is None  # type: ignore[attr-defined]


def test_subnets_of_both_families() -> None:
    four = subnet.translate(samples.row("subnets", "demo-subnet"), REGION, "demo", 2)
    six = subnet.translate(samples.row("subnets", "demo-subnet6"), REGION, "demo", None)
    network_id = samples.row("networks", "demo-net")["id"]
    assert four.attributes == SubnetAttributes(
        cidr="10.9.0.0/24",
        gateway="10.9.0.1",
        dhcp=True,
        dns_servers=["8.8.8.8"],
        ips_total=253,
        ips_used=2,
        network=network_id,
    )
    assert R(T.PART_OF, K.NETWORK, network_id) in four.relations
    assert isinstance(six.attributes, SubnetAttributes)
    assert (six.attributes.cidr, six.attributes.ipv6_cidr, six.attributes.ips_total) == (None, "fd00:9::/64", None)


@pytest.mark.parametrize(
    ("ranges", "total"),
    [
        ([], 0),
        ([{"start": "10.0.0.2", "end": "10.0.0.2"}], 1),
        ([{"start": "10.0.0.2", "end": "10.0.0.11"}, {"start": "10.0.1.0", "end": "10.0.1.1"}], 12),
        ([{"start": "10.0.0.2"}], None),
        ([{"start": "x", "end": "y"}], None),
        ("text", None),
    ],
)
def test_pools_are_counted(ranges: object, total: int | None) -> None:
    assert pools.addresses_in(ranges) == total


def test_ports_say_what_they_are_plugged_into() -> None:
    by_owner = {row["device_owner"]: row for row in samples.rows("ports")}
    of_instance = by_owner["compute:nova"]
    made = port.translate(of_instance, REGION, "demo")
    fixed = of_instance["fixed_ips"][0]
    assert isinstance(made.attributes, PortAttributes)
    assert made.attributes.ips == [fixed["ip_address"]]
    assert list(made.relations) == [
        R(T.ATTACHED_TO, K.INSTANCE, of_instance["device_id"]),
        R(T.CONNECTED_TO, K.NETWORK, of_instance["network_id"]),
        R(T.CONNECTED_TO, K.SUBNET, fixed["subnet_id"]),
        R(T.PROTECTED_BY, K.SECURITY_GROUP, of_instance["security_groups"][0]),
        R(T.PART_OF, K.PROJECT, of_instance["project_id"]),
    ]
    of_router = port.translate(by_owner["network:router_interface"], REGION, "admin")
    assert {one.kind for one in of_router.relations if one.type is T.ATTACHED_TO} == {K.ROUTER}
    of_address = port.translate(by_owner["network:floatingip"], REGION, None)
    assert (of_address.native_state, of_address.state) == ("N/A", "available")
    assert {one.kind for one in of_address.relations if one.type is T.ATTACHED_TO} == {K.PUBLIC_IP}


def test_a_router_and_its_gateway() -> None:
    row = samples.row("routers", "demo-router")
    made = router.translate(row, REGION, "demo")
    public = samples.row("networks", "public")["id"]
    assert made.attributes == RouterAttributes(
        external_network=public, external_ips=["172.24.2.254"], snat=True, ha=False, distributed=False
    )
    assert R(T.CONNECTED_TO, K.NETWORK, public) in made.relations
    inside = router.translate(row | {"external_gateway_info": None}, REGION, "demo")
    assert list(inside.relations) == [R(T.PART_OF, K.PROJECT, DEMO)]


def test_a_security_groups_rules() -> None:
    row = samples.row("security_groups", "demo-db")
    made = security_group.translate(row, REGION, "demo")
    assert isinstance(made.attributes, SecurityGroupAttributes)
    assert made.attributes.description == "数据库"
    assert made.attributes.rules is not None
    assert SecurityRule("ingress", protocol="icmp", peer="10.0.0.0/8", ethertype="IPv4") in made.attributes.rules
    mysql = next(rule for rule in made.attributes.rules if rule.port_min == 3306)
    assert (mysql.protocol, mysql.port_max, mysql.peer) == ("tcp", 3306, row["id"])
    turned = row | {"security_group_rules": row["security_group_rules"][::-1]}
    assert security_group.translate(turned, REGION, "demo") == made


def test_public_addresses() -> None:
    used = next(row for row in samples.rows("floatingips") if row["port_id"])
    made = public_ip.translate(used, REGION, "demo")
    instance_id = samples.row("servers-2.100", "st-multi")["id"]
    public = samples.row("networks", "public")["id"]
    assert made.name == "172.24.0.14"
    assert made.attributes == PublicIpAttributes(
        address="172.24.0.14", private_address="10.9.0.46", associated_with=instance_id, idle=False, network=public
    )
    assert R(T.ATTACHED_TO, K.INSTANCE, instance_id) in made.relations
    assert R(T.ATTACHED_TO, K.PORT, used["port_id"]) in made.relations
    # The recorded cloud has no agents: what is used and DOWN does not work, what is idle and DOWN waits.
    assert (made.native_state, made.state) == ("DOWN", "unavailable")
    idle = public_ip.translate(next(row for row in samples.rows("floatingips") if not row["port_id"]), REGION, "demo")
    assert idle.attributes.idle is True  # type: ignore[attr-defined]
    assert (idle.native_state, idle.state) == ("DOWN", "available")
