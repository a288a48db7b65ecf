"""The provider itself: dispatches the contract's methods to the tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar, Self

from mcm.contract import (
    AccountIdentity,
    CallContext,
    ChangeBatch,
    ConnectionForm,
    ImageFile,
    ImageSink,
    ImageSource,
    NotSupported,
    Region,
    Resource,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    Sample,
    UnexpectedResponse,
)
from mcm.contract.actions import Order, Outlook, Receipt, Step
from mcm_providers._prometheus.account import AccountMeters
from mcm_providers.openstack import feed, images, observing, regions
from mcm_providers.openstack.actions.table import DEEDS
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.errors import NO_SUCH_PATH, translated, translated_iterator
from mcm_providers.openstack.identity import identity_of
from mcm_providers.openstack.meters import names_of
from mcm_providers.openstack.names import Names, project_table
from mcm_providers.openstack.settings import Settings


class OpenStackProvider:
    """One account of one cloud: a user in a project, or an application credential."""

    durable: ClassVar[bool] = True

    def __init__(self, cloud: Cloud, meters: AccountMeters | None = None) -> None:
        """meters: None where the account names no Prometheus server."""
        self._cloud, self._meters = cloud, meters
        self._projects = project_table(cloud)
        self._names: dict[str, Names] = {}

    @classmethod
    @translated
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        cloud = Cloud(Settings.from_form(form), context)
        return cls(cloud, AccountMeters.of(form, context, partial(names_of, cloud)))

    @translated
    def check(self) -> AccountIdentity:
        return identity_of(self._cloud)

    @translated
    def close(self) -> None:
        self._cloud.client.close()
        if self._meters is not None:
            self._meters.close()

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

    @translated_iterator
    def metrics(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        if self._meters is None:
            raise NotSupported(
                "this account names no Prometheus server: set prometheus_url to have its utilisation",
                reason="no_prometheus",
            )
        self._cloud.context.check()
        yield from self._meters.samples(refs, since, until)

    @translated
    def steps(self, order: Order) -> Sequence[Step]:
        return DEEDS[order.action].plan(order)

    @translated
    def send(self, order: Order) -> Receipt:
        return DEEDS[order.action].send(self._cloud, order)

    @translated
    def look(self, order: Order) -> Outlook:
        return DEEDS[order.action].look(self._cloud, order)

    @translated
    def image_file(self, image: ResourceRef) -> ImageFile:
        return images.image_file(self._cloud, image)

    @translated
    def download_image(self, image: ResourceRef, sink: ImageSink, start: int = 0) -> None:
        images.download_image(self._cloud, image, sink, start)

    @translated
    def image_formats(self, region: str) -> Sequence[str]:  # noqa: ARG002
        return images.FORMATS

    @translated
    def find_image(self, region: str, token: str) -> ResourceRef | None:
        return images.find_image(self._cloud, region, token)

    @translated
    def upload_image(self, region: str, wanted: ImageFile, source: ImageSource, token: str) -> ResourceRef:
        return images.upload_image(self._cloud, region, wanted, source, token)

    @translated
    def remove_image(self, region: str, token: str) -> None:
        images.remove_image(self._cloud, region, token)

    def _names_of(self, region: str) -> Names:
        if region not in self._names:
            self._names[region] = Names(self._cloud, region, self._projects)
        return self._names[region]

    def _fed(self, kind: ResourceKind, region: Region) -> None:
        self._cloud.context.check()
        if kind is not ResourceKind.INSTANCE:
            raise NotSupported(f"OpenStack has no change feed for {kind}", reason="change_feed_missing")
        regions.reader(self._cloud, kind, region.native_id)
