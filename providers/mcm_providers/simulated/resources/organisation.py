"""Regions, zones, projects, quotas, and the hardware of private clouds."""

from mcm.contract import GLOBAL_REGION, RelationType, Resource
from mcm.contract import ResourceKind as K
from mcm.contract.resources import (
    ClusterAttributes,
    FolderAttributes,
    HostAttributes,
    OtherAttributes,
    PoolAttributes,
    ProjectAttributes,
    QuotaAttributes,
    RegionAttributes,
    ZoneAttributes,
)
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.resources.envelope import Place, envelope, number, whole


def region(place: Place, document: Document) -> Resource:
    return envelope(place, K.REGION, document, RegionAttributes())


def zone(place: Place, document: Document) -> Resource:
    attributes = ZoneAttributes(services=["compute"], hosts=whole(document.get("hosts")))
    relations = [place.to(RelationType.PART_OF, K.REGION, place.region)] if place.region != GLOBAL_REGION else []
    return envelope(place, K.ZONE, document, attributes, relations)


def project(place: Place, document: Document) -> Resource:
    attributes = ProjectAttributes(description=document.get("description"), enabled=document["status"] != "disabled")
    return envelope(place, K.PROJECT, document, attributes)


def quota(place: Place, document: Document) -> Resource:
    limit = number(document.get("limit"))
    unlimited = limit is not None and limit < 0
    attributes = QuotaAttributes(
        metric=document.get("metric"),
        limit=None if unlimited else limit,
        used=number(document.get("used")),
        unlimited=unlimited,
        unit=document.get("unit"),
    )
    relations = [place.to(RelationType.PART_OF, K.PROJECT, document["project"])] if document.get("project") else []
    return envelope(place, K.QUOTA, document, attributes, relations)


def host(place: Place, document: Document) -> Resource:
    attributes = HostAttributes(
        cpu_cores=whole(document.get("cores")),
        cpu_sockets=whole(document.get("sockets")),
        vcpus_used=whole(document.get("vcpus_used")),
        memory_mib=whole(document.get("memory_mib")),
        memory_used_mib=whole(document.get("memory_used_mib")),
        cpu_overcommit=number(document.get("overcommit")),
        virtualization=document.get("hypervisor"),
        cpu_model=document.get("cpu_model"),
        vendor=document.get("vendor"),
        version=document.get("version"),
        maintenance=document.get("maintenance"),
        instances=whole(document.get("instances")),
    )
    relations = [
        place.to(RelationType.PART_OF, kind, document[key])
        for key, kind in (("cluster", K.CLUSTER), ("zone", K.ZONE))
        if document.get(key)
    ]
    return envelope(place, K.HOST, document, attributes, relations)


def cluster(place: Place, document: Document) -> Resource:
    attributes = ClusterAttributes(
        hosts=whole(document.get("hosts")),
        cpu_cores=whole(document.get("cores")),
        memory_mib=whole(document.get("memory_mib")),
        ha_enabled=document.get("ha"),
        drs_enabled=document.get("drs"),
    )
    return envelope(place, K.CLUSTER, document, attributes, [place.to(RelationType.PART_OF, K.REGION, place.region)])


def resource_pool(place: Place, document: Document) -> Resource:
    attributes = PoolAttributes(memory_reservation_mib=whole(document.get("memory_reservation_mib")))
    relations = [place.to(RelationType.PART_OF, K.CLUSTER, document["cluster"])] if document.get("cluster") else []
    return envelope(place, K.RESOURCE_POOL, document, attributes, relations)


def folder(place: Place, document: Document) -> Resource:
    attributes = FolderAttributes(path=document.get("path"), type="vm")
    relations = [place.to(RelationType.PART_OF, K.FOLDER, document["parent"])] if document.get("parent") else []
    return envelope(place, K.FOLDER, document, attributes, relations)


def other(place: Place, document: Document) -> Resource:
    return envelope(place, K.OTHER, document, OtherAttributes(document.get("description")))
