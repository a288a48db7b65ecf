"""Network interfaces. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import PortAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import distinct, named, short, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["NetworkInterfaceId"]
    native_state = document.get("Status", "")
    # The one record of EC2 whose tags are called TagSet in the answer too.
    tags = tags_of(document, "TagSet")
    zone = document.get("AvailabilityZone") or None
    vpc = document.get("VpcId") or None
    instance = (document.get("Attachment") or {}).get("InstanceId") or None
    addresses = document.get("PrivateIpAddresses") or ()
    ips = [item["PrivateIpAddress"] for item in addresses if item.get("PrivateIpAddress")]
    ips += [item["Ipv6Address"] for item in document.get("Ipv6Addresses") or () if item.get("Ipv6Address")]
    outside = [(item.get("Association") or {}).get("PublicIp") for item in addresses]
    relations = []
    if instance:
        relations.append(Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, instance))
    if vpc:
        relations.append(Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, vpc))
    if subnet := document.get("SubnetId"):
        relations.append(Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, subnet))
    relations += [
        Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, group["GroupId"])
        for group in document.get("Groups") or ()
        if group.get("GroupId")
    ]
    return Resource(
        kind=ResourceKind.PORT,
        native_id=native_id,
        name=named(tags, native_id),
        region=scope.region,
        zone=zone,
        state=states.PORT.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        task_state=native_state if native_state in ("attaching", "detaching") else None,
        tags=tags,
        relations=distinct(relations),
        attributes=PortAttributes(
            mac=document.get("MacAddress") or None,
            ips=ips,
            public_ips=[address for address in outside if address],
            network=vpc,
            attached_to=instance,
            # Who made it, where a service did: an interface of a load balancer is nobody's to delete.
            device_owner=short(document.get("RequesterId") or document.get("InterfaceType") or "") or None,
        ),
        native=document,
    )


LISTING = Listing(
    service="ec2",
    operation="DescribeNetworkInterfaces",
    members="NetworkInterfaces",
    identity="NetworkInterfaceId",
    translate=translate,
    page_size=500,
    id_filter="network-interface-id",
)
