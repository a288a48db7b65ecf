"""Instances: recorded documents of several microversions to resources."""

import dataclasses
from datetime import UTC, datetime

import pytest

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems
from mcm.contract.resources import InstanceAttributes
from mcm_providers.openstack.lookups import Lookups, NetworkFacts
from mcm_providers.openstack.resources import instance
from mcm_providers.openstack.resources.addresses import is_public
from tests.providers.openstack import samples

VERSIONS = ("2.1", "2.46", "2.93", "2.100")


def translated(name: str, version: str = "2.100", known: Lookups | None = None) -> Resource:
    return instance.translate(samples.row(f"servers-{version}", name), samples.REGION, known or samples.lookups())


def attributes(resource: Resource) -> InstanceAttributes:
    assert isinstance(resource.attributes, InstanceAttributes)
    return resource.attributes


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gives_sound_resources(version: str) -> None:
    for row in samples.rows(f"servers-{version}"):
        made = instance.translate(row, samples.REGION, samples.lookups())
        assert resource_problems(made, ResourceKind.INSTANCE, samples.REGION) == []
        assert made.state != "unknown"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_all_versions_tell_is_the_same(version: str) -> None:
    """An upgrade of nova must not look like a change of every instance in what people see."""
    newest, older = translated("st-multi"), translated("st-multi", version)
    for name in ("native_id", "name", "state", "native_state", "zone", "project", "project_name", "created_at"):
        assert getattr(newest, name) == getattr(older, name)
    for name in ("vcpus", "memory_mib", "disk_gib", "private_ips", "public_ips", "macs", "flavor", "image", "host"):
        assert getattr(attributes(newest), name) == getattr(attributes(older), name)
    assert set(newest.relations) == set(older.relations)


def test_one_in_full() -> None:
    made = translated("st-multi")
    networks = {row["name"]: row["id"] for row in samples.rows("networks")}
    groups = {(row["project_id"], row["name"]): row["id"] for row in samples.rows("security_groups")}
    image = next(row["id"] for row in samples.rows("images") if row["name"] == "dummy")
    flavor = samples.row("flavors", "m1.tiny")["id"]
    host = next(row["id"] for row in samples.rows("hypervisors-2.87") if row["hypervisor_hostname"] == "compute-2")
    document = samples.row("servers-2.100", "st-multi")
    assert (made.name, made.state, made.native_state, made.task_state) == ("st-multi", "running", "ACTIVE", None)
    assert (made.project, made.project_name, made.zone) == (samples.DEMO_PROJECT, "demo", "nova")
    assert made.tags == {"blue": "", "red:green": "", "owner": "数据"}
    assert made.created_at == datetime(2026, 11, 21, 0, 16, 5, tzinfo=UTC)
    assert made.attributes == InstanceAttributes(
        vcpus=1,
        memory_mib=512,
        disk_gib=1,
        local_disk_gib=1,
        virtualization="kvm",
        hostname="st-multi",
        private_ips=["10.9.0.46", "fd00:9::f816:3eff:fe99:42bb", "10.0.4.113"],
        public_ips=["172.24.0.14"],
        macs=["fa:16:3e:99:42:bb", "fa:16:3e:25:26:da"],
        flavor="m1.tiny",
        image="dummy",
        host="compute-2",
        stop_billing="keeps",
        deletion_protection=False,
        launched_at=datetime(2026, 11, 21, 0, 16, 19, tzinfo=UTC),
    )
    assert list(made.relations) == [
        Relation(RelationType.USES, ResourceKind.IMAGE, image),
        Relation(RelationType.USES, ResourceKind.FLAVOR, flavor, samples.REGION),
        Relation(RelationType.USES, ResourceKind.KEYPAIR, "ops-key", f"{samples.REGION}/{document['user_id']}"),
        Relation(RelationType.USES, ResourceKind.VOLUME, document["os-extended-volumes:volumes_attached"][0]["id"]),
        Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, networks["demo-net"]),
        Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, networks["private"]),
        Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, groups[samples.DEMO_PROJECT, "default"]),
        Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, groups[samples.DEMO_PROJECT, "demo-db"]),
        Relation(RelationType.RUNS_ON, ResourceKind.HOST, host),
        Relation(RelationType.PART_OF, ResourceKind.ZONE, "nova", samples.REGION),
        Relation(RelationType.PART_OF, ResourceKind.PROJECT, samples.DEMO_PROJECT),
    ]


def test_a_listing_and_a_single_look_agree() -> None:
    [single] = samples.rows("server-single-2.100")
    assert instance.translate(single, samples.REGION, samples.lookups()) == translated("st-multi")


@pytest.mark.parametrize(
    ("name", "state", "native", "task"),
    [
        ("st-stopped", "stopped", "SHUTOFF", None),
        ("st-paused", "paused", "PAUSED", None),
        ("st-suspended", "suspended", "SUSPENDED", None),
        ("st-shelved", "shelved", "SHELVED_OFFLOADED", None),
        ("st-offloaded", "shelved", "SHELVED_OFFLOADED", None),
        ("st-resized", "running", "VERIFY_RESIZE", "verify_resize"),
        ("st-rescued", "running", "RESCUE", None),
        ("st-error", "error", "ERROR", None),
    ],
)
def test_real_states(name: str, state: str, native: str, task: str | None) -> None:
    made = translated(name)
    assert (made.state, made.native_state, made.task_state) == (state, native, task)


def test_user_data_does_not_pass() -> None:
    row = samples.row("servers-2.100", "st-multi")
    assert row["OS-EXT-SRV-ATTR:user_data"] == "c2VjcmV0"
    row["adminPass"] = "hunter2-hunter2"
    shown = repr(instance.translate(row, samples.REGION, samples.lookups()))
    assert "c2VjcmV0" not in shown
    assert "hunter2" not in shown


