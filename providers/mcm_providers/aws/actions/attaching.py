"""Volumes at instances. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html"""

from mcm.contract import CapacityExceeded, InvalidRequest, ResourceBusy
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import Attach
from mcm_providers.aws.actions.desk import (
    Deed,
    Desk,
    gone,
    is_so,
    native_id,
    nothing_to_send,
    params_of,
    plain_change,
    single,
)
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources import instance, volume

# What EC2 recommends for data on Linux; Windows takes the same letters as xvdf to xvdp.
_LETTERS = "fghijklmnop"


def _attachments(document: Document) -> list[Document]:
    return [one for one in document.get("Attachments") or () if one.get("State") != "detached"]


def _at(document: Document, wanted: str) -> Document | None:
    return next((one for one in _attachments(document) if one.get("InstanceId") == wanted), None)


def _free_device(document: Document) -> str:
    # The letter alone: to many instances /dev/sdf and xvdf are the same device.
    names = [str(one.get("DeviceName") or "") for one in document.get("BlockDeviceMappings") or ()]
    taken = {name.rstrip("0123456789")[-1:] for name in names}
    letter = next((letter for letter in _LETTERS if letter not in taken), None)
    if letter is None:
        raise CapacityExceeded(f"{document['InstanceId']} has no device name left for another volume")
    return f"xvd{letter}" if document.get("Platform") else f"/dev/sd{letter}"


def _attach(desk: Desk, order: Order) -> Receipt:
    """Nothing is sent for what hangs there already."""
    wanted, ident = params_of(order, Attach).instance, native_id(order)
    if _at(desk.needed(volume.LISTING, ident), wanted) is not None:
        return nothing_to_send()
    device = _free_device(desk.needed(instance.LISTING, wanted))
    try:
        return plain_change(desk, "AttachVolume", VolumeId=ident, InstanceId=wanted, Device=device)
    except ResourceBusy:
        # An earlier request, of which the first read did not know yet.
        if _at(desk.needed(volume.LISTING, ident), wanted) is None:
            raise
        return nothing_to_send()


def _look_attached(desk: Desk, order: Order) -> Outlook:
    wanted = params_of(order, Attach).instance
    found = desk.find(volume.LISTING, native_id(order))
    if found is None:
        return gone("volume")
    here = _at(found.document, wanted)
    if here is not None:
        attached = here.get("State") == "attached" and found.document.get("State") == "in-use"
        return is_so(found, True) if attached else Outlook(Seen.UNDERWAY)
    elsewhere = _attachments(found.document)
    if elsewhere and not found.document.get("MultiAttachEnabled"):
        return Outlook(Seen.FAILED, message=f"the volume is attached to {elsewhere[0].get('InstanceId')} instead")
    return Outlook(Seen.ABSENT)


def _detach(desk: Desk, order: Order) -> Receipt:
    ident = native_id(order)
    attached = _attachments(desk.needed(volume.LISTING, ident))
    if not attached:
        return nothing_to_send()
    if len(attached) > 1:
        raise InvalidRequest(f"{ident} is attached to {len(attached)} instances, and no one of them was named")
    # "IncorrectState": it is available, so it was detached since.
    try:
        return plain_change(desk, "DetachVolume", VolumeId=ident, InstanceId=attached[0]["InstanceId"])
    except ResourceBusy:
        if _attachments(desk.needed(volume.LISTING, ident)):
            raise
        return nothing_to_send()


def _look_detached(desk: Desk, order: Order) -> Outlook:
    """ "busy": the operating system of the instance still holds it."""
    found = desk.find(volume.LISTING, native_id(order))
    if found is None:
        return gone("volume")
    attached = _attachments(found.document)
    if not attached:
        return is_so(found, found.document.get("State") == "available")
    moving = any(one.get("State") in ("detaching", "busy") for one in attached)
    return Outlook(Seen.UNDERWAY if moving else Seen.ABSENT)


DEEDS = {
    "volume.attach": Deed(single(Repeat.HARMLESS), _attach, _look_attached),
    "volume.detach": Deed(single(Repeat.HARMLESS), _detach, _look_detached),
}
