"""Elastic IP addresses. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Address.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import PublicIpAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import named, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["AllocationId"]
    address = document.get("PublicIp") or document.get("CarrierIp") or None
    tags = tags_of(document)
    instance = document.get("InstanceId") or None
    port = document.get("NetworkInterfaceId") or None
    relations = []
    if instance:
        relations.append(Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, instance))
    if port:
        relations.append(Relation(RelationType.ATTACHED_TO, ResourceKind.PORT, port))
    return Resource(
        kind=ResourceKind.PUBLIC_IP,
        native_id=native_id,
        name=named(tags, address or native_id),
        region=scope.region,
        state=CommonState.AVAILABLE,
        native_state="",
        tags=tags,
        relations=relations,
        attributes=PublicIpAttributes(
            address=address,
            private_address=document.get("PrivateIpAddress") or None,
            associated_with=instance or port,
            idle=not document.get("AssociationId"),
        ),
        native=document,
    )


# DescribeAddresses knows no pages.
LISTING = Listing(
    service="ec2",
    operation="DescribeAddresses",
    members="Addresses",
    identity="AllocationId",
    translate=translate,
    id_filter="allocation-id",
)
