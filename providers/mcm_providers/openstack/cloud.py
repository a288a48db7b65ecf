"""What one connection knows of its cloud: catalogue, versions, who may see what. Filled when first needed."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import requests

from mcm.contract import CallContext, NotSupported, PermissionDenied, ProviderError, UnexpectedResponse, Unreachable
from mcm_providers.openstack.catalogue import Catalogue
from mcm_providers.openstack.client import Answer, Client, Endpoint, Params
from mcm_providers.openstack.documents import Document
from mcm_providers.openstack.paging import pages
from mcm_providers.openstack.settings import Settings
from mcm_providers.openstack.versions import negotiated


class Service(NamedTuple):
    """One service of one region, ready to be asked."""

    client: Client
    endpoint: Endpoint

    def get(self, path: str, params: Params = (), microversion: str | None = None) -> Document:
        return self.client.get(self.endpoint, path, params, microversion).document

    def change(
        self, method: str, path: str, body: Document | None = None, microversion: str | None = None
    ) -> requests.Response:
        return self.client.change(method, self.endpoint, path, body, microversion)

    def ask(self, path: str, params: Params = ()) -> Answer:
        return self.client.get(self.endpoint, path, params)

    def pages(
        self,
        path: str,
        key: str,
        params: tuple[tuple[str, str | int], ...] = (),
        *,
        paged: bool = True,
        microversion: str | None = None,
        unwrap: str = "",
        marker_key: str = "id",
        first: Callable[[Answer], None] | None = None,
    ) -> Iterator[list[Document]]:
        return pages(
            self.client,
            self.endpoint,
            path,
            key,
            params,
            paged=paged,
            microversion=microversion,
            unwrap=unwrap,
            marker_key=marker_key,
            first=first,
        )


class Cloud:
    def __init__(self, settings: Settings, context: CallContext) -> None:
        self.settings = settings
        self.context = context
        self.client = Client(settings, context)
        self._catalogue: Catalogue | None = None
        self._services: dict[tuple[str, str], Service] = {}
        self._sees_all: dict[str, bool] = {}
        self._said_all = False
        self._refused = ""
        # Set by whoever is refused the list of all projects, so that it is not asked for again.
        self.lists_projects = True

    @property
    def catalogue(self) -> Catalogue:
        if self._catalogue is None:
            self._catalogue = Catalogue(self.client.sign_in(), self.settings)
        return self._catalogue

    def forget(self) -> None:
        """Signs in anew and forgets what the last token said."""
        access = self.client.sign_in(again=True)
        self._catalogue = Catalogue(access, self.settings)
        self._services.clear()
        self._sees_all.clear()
        self._said_all = False
        self._refused = ""
        self.lists_projects = True

    def service(self, name: str, region: str) -> Service:
        """Raises NotSupported where the catalogue has no such service."""
        known = self._services.get((name, region))
        if known is not None:
            return known
        url = self.catalogue.url(name, region)
        if url is None:
            raise NotSupported(f"the catalogue has no {name} service in {region}", reason="service_missing")
        endpoint = Endpoint(name, region, url)
        self.client.govern(endpoint)
        made = Service(self.client, negotiated(self.client, endpoint))
        self._services[name, region] = made
        return made

    @property
    def identity(self) -> Service:
        return Service(self.client, self.client.identity)

    @property
    def project(self) -> str:
        """The id of the project the token is for; "" for a domain's or the system's."""
        return str(self.client.sign_in().project_id or "")

    def sees_all_projects(self, region: str) -> bool:
        """Whether nova lets us list the instances of all projects; asked once for each sign-in and region.

        Raises what the question raises, but for the refusal. Cinder and neutron need no question: they give an
        administrator everything and ignore the wish of others.
        """
        known = self._sees_all.get(region)
        if known is None:
            try:
                self.service("compute", region).get("/servers/detail", (("all_tenants", 1), ("limit", 1)))
                known = True
            except PermissionDenied as error:
                if self._said_all:
                    # It was down when `check` asked; half a cloud must not pass for the whole of it.
                    raise
                self._refused = error.permission
                known = False
            self._sees_all[region] = known
        return known

    def views(self) -> tuple[dict[str, bool], str]:
        """(region → sees all projects, for the regions that answer; the policy that was refused, or ""). Raises when no
        region answers: what the account may see is then not known."""
        found: dict[str, bool] = {}
        silent: ProviderError | None = None
        for region in self.catalogue.regions:
            if self.catalogue.url("compute", region) is None:
                continue
            try:
                found[region] = self.sees_all_projects(region)
            except (Unreachable, UnexpectedResponse) as error:
                # A region that is down is no reason to call the account unreachable; its own reads will say so.
                self.context.check()
                silent = error
        if silent is not None and not found:
            raise silent
        self._said_all = bool(found) and all(found.values())
        return found, self._refused
