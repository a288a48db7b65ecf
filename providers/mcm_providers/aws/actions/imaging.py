"""Images and snapshots of instances: both are an AMI. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html"""

import re

from mcm.contract import InvalidRequest, ResourceKind
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import CreateImage, Snapshot
from mcm_providers.aws.actions.desk import Deed, Desk, native_id, single, tagged
from mcm_providers.aws.actions.making import Making, look_made, make
from mcm_providers.aws.actions.power import reason_of
from mcm_providers.aws.resources import image

_NAME = re.compile(r"[A-Za-z0-9()\[\] ./'@_-]{3,128}")
_MAKING = Making(
    ResourceKind.IMAGE,
    image.LISTING,
    "CreateImage",
    lambda answer: str(answer["ImageId"]),
    {"pending": Seen.UNDERWAY, "transient": Seen.UNDERWAY}
    | dict.fromkeys(("failed", "error", "invalid", "deregistered"), Seen.FAILED),
    why=reason_of,
)


def _send(desk: Desk, order: Order) -> Receipt:
    """Without a reboot: the disks are taken as they are at one moment, as after a power cut."""
    if not isinstance(order.params, Snapshot | CreateImage):
        raise InvalidRequest(f"{order.action} needs a name")
    name = order.params.name
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"AWS does not take '{name}' as the name of an image: 3 to 128 of A-Z a-z 0-9 ( ) [ ] . / - ' @ _ and space"
        )
    request = {"InstanceId": native_id(order), "Name": name, "NoReboot": True}
    return make(desk, order, _MAKING, {**request, "TagSpecifications": tagged("image", order, name)})


def _look(desk: Desk, order: Order) -> Outlook:
    return look_made(desk, order, _MAKING)


_DEED = Deed(single(Repeat.LOOK), _send, _look)
DEEDS = {"instance.snapshot": _DEED, "instance.create_image": _DEED}
