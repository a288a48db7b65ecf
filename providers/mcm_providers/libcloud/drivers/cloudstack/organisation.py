"""Zones, projects, accounts, hosts and clusters as resources.

https://cloudstack.apache.org/api/apidocs-4.20/ : listZones, listProjects, listAccounts, listHosts, listClusters.
"""

from mcm.contract import RelationType, Resource, ResourceKind
from mcm.contract.resources import ClusterAttributes, HostAttributes, ProjectAttributes, ZoneAttributes
from mcm.contract.states import CommonState
from mcm_providers.libcloud.drivers.cloudstack import states
from mcm_providers.libcloud.drivers.cloudstack.api import Document
from mcm_providers.libcloud.drivers.cloudstack.compute import virtualization
from mcm_providers.libcloud.drivers.cloudstack.envelope import MAX_TEXT, mib, number, resource, text, to, whole


def zone(document: Document, region: str) -> Resource:
    # Told to administrators only; to others a zone that is switched off is not listed at all.
    native_state = text(document.get("allocationstate")) or ""
    name = text(document.get("name"))
    made = resource(
        document,
        ResourceKind.ZONE,
        region,
        ZoneAttributes(services=["compute", "network", "volume"], type=text(document.get("networktype"))),
        native_kind="zone",
        state=states.SWITCHED.get(native_state, CommonState.UNKNOWN) if native_state else CommonState.AVAILABLE,
        native_state=native_state,
        placed=False,
        owned=False,
    )
    made.zone = name
    return made


def project(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    return resource(
        document,
        ResourceKind.PROJECT,
        region,
        ProjectAttributes(
            description=text(document.get("displaytext")),
            domain=text(document.get("domainpath")) or text(document.get("domain")),
            enabled=native_state == "Active" if native_state else None,
        ),
        native_kind="project",
        state=states.SWITCHED.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        owned=False,
    )


def account(document: Document, region: str) -> Resource:
    """Accounts own what no project does, so they stand beside the projects; by the name that resources give."""
    native_state = text(document.get("state")) or ""
    name = text(document.get("name")) or ""
    domain = text(document.get("domainpath")) or text(document.get("domain")) or ""
    # With their API keys.
    document.pop("user", None)
    return resource(
        document,
        ResourceKind.PROJECT,
        region,
        ProjectAttributes(
            description=text(document.get("rolename")),
            domain=domain or None,
            enabled=native_state == "enabled" if native_state else None,
        ),
        native_kind="account",
        native_id=f"{document.get('domainid') or document.get('domain') or ''}/{name}",
        name=f"{domain}/{name}"[:MAX_TEXT] if domain else name,
        state=states.SWITCHED.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        owned=False,
    )


def host(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    admin_state = text(document.get("resourcestate")) or ""
    document.pop("details", None)
    cores = whole(document.get("cpunumber"))
    threads = number(document.get("cpuwithoverprovisioning"))
    speed = number(document.get("cpuspeed"))
    overcommit = round(threads / (cores * speed), 2) if threads and cores and speed else None
    return resource(
        document,
        ResourceKind.HOST,
        region,
        HostAttributes(
            cpu_cores=cores,
            cpu_sockets=whole(document.get("cpusockets")),
            memory_mib=mib(document.get("memorytotal")),
            memory_used_mib=mib(document.get("memoryallocatedbytes")),
            cpu_overcommit=overcommit,
            virtualization=virtualization(document.get("hypervisor")),
            version=text(document.get("hypervisorversion")),
            maintenance="Maintenance" in admin_state if admin_state else None,
        ),
        native_kind="host",
        state=CommonState.UNAVAILABLE
        if admin_state == "Disabled" or "Maintenance" in admin_state
        else states.HOST.get(native_state, CommonState.UNKNOWN),
        native_state=f"{native_state}/{admin_state}" if admin_state else native_state,
        relations=to(RelationType.PART_OF, ResourceKind.CLUSTER, document.get("clusterid")),
    )


def cluster(document: Document, region: str) -> Resource:
    native_state = text(document.get("allocationstate")) or ""
    return resource(
        document,
        ResourceKind.CLUSTER,
        region,
        ClusterAttributes(),
        native_kind="cluster",
        state=states.SWITCHED.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
    )
