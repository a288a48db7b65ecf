"""The catalogue that comes with a token: which services there are in which region, and where.

Read from the token's own JSON: what a service is called has changed over the years (volumev3, block-storage), and the
project's id may or may not stand in its URL.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from keystoneauth1.access import AccessInfoV3

from mcm.contract import InvalidRequest
from mcm_providers.openstack.documents import mappings, text
from mcm_providers.openstack.settings import Settings, realm_of_address

# Ours → the catalogue's, best first.
TYPES: Mapping[str, tuple[str, ...]] = {
    "compute": ("compute",),
    "network": ("network",),
    "image": ("image",),
    "block-storage": ("block-storage", "volumev3", "block-store", "volumev2", "volume"),
}
# Added where a catalogue's URL ends before the version; these services have had only one for years.
_VERSIONS = {"network": "v2.0", "image": "v2"}


class Catalogue:
    """regions: the ids in the order of the catalogue; those of the configuration only, when it names any."""

    def __init__(self, access: AccessInfoV3, settings: Settings) -> None:
        self._services = mappings(access.service_catalog.catalog if access.has_service_catalog() else [])
        self._settings = settings
        self.realm = self._realm()
        self._urls = {service: self._urls_of(types) for service, types in TYPES.items()}
        self.regions = self._regions()
        for service, url in settings.overrides.items():
            self._urls[service] = dict.fromkeys(self.regions, url.rstrip("/"))

    def url(self, service: str, region: str) -> str | None:
        """The endpoint with the version of its API, without a trailing slash; None where there is no such service."""
        found = self._urls.get(service, {}).get(region)
        version = _VERSIONS.get(service)
        if found is None or version is None or found.endswith(f"/{version}"):
            return found
        return f"{found}/{version}"

    def sharer(self, service: str, region: str) -> str:
        """The region in which a service is read that several regions share; usually the region itself."""
        here = self.url(service, region)
        return next(other for other in self.regions if self.url(service, other) == here)

    def _realm(self) -> str:
        identities = sorted(
            found
            for service in self._services
            if service.get("type") == "identity" and (found := text(service.get("id")))
        )
        return "openstack:" + (identities[0] if identities else realm_of_address(self._settings.auth_url))

    def _urls_of(self, types: Sequence[str]) -> dict[str, str]:
        urls: dict[str, str] = {}
        for kind in types:
            for service in self._services:
                if service.get("type") == kind:
                    urls = self._endpoints(service) | urls
        return urls

    def _endpoints(self, service: Mapping[str, Any]) -> dict[str, str]:
        """region → URL, of the wanted interface; the first of several."""
        found: dict[str, str] = {}
        for endpoint in mappings(service.get("endpoints")):
            region = text(endpoint.get("region_id")) or text(endpoint.get("region"))
            url = text(endpoint.get("url"))
            if region and url and endpoint.get("interface") == self._settings.interface:
                found.setdefault(region, url.rstrip("/"))
        return found

    def _regions(self) -> tuple[str, ...]:
        """Where instances can run; in a cloud without compute, wherever there is anything that mcm reads."""
        computing = list(self._urls["compute"])
        known = computing or list(dict.fromkeys(region for urls in self._urls.values() for region in urls))
        wanted = self._settings.regions
        if not known and wanted and self._settings.overrides:
            return wanted
        if not known:
            raise InvalidRequest(
                f"the catalogue has no {self._settings.interface} endpoint of any service mcm reads: give credentials "
                "a project ('auth.project_name'), or another 'interface'"
            )
        for region in wanted:
            if region not in known:
                raise InvalidRequest(f"'region_name' says '{region}'; the catalogue knows {', '.join(sorted(known))}")
        regions = wanted or tuple(known)
        if self._settings.overrides and len(regions) > 1:
            raise InvalidRequest("an endpoint override is for one region; give that one as 'region_name'")
        return regions
