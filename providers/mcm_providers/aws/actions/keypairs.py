"""Key pairs, public halves only. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html"""

from mcm.contract import ResourceKind
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen
from mcm.contract.actions.params import ImportKey
from mcm_providers.aws.actions.desk import (
    MARK,
    Deed,
    Desk,
    ended,
    native_id,
    nothing_to_send,
    params_of,
    single,
    tag_list,
)
from mcm_providers.aws.actions.making import Making, look_made, make
from mcm_providers.aws.resources import keypair

_MAKING = Making(
    ResourceKind.KEYPAIR,
    keypair.LISTING,
    "ImportKeyPair",
    lambda answer: str(answer["KeyPairId"]),
)


def _import(desk: Desk, order: Order) -> Receipt:
    wanted = params_of(order, ImportKey)
    request = {
        "KeyName": wanted.name,
        "PublicKeyMaterial": wanted.public_key.encode(),
        "TagSpecifications": [{"ResourceType": "key-pair", "Tags": tag_list({MARK: order.token})}],
    }
    return make(desk, order, _MAKING, request)


def _look_imported(desk: Desk, order: Order) -> Outlook:
    return look_made(desk, order, _MAKING)


def _delete(desk: Desk, order: Order) -> Receipt:
    """By the name it has now: services that speak EC2 know no other way."""
    found = desk.find(keypair.LISTING, native_id(order))
    if found is None:
        return nothing_to_send()
    return ended(desk, "DeleteKeyPair", KeyName=found.document["KeyName"])


def _look_deleted(desk: Desk, order: Order) -> Outlook:
    return Outlook(Seen.DONE if desk.find(keypair.LISTING, native_id(order)) is None else Seen.ABSENT)


DEEDS = {
    "keypair.import": Deed(single(Repeat.LOOK), _import, _look_imported),
    "keypair.delete": Deed(single(Repeat.NEVER), _delete, _look_deleted),
}
