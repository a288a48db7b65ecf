"""EBS volumes. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind, VolumeState
from mcm.contract.resources import Attachment, VolumeAttributes
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import distinct, moment, named, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["VolumeId"]
    native_state = document.get("State", "")
    tags = tags_of(document)
    zone = document.get("AvailabilityZone") or None
    attachments = [item for item in document.get("Attachments") or () if item.get("InstanceId")]
    moving = [item["State"] for item in attachments if item.get("State") in ("attaching", "detaching", "busy")]
    relations = [
        Relation(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, item["InstanceId"])
        for item in attachments
        if item.get("State") != "detached"
    ]
    if snapshot := document.get("SnapshotId"):
        relations.append(Relation(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, snapshot))
    if zone:
        relations.append(Relation(RelationType.PART_OF, ResourceKind.ZONE, zone))
    return Resource(
        kind=ResourceKind.VOLUME,
        native_id=native_id,
        name=named(tags, native_id),
        region=scope.region,
        zone=zone,
        state=states.VOLUME.get(native_state, VolumeState.UNKNOWN),
        native_state=native_state,
        task_state=moving[0] if moving else None,
        tags=tags,
        created_at=moment(document.get("CreateTime")),
        relations=distinct(relations),
        attributes=VolumeAttributes(
            size_gib=document.get("Size"),
            type=document.get("VolumeType") or None,
            iops=document.get("Iops"),
            throughput_mib_s=document.get("Throughput"),
            encrypted=document.get("Encrypted"),
            multi_attach=document.get("MultiAttachEnabled"),
            attachments=[
                Attachment(item["InstanceId"], item.get("Device") or None, item.get("DeleteOnTermination"))
                for item in attachments
            ],
        ),
        native=document,
    )


LISTING = Listing(
    service="ec2",
    operation="DescribeVolumes",
    members="Volumes",
    identity="VolumeId",
    translate=translate,
    page_size=500,
    id_filter="volume-id",
)
