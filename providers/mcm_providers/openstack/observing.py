"""Looks up references of any kind and region, and says which of them the cloud does not know any more."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from mcm.contract import GLOBAL_REGION, NotSupported, Resource, ResourceKind, ResourceRef
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.kinds import Reader
from mcm_providers.openstack.names import Names
from mcm_providers.openstack.regions import ALL_READERS


def observe(
    cloud: Cloud, names_of: Callable[[str], Names], refs: Sequence[ResourceRef]
) -> dict[ResourceRef, Resource | None]:
    """None for what a service lists not, or says itself that it does not know; everything else raises."""
    answers: dict[ResourceRef, Resource | None] = {}
    groups: dict[tuple[ResourceKind, str], list[ResourceRef]] = defaultdict(list)
    for ref in refs:
        groups[ref.kind, ref.region].append(ref)
    for (kind, region), wanted in groups.items():
        reader = ALL_READERS.get(kind)
        if reader is None:
            raise NotSupported(f"there is no {kind} in OpenStack", reason="service_missing")
        left = wanted
        for place in _places(cloud, reader, region):
            found = {_identity(one.ref): one for one in _found(cloud, reader, place, names_of(place), left)}
            answers |= {ref: found[_identity(ref)] for ref in left if _identity(ref) in found}
            left = [ref for ref in left if ref not in answers]
            if not left:
                break
        answers |= dict.fromkeys(left)
    return {ref: answers[ref] for ref in refs}


def _places(cloud: Cloud, reader: Reader, region: str) -> Sequence[str]:
    """The region to ask; all of them for a reference that does not say."""
    if not reader.service:
        return [GLOBAL_REGION]
    if region:
        return [region]
    return [one for one in cloud.catalogue.regions if cloud.catalogue.url(reader.service, one)]


def _found(cloud: Cloud, reader: Reader, region: str, names: Names, refs: Sequence[ResourceRef]) -> Iterable[Resource]:
    if reader.find is None:
        yield from reader.collect(cloud, region, names)
        return
    # An empty id would ask for all there is.
    ids = list(dict.fromkeys(ref.native_id for ref in refs if ref.native_id.strip()))
    for start in range(0, len(ids), reader.batch):
        cloud.context.check()
        yield from reader.find(cloud, region, names, ids[start : start + reader.batch])


def _identity(ref: ResourceRef) -> tuple[str, str]:
    return ref.native_id, ref.native_scope
