"""The simulated cloud as a provider; the example for other adapters, so it takes every obligation literally."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self

from mcm.contract import (
    GLOBAL_REGION,
    AccountIdentity,
    CallContext,
    ChangeBatch,
    ConnectionForm,
    FeedExpired,
    ImageFile,
    ImageSink,
    ImageSource,
    InvalidRequest,
    NotSupported,
    Reason,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    Sample,
    UnexpectedResponse,
)
from mcm.contract.actions import Order, Outlook, Receipt, Step
from mcm_providers.simulated import feed, metrics
from mcm_providers.simulated.actions.actor import Acting
from mcm_providers.simulated.client import CloudClient
from mcm_providers.simulated.cloud.flavours import FLAVOURS, Flavour
from mcm_providers.simulated.cloud.seeded import SeededCloud, SeedError
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.errors import translated
from mcm_providers.simulated.images import Images
from mcm_providers.simulated.resources.envelope import Place
from mcm_providers.simulated.resources.table import TRANSLATE
from mcm_providers.simulated.settings import Settings, settings_of
from mcm_providers.simulated.world import World, worlds

_BATCH = 100


class SimulatedProvider:
    durable = True

    def __init__(self, world: World, settings: Settings, context: CallContext) -> None:
        self._world, self._settings, self._context = world, settings, context
        self._client = CloudClient(world, settings, context)
        self._acting = Acting(
            world, settings, self._client, context, lambda kind, region: self._place(region).scope(kind)
        )

        self._images = Images(world, settings, self._client, context)

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        settings = settings_of(form)
        try:
            world = worlds.open(settings.shape, settings.given)
        except SeedError as error:
            raise InvalidRequest(f"'seed_file': {error}") from error
        return cls(world, settings, context)

    def check(self) -> AccountIdentity:
        with translated("signing in"):
            project = self._client.sign_in()
            limited = bool(self._settings.project)
            known = self._world.find(ResourceKind.PROJECT, project) if project and limited else None
            return AccountIdentity(
                realm=f"simulated:{self._world.shape.cloud_id}",
                principal="project-reader" if limited else "cloud-reader",
                scope_name=known[1]["name"] if known else self._world.shape.cloud_id,
                grants="reader" if limited else self._world.shown_rights,
                version="1.0",
                missing=() if limited or "admin" in self._world.shown_rights else ("simulated:project:list_all",),
            )

    def close(self) -> None:
        """Nothing is held open."""

    def regions(self) -> Sequence[Region]:
        with translated("listing regions"):
            return [self._region(native_id, name) for native_id, name in self._client.regions()]

    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        self._require(kind, region.native_id)
        return self._collected(kind, region.native_id)

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        groups: dict[tuple[ResourceKind, str], list[ResourceRef]] = {}
        for ref in refs:
            groups.setdefault((ref.kind, ref.region or ref.native_scope), []).append(ref)
        seen: dict[ResourceRef, Resource | None] = {}
        for (kind, region), members in groups.items():
            if not self._homes(kind):
                raise NotSupported(f"this cloud has no {kind}", reason="service_missing")
            for start in range(0, len(members), _BATCH):
                batch = members[start : start + _BATCH]
                with translated(f"looking at {len(batch)} of {kind}"):
                    self._context.check()
                    found = self._client.find(kind, region, [(ref.native_id, ref.native_scope) for ref in batch])
                    for ref, one in zip(batch, found, strict=True):
                        seen[ref] = None if one is None else self._translate(kind, one[0], one[1])
        return seen

    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        self._require_feed(kind, region)
        with translated(f"opening the feed of {kind}"):
            self._client.sign_in()
            return feed.now(self._world).text()

    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        self._require_feed(kind, region)
        place = region.native_id
        with translated(f"reading changes of {kind} in {place}"):
            since = feed.since(self._world, cursor)
            until = feed.now(self._world)
            ids = feed.touched(self._world, kind, place, since, until.moment)
            refs = [ResourceRef(kind, native_id, self._place(place).scope(kind), place) for native_id in ids]
            seen = self.observe(refs) if refs else {}
            if not refs:
                self._client.find(kind, place, [])
            if feed.now(self._world).base != until.base:
                raise FeedExpired("the simulated cloud was reshaped while its changes were read; read everything again")
            return ChangeBatch(
                changed=[one for one in seen.values() if one is not None],
                removed=[ref for ref, one in seen.items() if one is None],
                cursor=until.text(),
            )

    def metrics(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        asked: dict[tuple[ResourceKind, str], list[ResourceRef]] = {}
        for ref in refs:
            if ref.kind in metrics.KINDS:
                asked.setdefault((ref.kind, ref.region or ref.native_scope), []).append(ref)
        for (kind, region), members in asked.items():
            for start in range(0, len(members), _BATCH):
                batch = members[start : start + _BATCH]
                with translated(f"reading measurements of {len(batch)} of {kind}"):
                    self._context.check()
                    found = self._client.find(kind, region, [(ref.native_id, ref.native_scope) for ref in batch])
                    for ref, one in zip(batch, found, strict=True):
                        if one is not None and metrics.running(kind, self._flavour.name, one[1]):
                            made_at = self._translate(kind, one[0], one[1]).created_at
                            yield from metrics.samples(ref, made_at, since, until)

    def steps(self, order: Order) -> Sequence[Step]:
        return self._acting.steps(order)

    def send(self, order: Order) -> Receipt:
        with translated(order.action):
            return self._acting.send(order)

    def look(self, order: Order) -> Outlook:
        with translated(f"looking what became of {order.action}"):
            return self._acting.look(order)

    def image_file(self, image: ResourceRef) -> ImageFile:
        with translated(f"looking at image {image.native_id}"):
            return self._images.file(image)

    def download_image(self, image: ResourceRef, sink: ImageSink, start: int = 0) -> None:
        with translated(f"downloading image {image.native_id}"):
            self._images.download(image, sink, start)

    def image_formats(self, region: str) -> Sequence[str]:  # noqa: ARG002
        return self._settings.image_formats

    def find_image(self, region: str, token: str) -> ResourceRef | None:
        with translated("looking for an uploaded image"):
            return self._images.find(region, token)

    def upload_image(self, region: str, wanted: ImageFile, source: ImageSource, token: str) -> ResourceRef:
        with translated(f"uploading image '{wanted.name}'"):
            return self._images.upload(region, wanted, source, token)

    def remove_image(self, region: str, token: str) -> None:
        with translated("removing an image"):
            self._images.remove(region, token)

    def _collected(self, kind: ResourceKind, region: str) -> Iterator[Resource]:
        with translated(f"listing {kind} in {region}"):
            marker, received, markers, firsts = "", 0, set[str](), set[str]()
            while True:
                self._context.check()
                page = self._client.page(kind, region, marker)
                first = str(page.documents[0]["id"]) if page.documents else f"empty page {len(markers)}"
                if page.before != received or first in firsts:
                    raise UnexpectedResponse(f"{kind} in {region}: after {received} items a page is lost or repeated")
                firsts.add(first)
                received += len(page.documents)
                for document in page.documents:
                    yield self._translate(kind, region, document)
                marker = page.marker
                if page.last:
                    return
                if not marker or marker in markers:
                    raise UnexpectedResponse(f"{kind} in {region}: the listing was cut or goes in a circle")
                markers.add(marker)

    def _translate(self, kind: ResourceKind, region: str, document: Document) -> Resource:
        return TRANSLATE[kind](self._place(region), document)

    def _place(self, region: str) -> Place:
        return Place(region, self._flavour.name, self._flavour.scoped)

    @property
    def _flavour(self) -> Flavour:
        return FLAVOURS[self._world.shape.flavour]

    def _region(self, native_id: str, name: str) -> Region:
        kinds, flavour = self._world.cloud.kinds(native_id), self._flavour
        missing = {} if native_id == GLOBAL_REGION else dict(flavour.absent)
        if isinstance(self._world.cloud, SeededCloud) and native_id != GLOBAL_REGION:
            missing = dict.fromkeys(flavour.region_kinds, "service_missing")
        absent = {kind: Reason(code, {"kind": kind.value}) for kind, code in missing.items() if kind not in kinds}
        return Region(native_id, name, kinds, absent)

    def _homes(self, kind: ResourceKind) -> list[str]:
        return [region for region, _ in self._world.cloud.regions() if kind in self._world.cloud.kinds(region)]

    def _require(self, kind: ResourceKind, region: str) -> None:
        if region not in dict(self._world.cloud.regions()):
            raise InvalidRequest(f"there is no region '{region}'")
        if kind not in self._world.cloud.kinds(region):
            raise NotSupported(f"there is no {kind} in region '{region}'", reason="service_missing")

    def _require_feed(self, kind: ResourceKind, region: Region) -> None:
        self._require(kind, region.native_id)
        if kind not in feed.KINDS:
            raise NotSupported(f"there is no change feed for {kind}", reason="service_missing")
