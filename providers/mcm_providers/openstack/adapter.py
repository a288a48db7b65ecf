"""The provider itself: dispatches the contract's methods to the tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

from mcm.contract import (
    AccountIdentity,
    CallContext,
    ChangeBatch,
    ConnectionForm,
    NotSupported,
    Region,
    Resource,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    UnexpectedResponse,
)
from mcm.contract.actions import Order, Outlook, Receipt, Step
from mcm_providers.openstack import feed, observing, regions
from mcm_providers.openstack.actions.table import DEEDS
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.errors import NO_SUCH_PATH, translated, translated_iterator
from mcm_providers.openstack.identity import identity_of
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
        self._cloud.context.check()
        return regions.regions(self._cloud)

    @translated_iterator
    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        self._cloud.context.check()
        reader = regions.reader(self._cloud, kind, region.native_id)
        try:
            yield from reader.collect(self._cloud, region.native_id, self._names_of(region.native_id))
        except ResourceNotFound as error:
            if error.native_code == NO_SUCH_PATH:
                raise NotSupported(error.message, reason="extension_missing") from error
            raise UnexpectedResponse(f"a listing is not there: {error.message}") from error

    @translated
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        self._cloud.context.check()
        return observing.observe(self._cloud, self._names_of, refs)

    @translated
    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        self._fed(kind, region)
        return feed.open_feed(self._cloud, region.native_id)

    @translated
    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        self._fed(kind, region)
        return feed.changes(self._cloud, region.native_id, self._names_of(region.native_id), cursor)

    @translated
    def steps(self, order: Order) -> Sequence[Step]:
        return DEEDS[order.action].plan(order)

    @translated
    def send(self, order: Order) -> Receipt:
        return DEEDS[order.action].send(self._cloud, order)

    @translated
    def look(self, order: Order) -> Outlook:
        return DEEDS[order.action].look(self._cloud, order)

    def _names_of(self, region: str) -> Names:
        if region not in self._names:
            self._names[region] = Names(self._cloud, region, self._projects)
        return self._names[region]

    def _fed(self, kind: ResourceKind, region: Region) -> None:
        self._cloud.context.check()
        if kind is not ResourceKind.INSTANCE:
            raise NotSupported(f"OpenStack has no change feed for {kind}", reason="change_feed_missing")
        regions.reader(self._cloud, kind, region.native_id)
