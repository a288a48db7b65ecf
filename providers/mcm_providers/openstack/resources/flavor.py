"""Flavors. Their ids are chosen by people ("1", "m1.small"), so they are unique in a region only."""

from collections.abc import Iterator, Mapping
from typing import Any

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import FlavorAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, count, flag, identifier, mapping, name_of, tags, text, without
from mcm_providers.openstack.lookups import FlavorFacts

# Without it an administrator is shown public flavors only; for everybody else it means what they may use.
_ALL = (("is_public", "None"),)


def collect(cloud: Cloud, region: str) -> Iterator[Resource]:
    for page in cloud.service("compute", region).pages("/flavors/detail", "flavors", _ALL):
        for row in page:
            yield translate(row, region)


def facts(cloud: Cloud, region: str) -> dict[tuple[str, str], FlavorFacts]:
    found: dict[tuple[str, str], FlavorFacts] = {}
    for page in cloud.service("compute", region).pages("/flavors/detail", "flavors", _ALL):
        for row in page:
            this = FlavorFacts(
                identifier(row),
                name_of(row),
                count(row.get("vcpus")),
                count(row.get("ram")),
                count(row.get("disk")),
                count(row.get("OS-FLV-EXT-DATA:ephemeral")),
                gpus(row.get("extra_specs")),
            )
            found["id", this.native_id] = found["name", this.name] = this
    return found


def keys_of(embedded: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How an instance's document refers to its flavor: by id, and by name alone from microversion 2.47 on."""
    if found := text(embedded.get("id")):
        yield "id", found
    if found := text(embedded.get("original_name")):
        yield "name", found


def gpus(extra_specs: object) -> int | None:
    """The virtual GPUs a flavor asks placement for. (A PCI alias may stand for any kind of device.)"""
    asked = text(mapping(extra_specs).get("resources:VGPU"))
    return int(asked) if asked and asked.isdigit() and len(asked) < 4 else None


def translate(row: Document, region: str) -> Resource:
    public = flag(row.get("os-flavor-access:is_public"))
    disabled = flag(row.get("OS-FLV-DISABLED:disabled"))
    disk, ephemeral = count(row.get("disk")), count(row.get("OS-FLV-EXT-DATA:ephemeral"))
    extra = mapping(row.get("extra_specs"))
    return Resource(
        kind=ResourceKind.FLAVOR,
        native_id=identifier(row),
        native_scope=region,
        name=name_of(row),
        region=region,
        state=(CommonState.UNAVAILABLE if disabled else CommonState.AVAILABLE).value,
        native_state="disabled" if disabled else "",
        tags=tags(extra),
        attributes=FlavorAttributes(
            vcpus=count(row.get("vcpus")),
            memory_mib=count(row.get("ram")),
            local_disk_gib=None if disk is None else disk + (ephemeral or 0),
            gpu_count=gpus(extra),
            architecture=text(extra.get("hw:architecture")) or text(extra.get("capabilities:cpu_arch")),
            visibility=None if public is None else "public" if public else "private",
        ),
        native=without(row, "links"),
    )
