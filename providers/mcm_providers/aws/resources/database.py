"""RDS database instances. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import DatabaseAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import distinct, moment, short, tags_of, without
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    """Known by its resource id: the identifier can be changed, and used again."""
    native_id = document["DbiResourceId"]
    name = document.get("DBInstanceIdentifier") or ""
    native_state = document.get("DBInstanceStatus", "")
    zone = document.get("AvailabilityZone") or None
    group = document.get("DBSubnetGroup") or {}
    endpoint = document.get("Endpoint") or {}
    relations = []
    if vpc := group.get("VpcId"):
        relations.append(Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, vpc))
    relations += [
        Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, subnet["SubnetIdentifier"])
        for subnet in group.get("Subnets") or ()
        if subnet.get("SubnetIdentifier")
    ]
    relations += [
        Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, item["VpcSecurityGroupId"])
        for item in document.get("VpcSecurityGroups") or ()
        if item.get("VpcSecurityGroupId")
    ]
    if zone:
        relations.append(Relation(RelationType.PART_OF, ResourceKind.ZONE, zone))
    without(document.get("PendingModifiedValues") or {}, "MasterUserPassword")
    for membership in document.get("DomainMemberships") or ():
        without(membership, "AuthSecretArn")
    return Resource(
        kind=ResourceKind.DATABASE,
        native_id=native_id,
        name=short(name) or native_id,
        region=scope.region,
        zone=zone,
        state=states.DATABASE.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        task_state=states.DATABASE_TASK.get(native_state),
        tags=tags_of(document, "TagList"),
        created_at=moment(document.get("InstanceCreateTime")),
        relations=distinct(relations),
        attributes=DatabaseAttributes(
            engine=document.get("Engine") or None,
            engine_version=document.get("EngineVersion") or None,
            flavor=document.get("DBInstanceClass") or None,
            size_gib=document.get("AllocatedStorage"),
            multi_zone=document.get("MultiAZ"),
            endpoint=endpoint.get("Address") or None,
            port=endpoint.get("Port"),
            encrypted=document.get("StorageEncrypted"),
            public=document.get("PubliclyAccessible"),
            deletion_protection=document.get("DeletionProtection"),
        ),
        # LatestRestorableTime moves every few minutes without anything having changed.
        native=without(document, "MasterUserSecret", "LatestRestorableTime"),
        locator=name,
    )


LISTING = Listing(
    service="rds",
    operation="DescribeDBInstances",
    members="DBInstances",
    identity="DbiResourceId",
    translate=translate,
    page_size=100,
)
