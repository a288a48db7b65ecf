"""The libcloud bridge: dispatches to the driver's table, and lets nothing but ProviderError out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self

from mcm.contract import (
    AccountIdentity,
    CallContext,
    ConnectionForm,
    InvalidRequest,
    NotSupported,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    Sample,
)
from mcm_providers._prometheus.account import AccountMeters, Names
from mcm_providers._prometheus.reading import Identity, identity_of
from mcm_providers.libcloud.client import Line
from mcm_providers.libcloud.drivers.cloud import Cloud
from mcm_providers.libcloud.drivers.table import open_cloud
from mcm_providers.libcloud.errors import provider_errors_only
from mcm_providers.libcloud.settings import Settings, read_settings


class LibcloudProvider:
    """One account's live connection. The whole of it is one region; what libcloud calls locations are its zones."""

    def __init__(self, settings: Settings, cloud: Cloud, line: Line) -> None:
        self._settings, self._cloud, self._line = settings, cloud, line
        self._meters: AccountMeters | None = None

    @classmethod
    @provider_errors_only
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        settings = read_settings(form)
        if settings.host:
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            context.allow_url(f"{'https' if settings.secure else 'http'}://{host}")
        line = Line(context, settings.driver, settings.region_id)
        made = cls(settings, open_cloud(settings, line), line)
        made._meters = AccountMeters.of(form, context, made._names)
        return made

    @property
    def sweepable(self) -> bool:
        """Whether a listing that ended normally is known to hold everything; false for a driver that was forced."""
        return self._cloud.sweepable

    @provider_errors_only
    def check(self) -> AccountIdentity:
        with self._line.in_use():
            return self._cloud.check()

    def close(self) -> None:
        self._line.close()
        if self._meters is not None:
            self._meters.close()

    @provider_errors_only
    def regions(self) -> Sequence[Region]:
        self._line.context.check()
        with self._line.in_use():
            offer = self._cloud.offer()
        place = self._settings.region_id
        return [Region(place, place, offer.kinds, offer.absent)]

    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        pages = self._pages(kind, region)
        while (page := self._next(pages)) is not None:
            yield from page

    @provider_errors_only
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        groups: dict[ResourceKind, list[ResourceRef]] = {}
        for ref in refs:
            groups.setdefault(ref.kind, []).append(ref)
        found: dict[ResourceRef, Resource | None] = {}
        with self._line.in_use():
            for kind, wanted in groups.items():
                self._require(kind)
                found.update(self._cloud.observe(kind, wanted))
        return found

    def metrics(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        if self._meters is None:
            raise NotSupported(
                "this account names no Prometheus server: set prometheus_url to have its utilisation",
                reason="no_prometheus",
            )
        self._line.context.check()
        yield from self._meters.samples(refs, since, until)

    def _names(self, kind: ResourceKind, region: str) -> Names:
        found: dict[Identity, Collection[str]] = {}
        for one in self.collect(kind, Region(region, region, frozenset({kind}))):
            known = [getattr(one.attributes, name, None) or () for name in ("private_ips", "public_ips")]
            found[identity_of(one.ref)] = [one.name] if kind is ResourceKind.HOST else [*known[0], *known[1]]
        return found

    def _pages(self, kind: ResourceKind, region: Region) -> Iterator[Sequence[Resource]]:
        if region.native_id != self._settings.region_id:
            raise InvalidRequest(f"there is no region '{region.native_id}' in this account")
        self._require(kind)
        yield from self._cloud.collect(kind)

    @provider_errors_only
    def _next(self, pages: Iterator[Sequence[Resource]]) -> Sequence[Resource] | None:
        # Only while it is read: between two pages the thread is the caller's.
        with self._line.in_use():
            return next(pages, None)

    def _require(self, kind: ResourceKind) -> None:
        offer = self._cloud.offer()
        if kind not in offer.kinds:
            reason = offer.absent.get(kind)
            raise NotSupported(
                f"{kind} cannot be read from this account", reason=reason.code if reason else "driver_cannot"
            )
