"""SOAP over a Transport, read with lxml as the bytes come in: a small answer whole, a long one element by element.

An answer is a network's, so hostile: entities stay unresolved, nothing is fetched, libxml2's size limits stay on, and
one element may not grow beyond what any vCenter sends.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    PermissionDenied,
    RateLimited,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.transport import Exchange, Transport

Element = Any  # lxml has no types of its own
Taking = Callable[[Iterator[bytes]], Iterator[Any]]

VIM = "{urn:vim25}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    "<soapenv:Body>"
)
_TAIL = "</soapenv:Body></soapenv:Envelope>"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SMALL_ANSWER = 32 << 20
_LARGEST_ELEMENT = 64 << 20
_XML_TYPES = ("text/xml", "application/xml", "application/soap+xml")
_PARSER = {"resolve_entities": False, "no_network": True, "huge_tree": False, "remove_comments": True}


def reference(tag: str, native_type: str, value: str) -> str:
    """A managed object reference as a parameter."""
    return f"<{tag} type={quoteattr(_allowed(native_type))}>{escape(_allowed(value))}</{tag}>"


def text(tag: str, value: str) -> str:
    return f"<{tag}>{escape(_allowed(value))}</{tag}>"


def _allowed(value: str) -> str:
    if _NOT_IN_XML.search(value):
        raise InvalidRequest("vSphere takes no text with control characters")
    return value


def operation(name: str, this: tuple[str, str], *parameters: str) -> str:
    """`this`: type and value of the object that is asked."""
    return f'<{name} xmlns="urn:vim25">{reference("_this", *this)}{"".join(parameters)}</{name}>'


class Soap:
    """Sends operations with the session's cookie; knows nothing of signing in."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.cookie = ""
        self.api_version = "6.5"

    def call(self, body: str, *, governed: bool = True) -> Element:
        """The answer's element (`<NameResponse>`). Raises SoapFault."""
        exchange = self._send(body, governed)
        return answer_of(exchange.read(_SMALL_ANSWER))

    def stream(
        self, body: str, tags: Sequence[str], *, repeatable: bool = True, take: Taking | None = None
    ) -> Iterator[Element]:
        """Each element with one of `tags` (of the vim25 namespace, without it), as soon as it is complete.

        An element is valid until the next is asked for. Ends only after a well-formed end of the document.
        take: takes out of the answer what need not be parsed; it comes as it was taken, in its place.
        """
        exchange = self._send(body, repeatable=repeatable)
        fault = f"{_SOAP}Fault"
        wanted = [fault, *(VIM + tag for tag in tags)]
        parser = etree.XMLPullParser(events=("end",), tag=wanted, **_PARSER)
        pending = 0
        try:
            for chunk in exchange.chunks() if take is None else take(exchange.chunks()):
                if not isinstance(chunk, bytes):
                    yield chunk
                    continue
                parser.feed(chunk)
                pending += len(chunk)
                for _, element in parser.read_events():
                    pending = 0
                    if element.tag == fault:
                        raise _fault(element)
                    yield element
                    _forget_before(element)
                if pending > _LARGEST_ELEMENT:
                    raise UnexpectedResponse("one object of the listing has more than 64 MiB")
            root = parser.close()
            for _, element in parser.read_events():
                if element.tag == fault:
                    raise _fault(element)
                yield element
        except etree.XMLSyntaxError as error:
            raise UnexpectedResponse(f"the answer is not complete, well-formed XML: {error.msg}") from error
        finally:
            exchange.drop()
        if root.tag != f"{_SOAP}Envelope":
            raise UnexpectedResponse(f"the answer is not SOAP: it begins with <{root.tag}>")

    def _send(self, body: str, governed: bool = True, repeatable: bool = True) -> Exchange:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"urn:vim25/{self.api_version}"',
            "User-Agent": "mcm",
        }
        if self.cookie:
            headers["Cookie"] = self.cookie
        message = (_HEAD + body + _TAIL).encode()
        exchange = self._transport.send(
            "POST", "/sdk", message, headers, service="sdk", governed=governed, repeatable=repeatable
        )
        try:
            check_status(exchange)
            if exchange.status != 200:
                answer_of(exchange.read(_SMALL_ANSWER))
                raise UnexpectedResponse(f"HTTP status {exchange.status} without a SOAP fault")
        except BaseException:
            exchange.drop()
            raise
        return exchange


def check_status(exchange: Exchange) -> None:
    """Passes 200, and 500 (a SOAP 1.1 fault) or another status of a refusal, if there is XML inside."""
    status = exchange.status
    if status == 429:
        raise RateLimited("vCenter asks to slow down (HTTP 429)", retry_after=exchange.retry_after, native_code="429")
    if status == 503 and exchange.retry_after is not None:
        raise RateLimited("vCenter is busy (HTTP 503)", retry_after=exchange.retry_after, native_code="503")
    if status in (502, 503, 504) or (status == 500 and exchange.content_type not in _XML_TYPES):
        raise Unreachable(f"vCenter answers with HTTP status {status}", native_code=str(status))
    if status == 401 and exchange.content_type not in _XML_TYPES:
        raise AuthenticationFailed(
            "the server, or a gateway before it, refuses to be asked (HTTP 401)", native_code="401"
        )
    if status == 403 and exchange.content_type not in _XML_TYPES:
        raise PermissionDenied("the server, or a gateway before it, forbids it (HTTP 403)", native_code="403")
    if status not in (200, 400, 401, 403, 500):
        raise UnexpectedResponse(
            f"HTTP status {status} at /sdk: is this the address of a vCenter or ESXi host?", native_code=str(status)
        )
    if exchange.content_type not in _XML_TYPES:
        raise UnexpectedResponse(
            f"the answer is {exchange.content_type or 'of no stated type'}, not XML: is this the address of a vCenter?"
        )


def answer_of(document: bytes) -> Element:
    """The first element in the SOAP body. Raises SoapFault or UnexpectedResponse."""
    try:
        root = etree.fromstring(document, etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise UnexpectedResponse(f"the answer is not complete, well-formed XML: {error.msg}") from error
    body = root.find(f"{_SOAP}Body")
    if root.tag != f"{_SOAP}Envelope" or body is None or not len(body):
        raise UnexpectedResponse("the answer is XML, but not SOAP")
    if body[0].tag == f"{_SOAP}Fault":
        raise _fault(body[0])
    return body[0]


def fault_name(element: Element) -> str:
    """The vSphere type of a fault element: its xsi:type, else its tag without "Fault"."""
    declared = (element.get(XSI_TYPE) or "").rpartition(":")[2]
    return declared or re.sub(r"Fault$", "", etree.QName(element).localname)


def plain_fields(element: Element) -> dict[str, str]:
    return {etree.QName(child).localname: child.text or "" for child in element if not len(child)}


def _fault(element: Element) -> SoapFault:
    message = (element.findtext("faultstring") or "").strip()
    detail = element.find("detail")
    if detail is None or not len(detail):
        return SoapFault("", message)
    return SoapFault(fault_name(detail[0]), message, plain_fields(detail[0]))


def _forget_before(element: Element) -> None:
    """Frees what has been consumed. Only earlier siblings may go: the parser still holds on to the newest."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]
