"""Elastic IP addresses. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html"""

from mcm.contract import ResourceBusy, ResourceKind
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import Associate
from mcm_providers.aws.actions.desk import (
    MARK,
    Deed,
    Desk,
    ended,
    gone,
    is_so,
    native_id,
    nothing_to_send,
    params_of,
    plain_change,
    single,
    tag_list,
)
from mcm_providers.aws.actions.making import Making, look_made, make
from mcm_providers.aws.resources import public_ip

_MAKING = Making(
    ResourceKind.PUBLIC_IP,
    public_ip.LISTING,
    "AllocateAddress",
    lambda answer: str(answer["AllocationId"]),
)


def _allocate(desk: Desk, order: Order) -> Receipt:
    """Nobody gives it a name, so it shows its address."""
    tags = [{"ResourceType": "elastic-ip", "Tags": tag_list({MARK: order.token})}]
    return make(desk, order, _MAKING, {"Domain": "vpc", "TagSpecifications": tags})


def _look_allocated(desk: Desk, order: Order) -> Outlook:
    return look_made(desk, order, _MAKING)


def _associate(desk: Desk, order: Order) -> Receipt:
    """An address that serves another is left there; and an instance keeps the one it has: EC2 would take it away."""
    wanted, ident = params_of(order, Associate).instance, native_id(order)
    holder = _holder(desk.needed(public_ip.LISTING, ident))
    if holder == wanted:
        return nothing_to_send()
    if holder:
        raise ResourceBusy(f"the address serves {holder}; disassociate it first")
    others = [found.document for found in desk.matching(public_ip.LISTING, "instance-id", wanted)]
    if others:
        raise ResourceBusy(f"{wanted} has the address {others[0].get('PublicIp')} already; disassociate that one first")
    return plain_change(desk, "AssociateAddress", AllocationId=ident, InstanceId=wanted, AllowReassociation=False)


def _holder(document: dict[str, str]) -> str:
    if not document.get("AssociationId"):
        return ""
    return document.get("InstanceId") or document.get("NetworkInterfaceId") or "something else"


def _look_associated(desk: Desk, order: Order) -> Outlook:
    found = desk.find(public_ip.LISTING, native_id(order))
    if found is None:
        return gone("address")
    holder = _holder(found.document)
    if holder and holder != params_of(order, Associate).instance:
        return Outlook(Seen.FAILED, message=f"the address serves {holder} instead")
    return is_so(found, bool(holder))


def _disassociate(desk: Desk, order: Order) -> Receipt:
    association = desk.needed(public_ip.LISTING, native_id(order)).get("AssociationId")
    if not association:
        return nothing_to_send()
    # By the association, not by the address: what was made since then is another one.
    return ended(desk, "DisassociateAddress", AssociationId=association)


def _look_disassociated(desk: Desk, order: Order) -> Outlook:
    found = desk.find(public_ip.LISTING, native_id(order))
    if found is None:
        return gone("address")
    return is_so(found, not found.document.get("AssociationId"))


def _release(desk: Desk, order: Order) -> Receipt:
    """EC2 refuses what is in use, and so does this before it is asked: not every service that speaks EC2 does."""
    found = desk.find(public_ip.LISTING, native_id(order))
    if found is None:
        return nothing_to_send()
    holder = _holder(found.document)
    if holder:
        raise ResourceBusy(f"the address serves {holder}; disassociate it first")
    return ended(desk, "ReleaseAddress", AllocationId=native_id(order))


def _look_released(desk: Desk, order: Order) -> Outlook:
    return Outlook(Seen.DONE if desk.find(public_ip.LISTING, native_id(order)) is None else Seen.ABSENT)


DEEDS = {
    "public_ip.allocate": Deed(single(Repeat.LOOK), _allocate, _look_allocated),
    "public_ip.associate": Deed(single(Repeat.HARMLESS), _associate, _look_associated),
    "public_ip.disassociate": Deed(single(Repeat.HARMLESS), _disassociate, _look_disassociated),
    "public_ip.release": Deed(single(Repeat.NEVER), _release, _look_released),
}
