"""Quotas with their use: of every project an administrator sees, else of the own one.

Three requests for each project: neither nova nor cinder nor neutron tells the use of several projects at once.
"""

from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import NotSupported, Resource, ResourceKind, ResourceNotFound
from mcm.contract.resources import QuotaAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, identifier, integer, mapping, name_of, text
from mcm_providers.openstack.relations import in_project
from mcm_providers.openstack.resources import project

_UNITS = {
    "instances": "instances",
    "cores": "vcpus",
    "ram": "mib",
    "gigabytes": "gib",
    "backup_gigabytes": "gib",
    "per_volume_gigabytes": "gib",
}
# Limits of a single request or resource: their "use" is always 0.
_OF_ONE = frozenset({"metadata_items", "server_group_members", "per_volume_gigabytes", "router_route"})
# nova-network's, which nova still counts (as 0) before 2.36, and those of file injection.
_FORGOTTEN = frozenset({"fixed_ips", "floating_ips", "security_groups", "security_group_rules", "networks"}) | {
    "injected_files",
    "injected_file_content_bytes",
    "injected_file_path_bytes",
}


def collect(cloud: Cloud, region: str, projects: Sequence[str] | None = None) -> Iterator[Resource]:
    """projects: only these (that exist); None means all that may be asked for."""
    for native_id, name in visible(cloud, region).items():
        if projects is None or native_id in projects:
            for service in ("compute", "block-storage", "network"):
                for metric, quota in _quotas(cloud, region, service, native_id).items():
                    yield translate(metric, quota, native_id, name, region, service)
        cloud.context.check()


def visible(cloud: Cloud, region: str) -> dict[str, str]:
    """id → name of the projects whose quotas we may ask for."""
    rows, everything = project.listing(cloud)
    if everything and (cloud.catalogue.url("compute", region) is None or cloud.sees_all_projects(region)):
        return {identifier(row): name_of(row) for row in rows}
    own = cloud.project
    return {own: next((name_of(row) for row in rows if row.get("id") == own), own)} if own else {}


def _quotas(cloud: Cloud, region: str, service: str, of: str) -> dict[str, Document]:
    """metric → {limit, in_use or used, reserved}."""
    try:
        asked = cloud.service(service, region)
    except NotSupported:
        return {}
    if service == "compute":
        found = _metrics(asked.get(f"/os-quota-sets/{of}/detail").get("quota_set"))
        return {metric: quota for metric, quota in found.items() if metric not in _FORGOTTEN}
    if service == "block-storage":
        found = _metrics(asked.get(f"/os-quota-sets/{of}", (("usage", "True"),)).get("quota_set"))
        # One for each volume type as well; worth a row only where somebody has set it.
        return {
            metric: quota
            for metric, quota in found.items()
            if not metric.startswith(("volumes_", "gigabytes_", "snapshots_")) or quota.get("limit") != -1
        }
    try:
        return _metrics(asked.get(f"/quotas/{of}/details.json").get("quota"))
    except ResourceNotFound:
        # Before neutron's Pike there is no use to be had.
        limits = mapping(asked.get(f"/quotas/{of}").get("quota"))
        return {metric: {"limit": limit} for metric, limit in limits.items() if isinstance(limit, int)}


def _metrics(found: object) -> dict[str, Document]:
    return {metric: quota for metric, quota in mapping(found).items() if isinstance(quota, dict)}


def translate(metric: str, quota: Mapping[str, object], of: str, name: str, region: str, service: str) -> Resource:
    limit = integer(quota.get("limit"))
    used = integer(quota.get("in_use")) if "in_use" in quota else integer(quota.get("used"))
    unlimited = None if limit is None else limit < 0
    return Resource(
        kind=ResourceKind.QUOTA,
        native_id=f"{of}/{text(metric)}",
        native_scope=region,
        name=metric,
        region=region,
        project=of,
        project_name=name,
        state=CommonState.AVAILABLE.value,
        native_state="",
        relations=in_project(of),
        attributes=QuotaAttributes(
            metric=metric,
            limit=None if limit is None or unlimited else float(limit),
            used=None if used is None or metric in _OF_ONE else float(used),
            unlimited=unlimited,
            unit=_UNITS.get(metric, "count"),
        ),
        native={"service": service, "metric": metric, **quota},
    )
