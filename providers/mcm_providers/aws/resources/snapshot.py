"""The account's own EBS snapshots. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html"""

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import SnapshotAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import moment, named, short, tags_of, without
from mcm_providers.aws.resources.listing import Listing, Scope

# What EC2 puts in place of the volume of a copied snapshot.
_NO_VOLUME = "vol-ffffffff"


def translate(document: Document, scope: Scope) -> Resource:
    native_id = document["SnapshotId"]
    native_state = document.get("State", "")
    tags = tags_of(document)
    volume = document.get("VolumeId") or None
    if volume == _NO_VOLUME:
        volume = None
    return Resource(
        kind=ResourceKind.SNAPSHOT,
        native_id=native_id,
        name=named(tags, native_id),
        region=scope.region,
        state=states.SNAPSHOT.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        tags=tags,
        created_at=moment(document.get("StartTime")),
        relations=[Relation(RelationType.MADE_FROM, ResourceKind.VOLUME, volume)] if volume else [],
        attributes=SnapshotAttributes(
            size_gib=document.get("VolumeSize"),
            source_kind="volume",
            source=volume,
            encrypted=document.get("Encrypted"),
            description=short(document.get("Description") or "") or None,
            with_memory=False,
        ),
        # Progress ("37%") moves with every read of a pending snapshot, and its state says when it is done.
        native=without(document, "Progress"),
    )


LISTING = Listing(
    service="ec2",
    operation="DescribeSnapshots",
    members="Snapshots",
    identity="SnapshotId",
    translate=translate,
    page_size=500,
    params={"OwnerIds": ["self"]},
    id_filter="snapshot-id",
)
