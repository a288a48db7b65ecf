"""The account's own machine images. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import ImageAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import distinct, moment, short, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope

_LINUX = "Linux/UNIX"


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["ImageId"]
    native_state = document.get("State", "")
    tags = tags_of(document)
    disks = [mapping["Ebs"] for mapping in document.get("BlockDeviceMappings") or () if mapping.get("Ebs")]
    sizes = [disk["VolumeSize"] for disk in disks if disk.get("VolumeSize")]
    details = document.get("PlatformDetails") or ""
    relations = [
        Relation(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, snapshot)
        for snapshot in dict.fromkeys(disk.get("SnapshotId") for disk in disks)
        if snapshot
    ]
    if instance := document.get("SourceInstanceId"):
        relations.append(Relation(RelationType.MADE_FROM, ResourceKind.INSTANCE, instance))
    if image := document.get("SourceImageId"):
        relations.append(Relation(RelationType.MADE_FROM, ResourceKind.IMAGE, image))
    public = document.get("Public")
    return Resource(
        kind=ResourceKind.IMAGE,
        native_id=native_id,
        # An image has a name of its own, which instances are shown with.
        name=short(document.get("Name") or "") or tags.get("Name") or native_id,
        region=scope.region,
        state=states.IMAGE.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        tags=tags,
        created_at=moment(document.get("CreationDate")),
        relations=distinct(relations),
        attributes=ImageAttributes(
            os_family="windows" if document.get("Platform") else "linux" if details else None,
            os_name=short(details) if details and details != _LINUX else None,
            architecture=document.get("Architecture") or None,
            size_gib=sum(sizes) if sizes else None,
            min_disk_gib=sizes[0] if sizes else None,
            disk_format="ebs" if document.get("RootDeviceType") == "ebs" else None,
            visibility=None if public is None else "public" if public else "private",
            owner=document.get("OwnerId") or None,
        ),
        native=document,
    )


LISTING = Listing(
    service="ec2",
    operation="DescribeImages",
    members="Images",
    identity="ImageId",
    translate=translate,
    page_size=1000,
    params={"Owners": ["self"], "IncludeDeprecated": True, "IncludeDisabled": True},
    id_filter="image-id",
)
