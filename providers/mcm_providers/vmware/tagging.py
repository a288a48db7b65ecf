"""vSphere tags, from the automation (REST) API: a service of its own, with a session of its own.

All associations come in one call for all tags, so the number of calls does not depend on the number of objects. Reading
them is an extra: whatever fails here leaves the inventory without tags, never without objects.

https://developer.broadcom.com/xapis/vsphere-automation-api/latest/cis/tagging/tag-association/
"""

import base64
import contextlib
import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from mcm.contract import ProviderError, UnexpectedResponse
from mcm_providers.vmware.content import short
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.transport import Exchange

_ANSWER = 64 << 20
_FRESH_SECONDS = 60.0
# Two calls for each tag, and tags are seldom renamed.
_NAMES_FRESH_SECONDS = 900.0
_SESSION_HEADER = "vmware-api-session-id"


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The API has two forms; newer servers know the second, and will drop the first one day."""

    session: str
    tagging: str
    attached: str
    identified: str
    wrapped: bool


_DIALECTS = (
    _Dialect(
        session="/rest/com/vmware/cis/session",
        tagging="/rest/com/vmware/cis/tagging",
        attached="/tag-association?~action=list-attached-objects-on-tags",
        identified="id:",
        wrapped=True,
    ),
    _Dialect(
        session="/api/session",
        tagging="/api/cis/tagging",
        attached="/tag-association?action=list-attached-objects-on-tags",
        identified="",
        wrapped=False,
    ),
)


class Tagging:
    """One connection's view of all tags, read again when it is older than a minute."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._token = ""
        self._dialect = _DIALECTS[0]
        self._known: Mapping[str, Mapping[str, str]] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._read_at: float | None = None
        self._named_at = 0.0

    def by_object(self) -> Mapping[str, Mapping[str, str]]:
        """Category → tag for each tagged managed object. After a failure: what was read last, or nothing."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > _FRESH_SECONDS:
            self._read_at = now
            try:
                self._known = self._read()
            except (
                ProviderError,
                OSError,
                http.client.HTTPException,
                ValueError,
                LookupError,
                TypeError,
                AttributeError,
            ):
                # The deadline and cancellation are not the tags' failure.
                self._session.context.check()
        return self._known

    def close(self) -> None:
        """Ends the session at the server, if there is one."""
        if self._token:
            possible, governed = self._session.may_part()
            with contextlib.suppress(Exception):
                if possible:
                    self._request("DELETE", self._dialect.session, governed=governed).read(_ANSWER)
            self._token = ""

    def _read(self) -> dict[str, dict[str, str]]:
        if self._session.service.api_type != "VirtualCenter":
            return {}
        ids = [str(one) for one in self._ask("GET", "/tag") or ()]
        if not ids:
            return {}
        found: dict[str, dict[str, list[str]]] = {}
        now = time.monotonic()
        if now - self._named_at > _NAMES_FRESH_SECONDS:
            self._names, self._named_at = {}, now
        for association in self._ask("POST", self._dialect.attached, {"tag_ids": ids}) or ():
            objects = association.get("object_ids") or ()
            if objects:
                category, tag = self._name(str(association["tag_id"]))
                for item in objects:
                    found.setdefault(str(item["id"]), {}).setdefault(category, []).append(tag)
        return {
            value: {category: short(", ".join(sorted(tags))) for category, tags in sorted(categories.items())}
            for value, categories in found.items()
        }

    def _name(self, tag_id: str) -> tuple[str, str]:
        if tag_id not in self._names:
            tag = self._ask("GET", f"/tag/{self._dialect.identified}{_path(tag_id)}")
            category = self._ask("GET", f"/category/{self._dialect.identified}{_path(str(tag['category_id']))}")
            self._names[tag_id] = short(category["name"]), short(tag["name"])
        return self._names[tag_id]

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        """An answer's value; signs in first, and again when the session has ended."""
        fresh = not self._token
        if fresh:
            self._sign_in()
        exchange = self._request(method, self._dialect.tagging + path, body)
        if exchange.status == 401 and not fresh:
            exchange.drop()
            self._sign_in()
            exchange = self._request(method, self._dialect.tagging + path, body)
        return self._value(exchange)

    def _sign_in(self) -> None:
        self._token = ""
        credentials = base64.b64encode(self._session.basic_credentials.encode()).decode()
        for dialect in _DIALECTS:
            self._dialect = dialect
            exchange = self._request("POST", dialect.session, None, {"Authorization": f"Basic {credentials}"})
            if exchange.status != 404:
                self._token = str(self._value(exchange))
                return
            exchange.drop()
        raise UnexpectedResponse("this server has no tagging service")

    def _request(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        governed: bool = True,
    ) -> Exchange:
        sent = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
        if self._token:
            sent[_SESSION_HEADER] = self._token
        content = b"" if body is None else orjson.dumps(body)
        return self._session.transport.send(method, path, content, sent, service="rest", governed=governed)

    def _value(self, exchange: Exchange) -> Any:
        document = exchange.read(_ANSWER)
        if exchange.status not in (200, 201):
            raise UnexpectedResponse(f"the tagging service answers with HTTP status {exchange.status}")
        value = orjson.loads(document)
        return value["value"] if self._dialect.wrapped else value


def _path(identifier: str) -> str:
    return quote(identifier, safe=":")
