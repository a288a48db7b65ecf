"""Keeps cached listings of what nova's documents only name: projects, flavors, hosts, networks, groups, images.

One listing each, never a request for one instance. What cannot be looked up, because it is not allowed or its service
is missing or does not answer, stays unknown: a listing of instances does not fail for a missing name.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Generic, TypeVar

from mcm.contract import (
    CallContext,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers.openstack.cloud import Cloud
from mcm_providers.openstack.documents import Document, flag, identifier, mapping, mappings, name_of, owner_of, text
from mcm_providers.openstack.lookups import ImageFacts, Lookups, NetworkFacts
from mcm_providers.openstack.resources import flavor, host, image, project

_FRESH_SECONDS = 3600.0
_IMAGES_A_REQUEST = 50
_NO_ANSWER = (PermissionDenied, NotSupported, ResourceNotFound, InvalidRequest, UnexpectedResponse, Unreachable)
_BRIEF = (("fields", "id"), ("fields", "name"), ("fields", "project_id"), ("fields", "tenant_id"))

K = TypeVar("K")
V = TypeVar("V")


class Table(Generic[K, V]):
    """Rows by key, from `load`; read again when old, or when a key is asked for that is new since the last reading."""

    def __init__(self, context: CallContext, load: Callable[[], dict[K, V]]) -> None:
        self._context, self._load = context, load
        self._rows: dict[K, V] = {}
        self._missing: set[K] = set()
        self._read_at = float("-inf")

    def rows(self, wanted: Collection[K]) -> Mapping[K, V]:
        if wanted and time.monotonic() - self._read_at > _FRESH_SECONDS:
            self._missing = set(wanted)
            self._read()
        elif any(key not in self._rows and key not in self._missing for key in wanted):
            self._missing |= set(wanted)
            self._read()
        return self._rows

    def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            self._rows = self._load()
        except _NO_ANSWER:
            # What was known stays; past the deadline nothing may go on.
            self._context.check()


class Images:
    """Images by id, fifty a request: a cloud has many more of them than its instances use."""

    def __init__(self, cloud: Cloud, region: str) -> None:
        self._cloud, self._region = cloud, region
        self._rows: dict[str, ImageFacts] = {}
        self._asked: set[str] = set()
        self._read_at = float("-inf")

    def rows(self, wanted: Collection[str]) -> Mapping[str, ImageFacts]:
        if time.monotonic() - self._read_at > _FRESH_SECONDS:
            self._asked.clear()
            self._read_at = time.monotonic()
        new = sorted(set(wanted) - self._asked)
        for start in range(0, len(new), _IMAGES_A_REQUEST):
            ids = new[start : start + _IMAGES_A_REQUEST]
            self._asked.update(ids)
            try:
                service = self._cloud.service("image", self._region)
                found = service.get("/images", (("id", "in:" + ",".join(ids)), ("limit", len(ids))))
            except _NO_ANSWER:
                self._cloud.context.check()
                self._asked.update(new)
                break
            self._rows.update({identifier(row): image.facts(row) for row in mappings(found.get("images"))})
        return self._rows


class Names:
    """All tables of one region; `projects` is the cloud's and shared by its regions."""

    def __init__(self, cloud: Cloud, region: str, projects: Table[str, str]) -> None:
        self._cloud, self._region, self._projects = cloud, region, projects
        self._images = Images(cloud, region)
        self._flavors = self._table(lambda: flavor.facts(cloud, region))
        self._hosts = self._table(lambda: host.by_name(cloud, region))
        self._networks = self._table(self._load_networks)
        self._groups = self._table(self._load_groups)

    def project_name(self, project: str | None) -> str | None:
        return self._projects.rows((project,)).get(project) if project else None

    def for_instances(self, page: list[Document]) -> Lookups:
        """Everything a page of nova's servers refers to."""
        projects = {found for row in page if (found := text(row.get("tenant_id")))}
        networks = {name for row in page for name in mapping(row.get("addresses"))}
        groups = {
            (str(row.get("tenant_id")), str(group.get("name")))
            for row in page
            for group in mappings(row.get("security_groups"))
        }
        hosts = {found for row in page if (found := text(row.get("OS-EXT-SRV-ATTR:hypervisor_hostname")))}
        images = {found for row in page if (found := text(mapping(row.get("image")).get("id")))}
        flavors = {key for row in page for key in flavor.keys_of(mapping(row.get("flavor")))}
        return Lookups(
            projects=self._projects.rows(projects),
            flavors=self._flavors.rows(flavors),
            hosts=self._hosts.rows(hosts),
            networks=self._networks.rows(networks),
            groups=self._groups.rows(groups),
            images=self._images.rows(images),
        )

    def _load_networks(self) -> dict[str, list[NetworkFacts]]:
        found: dict[str, list[NetworkFacts]] = {}
        service = self._cloud.service("network", self._region)
        brief = (*_BRIEF, ("fields", "shared"), ("fields", "router:external"))
        for page in service.pages("/networks", "networks", brief):
            for row in page:
                common = bool(flag(row.get("shared")) or flag(row.get("router:external")))
                facts = NetworkFacts(identifier(row), owner_of(row) or "", common)
                found.setdefault(name_of(row), []).append(facts)
        return found

    def _load_groups(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        ambiguous: set[tuple[str, str]] = set()
        service = self._cloud.service("network", self._region)
        for page in service.pages("/security-groups", "security_groups", _BRIEF):
            for row in page:
                key = (owner_of(row) or "", name_of(row))
                if key in found:
                    ambiguous.add(key)
                found[key] = identifier(row)
        return {key: native_id for key, native_id in found.items() if key not in ambiguous}

    def _table(self, load: Callable[[], dict[Any, Any]]) -> Table[Any, Any]:
        return Table(self._cloud.context, load)


def project_table(cloud: Cloud) -> Table[str, str]:
    return Table(cloud.context, lambda: project.names(cloud))
