"""Any libcloud driver as it is: whatever its listing methods return, in the hope that it is everything.

Nobody has shown that it is, so nothing is concluded from what a listing lacks: the cloud is not `sweepable`, and
`observe` never says of anything that it is gone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from libcloud.compute.base import NodeDriver

from mcm.contract import (
    AccountIdentity,
    Reason,
    Resource,
    ResourceKind,
    ResourceRef,
    UnexpectedResponse,
)
from mcm_providers.libcloud import errors
from mcm_providers.libcloud.client import Line, driver_class, open_driver
from mcm_providers.libcloud.drivers import generic_resources as made
from mcm_providers.libcloud.drivers.cloud import Offer
from mcm_providers.libcloud.settings import Settings


class _Method(NamedTuple):
    """names: the driver's methods that list the kind, the first it has is used."""

    names: tuple[str, ...]
    translate: made.Translate


_METHODS: dict[ResourceKind, _Method] = {
    ResourceKind.INSTANCE: _Method(("list_nodes",), made.instance),
    ResourceKind.VOLUME: _Method(("list_volumes",), made.volume),
    ResourceKind.IMAGE: _Method(("list_images",), made.image),
    ResourceKind.FLAVOR: _Method(("list_sizes",), made.flavor),
    ResourceKind.ZONE: _Method(("list_locations",), made.zone),
    ResourceKind.KEYPAIR: _Method(("list_key_pairs",), made.keypair),
    ResourceKind.NETWORK: _Method(("ex_list_networks",), made.network),
    ResourceKind.SECURITY_GROUP: _Method(("ex_list_security_groups", "ex_get_security_groups"), made.security_group),
    ResourceKind.PUBLIC_IP: _Method(
        ("ex_list_public_ips", "ex_list_floating_ips", "ex_list_addresses"), made.public_ip
    ),
}


class AnyCloud:
    sweepable = False

    def __init__(self, settings: Settings, line: Line) -> None:
        self._settings, self._line = settings, line
        self._opened: NodeDriver | None = None
        driver_class(settings.driver)

    def check(self) -> AccountIdentity:
        """libcloud knows no question for who one is; the shortest listing shows whether the credentials are right."""
        kind = next(
            (one for one in (ResourceKind.ZONE, ResourceKind.FLAVOR) if self._method(one)), ResourceKind.INSTANCE
        )
        self._listed(kind)
        settings = self._settings
        # One cloud for each address and key: two accounts of one cloud stand apart, never two clouds together.
        parts = [settings.host, str(settings.port or ""), settings.region, settings.key]
        digest = blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
        return AccountIdentity(realm=f"libcloud:{settings.driver}:{digest}", principal=f"key of {settings.driver}")

    def offer(self) -> Offer:
        there = frozenset(kind for kind in _METHODS if self._method(kind))
        params = {"driver": self._settings.driver}
        absent = {kind: Reason("driver_cannot", params | {"kind": str(kind)}) for kind in _METHODS if kind not in there}
        return Offer(there, absent)

    def collect(self, kind: ResourceKind) -> Iterator[Sequence[Resource]]:
        """All at once: the driver follows the pages, or does not. Raises UnexpectedResponse when one comes twice."""
        translate, region = _METHODS[kind].translate, self._settings.region_id
        with errors.translated(self._line.exchange, self._doing(kind)):
            resources = [translate(one, region) for one in self._listed(kind)]
        if len({one.native_id for one in resources}) != len(resources):
            raise UnexpectedResponse(f"{self._doing(kind)}: an entry is listed twice")
        yield resources

    def observe(self, kind: ResourceKind, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        """Raises UnexpectedResponse unless all of them are listed: absence from such a listing means nothing."""
        listed = {one.native_id: one for page in self.collect(kind) for one in page}
        missing = [ref for ref in refs if ref.native_id not in listed]
        if missing:
            raise UnexpectedResponse(
                f"{self._doing(kind)}: {len(missing)} are not listed; with an unproven driver that does not mean that "
                "they are gone"
            )
        return {ref: listed[ref.native_id] for ref in refs}

    def _listed(self, kind: ResourceKind) -> Iterable[Any]:
        method = self._method(kind)
        if method is None:
            raise NotImplementedError
        self._line.context.check()
        with errors.translated(self._line.exchange, self._doing(kind), method):
            return list(getattr(self._driver(), method)())

    def _driver(self) -> NodeDriver:
        """Some sign in while they are built, so that it waits for the first call."""
        if self._opened is None:
            with errors.translated(
                self._line.exchange, f"signing in through libcloud's driver {self._settings.driver}"
            ):
                self._opened = open_driver(self._settings, self._line)
        return self._opened

    def _method(self, kind: ResourceKind) -> str | None:
        """A method of the driver's own: libcloud's base class has some that only raise. Which class a driver is of may
        depend on the answers to the form."""
        own_class = type(self._driver())
        for name in _METHODS[kind].names:
            own = getattr(own_class, name, None)
            if own is not None and own is not getattr(NodeDriver, name, None):
                return name
        return None

    def _doing(self, kind: ResourceKind) -> str:
        return f"listing {kind} through libcloud's driver {self._settings.driver}"
