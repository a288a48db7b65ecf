"""The provider itself: dispatches the contract's methods to the tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

from mcm.contract import (
    GLOBAL_REGION,
    AccountIdentity,
    CallContext,
    ChangeBatch,
    ConnectionForm,
    NotSupported,
    Reason,
    Region,
    Resource,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
)
from mcm_providers.openstack import feed, observing
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.errors import translated, translated_iterator
from mcm_providers.openstack.identity import identity_of
from mcm_providers.openstack.kinds import READERS, Reader
from mcm_providers.openstack.names import Names, project_table
from mcm_providers.openstack.settings import Settings


class OpenStackProvider:
    """One account of one cloud: a user in a project, or an application credential."""

    durable: ClassVar[bool] = True

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._projects = project_table(cloud)
        self._names: dict[str, Names] = {}

    @classmethod
    @translated
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        return cls(Cloud(Settings.from_form(form), context))

    @translated
    def check(self) -> AccountIdentity:
        return identity_of(self._cloud)

    @translated
    def close(self) -> None:
        self._cloud.client.close()

    @translated
    def regions(self) -> Sequence[Region]:
        """Those of the catalogue, and one for what belongs to keystone. No region is asked, so none can fail."""
        regional = [self._region(name) for name in self._cloud.catalogue.regions]
        return [*regional, Region(GLOBAL_REGION, GLOBAL_REGION, frozenset({ResourceKind.PROJECT}))]

    @translated_iterator
    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        reader = self._reader(kind)
        found = False
        try:
            for resource in reader.collect(self._cloud, region.native_id, self._names_of(region.native_id)):
                found = True
                yield resource
        except ResourceNotFound as error:
            if found:
                raise
            # neutron answers so for what none of its plugins offers.
            raise NotSupported(str(error), reason="extension_missing") from error

    @translated
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        return observing.observe(self._cloud, self._names_of, refs)

    @translated
    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        _only_instances(kind)
        return feed.open_feed(self._cloud, region.native_id)

    @translated
    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        _only_instances(kind)
        return feed.changes(self._cloud, region.native_id, self._names_of(region.native_id), cursor)

    def _names_of(self, region: str) -> Names:
        if region not in self._names:
            self._names[region] = Names(self._cloud, region, self._projects)
        return self._names[region]

    def _reader(self, kind: ResourceKind) -> Reader:
        reader = READERS.get(kind)
        if reader is None:
            raise NotSupported(f"there is no {kind} in OpenStack", reason="service_missing")
        return reader

    def _region(self, name: str) -> Region:
        kinds: set[ResourceKind] = set()
        absent: dict[ResourceKind, Reason] = {}
        for kind, reader in READERS.items():
            if not reader.service:
                continue
            if self._cloud.catalogue.url(reader.service, name) is None:
                absent[kind] = Reason("service_missing", {"service": reader.service, "region": name})
            elif (other := self._cloud.catalogue.sharer(reader.service, name)) != name:
                absent[kind] = Reason("read_in_region", {"service": reader.service, "region": name, "other": other})
            else:
                kinds.add(kind)
        return Region(name, name, frozenset(kinds), absent)


def _only_instances(kind: ResourceKind) -> None:
    if kind is not ResourceKind.INSTANCE:
        raise NotSupported(f"OpenStack has no change feed for {kind}", reason="change_feed_missing")
