"""The regions an account can be read in, and why some cannot."""

from collections.abc import Iterator

from mcm.contract import (
    GLOBAL_REGION,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    Reason,
    Region,
    ResourceKind,
    UnexpectedResponse,
)
from mcm_providers.aws.client import Clients
from mcm_providers.aws.documents import read_answer
from mcm_providers.aws.kinds import GLOBAL, LISTINGS, REGIONAL
from mcm_providers.aws.partitions import Partition, service_in_region
from mcm_providers.aws.settings import AwsSettings

_ENABLED = ("opt-in-not-required", "opted-in")


def read_regions(clients: Clients, settings: AwsSettings, partition: Partition) -> Iterator[Region]:
    """The configured regions, else all enabled ones; then "global" for what has no region.

    A configured region that is not enabled is listed without kinds and with the reason. When DescribeRegions is
    refused, the configured regions are taken as they are; without any, the refusal is raised.
    """
    try:
        opted = _opted(clients, partition)
    except (PermissionDenied, NotSupported, InvalidRequest, UnexpectedResponse):
        if not settings.regions:
            raise
        opted = dict.fromkeys(settings.regions, "opted-in")
    names = settings.regions or sorted(region for region, status in opted.items() if status in _ENABLED)
    for name in names:
        title = partition.region_names.get(name, name)
        if name not in opted or opted[name] not in _ENABLED:
            code = "region_not_enabled" if name in opted else "region_unknown"
            reason = Reason(code, {"region": name})
            yield Region(name, title, frozenset(), dict.fromkeys(REGIONAL, reason))
        else:
            absent = dict(_absent(name)) if not settings.endpoint_url else {}
            yield Region(name, title, frozenset(REGIONAL) - absent.keys(), absent)
    yield Region(GLOBAL_REGION, "Global", frozenset(GLOBAL))


def _opted(clients: Clients, partition: Partition) -> dict[str, str]:
    body = clients.call("ec2", partition.home_region, "DescribeRegions", {"AllRegions": True})
    found = read_answer(body, "ec2", "DescribeRegions").get("Regions")
    if not found:
        raise UnexpectedResponse("ec2 DescribeRegions: an answer without regions")
    return {region["RegionName"]: region.get("OptInStatus") or "opted-in" for region in found if "RegionName" in region}


def _absent(region: str) -> Iterator[tuple[ResourceKind, Reason]]:
    for kind in REGIONAL:
        for service in {listing.service for listing in LISTINGS[kind]}:
            if not service_in_region(service, region):
                yield kind, Reason("service_not_in_region", {"service": service, "region": region})
