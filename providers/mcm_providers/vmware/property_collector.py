"""Bulk reads: one RetrievePropertiesEx for many objects, continued while the server holds a token.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vmodl.query.PropertyCollector.html
"""

import contextlib
import http.client
from collections.abc import Iterator, Mapping, Sequence

from mcm.contract import ProviderError, UnexpectedResponse
from mcm_providers.vmware.client import Reference
from mcm_providers.vmware.content import Content, Decoder, flat
from mcm_providers.vmware.errors import is_session_end
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.plain import PlainObjects
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.soap import VIM, Element, operation, reference, text

# Bounds what the server has to hold for one answer; ours does not grow with it.
_PAGE = 1000

Properties = Mapping[str, Sequence[str]]  # by managed object type


def filter_spec(
    tag: str,
    properties: Properties,
    start: Sequence[Reference],
    select: str = "",
    *,
    include_start: bool = False,
    lenient: bool = False,
) -> str:
    """`properties` of what `select` reaches from each of `start`.

    lenient: those of `start` that do not exist are left out of the answer. Otherwise one of them is the fault
    ManagedObjectNotFound for all, without which a datacenter that is not there would look like an empty one.
    """
    wanted = "".join(
        f"<propSet>{text('type', native_type)}<all>false</all>"
        + "".join(text("pathSet", path) for path in paths)
        + "</propSet>"
        for native_type, paths in properties.items()
    )
    skip = text("skip", "false" if include_start or not select else "true")
    objects = "".join(f"<objectSet>{reference('obj', *one)}{skip}{select}</objectSet>" for one in start)
    missing = text("reportMissingObjectsInResults", "true") if lenient else ""
    return f"<{tag}>{wanted}{objects}{missing}</{tag}>"


@contextlib.contextmanager
def machines_of(session: Session, datacenter: str) -> Iterator[Reference]:
    """A view of all machines of a datacenter, templates too; it lives in the session, so it is ended."""
    view = make_view(session, datacenter)
    key = session.key
    try:
        yield view
    finally:
        if session.key == key:
            with contextlib.suppress(ProviderError, SoapFault, OSError, http.client.HTTPException):
                session.soap.call(operation("DestroyView", view))


def make_view(session: Session, datacenter: str) -> Reference:
    return made(
        session.call(
            operation(
                "CreateContainerView",
                session.service.view_manager,
                reference("container", "Datacenter", datacenter),
                text("type", "VirtualMachine"),
                text("recursive", "true"),
            )
        )
    )


def made(answer: Element) -> Reference:
    """The reference to what a call has made."""
    result = answer.find(f"{VIM}returnval")
    if result is None or not result.text or not result.get("type"):
        raise UnexpectedResponse("vCenter says nothing of what it was asked to make")
    return result.get("type"), result.text


def retrieve(session: Session, specification: str, decode: Decoder, *, bound: bool = False) -> Iterator[Content]:
    """Every object of the specification (tag "specSet") exactly once, page by page.

    bound: the specification names something that lives in the session, so another session would not help.
    Raises UnexpectedResponse when an object comes twice (a repeated page) or a page brings nothing but its token.
    """
    fresh = not session.key
    first = operation(
        "RetrievePropertiesEx",
        session.service.property_collector,
        specification,
        f"<options>{text('maxObjects', str(_PAGE))}</options>",
    )
    seen: set[str] = set()
    try:
        yield from _pages(session, first, decode, seen)
        return
    except SoapFault as fault:
        if not is_session_end(fault):
            raise
        session.forget()
        # What was yielded cannot be taken back, and a token dies with its session.
        if fresh or bound or seen:
            raise
    yield from _pages(session, first, decode, seen)


def _pages(session: Session, body: str, decode: Decoder, seen: set[str]) -> Iterator[Content]:
    soap, collector = session.soap, session.service.property_collector
    token_tag = f"{VIM}token"
    token = ""
    try:
        while True:
            session.context.check()
            token, before = "", len(seen)
            for element in soap.stream(
                body, ("objects", "token"), take=PlainObjects().taken if decode is flat else None
            ):
                if isinstance(element, Content):
                    content: Content | None = element
                elif element.tag == token_tag:
                    token = element.text or ""
                    continue
                else:
                    content = decode(element)
                if content is None:
                    continue
                if content.value in seen:
                    raise UnexpectedResponse(f"vCenter lists {content.value} twice: a page was repeated")
                seen.add(content.value)
                yield content
            if not token:
                return
            if len(seen) == before:
                raise UnexpectedResponse("a page of the listing is empty, but says that more follows")
            body = operation("ContinueRetrievePropertiesEx", collector, text("token", token))
    except GeneratorExit:
        if token:
            with contextlib.suppress(ProviderError, SoapFault, OSError):
                soap.call(operation("CancelRetrievePropertiesEx", collector, text("token", token)))
        raise
