"""Instances, nova's servers. The hot path: bytes to Resource without the SDK's objects, which cost most of a sync.

https://docs.openstack.org/api-ref/compute/#list-servers-detailed
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mcm.contract import Relation, RelationType, Resource, ResourceKind, Unreachable
from mcm.contract.resources import InstanceAttributes
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import (
    Document,
    count,
    flag,
    identifier,
    integer,
    mapping,
    mappings,
    name_of,
    tags,
    text,
    when,
    without,
)
from mcm_providers.openstack.lookups import FlavorFacts, ImageFacts, Lookups
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.resources import flavor
from mcm_providers.openstack.resources.addresses import addresses
from mcm_providers.openstack.resources.image import architecture, os_family, os_name

_SECRET = ("OS-EXT-SRV-ATTR:user_data", "adminPass")
# Links follow from the id, progress moves while nothing changes, and groups are told for a single server only.
_NOISE = ("links", "progress", "server_groups")
_NO_FLAVOR, _NO_IMAGE = FlavorFacts("", ""), ImageFacts("")


def collect(cloud: Cloud, region: str, names: Names) -> Iterator[Resource]:
    """No `limit` is sent: with one, nova leaves out the instances of a cell that is down, without a word."""
    service = cloud.service("compute", region)
    everything = (("all_tenants", 1),) if cloud.sees_all_projects(region) else ()
    for page in service.pages("/servers/detail", "servers", everything, paged=False):
        yield from translated(page, region, names)


def translated(page: list[Document], region: str, names: Names) -> Iterator[Resource]:
    """Raises Unreachable when a cell is down: nova then says only that its instances exist (microversion 2.69)."""
    for row in page:
        if row.get("status") == "UNKNOWN" and "name" not in row:
            raise Unreachable(f"a cell of nova in {region} does not answer, so that some instances are not described")
    lookups = names.for_instances(page)
    for row in page:
        yield translate(row, region, lookups)


def translate(row: Document, region: str, lookups: Lookups) -> Resource:
    status = text(row.get("status")) or ""
    project = text(row.get("tenant_id"))
    state, task = states.instance(
        status, text(row.get("OS-EXT-STS:task_state")), integer(row.get("OS-EXT-STS:power_state"))
    )
    networks = mapping(row.get("addresses"))
    found = addresses(networks)
    image = mapping(row.get("image"))
    image_id = text(image.get("id"))
    image_facts = lookups.images.get(image_id or "", _NO_IMAGE)
    properties = mapping(image.get("properties"))
    embedded = mapping(row.get("flavor"))
    known = flavor_of(embedded, lookups)
    sizes = known if "vcpus" not in embedded else _embedded_sizes(embedded)
    host_name = text(row.get("OS-EXT-SRV-ATTR:hypervisor_hostname"))
    zone = text(row.get("OS-EXT-AZ:availability_zone"))
    on = lookups.hosts.get(host_name or "")
    locked = flag(row.get("locked"))
    # An instance that runs from a volume has no disk of the flavor's size, only an ephemeral one.
    root_gib = sizes.disk_gib if image_id else 0
    local_gib = None if root_gib is None else root_gib + (sizes.ephemeral_gib or 0)
    native = _native(row)
    return Resource(
        kind=ResourceKind.INSTANCE,
        native_id=identifier(row),
        name=name_of(row),
        region=region,
        state=state,
        native_state=status,
        task_state=task,
        zone=zone,
        project=project,
        project_name=lookups.projects.get(project or ""),
        tags=tags(row.get("metadata"), row.get("tags")),
        created_at=when(row.get("created")),
        relations=list(dict.fromkeys(_relations(row, region, lookups, project, known.native_id, image_id, zone))),
        attributes=InstanceAttributes(
            vcpus=sizes.vcpus,
            memory_mib=sizes.memory_mib,
            disk_gib=local_gib,
            local_disk_gib=local_gib,
            gpu_count=sizes.gpu_count,
            architecture=architecture(properties) or image_facts.architecture,
            virtualization=on.virtualization if on else None,
            os_family=os_family(properties) or image_facts.os_family,
            os_name=os_name(properties) or image_facts.os_name,
            hostname=text(row.get("OS-EXT-SRV-ATTR:hostname")),
            private_ips=found.private,
            public_ips=found.public,
            macs=found.macs,
            flavor=sizes.name or known.name or None,
            image=image_facts.name or None,
            host=host_name or text(row.get("OS-EXT-SRV-ATTR:host")),
            stop_billing="keeps",
            deletion_protection=locked,
            launched_at=when(row.get("OS-SRV-USG:launched_at")),
        ),
        native=native,
    )


def _native(row: Document) -> Document:
    """Less what is secret or noise, and with the lists that neutron gives in any order, and twice, in order."""
    if groups := row.get("security_groups"):
        named = {str(group.get("name")): group for group in mappings(groups)}
        row["security_groups"] = [named[name] for name in sorted(named)]
    if type(row.get("image")) is dict:
        without(row["image"], "links")
    return without(row, *_SECRET, *_NOISE)


def flavor_of(embedded: Mapping[str, Any], lookups: Lookups) -> FlavorFacts:
    """The flavor as it is listed now. By its name alone only where the sizes agree: names are given anew."""
    for key in flavor.keys_of(embedded):
        known = lookups.flavors.get(key)
        if known is None:
            continue
        same = (known.vcpus, known.memory_mib) == (embedded.get("vcpus"), embedded.get("ram"))
        if key[0] == "id" or same:
            return known
    return _NO_FLAVOR


def _embedded_sizes(embedded: Mapping[str, Any]) -> FlavorFacts:
    """From 2.47 on an instance carries the sizes it was made with; its flavor may be gone or changed since."""
    return FlavorFacts(
        "",
        text(embedded.get("original_name")) or "",
        count(embedded.get("vcpus")),
        count(embedded.get("ram")),
        count(embedded.get("disk")),
        count(embedded.get("ephemeral")),
        flavor.gpus(embedded.get("extra_specs")),
    )


def _relations(
    row: Document,
    region: str,
    lookups: Lookups,
    project: str | None,
    flavor_id: str,
    image_id: str | None,
    zone: str | None,
) -> Iterator[Relation]:
    uses, kinds = RelationType.USES, ResourceKind
    if image_id:
        yield Relation(uses, kinds.IMAGE, image_id)
    if flavor_id:
        yield Relation(uses, kinds.FLAVOR, flavor_id, region)
    if key := text(row.get("key_name")):
        yield Relation(uses, kinds.KEYPAIR, key, f"{region}/{text(row.get('user_id')) or ''}")
    for volume in mappings(row.get("os-extended-volumes:volumes_attached")):
        if volume_id := text(volume.get("id")):
            yield Relation(uses, kinds.VOLUME, volume_id)
    for name in mapping(row.get("addresses")):
        if network_id := lookups.network(name, project or ""):
            yield Relation(RelationType.CONNECTED_TO, kinds.NETWORK, network_id)
    for group in mappings(row.get("security_groups")):
        if group_id := lookups.groups.get((project or "", text(group.get("name")) or "")):
            yield Relation(RelationType.PROTECTED_BY, kinds.SECURITY_GROUP, group_id)
    if on := lookups.hosts.get(text(row.get("OS-EXT-SRV-ATTR:hypervisor_hostname")) or ""):
        yield Relation(RelationType.RUNS_ON, kinds.HOST, on.native_id, on.native_scope)
    if zone:
        yield Relation(RelationType.PART_OF, kinds.ZONE, zone, region)
    if project:
        yield Relation(RelationType.PART_OF, kinds.PROJECT, project)
