"""Faults of a listing: an empty page, and a page that comes twice."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.harness.proxy.dialects import Dialect
from tests.harness.proxy.messages import Answer, Request
from tests.harness.proxy.rules import Exchange, Fault

_SOAP_OBJECTS = re.compile(rb"<objects>.*?</objects>", re.DOTALL)
_SOAP_TOKEN = re.compile(rb"<token>[^<]*</token>")
_XML_TOKENS = ("nextToken", "NextToken", "NextMarker", "Marker")
_XML_TOKEN = re.compile(rb"<(?P<tag>nextToken|NextToken|NextMarker|Marker|token)>[^<]*</(?P=tag)>")


@dataclass(frozen=True)
class EmptyPage(Fault):
    """A well-formed page with nothing on it; with `more` it still leads on to the page after it."""

    more: bool = False

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        if answer.status != 200:
            return None
        try:
            body = _emptied(exchange.request.dialect, answer.body, self.more)
        except (ValueError, ElementTree.ParseError):
            return None
        return None if body is None else answer.with_body(body)


class RepeatPage(Fault):
    """Answers a listing's next page with the page before it, its own link to the next included.

    The first page of a listing passes and is remembered. `times=1` gives every entry of one page twice;
    without a limit the client is sent round in circles. With `advance` the repeated page leads on as the right one
    would have: no client notices, one page's entries come twice and another's not at all.
    """

    def __init__(self, *, advance: bool = False) -> None:
        self._advance = advance
        self._lock = threading.Lock()
        self._last: dict[tuple[str, str, str | None], Answer] = {}

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        request = exchange.request
        listing = (request.method, urlsplit(request.path).path, _listing(request))
        with self._lock:
            previous = self._last.get(listing)
            if previous is None or not _continues(request):
                self._last[listing] = answer
                return None
            self._last[listing] = answer
        if not self._advance:
            return previous
        body = _with_way_on(previous.body, answer.body)
        return None if body is None else answer.with_body(body)


def _listing(request: Request) -> str | None:
    # One retrieval at vSphere is two calls: the first page and its continuations.
    if request.dialect is Dialect.SOAP:
        return "RetrievePropertiesEx"
    return request.action


def _continues(request: Request) -> bool:
    if request.dialect is Dialect.SOAP:
        return request.action == "ContinueRetrievePropertiesEx"
    where = request.body.decode("latin-1") if request.dialect is not Dialect.REST else request.path
    return re.search(r"\b(NextToken|nextToken|Marker|marker|page|continuation-token)\b", where) is not None


def _with_way_on(previous: bytes, answer: bytes) -> bytes | None:
    """The previous page's entries with the other page's way on; None when neither API is known."""
    if answer.lstrip()[:1] == b"{":
        page = {key: value for key, value in json.loads(previous).items() if not _leads_on(key)}
        page.update({key: value for key, value in json.loads(answer).items() if _leads_on(key)})
        return json.dumps(page).encode()
    token = _XML_TOKEN.search(answer)
    return (
        _XML_TOKEN.sub(lambda _: token[0] if token else b"", previous, count=1) if _XML_TOKEN.search(previous) else None
    )


def _leads_on(key: str) -> bool:
    # OpenStack puts the way on into `servers_links`, `next` (glance) or `links.next` (keystone).
    return key.endswith("_links") or key in ("next", "links")


def _emptied(dialect: Dialect, body: bytes, more: bool) -> bytes | None:
    if dialect is Dialect.SOAP:
        if not _SOAP_OBJECTS.search(body):
            return None
        body = _SOAP_OBJECTS.sub(b"", body)
        return body if more else _SOAP_TOKEN.sub(b"", body)
    if body.lstrip()[:1] == b"{":
        return _emptied_json(body, more)
    return _emptied_xml(body, more)


def _emptied_json(body: bytes, more: bool) -> bytes | None:
    document = json.loads(body)
    listings = [key for key, value in document.items() if isinstance(value, list) and not key.endswith("_links")]
    if not listings:
        return None
    for key in listings:
        document[key] = []
    if not more:
        document = {key: value for key, value in document.items() if key != "next" and not key.endswith("_links")}
        if isinstance(document.get("links"), dict):
            document["links"]["next"] = None
    return json.dumps(document).encode()


def _emptied_xml(body: bytes, more: bool) -> bytes | None:
    root = ElementTree.fromstring(body)
    namespace, tag = _split(root.tag)
    inside = "".join(_emptied_child(child, more) for child in root)
    declaration = f' xmlns="{escape(namespace)}"' if namespace else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag}{declaration}>{inside}</{tag}>'.encode()


def _emptied_child(element: ElementTree.Element, more: bool) -> str:
    _, tag = _split(element.tag)
    if len(element):
        # RDS and load balancers wrap their listing in a …Result.
        return (
            f"<{tag}>{''.join(_emptied_child(child, more) for child in element)}</{tag}>"
            if tag.endswith("Result")
            else f"<{tag}/>"
        )
    if tag in _XML_TOKENS and not more:
        return ""
    return f"<{tag}>{escape(element.text or '')}</{tag}>"


def _split(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace.lstrip("{"), name
