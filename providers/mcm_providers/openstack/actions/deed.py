"""What every action here is made of: how it may be repeated, what it sends, and how its outcome is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from mcm.contract import ResourceRef, UnexpectedResponse
from mcm.contract.actions import ACTIONS, Order, Outlook, Receipt, Repeat, Seen, Step
from mcm_providers.openstack import states
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import Document, integer, mapping, text
from mcm_providers.openstack.errors import ItemNotFound

# The key under which what is made carries its operation's token; the same word in metadata and image properties.
MARK = "mcm_op"
ABSENT, DONE, UNDERWAY, UNCLEAR = (
    Outlook(Seen.ABSENT), Outlook(Seen.DONE), Outlook(Seen.UNDERWAY), Outlook(Seen.UNCLEAR),
)  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """send: one request. look: what became of it. steps: where there is more than one request, their names; or steps,
    where they may not all be repeated alike."""

    repeat: Repeat
    send: Callable[[Cloud, Order], Receipt]
    look: Callable[[Cloud, Order], Outlook]
    steps: Callable[[Order], Sequence[str | Step]] | None = None

    def plan(self, order: Order) -> list[Step]:
        names = self.steps(order) if self.steps is not None else [order.action.partition(".")[2]]
        return [one if isinstance(one, Step) else Step(one, self.repeat) for one in names]


def target(order: Order) -> ResourceRef:
    assert order.target is not None
    return order.target


def path(collection: str, native_id: str, rest: str = "") -> str:
    return f"/{collection}/{quote(native_id, safe='')}{rest}"


def receipt(response: requests.Response, made: ResourceRef | None = None, **facts: str) -> Receipt:
    headers = response.headers
    request_id = headers.get("x-openstack-request-id") or headers.get("x-compute-request-id") or ""
    return Receipt({"accepted": "yes", **facts}, made=made, request_id=str(request_id))


def body_of(response: requests.Response, key: str) -> Document:
    """The document in an answer, without its wrapping."""
    try:
        found = response.json().get(key)
    except (ValueError, AttributeError) as error:
        raise UnexpectedResponse("the service took the request and answered something that is not JSON") from error
    if not isinstance(found, dict):
        raise UnexpectedResponse(f"the service took the request and its answer has no '{key}'")
    return found


def found(service: Service, where: str, key: str) -> Document | None:
    """None: the service itself says that there is no such thing."""
    try:
        row = service.get(where).get(key)
    except ItemNotFound:
        return None
    return row if isinstance(row, dict) else None


def gone(row: Document | None, *deleting: str) -> Outlook:
    """How a deletion stands."""
    if row is None:
        return DONE
    status = (text(row.get("status")) or "").lower()
    if "error" in status:
        return Outlook(Seen.FAILED, message=f"the service says: {status}")
    return UNDERWAY if status in deleting else ABSENT


def compute(cloud: Cloud, order: Order) -> Service:
    return cloud.service("compute", order.region)


def storage(cloud: Cloud, order: Order) -> Service:
    return cloud.service("block-storage", order.region)


def network(cloud: Cloud, order: Order) -> Service:
    return cloud.service("network", order.region)


def server(cloud: Cloud, order: Order) -> Document | None:
    row = found(compute(cloud, order), path("servers", target(order).native_id), "server")
    return None if row is None or row.get("status") in states.GONE else row


def state_of(row: Document) -> tuple[str, str | None]:
    """(canonical state, task)."""
    task, power = text(row.get("OS-EXT-STS:task_state")), integer(row.get("OS-EXT-STS:power_state"))
    return states.instance(text(row.get("status")) or "", task, power)


def failed(row: Document) -> Outlook:
    said = text(mapping(row.get("fault")).get("message"))
    return Outlook(Seen.FAILED, message=said or f"the instance is in state {row.get('status')}")


def settled(row: Document | None, order: Order, is_so: Callable[[Document], bool | None]) -> Outlook:
    """For a change of an instance. `is_so`: whether it shows the effect; None: it cannot be told."""
    if row is None:
        return Outlook(Seen.FAILED, message="the instance was deleted meanwhile")
    state, task = state_of(row)
    if state == "error":
        return failed(row)
    if task is not None and task != "verify_resize":
        return UNDERWAY
    answer = is_so(row)
    if answer is None:
        return DONE if "accepted" in order.facts else UNCLEAR
    return DONE if answer else ABSENT


def reached(order: Order) -> Callable[[Document], bool]:
    """Whether the state is one that the action leads to."""
    wanted = ACTIONS[order.action].leads_to
    return lambda row: state_of(row)[0] in wanted


def params(order: Order) -> Any:
    return order.params
