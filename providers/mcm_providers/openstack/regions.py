"""The regions of the catalogue, what can be read in each, and why the rest cannot. Nothing is asked of a region."""

from collections.abc import Iterator

from mcm.contract import GLOBAL_REGION, InvalidRequest, NotSupported, Reason, Region, Resource, ResourceKind
from mcm.contract.resources import RegionAttributes
from mcm.contract.states import CommonState
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.kinds import READERS, Reader
from mcm_providers.openstack.names import Names

CLOUD_WIDE = frozenset({ResourceKind.PROJECT, ResourceKind.REGION})


def regions(cloud: Cloud) -> list[Region]:
    """With one more for what belongs to keystone and to no region."""
    return [
        *(_region(cloud, name) for name in cloud.catalogue.regions),
        Region(GLOBAL_REGION, GLOBAL_REGION, CLOUD_WIDE),
    ]


def reader(cloud: Cloud, kind: ResourceKind, region: str) -> Reader:
    """How `kind` is read in `region`. Raises InvalidRequest for an unknown region, NotSupported for an absent kind."""
    if region == GLOBAL_REGION:
        offered, reason = CLOUD_WIDE, None
    elif region in cloud.catalogue.regions:
        found = _region(cloud, region)
        offered, reason = found.kinds, found.absent.get(kind)
    else:
        raise InvalidRequest(f"there is no region '{region}'; known: {', '.join(cloud.catalogue.regions)}")
    if kind not in offered:
        raise NotSupported(f"{kind} cannot be read in {region}", reason=reason.code if reason else "service_missing")
    return ALL_READERS[kind]


def collect(cloud: Cloud, _region_of_keystone: str, _names: Names) -> Iterator[Resource]:
    """The regions themselves as resources."""
    for region in (_region(cloud, name) for name in cloud.catalogue.regions):
        yield Resource(
            kind=ResourceKind.REGION,
            native_id=region.native_id,
            name=region.name,
            region=GLOBAL_REGION,
            state=CommonState.AVAILABLE.value,
            native_state="",
            attributes=RegionAttributes(
                kinds=sorted(region.kinds), absent={kind.value: why.code for kind, why in sorted(region.absent.items())}
            ),
        )


def _region(cloud: Cloud, name: str) -> Region:
    kinds: set[ResourceKind] = set()
    absent: dict[ResourceKind, Reason] = {}
    for kind, its in READERS.items():
        if kind in CLOUD_WIDE:
            continue
        if cloud.catalogue.url(its.service, name) is None:
            absent[kind] = Reason("service_missing", {"service": its.service, "region": name})
        elif (other := cloud.catalogue.sharer(its.service, name)) != name:
            absent[kind] = Reason("read_in_region", {"service": its.service, "region": name, "other": other})
        else:
            kinds.add(kind)
    return Region(name, name, frozenset(kinds), absent)


ALL_READERS: dict[ResourceKind, Reader] = {
    **READERS,
    ResourceKind.REGION: Reader("", collect),
}
