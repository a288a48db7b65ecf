"""Availability zones. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AvailabilityZone.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import ZoneAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    """Known by its name, as everything in it names it. Another account's us-east-1a may be another building."""
    name = document["ZoneName"]
    native_state = document.get("State", "")
    return Resource(
        kind=ResourceKind.ZONE,
        native_id=name,
        name=name,
        region=scope.region,
        zone=name,
        state=states.ZONE.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        relations=[Relation(RelationType.PART_OF, ResourceKind.REGION, scope.region)],
        attributes=ZoneAttributes(
            services=["compute", "network", "volume"], type=document.get("ZoneType") or "availability-zone"
        ),
        native=document,
    )


# Of the zones that are enabled; DescribeAvailabilityZones knows no pages.
LISTING = Listing(
    service="ec2",
    operation="DescribeAvailabilityZones",
    members="AvailabilityZones",
    identity="ZoneName",
    translate=translate,
    id_filter="zone-name",
)
