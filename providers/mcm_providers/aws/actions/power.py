"""Power: start, stop, hibernate, reboot. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mcm.contract import InvalidRequest
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import PowerParams
from mcm_providers.aws import states
from mcm_providers.aws.actions.desk import Deed, Desk, Found, gone, native_id, plain_change, single, was_sent
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources import instance


class Move(NamedTuple):
    """to: the native state it leads to, by way of `way`, from where EC2 goes back to `back` when it fails."""

    operation: str
    to: str
    way: str
    back: str
    params: Mapping[str, Any] = {}


_START = Move("StartInstances", "running", "pending", "stopped")
_STOP = Move("StopInstances", "stopped", "stopping", "running")
_MOVES = {
    "instance.start": _START,
    "instance.stop": _STOP,
    "instance.suspend": _STOP._replace(params={"Hibernate": True}),
    "instance.resume": _START,
}
_UNDERWAY = Outlook(Seen.UNDERWAY)
_ENDED = ("shutting-down", "terminated")


def state_of(document: Document) -> str:
    return str((document.get("State") or {}).get("Name") or "")


def reason_of(document: Document) -> str:
    """EC2's own sentence for the last change of state, "" when it gives none."""
    return str((document.get("StateReason") or {}).get("Message") or "")


def look_at(desk: Desk, order: Order) -> Found | Outlook:
    """The target, or why there is none any more."""
    found = desk.find(instance.LISTING, native_id(order))
    if found is None:
        return gone("instance")
    if state_of(found.document) in _ENDED:
        return Outlook(Seen.FAILED, message="the instance was terminated meanwhile")
    return found


def _send(desk: Desk, order: Order) -> Receipt:
    way = _MOVES[order.action]
    params = dict(way.params)
    if order.action == "instance.suspend":
        _require_hibernation(desk.needed(instance.LISTING, native_id(order)))
    if isinstance(order.params, PowerParams) and order.params.mode == "hard":
        params["Force"] = True
    return plain_change(desk, way.operation, InstanceIds=[native_id(order)], **params)


def _require_hibernation(document: Document) -> None:
    """Decided at launch, for good: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html"""
    if not (document.get("HibernationOptions") or {}).get("Configured"):
        raise InvalidRequest(
            f"{document['InstanceId']} was not launched with hibernation, which cannot be added later; stop it instead"
        )


def _look(desk: Desk, order: Order) -> Outlook:
    way = _MOVES[order.action]
    found = look_at(desk, order)
    if isinstance(found, Outlook):
        return found
    state = state_of(found.document)
    if state == way.to:
        return _arrived(order, found)
    if state == way.way:
        return Outlook(Seen.UNDERWAY, facts={"seen": state})
    if state == way.back and order.facts.get("seen") == way.way:
        return Outlook(Seen.FAILED, message=reason_of(found.document) or f"it is {state} again")
    return Outlook(Seen.ABSENT)


def _arrived(order: Order, found: Found) -> Outlook:
    """EC2 stops an instance whose hibernation fails, and only the reason tells the two apart."""
    if order.action == "instance.suspend" and not _hibernated(found.document):
        if not was_sent(order):
            return Outlook(Seen.ABSENT)
        reason = reason_of(found.document)
        return Outlook(Seen.FAILED, message=f"it was stopped without keeping its memory{reason and ': ' + reason}")
    return Outlook(Seen.DONE, resource=found.resource())


def _hibernated(document: Document) -> bool:
    return bool((document.get("StateReason") or {}).get("Code") == states.HIBERNATED)


def _send_reboot(desk: Desk, order: Order) -> Receipt:
    return plain_change(desk, "RebootInstances", InstanceIds=[native_id(order)])


def _look_reboot(desk: Desk, order: Order) -> Outlook:
    """A reboot leaves no trace, not even in LaunchTime: only who got an answer knows of it."""
    found = look_at(desk, order)
    if isinstance(found, Outlook):
        return found
    if not was_sent(order):
        return Outlook(Seen.UNCLEAR)
    return Outlook(Seen.DONE, resource=found.resource()) if state_of(found.document) == "running" else _UNDERWAY


DEEDS = {
    **dict.fromkeys(_MOVES, Deed(single(Repeat.HARMLESS), _send, _look)),
    "instance.reboot": Deed(single(Repeat.NEVER), _send_reboot, _look_reboot),
}
