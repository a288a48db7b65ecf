"""Which cloud it is, who we are there, and what our role allows."""

import re
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b

from mcm.contract import AccountIdentity, NotSupported, PermissionDenied, UnexpectedResponse
from mcm_providers.libcloud.drivers.cloudstack.api import Api, Document
from mcm_providers.libcloud.drivers.cloudstack.envelope import entries, text
from mcm_providers.libcloud.drivers.cloudstack.listings import COMMANDS
from mcm_providers.libcloud.drivers.cloudstack.paging import Pages, Query
from mcm_providers.libcloud.settings import Settings

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Made when CloudStack is installed, the least likely to be taken away first.
_CATEGORIES = ("Other", "None", "Windows", "Ubuntu", "CentOS", "Debian", "SUSE", "RedHat", "Oracle", "Unix", "Novel")
_ROOT_ADMIN = 1


class Identity:
    """What stays the same is asked once for each connection."""

    def __init__(self, api: Api, pages: Pages, settings: Settings) -> None:
        self._api, self._pages, self._settings = api, pages, settings

    def check(self) -> AccountIdentity:
        capability = self._api.ask("listCapabilities").get("capability")
        version = text(capability.get("cloudstackversion")) if isinstance(capability, dict) else None
        # What another check of this connection saw is no longer true when rights were taken.
        for name in ("allowed", "account"):
            self.__dict__.pop(name, None)
        missing = () if self.allowed is None else tuple(name for name in COMMANDS if name not in self.allowed)
        return AccountIdentity(
            realm=f"libcloud:cloudstack:{self._cloud()}",
            principal=self._principal(),
            scope_name=self._scope_name(),
            grants=self._grants(),
            version=version or "",
            missing=missing,
        )

    @cached_property
    def allowed(self) -> frozenset[str] | None:
        """The commands our role allows, as the cloud lists them; None when it does not tell."""
        try:
            answer = self._api.ask("listApis")
        except (PermissionDenied, NotSupported):
            return None
        names = frozenset(name for one in entries(answer.get("api")) if (name := text(one.get("name"))))
        if not names:
            raise UnexpectedResponse("CloudStack listApis: an empty answer")
        return names

    @cached_property
    def account(self) -> Document:
        """The account the key belongs to; {} when our role does not show it. Without `listall` it is the only one."""
        try:
            found = list(entries(self._api.ask("listAccounts", {"page": 1, "pagesize": 2}).get("account")))
        except PermissionDenied:
            return {}
        return found[0] if len(found) == 1 else {}

    @property
    def is_root_admin(self) -> bool:
        return self.account.get("accounttype") == _ROOT_ADMIN

    def _cloud(self) -> str:
        """The same for every account of one cloud, and for no other cloud.

        CloudStack has no id of its own that users may see. Regions are all called "Local", zones come and go and some
        are shown to one domain only. But the categories of guest systems are shown to everybody and got their random
        ids when the cloud was installed. Clouds upgraded from 2.x numbered them: there the address has to do, which may
        take one cloud for two, never two for one.
        """
        query = Query("listOsCategories", "oscategory", _id)
        ids = {text(one.get("name")): text(one.get("id")) for page in self._pages.read(query) for one in page}
        for name in _CATEGORIES:
            found = ids.get(name)
            if found and _UUID.fullmatch(found):
                return found
        settings = self._settings
        return _digest([settings.host.lower(), str(settings.port), settings.path])

    def _principal(self) -> str:
        account, users = self.account, list(entries(self.account.get("user")))
        mine = [one for one in users if self._api.is_mine(one.get("apikey"))] or (users if len(users) == 1 else [])
        user = text(mine[0].get("username")) if mine else None
        parts = [text(account.get("domainpath")) or text(account.get("domain")), text(account.get("name")), user]
        return "/".join(part for part in parts if part) or "holder of the API key"

    def _scope_name(self) -> str:
        domain = text(self.account.get("domainpath")) or text(self.account.get("domain"))
        return "/".join(part for part in (domain, text(self.account.get("name"))) if part)

    def _grants(self) -> str:
        """Role and commands; for all but root administrators also the projects: a lost one looks empty."""
        role = text(self.account.get("rolename")) or text(self.account.get("roletype")) or ""
        rights = [*sorted(self.allowed or ()), str(self.account.get("accounttype")), *self._projects()]
        return f"{role}:{_digest(rights)}"

    def _projects(self) -> list[str]:
        if self.is_root_admin or (self.allowed is not None and "listProjects" not in self.allowed):
            return []
        query = Query("listProjects", "project", _id, {"listall": "true"})
        try:
            return sorted(_id(one) for page in self._pages.read(query) for one in page)
        except PermissionDenied:
            return []


def _id(document: Document) -> str:
    return str(document.get("id") or "")


def _digest(parts: Iterable[str]) -> str:
    return blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
