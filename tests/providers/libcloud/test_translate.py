"""CloudStack's documents as resources: attributes, relations, owners; no secrets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.conformance.checks import resource_problems, secret_paths
from mcm.contract.resources import (
    DatastoreAttributes,
    HostAttributes,
    ImageAttributes,
    InstanceAttributes,
    NetworkAttributes,
    PublicIpAttributes,
    SecurityGroupAttributes,
    VolumeAttributes,
)
from mcm_providers.libcloud.drivers.cloudstack import compute, network, organisation, storage
from tests.harness.replay.cloudstack_estate import Estate
from tests.harness.replay.cloudstack_infrastructure import ident

FIXTURES = Path(__file__).parent / "fixtures" / "cloudstack"
K, R = ResourceKind, RelationType
TRANSLATIONS: dict[str, Callable[[Any, str], Resource]] = {
    "listVirtualMachines": compute.instance,
    "listVolumes": storage.volume,
    "listTemplates": compute.image,
    "listServiceOfferings": compute.flavor,
    "listNetworks": network.network,
    "listVPCs": network.vpc,
    "listPublicIpAddresses": network.public_ip,
    "listSecurityGroups": network.security_group,
    "listSSHKeyPairs": compute.keypair,
    "listProjects": organisation.project,
    "listSnapshots": storage.snapshot,
    "listZones": organisation.zone,
}


@pytest.mark.parametrize("command", sorted(TRANSLATIONS))
def test_documents_of_old_versions(command: str) -> None:
    answer = json.loads((FIXTURES / f"{command}_default.json").read_text())
    (inside,) = answer.values()
    (documents,) = (value for value in inside.values() if isinstance(value, list))
    assert documents
    for document in documents:
        made = TRANSLATIONS[command](document, "global")
        assert resource_problems(made, made.kind, "global") == []
        assert made.state != "unknown"


@pytest.fixture(scope="module")
def estate() -> Estate:
    return Estate(instances=30)


def test_instance(estate: Estate) -> None:
    given = dict(estate.lists["listVirtualMachines"][0])
    made = compute.instance(given, "cn")
    attributes = made.attributes
    assert isinstance(attributes, InstanceAttributes)
    assert (made.name, made.zone, made.project, made.project_name) == (
        "Web server 0",
        "beijing-1",
        f"{ident('domain', 'customers')}/acme",
        "ROOT/customers/acme",
    )
    assert made.created_at is not None
    assert made.created_at.isoformat() == "2024-01-10T08:00:00+00:00"
    assert made.tags == {"env": "test"}
    assert attributes == InstanceAttributes(
        vcpus=1,
        memory_mib=2048,
        architecture="x86_64",
        virtualization="kvm",
        os_family="windows",
        os_name="Windows Server 2022 (64-bit)",
        hostname="web-00000",
        private_ips=["10.1.0.2"],
        public_ips=["52.0.0.0"],
        macs=["02:00:00:00:00:00"],
        flavor="Standard 1",
        image="Ubuntu 22.04",
        host="kvm00.example",
        deletion_protection=True,
    )
    zone = ident("zone", "beijing-1")
    assert set(made.relations) == {
        Relation(R.USES, K.IMAGE, ident("template", 0), zone),
        Relation(R.USES, K.FLAVOR, ident("offering", 0)),
        Relation(R.USES, K.KEYPAIR, "ops-key", f"{ident('domain', 'customers')}/acme"),
        Relation(R.RUNS_ON, K.HOST, ident("host", 0)),
        Relation(R.CONNECTED_TO, K.NETWORK, ident("network", "acme/beijing-1")),
        Relation(R.PROTECTED_BY, K.SECURITY_GROUP, ident("group", 0)),
        Relation(R.PART_OF, K.ZONE, zone),
    }


def test_several_keypairs_and_none() -> None:
    base = {"id": "a", "state": "Running", "account": "acme", "domainid": "d"}
    both = compute.instance({**base, "keypairs": "one, two"}, "")
    assert [one.native_id for one in both.relations] == ["one", "two"]
    assert {one.native_scope for one in both.relations} == {"d/acme"}
    assert compute.instance(dict(base), "").relations == []
    project = compute.instance({**base, "projectid": "p", "project": "apollo", "keypair": "one"}, "")
    assert [one.native_scope for one in project.relations] == ["p"]
    assert (project.project, project.project_name) == ("p", "apollo")


def test_relations_meet_their_targets(estate: Estate) -> None:
    """Every target of an instance or a volume is listed by the same native id and scope."""
    lists = {
        "listVirtualMachines": compute.instance,
        "listVolumes": storage.volume,
        "listTemplates": compute.image,
        "listServiceOfferings": compute.flavor,
        "listNetworks": network.network,
        "listSecurityGroups": network.security_group,
        "listSSHKeyPairs": compute.keypair,
        "listZones": organisation.zone,
        "listHosts": organisation.host,
        "listStoragePools": storage.datastore,
        "listSnapshots": storage.snapshot,
        "listVMSnapshot": storage.instance_snapshot,
        "listClusters": organisation.cluster,
    }
    made = [translate(dict(one), "") for command, translate in lists.items() for one in estate.lists[command]]
    there = {(one.kind, one.native_id, one.native_scope) for one in made}
    lost = {relation for one in made for relation in one.relations if tuple(relation[1:]) not in there}
    # The tier's VPC is in a listing of its own.
    assert {relation.native_id for relation in lost} <= {ident("vpc", 0)}


def test_volume(estate: Estate) -> None:
    root, data = (storage.volume(dict(one), "") for one in estate.lists["listVolumes"][:2])
    assert isinstance(root.attributes, VolumeAttributes)
    assert isinstance(data.attributes, VolumeAttributes)
    assert (root.state, root.attributes.size_gib, root.attributes.bootable) == ("in_use", 20.0, True)
    assert root.attributes.attachments is not None
    assert root.attributes.attachments[0].instance == ident("instance", 0)
    assert (data.attributes.type, data.attributes.iops) == ("Gold", 3000)
    assert Relation(R.STORED_ON, K.DATASTORE, ident("pool", 0)) in root.relations


def test_image_is_of_its_zone(estate: Estate) -> None:
    made = [compute.image(dict(one), "") for one in estate.lists["listTemplates"]]
    assert [(one.zone, one.state) for one in made] == [
        ("beijing-1", "available"),
        ("shanghai-1", "available"),
        ("beijing-1", "available"),
        ("shanghai-1", "pending"),
    ]
    assert all(isinstance(one.attributes, ImageAttributes) and one.attributes.visibility == "public" for one in made)
    failed = compute.image({"id": "t", "isready": False, "status": "Failed to download: 404"}, "")
    assert (failed.state, failed.native_state) == ("error", "Failed to download: 404")


def test_security_rules(estate: Estate) -> None:
    made = network.security_group(dict(estate.lists["listSecurityGroups"][0]), "")
    assert isinstance(made.attributes, SecurityGroupAttributes)
    shown = [(one.direction, one.protocol, one.port_min, one.port_max, one.peer) for one in made.attributes.rules or ()]
    assert shown == [
        ("ingress", "tcp", 443, 443, "0.0.0.0/0"),
        ("ingress", "icmp", None, None, "10.0.0.0/8"),
        ("ingress", "any", None, None, "acme/default"),
    ]


def test_public_addresses(estate: Estate) -> None:
    made = [network.public_ip(dict(one), "").attributes for one in estate.lists["listPublicIpAddresses"]]
    shown = [one for one in made if isinstance(one, PublicIpAttributes)]
    # By static NAT to an instance; the way out of a network, where forwarding does not show; bound to nothing.
    assert [one.idle for one in shown[:3]] == [False, None, True]
    assert shown[0].associated_with == ident("instance", 0)


def test_networks_and_vpcs(estate: Estate) -> None:
    tier = network.network(dict(estate.lists["listNetworks"][-1]), "")
    assert Relation(R.PART_OF, K.NETWORK, ident("vpc", 0)) in tier.relations
    vpc = network.vpc(dict(estate.lists["listVPCs"][0]), "")
    assert vpc.native_id == ident("vpc", 0)
    assert isinstance(vpc.attributes, NetworkAttributes)
    assert (vpc.attributes.type, vpc.attributes.cidrs) == ("VPC", ["10.64.0.0/16"])


def test_hosts_and_storage(estate: Estate) -> None:
    up, kept = (organisation.host(dict(one), "") for one in estate.lists["listHosts"])
    assert isinstance(up.attributes, HostAttributes)
    assert (up.state, up.native_state, up.attributes.maintenance) == ("available", "Up/Enabled", False)
    assert (up.attributes.memory_mib, up.attributes.memory_used_mib, up.attributes.cpu_overcommit) == (
        258048,
        131072,
        2.0,
    )
    assert (kept.state, kept.native_state) == ("unavailable", "Up/Maintenance")
    pool = storage.datastore(dict(estate.lists["listStoragePools"][0]), "")
    assert isinstance(pool.attributes, DatastoreAttributes)
    assert (pool.attributes.capacity_gib, pool.attributes.used_gib, pool.attributes.shared) == (10240.0, 2048.0, True)


def test_no_secret_is_kept(estate: Estate) -> None:
    """Passwords of new instances, of mirrors, of storage and of hosts, and the API keys of users."""
    translations = TRANSLATIONS | {
        "listHosts": organisation.host,
        "listStoragePools": storage.datastore,
        "listAccounts": organisation.account,
    }
    for command, translate in translations.items():
        for document in estate.lists[command]:
            made = translate(json.loads(json.dumps(document)), "")
            shown = json.dumps(made.native)
            assert isinstance(made.native, dict)
            assert secret_paths(made.native) == []
            for secret in (
                "Passw0rd",
                "mirror-pass",
                "smb-pass",
                "host-pass",
                "cmVwbGF5",
                "api-key-of",
                "secret-key-of",
            ):
                assert secret not in shown


def test_measured_values_are_left_out(estate: Estate) -> None:
    """Else every read would show a change."""
    given = {**estate.lists["listVirtualMachines"][0], "cpuused": "12.5%", "networkkbsread": 1, "jobid": "j"}
    made = compute.instance(dict(given), "")
    assert isinstance(made.native, dict)
    assert not {"cpuused", "networkkbsread", "jobid"} & made.native.keys()


def test_a_job_in_progress_is_the_task() -> None:
    document = {"id": "a", "state": "Running", "jobid": "j", "jobstatus": 0}
    assert compute.instance(dict(document), "").task_state == "job"
    assert compute.instance({**document, "jobstatus": 1}, "").task_state is None


@pytest.mark.parametrize(
    "document",
    [
        {"id": "a", "nic": "none", "tags": {"a": "b"}, "securitygroup": [1, None]},
        {"id": "a", "cpunumber": "many", "memory": True, "created": "yesterday", "hypervisor": 7},
        {"id": "a", "name": ["x"], "displayname": {"y": 1}, "state": None, "keypairs": " , "},
        {"id": "a", "nic": [{"ipaddress": "not-an-address", "networkid": 0}], "tags": [{"key": None, "value": 3}]},
        {"id": 5, "zoneid": 1, "templateid": 2, "created": "2024-01-01T00:00:00", "name": "x" * 10_000_000},
    ],
)
def test_hostile_documents_stay_in_form(document: dict[str, Any]) -> None:
    made = compute.instance(document, "global")
    assert resource_problems(made, K.INSTANCE, "global") == []
