"""VPCs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Vpc.html"""

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import NetworkAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import named, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["VpcId"]
    native_state = document.get("State", "")
    tags = tags_of(document)
    cidrs = [document.get("CidrBlock")]
    for item in document.get("CidrBlockAssociationSet") or ():
        if (item.get("CidrBlockState") or {}).get("State") == "associated":
            cidrs.append(item.get("CidrBlock"))
    for item in document.get("Ipv6CidrBlockAssociationSet") or ():
        if (item.get("Ipv6CidrBlockState") or {}).get("State") == "associated":
            cidrs.append(item.get("Ipv6CidrBlock"))
    return Resource(
        kind=ResourceKind.NETWORK,
        native_id=native_id,
        name=named(tags, native_id),
        region=scope.region,
        state=states.NETWORK.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        tags=tags,
        attributes=NetworkAttributes(
            cidrs=list(dict.fromkeys(cidr for cidr in cidrs if cidr)),
            external=False,
            type="vpc",
            is_default=document.get("IsDefault"),
        ),
        native=document,
    )


LISTING = Listing(
    service="ec2",
    operation="DescribeVpcs",
    members="Vpcs",
    identity="VpcId",
    translate=translate,
    page_size=1000,
    id_filter="vpc-id",
)