def test_a_lock_is_protection() -> None:
    assert attributes(translated("st-locked")).deletion_protection is True
    assert attributes(translated("st-locked", "2.1")).deletion_protection is None


def test_one_that_runs_from_a_volume() -> None:
    row = samples.row("servers-2.100", "st-stopped") | {"image": ""}
    row["flavor"] |= {"disk": 40, "ephemeral": 10}
    made = instance.translate(row, samples.REGION, samples.lookups())
    assert (attributes(made).disk_gib, attributes(made).local_disk_gib) == (10, 10)
    assert attributes(made).image is None
    assert ResourceKind.IMAGE not in {one.kind for one in made.relations}


def test_what_2_98_tells_of_the_image() -> None:
    row = samples.row("servers-2.100", "st-stopped")
    row["image"]["properties"] = {
        "os_distro": "ubuntu",
        "os_version": "24.04",
        "os_type": "Linux",
        "hw_architecture": "x86_64",
    }
    found = attributes(instance.translate(row, samples.REGION, samples.lookups()))
    assert (found.os_family, found.os_name, found.architecture) == ("linux", "ubuntu 24.04", "x86_64")


def test_virtual_gpus() -> None:
    row = samples.row("servers-2.100", "st-stopped")
    row["flavor"]["extra_specs"] = {"resources:VGPU": "2"}
    assert attributes(instance.translate(row, samples.REGION, samples.lookups())).gpu_count == 2


def test_nothing_looked_up_leaves_names_unknown() -> None:
    """A project's own user sees neither hosts nor other names."""
    made = translated("st-multi", known=Lookups())
    assert made.project_name is None
    assert attributes(made).image is None
    assert attributes(made).flavor == "m1.tiny"
    assert {one.kind for one in made.relations} == {
        ResourceKind.IMAGE,
        ResourceKind.KEYPAIR,
        ResourceKind.VOLUME,
        ResourceKind.ZONE,
        ResourceKind.PROJECT,
    }


def test_a_flavor_that_was_made_anew_under_the_name() -> None:
    row = samples.row("servers-2.100", "st-stopped")
    row["flavor"]["ram"] = 1024
    made = instance.translate(row, samples.REGION, samples.lookups())
    assert attributes(made).memory_mib == 1024
    assert ResourceKind.FLAVOR not in {one.kind for one in made.relations}


def test_a_network_name_that_could_be_several() -> None:
    mine, other = NetworkFacts("mine", samples.DEMO_PROJECT, False), NetworkFacts("other", "somebody", False)
    shared = NetworkFacts("shared", "somebody", True)
    assert Lookups(networks={"net": [mine, other]}).network("net", samples.DEMO_PROJECT) == "mine"
    assert Lookups(networks={"net": [mine, shared]}).network("net", samples.DEMO_PROJECT) is None
    assert Lookups(networks={"net": [other]}).network("net", samples.DEMO_PROJECT) is None
    assert Lookups(networks={"net": [shared]}).network("net", samples.DEMO_PROJECT) == "shared"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.1.1", False),
        ("8.8.8.8", True),
        ("fd00::1", False),
        ("2001:4860:4860::8888", True),
        ("not an address", False),
    ],
)
def test_addresses_nobody_routes_are_private(address: str, public: bool) -> None:
    assert is_public(address) is public


HOSTILE = [
    {"name": "n" * 10_000_000},
    {"name": "\x1b[2J\u202e<script>"},
    {"name": None},
    {"name": 7},
    {"metadata": {"k" * 5000: "v" * 5000, "n": None, "list": [1]}},
    {"metadata": "text"},
    {"addresses": []},
    {"addresses": {"net": "text"}},
    {"addresses": {"net": [{"addr": 5}, None, {"addr": ""}]}},
    {"flavor": None},
    {"flavor": {"vcpus": "many", "ram": -1, "disk": True, "original_name": []}},
    {"image": []},
    {"image": {"id": {"a": 1}}},
    {"created": "yesterday"},
    {"created": 5},
    {"created": "2026-11-20T00:00:00+08:00"},
    {"tags": [1, None, "ok"]},
    {"security_groups": [{"name": None}, "x", {}]},
    {"security_groups": "x"},
    {"os-extended-volumes:volumes_attached": {"id": 1}},
    {"OS-EXT-STS:power_state": "on", "OS-EXT-STS:task_state": 5},
    {"status": "NEVER_HEARD_OF"},
    {"status": None},
    {"OS-EXT-AZ:availability_zone": ""},
    {"tenant_id": 5},
    {"locked": "maybe"},
    {"key_name": ["k"]},
]


@pytest.mark.parametrize("strange", HOSTILE, ids=lambda one: next(iter(one)))
def test_strange_values_are_unknown(strange: dict[str, object]) -> None:
    row = samples.row("servers-2.100", "st-multi") | strange
    made = instance.translate(row, samples.REGION, samples.lookups())
    assert resource_problems(made, ResourceKind.INSTANCE, samples.REGION) == []
    assert len(made.name) <= 1024
    if "status" in strange:
        assert made.state == "unknown"


def test_attributes_have_no_field_nobody_fills() -> None:
    """What nova does not tell stays None in every sample; a new field of the contract shows up here."""
    filled = {
        field.name
        for row in samples.rows("servers-2.100")
        for field in dataclasses.fields(InstanceAttributes)
        if getattr(instance.translate(row, samples.REGION, samples.lookups()).attributes, field.name) is not None
    }
    assert {field.name for field in dataclasses.fields(InstanceAttributes)} - filled == {
        "cpu_sockets",
        "gpu_count",
        "gpu_model",
        "architecture",
        "os_family",
        "os_name",
        "billing_mode",
        "expires_at",
        "auto_renew",
    }
