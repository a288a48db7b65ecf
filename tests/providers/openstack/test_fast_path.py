"""Our reading of an instance's bytes equals what openstacksdk makes of them, field by field."""

import json
from typing import Any

import orjson
import pytest
from openstack.compute.v2.server import Server

from mcm.contract.resources import InstanceAttributes
from mcm_providers.openstack import documents
from mcm_providers.openstack.resources import instance
from tests.providers.openstack import samples


def sdk_addresses(server: Any, kind: str) -> list[str]:
    entries = [entry for network in server.addresses.values() for entry in network]
    return list(dict.fromkeys(entry["addr"] for entry in entries if entry["OS-EXT-IPS:type"] == kind))


@pytest.mark.parametrize("version", ["2.1", "2.46", "2.93", "2.100"])
def test_it_equals_the_sdk(version: str) -> None:
    body = orjson.dumps({"servers": samples.rows(f"servers-{version}")})
    ours = [
        instance.translate(row, samples.REGION, samples.lookups())
        for row in documents.rows(documents.parsed(body, "test"), "servers", "test")
    ]
    theirs = [Server.existing(microversion=version, **row) for row in json.loads(body)["servers"]]
    assert len(ours) == len(theirs) > 10
    for one, server in zip(ours, theirs, strict=True):
        attributes = one.attributes
        assert isinstance(attributes, InstanceAttributes)
        assert one.native_id == server.id
        assert one.name == server.name
        assert one.native_state == server.status
        assert one.project == server.project_id
        assert one.zone == (server.availability_zone or None)
        assert one.created_at is not None
        assert one.created_at.strftime("%Y-%m-%dT%H:%M:%SZ") == server.created_at
        assert (one.tags or {}) == dict.fromkeys(server.tags or [], "") | server.metadata
        assert attributes.private_ips == sdk_addresses(server, "fixed")
        assert attributes.public_ips == sdk_addresses(server, "floating")
        assert attributes.host == (server.hypervisor_hostname or None)
        assert attributes.deletion_protection == server.is_locked
        assert attributes.hostname == (server.hostname or None)
        if version in ("2.93", "2.100"):
            assert attributes.vcpus == server.flavor.vcpus
            assert attributes.memory_mib == server.flavor.ram
            assert attributes.disk_gib == server.flavor.disk + server.flavor.ephemeral
            assert attributes.flavor == server.flavor.original_name
        related = {(relation.kind.value, relation.native_id) for relation in one.relations}
        assert ("image", server.image.id) in related
        for volume in server.attached_volumes:
            assert ("volume", volume["id"]) in related
        assert (("keypair", server.key_name) in related) == (server.key_name is not None)
