"""Making something new that carries the order's token from birth, and finding it again."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mcm.contract import InvalidRequest, ResourceKind, ResourceRef
from mcm.contract.actions import Order, Outlook, Receipt, Seen
from mcm_providers.aws.actions.desk import Desk, Found
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.listing import Listing

# The token is known with other parameters (another subnet was chosen): the first request was received.
_RECEIVED = "IdempotentParameterMismatch"
# The name is taken; by this order's own first request, perhaps.
_TAKEN = ("InvalidAMIName.Duplicate", "InvalidKeyPair.Duplicate")


class Making(NamedTuple):
    """identity: the new native id in the answer. seen: native state → what it means; a state that is not there is
    DONE. why: where a record says what failed."""

    kind: ResourceKind
    listing: Listing
    operation: str
    identity: Callable[[Document], str]
    seen: Mapping[str, Seen] = {}
    state: Callable[[Document], str] = lambda document: document.get("State") or ""
    why: Callable[[Document], str] = lambda _: ""


def make(desk: Desk, order: Order, making: Making, params: Mapping[str, Any]) -> Receipt:
    """Sends nothing when there is something with this token already."""
    found = desk.marked(making.listing, order.token)
    if found is not None:
        return _receipt(desk, making, found.document[making.listing.identity])
    try:
        answer, request_id = desk.change(making.operation, **params)
    except InvalidRequest as error:
        if error.native_code == _RECEIVED:
            return Receipt(request_id=error.request_id)
        found = desk.marked(making.listing, order.token) if error.native_code in _TAKEN else None
        if found is None:
            raise
        return _receipt(desk, making, found.document[making.listing.identity])
    return _receipt(desk, making, making.identity(answer), request_id)


def look_made(desk: Desk, order: Order, making: Making) -> Outlook:
    """By its id once it is known, else by the token."""
    known = order.facts.get("made")
    listing = making.listing
    found = desk.find(listing, known) if known else desk.marked(listing, order.token)
    if found is None:
        return Outlook(Seen.ABSENT)
    return _outlook(desk, making, found)


def _outlook(desk: Desk, making: Making, found: Found) -> Outlook:
    document = found.document
    state = making.state(document)
    seen = making.seen.get(state, Seen.DONE)
    ref = _ref(desk, making, document[making.listing.identity])
    facts = {"made": ref.native_id}
    if seen is Seen.FAILED:
        return Outlook(seen, message=making.why(document) or f"EC2 shows it as {state}", made=ref, facts=facts)
    percent = _percent(document.get("Progress")) if seen is Seen.UNDERWAY else None
    return Outlook(
        seen, percent=percent, made=ref, resource=found.resource() if seen is Seen.DONE else None, facts=facts
    )


def _receipt(desk: Desk, making: Making, native_id: str, request_id: str = "") -> Receipt:
    return Receipt({"made": native_id}, made=_ref(desk, making, native_id), request_id=request_id)


def _ref(desk: Desk, making: Making, native_id: str) -> ResourceRef:
    return ResourceRef(making.kind, native_id, region=desk.region)


def _percent(text: str | None) -> int | None:
    """ "37%", "37" or nothing."""
    number = (text or "").rstrip("%")
    return int(number) if number.isdigit() and len(number) < 4 else None
