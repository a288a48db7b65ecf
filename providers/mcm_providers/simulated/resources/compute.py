"""Instances, images, flavors, key pairs."""

from collections.abc import Mapping
from typing import Any

from mcm.contract import Relation, RelationType, Resource
from mcm.contract import ResourceKind as K
from mcm.contract.resources import FlavorAttributes, ImageAttributes, InstanceAttributes, KeypairAttributes
from mcm_providers.simulated import states
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.resources.envelope import Place, envelope, moment, number, whole

_STOP_BILLING = {"public": "keeps"}


def _part(document: Document, key: str) -> Mapping[str, Any]:
    part = document.get(key)
    return part if isinstance(part, Mapping) else {}


def instance(place: Place, document: Document) -> Resource:
    flavor, image, host = _part(document, "flavor"), _part(document, "image"), _part(document, "host")
    system, billing = _part(document, "os"), _part(document, "billing")
    interfaces = document.get("interfaces") or ()
    public_ips = [interface["public_ip"] for interface in interfaces if interface.get("public_ip")]
    attributes = InstanceAttributes(
        vcpus=whole(document.get("vcpus")),
        cpu_sockets=whole(document.get("cpu_sockets")),
        memory_mib=whole(document.get("memory_mib")),
        disk_gib=number(document.get("disk_gib")),
        gpu_count=whole(document.get("gpu_count")),
        architecture=document.get("architecture"),
        virtualization=document.get("hypervisor"),
        os_family=system.get("family"),
        os_name=system.get("name"),
        hostname=document.get("hostname"),
        private_ips=[interface["ip"] for interface in interfaces if interface.get("ip")],
        public_ips=public_ips,
        macs=[interface["mac"] for interface in interfaces if interface.get("mac")],
        flavor=flavor.get("name"),
        image=image.get("name"),
        host=host.get("name"),
        billing_mode=billing.get("mode"),
        expires_at=moment(billing.get("expires")),
        auto_renew=billing.get("auto_renew"),
        stop_billing=_STOP_BILLING.get(place.flavour),
        deletion_protection=document.get("protected"),
    )
    state = states.INSTANCE[place.flavour].get(str(document["status"]), "unknown")
    return envelope(place, K.INSTANCE, document, attributes, _instance_relations(place, document), state)


def _instance_relations(place: Place, document: Document) -> list[Relation]:
    found: list[Relation] = []
    for kind, relation in ((K.FLAVOR, RelationType.USES), (K.IMAGE, RelationType.USES), (K.HOST, RelationType.RUNS_ON)):
        target = _part(document, kind).get("id")
        if target:
            found.append(place.to(relation, kind, target))
    for key, kind, relation in (
        ("keypair", K.KEYPAIR, RelationType.USES),
        ("zone", K.ZONE, RelationType.PART_OF),
        ("cluster", K.CLUSTER, RelationType.PART_OF),
        ("resource_pool", K.RESOURCE_POOL, RelationType.PART_OF),
        ("folder", K.FOLDER, RelationType.PART_OF),
        ("project", K.PROJECT, RelationType.PART_OF),
    ):
        if document.get(key):
            found.append(place.to(relation, kind, document[key]))
    for interface in document.get("interfaces") or ():
        for key, kind in (("network", K.NETWORK), ("subnet", K.SUBNET)):
            if interface.get(key):
                found.append(place.to(RelationType.CONNECTED_TO, kind, interface[key]))
    found += [
        place.to(RelationType.PROTECTED_BY, K.SECURITY_GROUP, group) for group in document.get("security_groups") or ()
    ]
    found += [place.to(RelationType.STORED_ON, K.DATASTORE, store) for store in document.get("datastores") or ()]
    return found


def image(place: Place, document: Document) -> Resource:
    system = _part(document, "os")
    attributes = ImageAttributes(
        os_family=system.get("family"),
        os_name=system.get("name"),
        architecture=document.get("architecture"),
        size_gib=number(document.get("size_gib")),
        min_disk_gib=whole(document.get("min_disk_gib")),
        disk_format=document.get("format"),
        visibility=document.get("visibility"),
        owner=document.get("owner"),
        template=document.get("template"),
    )
    return envelope(place, K.IMAGE, document, attributes)


def flavor(place: Place, document: Document) -> Resource:
    attributes = FlavorAttributes(
        vcpus=whole(document.get("vcpus")),
        memory_mib=whole(document.get("memory_mib")),
        local_disk_gib=whole(document.get("disk_gib")),
        gpu_count=whole(document.get("gpu_count")),
        gpu_model=document.get("gpu_model"),
        architecture=document.get("architecture"),
        family=document.get("family"),
        visibility=document.get("visibility"),
    )
    return envelope(place, K.FLAVOR, document, attributes)


def keypair(place: Place, document: Document) -> Resource:
    attributes = KeypairAttributes(document.get("type"), document.get("fingerprint"), document.get("project_name"))
    return envelope(place, K.KEYPAIR, document, attributes)
