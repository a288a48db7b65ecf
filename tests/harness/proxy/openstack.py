"""Fault proxies for a whole OpenStack: one for each service in the catalogue, found from keystone's answers.

Clients learn the services' addresses from the token they get, so every URL in an answer is changed to lead through
the proxies. Nothing needs to be configured but keystone's URL.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.harness.proxy.certificates import Certificates
from tests.harness.proxy.ledger import Call
from tests.harness.proxy.messages import Answer, Request
from tests.harness.proxy.rules import Fault, Match, Rule
from tests.harness.proxy.server import FaultProxy

IDENTITY = "identity"
_VERSION = re.compile(r"^v\d+(\.\d+)?$")


class OpenStackProxies:
    """One FaultProxy per place where services are mounted: an origin, or a path such as `/compute` on a shared one.

    A service becomes known with the first token that passes; `learn` fetches one. Rules can be made before that.
    Service types that share a mount (`volumev3` and `block-storage`) share its proxy.
    """

    def __init__(self, auth_url: str, *, tls: bool = False) -> None:
        self._auth_url = auth_url.rstrip("/")
        self._certificates = Certificates() if tls else None
        self._lock = threading.RLock()
        self._by_mount: dict[str, FaultProxy] = {}
        self._mounts_of: dict[tuple[str, str | None], list[str]] = {}
        self._rules: list[tuple[str | None, Rule]] = []

    def start(self) -> Self:
        self._add(IDENTITY, None, self._auth_url)
        return self

    def stop(self) -> None:
        for proxy in self.proxies():
            proxy.stop()
        if self._certificates is not None:
            self._certificates.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def auth_url(self) -> str:
        """What to give to the SDK in place of keystone's own URL."""
        return self.translate(self._auth_url)

    @property
    def ca_file(self) -> str:
        return str(self[IDENTITY].ca_file)

    def __getitem__(self, service: str) -> FaultProxy:
        """The proxy of a service type; KeyError until a token with that service has passed."""
        return self.proxy(service)

    def proxy(self, service: str, region: str | None = None) -> FaultProxy:
        with self._lock:
            for (kind, where), mounts in self._mounts_of.items():
                if kind == service and region in (None, where):
                    return self._by_mount[mounts[0]]
            known = sorted({kind for kind, _ in self._mounts_of})
        raise KeyError(
            f"no {service} in the catalogues seen so far ({', '.join(known)}); authenticate or learn() first"
        )

    def services(self) -> set[tuple[str, str | None]]:
        """(service type, region) of all that is proxied."""
        with self._lock:
            return set(self._mounts_of)

    def rule(
        self, service: str | None, match: Match, fault: Fault, *, times: int | None = None, after: int = 0
    ) -> Rule:
        """A rule for one service type, in all its regions and interfaces, or for all services (None); also for those
        that become known later."""
        rule = Rule(match, fault, times=times, after=after)
        with self._lock:
            self._rules.append((service, rule))
            mounts = {
                mount for (kind, _), known in self._mounts_of.items() if service in (None, kind) for mount in known
            }
            for mount in mounts:
                self._by_mount[mount].add_rule(rule)
        return rule

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            for proxy in self._by_mount.values():
                proxy.clear()

    def ledger(self) -> list[Call]:
        """The calls of all services; in order within each service."""
        return [call for proxy in self.proxies() for call in proxy.ledger]

    def proxies(self) -> list[FaultProxy]:
        with self._lock:
            return list(self._by_mount.values())

    def learn(self, auth: Mapping[str, Any]) -> None:
        """Ask keystone itself for a token and proxy all of its catalogue; `auth` as in POST /v3/auth/tokens."""
        request = urllib.request.Request(
            f"{self._auth_url}/auth/tokens",
            data=json.dumps({"auth": auth}).encode(),
            headers={"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as response:
            self._learn_from(response.read())

    def translate(self, url: str) -> str:
        """The same URL by way of the proxies."""
        return self._rewritten(url.encode()).decode()

    def _rewrite(self, request: Request, answer: Answer) -> Answer:
        if b'"catalog"' in answer.body:
            self._learn_from(answer.body)
        headers = tuple(
            (name, self.translate(value) if name.lower() in ("location", "content-location", "link") else value)
            for name, value in answer.headers
        )
        # An uploaded image that happens to hold one of the URLs must stay as it is.
        textual = "json" in answer.header("content-type")
        return replace(answer, headers=headers, body=self._rewritten(answer.body) if textual else answer.body)

    def _rewritten(self, text: bytes) -> bytes:
        with self._lock:
            instead = {mount: proxy.url + urlsplit(mount).path for mount, proxy in self._by_mount.items()}
            if self._certificates is not None:
                # A service that builds links from the Host header does not know of the TLS in front of it.
                instead |= {proxy.url.replace("https:", "http:"): proxy.url for proxy in self._by_mount.values()}
        if not instead:
            return text
        # Longest first, and never in the middle of a longer port or path segment.
        longest_first = "|".join(map(re.escape, sorted(instead, key=len, reverse=True)))
        pattern = f'({longest_first})(?=[/?#"\\s,>]|$)'.encode()
        return re.sub(pattern, lambda found: instead[found[1].decode()].encode(), text)

    def _learn_from(self, body: bytes) -> None:
        for service, region, url in _endpoints(body):
            self._add(service, region, url)

    def _add(self, service: str, region: str | None, url: str) -> None:
        mount = _mount(url)
        parts = urlsplit(mount)
        with self._lock:
            if mount not in self._by_mount:
                proxy = FaultProxy(
                    f"{parts.scheme}://{parts.netloc}",
                    tls=self._certificates is not None,
                    certificates=self._certificates,
                    rewrite=self._rewrite,
                )
                self._by_mount[mount] = proxy.start()
            of_service = {known for (kind, _), mounts in self._mounts_of.items() if kind == service for known in mounts}
            known_at_all = any(mount in mounts for mounts in self._mounts_of.values())
            for kind, rule in self._rules:
                if (kind == service and mount not in of_service) or (kind is None and not known_at_all):
                    self._by_mount[mount].add_rule(rule)
            here = self._mounts_of.setdefault((service, region), [])
            if mount not in here:
                here.append(mount)


def _mount(url: str) -> str:
    """The origin and, where services share one, the leading path segment that is not an API version."""
    parts = urlsplit(url)
    first = parts.path.strip("/").split("/")[0]
    prefix = f"/{first}" if first and not _VERSION.match(first) else ""
    return f"{parts.scheme}://{parts.netloc}{prefix}"


def _endpoints(body: bytes) -> Iterable[tuple[str, str | None, str]]:
    """(service type, region, url) of every endpoint in a token's catalogue or in GET /v3/auth/catalog."""
    try:
        document = json.loads(body)
    except ValueError:
        return
    holder = document.get("token", document) if isinstance(document, dict) else {}
    for service in holder.get("catalog") or ():
        for endpoint in service.get("endpoints", ()):
            if isinstance(endpoint.get("url"), str):
                yield service["type"], endpoint.get("region_id") or endpoint.get("region"), endpoint["url"]
