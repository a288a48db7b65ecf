"""Key pairs, public halves only. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_KeyPairInfo.html"""

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import KeypairAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import moment, short, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    """Known by its id: a key pair of the same name may be another one."""
    native_id = document["KeyPairId"]
    return Resource(
        kind=ResourceKind.KEYPAIR,
        native_id=native_id,
        name=short(document.get("KeyName") or "") or native_id,
        region=scope.region,
        state=CommonState.AVAILABLE,
        native_state="",
        tags=tags_of(document),
        created_at=moment(document.get("CreateTime")),
        attributes=KeypairAttributes(
            type=document.get("KeyType") or None, fingerprint=document.get("KeyFingerprint") or None
        ),
        native=document,
    )


# DescribeKeyPairs knows no pages.
LISTING = Listing(
    service="ec2",
    operation="DescribeKeyPairs",
    members="KeyPairs",
    identity="KeyPairId",
    translate=translate,
    id_filter="key-pair-id",
)
