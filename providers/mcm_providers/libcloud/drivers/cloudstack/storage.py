"""Volumes, snapshots of volumes and of instances, and primary storage as resources.

https://cloudstack.apache.org/api/apidocs-4.20/ : listVolumes, listSnapshots, listVMSnapshot, listStoragePools.
"""

from mcm.contract import RelationType, Resource, ResourceKind
from mcm.contract.resources import Attachment, DatastoreAttributes, SnapshotAttributes, VolumeAttributes
from mcm.contract.states import CommonState, VolumeState
from mcm_providers.libcloud.drivers.cloudstack import states
from mcm_providers.libcloud.drivers.cloudstack.api import Document
from mcm_providers.libcloud.drivers.cloudstack.envelope import flag, gib, resource, text, to, whole


def volume(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    instance = text(document.get("virtualmachineid"))
    root = document.get("type") == "ROOT"
    state = states.VOLUME.get(native_state, VolumeState.UNKNOWN)
    device = text(document.get("deviceid"))
    attachment = Attachment(instance, device=device, delete_on_termination=root) if instance else None
    zone_id = text(document.get("zoneid")) or ""
    return resource(
        document,
        ResourceKind.VOLUME,
        region,
        VolumeAttributes(
            size_gib=gib(document.get("size")),
            type=text(document.get("diskofferingname")) or text(document.get("serviceofferingname")),
            iops=whole(document.get("maxiops")),
            encrypted=bool(document["encryptformat"]) if "encryptformat" in document else None,
            bootable=root,
            attachments=[attachment] if attachment else [],
        ),
        native_kind="volume",
        state=VolumeState.IN_USE if instance and state == VolumeState.AVAILABLE else state,
        native_state=native_state,
        task_state=states.VOLUME_TASK.get(native_state),
        relations=[
            *to(RelationType.ATTACHED_TO, ResourceKind.INSTANCE, instance),
            *to(RelationType.STORED_ON, ResourceKind.DATASTORE, document.get("storageid")),
            *to(RelationType.MADE_FROM, ResourceKind.IMAGE, document.get("templateid"), zone_id),
            *to(RelationType.MADE_FROM, ResourceKind.SNAPSHOT, document.get("snapshotid")),
        ],
    )


def snapshot(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    return resource(
        document,
        ResourceKind.SNAPSHOT,
        region,
        SnapshotAttributes(
            # What it takes where it is stored; clouds that do not measure say 0.
            size_gib=gib(document.get("physicalsize")) or gib(document.get("virtualsize")) or None,
            source_kind="volume",
            source=text(document.get("volumeid")),
            description=text(document.get("intervaltype")),
        ),
        native_kind="snapshot",
        state=states.SNAPSHOT.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        relations=to(RelationType.MADE_FROM, ResourceKind.VOLUME, document.get("volumeid")),
    )


def instance_snapshot(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    return resource(
        document,
        ResourceKind.SNAPSHOT,
        region,
        SnapshotAttributes(
            source_kind="instance",
            source=text(document.get("virtualmachineid")),
            description=text(document.get("description")),
            with_memory=document["type"] == "DiskAndMemory" if "type" in document else None,
        ),
        native_kind="vmsnapshot",
        name=text(document.get("displayname")) or text(document.get("name")),
        state=states.INSTANCE_SNAPSHOT.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        relations=to(RelationType.MADE_FROM, ResourceKind.INSTANCE, document.get("virtualmachineid")),
    )


def datastore(document: Document, region: str) -> Resource:
    native_state = text(document.get("state")) or ""
    # Of SMB and Ceph storage these hold user and password.
    for key in ("path", "details"):
        document.pop(key, None)
    return resource(
        document,
        ResourceKind.DATASTORE,
        region,
        DatastoreAttributes(
            capacity_gib=gib(document.get("disksizetotal")),
            used_gib=gib(document.get("disksizeused")),
            provisioned_gib=gib(document.get("disksizeallocated")),
            type=text(document.get("type")),
            shared=document["scope"] != "HOST" if "scope" in document else flag(document.get("isshared")),
            accessible=native_state == "Up" if native_state else None,
            maintenance="Maintenance" in native_state if native_state else None,
        ),
        native_kind="storagepool",
        state=states.DATASTORE.get(native_state, CommonState.UNKNOWN),
        native_state=native_state,
        relations=to(RelationType.PART_OF, ResourceKind.CLUSTER, document.get("clusterid")),
    )
