"""vSphere as a provider: dispatches to the modules beside it, and lets nothing but ProviderError out."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self

from mcm.contract import (
    GLOBAL_REGION,
    AccountIdentity,
    CallContext,
    ChangeBatch,
    ConnectionForm,
    ImageFile,
    ImageSink,
    InvalidRequest,
    NotSupported,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    Sample,
)
from mcm.contract.actions import Order, Outlook, Receipt, Step
from mcm_providers.vmware import images
from mcm_providers.vmware.action_table import SUPPORT
from mcm_providers.vmware.actions.desk import Deed, Desk
from mcm_providers.vmware.actions.table import DEEDS
from mcm_providers.vmware.datacenters import ABSENT, read_contents, regions_of
from mcm_providers.vmware.errors import edge, translating
from mcm_providers.vmware.feed import Feed
from mcm_providers.vmware.identity import identity
from mcm_providers.vmware.listing import Listing
from mcm_providers.vmware.observing import Observer
from mcm_providers.vmware.performance import Performance
from mcm_providers.vmware.resources import READERS
from mcm_providers.vmware.session import Session


class VmwareProvider:
    """One account at one vCenter or host. Signs in at the first call that needs it."""

    durable = False

    def __init__(self, session: Session) -> None:
        self._session = session
        self._context = session.context
        self._listing = Listing(session)
        self._observer = Observer(session, self._listing)
        self._feed = Feed(session, self._listing)
        self._desk = Desk(session, self._listing)
        self._performance = Performance(session)

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        with translating(form.text("host"), context):
            return cls(Session(form, context))

    def check(self) -> AccountIdentity:
        with self._edge():
            return identity(self._session)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._listing.close()
        self._feed.close()
        self._session.close()

    def regions(self) -> Sequence[Region]:
        with self._edge():
            found = regions_of(read_contents(self._session), self._session.service.root_folder[1])
            # An empty vCenter, or a user who may see none: nothing to read, and no failure either.
            return found or [Region(GLOBAL_REGION, GLOBAL_REGION, frozenset())]

    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        self._require(kind, region)
        return edge(self._session.where, self._context, self._collected(kind, region.native_id))

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        with self._edge():
            return self._observer.observe(refs)

    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        self._require_feed(kind, region)
        with self._edge():
            return self._feed.open(region.native_id)

    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        self._require_feed(kind, region)
        with self._edge():
            return self._feed.changes(region.native_id, cursor)

    def metrics(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        with self._edge():
            yield from self._performance.samples(refs, since, until)

    def image_file(self, image: ResourceRef) -> ImageFile:
        with self._edge():
            return images.image_file(self._desk, image)

    def download_image(self, image: ResourceRef, sink: ImageSink, start: int = 0) -> None:
        with self._edge():
            images.download_image(self._desk, image, sink, start)

    def remove_image(self, region: str, token: str) -> None:
        with self._edge():
            images.remove_image(self._desk, region, token)

    def steps(self, order: Order) -> Sequence[Step]:
        return _deed(order).steps(order)

    def send(self, order: Order) -> Receipt:
        with self._edge():
            return _deed(order).send(self._desk, order)

    def look(self, order: Order) -> Outlook:
        with self._edge():
            return _deed(order).look(self._desk, order)

    def _collected(self, kind: ResourceKind, datacenter: str) -> Iterator[Resource]:
        resources = self._listing.resources(kind, datacenter)
        return self._feed.remember(datacenter, resources) if kind is ResourceKind.INSTANCE else resources

    def _edge(self) -> contextlib.AbstractContextManager[None]:
        return translating(self._session.where, self._context)

    def _require(self, kind: ResourceKind, region: Region) -> None:
        if kind not in READERS:
            raise NotSupported(f"there is no {kind.value} in vSphere", reason=ABSENT.get(kind, "not_in_vsphere"))
        if region.native_id == GLOBAL_REGION:
            raise InvalidRequest("vSphere's resources live in datacenters; there is nothing in 'global'")

    def _require_feed(self, kind: ResourceKind, region: Region) -> None:
        self._require(kind, region)
        if kind is not ResourceKind.INSTANCE:
            raise NotSupported(f"there is no change feed for {kind.value}", reason="no_feed")


def _deed(order: Order) -> Deed:
    found = DEEDS.get(order.action)
    if found is None:
        raise NotSupported(f"vSphere cannot do {order.action}", reason=SUPPORT[order.action].absent)
    return found
