"""Recorded hosts, aggregates, zones, projects, quotas and key pairs to resources."""

from typing import Any

import pytest

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.resources import (
    ClusterAttributes,
    HostAttributes,
    KeypairAttributes,
    ProjectAttributes,
    QuotaAttributes,
    ZoneAttributes,
)
from mcm_providers.openstack.resources import cluster, host, keypair, project, quota, zone
from tests.providers.openstack import samples

R, T, K = Relation, RelationType, ResourceKind
REGION, DEMO, ADMIN = samples.REGION, samples.DEMO_PROJECT, samples.ADMIN_PROJECT
NO_PLACES = host.Places()


def test_a_keypair_belongs_to_its_user() -> None:
    [row] = samples.rows("keypairs")
    made = keypair.translate(row | {"private_key": "-----BEGIN"}, REGION, "u1")
    assert (made.native_id, made.native_scope) == ("ops-key", f"{REGION}/u1")
    assert made.attributes == KeypairAttributes(type="ssh", fingerprint=row["fingerprint"], owner="u1")
    assert "BEGIN" not in repr(made)


def test_a_host() -> None:
    places = host.Places({"compute-1": [("pool-1", ""), ("pool-2", "")]}, {"compute-1": "az-1"})
    row = samples.rows("hypervisors-2.87")[0]
    made = host.translate(row, REGION, places)
    assert (made.name, made.zone, made.state, made.native_state) == ("compute-1", "az-1", "available", "up enabled")
    assert made.native_scope == ""
    assert made.attributes == HostAttributes(
        cpu_cores=4,
        cpu_sockets=4,
        cpu_threads=1000,
        vcpus_used=90,
        memory_mib=800_000,
        memory_used_mib=112_128,
        disk_gib=600_000,
        disk_used_gib=907,
        virtualization="fake",
        cpu_model="Nehalem",
        vendor="Intel",
        version="0.1.0",
        maintenance=False,
        instances=89,
    )
    assert list(made.relations) == [
        R(T.PART_OF, K.CLUSTER, "pool-1"),
        R(T.PART_OF, K.CLUSTER, "pool-2"),
        R(T.PART_OF, K.ZONE, "az-1", REGION),
    ]


def test_a_host_before_uuids() -> None:
    old = host.translate(samples.rows("hypervisors-2.1")[0], REGION, NO_PLACES)
    new = host.translate(samples.rows("hypervisors-2.87")[0], REGION, NO_PLACES)
    assert (old.native_id, old.native_scope) == ("1", REGION)
    assert old.attributes == new.attributes


@pytest.mark.parametrize(
    ("said", "virtualization"),
    [("QEMU", "kvm"), ("VMware vCenter Server", "esxi"), ("ironic", "baremetal"), ("hyperv", "hyperv"), ("New", "new")],
)
def test_virtualization(said: str, virtualization: str) -> None:
    row = samples.rows("hypervisors-2.87")[0] | {"hypervisor_type": said}
    assert host.virtualization(row) == virtualization


def test_a_host_that_is_down_or_closed() -> None:
    row = samples.rows("hypervisors-2.87")[0]
    down = host.translate(row | {"state": "down"}, REGION, NO_PLACES)
    closed = host.translate(row | {"status": "disabled"}, REGION, NO_PLACES)
    assert (down.state, down.native_state) == ("unavailable", "down enabled")
    assert (closed.state, closed.attributes.maintenance) == ("available", True)  # type: ignore[attr-defined]


def test_an_aggregate_with_and_without_uuid() -> None:
    new = cluster.translate(samples.row("aggregates-2.100", "pool-a"), REGION)
    old = cluster.translate(samples.row("aggregates-2.1", "pool-a"), REGION)
    assert new.attributes == old.attributes == ClusterAttributes(hosts=0)
    assert (new.native_scope, len(new.native_id)) == ("", 36)
    assert (old.native_scope, old.native_id) == (REGION, "1")
    assert new.zone == "az-a"
    assert new.tags == {"availability_zone": "az-a", "ssd": "true"}
    assert list(new.relations) == [R(T.PART_OF, K.ZONE, "az-a", REGION)]


def test_zones_of_one_name_are_one() -> None:
    compute = next(row for row in samples.rows("zones-compute") if row["zoneName"] == "nova")
    [block] = samples.rows("zones-volume")
    router_zone = {"name": "nova", "resource": "router", "state": "available"}
    made = zone.translate("nova", [("compute", compute), ("volume", block), ("network", router_zone)], REGION)
    assert made.attributes == ZoneAttributes(
        services=["compute", "network", "volume"], type="availability_zone", hosts=2
    )
    assert made.state == "available"
    assert "updated_at" not in repr(made.native)
    closed = zone.translate("nova", [("compute", compute), ("network", router_zone | {"state": "unavailable"})], REGION)
    assert closed.state == "unavailable"


def test_projects() -> None:
    made = project.translate(samples.row("projects", "空项目"))
    assert (made.name, made.state, made.region) == ("空项目", "available", "global")
    assert made.attributes == ProjectAttributes(description="empty", domain="default", enabled=True)
    child = project.translate(samples.row("projects", "demo") | {"parent_id": ADMIN, "enabled": False})
    assert child.state == "unavailable"
    assert list(child.relations) == [R(T.PART_OF, K.PROJECT, ADMIN)]


def test_quotas() -> None:
    compute, block, net = samples.rows("quotas")

    def made(metric: str, found: dict[str, Any]) -> Resource:
        return quota.translate(metric, found, DEMO, "demo", REGION, "compute")

    cores = made("cores", compute["quota_set"]["cores"])
    assert (cores.native_id, cores.native_scope, cores.project_name) == (f"{DEMO}/cores", REGION, "demo")
    assert cores.attributes == QuotaAttributes(metric="cores", used=110.0, unlimited=True, unit="vcpus")
    backups = made("backups", block["quota_set"]["backups"])
    assert backups.attributes == QuotaAttributes(metric="backups", limit=10.0, used=0.0, unlimited=False, unit="count")
    ports = made("port", net["quota"]["port"])
    assert ports.attributes.used == 112.0  # type: ignore[attr-defined]
    # The limit of a single instance has no use of its own.
    assert made("metadata_items", {"limit": 128, "in_use": 0}).attributes.used is None  # type: ignore[attr-defined]
    assert resource_problems(cores, K.QUOTA, REGION) == []
