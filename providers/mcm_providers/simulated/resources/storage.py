"""Volumes, snapshots, datastores."""

from mcm.contract import Relation, RelationType, Resource
from mcm.contract import ResourceKind as K
from mcm.contract.resources import Attachment, DatastoreAttributes, SnapshotAttributes, VolumeAttributes
from mcm_providers.simulated import states
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.resources.envelope import Place, envelope, number


def volume(place: Place, document: Document) -> Resource:
    attachments = [
        Attachment(str(item["instance"]), item.get("device"), item.get("delete_on_termination"))
        for item in document.get("attachments") or ()
    ]
    attributes = VolumeAttributes(
        size_gib=number(document.get("size_gib")),
        type=document.get("type"),
        encrypted=document.get("encrypted"),
        bootable=document.get("bootable"),
        multi_attach=document.get("multi_attach"),
        attachments=attachments,
    )
    relations: list[Relation] = [
        place.to(RelationType.ATTACHED_TO, K.INSTANCE, attachment.instance) for attachment in attachments
    ]
    if document.get("image"):
        relations.append(place.to(RelationType.MADE_FROM, K.IMAGE, document["image"]))
    if document.get("zone"):
        relations.append(place.to(RelationType.PART_OF, K.ZONE, document["zone"]))
    state = states.VOLUME.get(str(document["status"]), "unknown")
    return envelope(place, K.VOLUME, document, attributes, relations, state)


def snapshot(place: Place, document: Document) -> Resource:
    attributes = SnapshotAttributes(
        size_gib=number(document.get("size_gib")),
        source_kind=document.get("source_kind"),
        source=document.get("source"),
        description=document.get("description"),
    )
    relations = []
    if document.get("source"):
        kind = K.INSTANCE if document.get("source_kind") == "instance" else K.VOLUME
        relations.append(place.to(RelationType.MADE_FROM, kind, document["source"]))
    return envelope(place, K.SNAPSHOT, document, attributes, relations)


def datastore(place: Place, document: Document) -> Resource:
    attributes = DatastoreAttributes(
        capacity_gib=number(document.get("capacity_gib")),
        used_gib=number(document.get("used_gib")),
        type=document.get("type"),
        shared=document.get("shared"),
        accessible=document.get("accessible"),
        maintenance=document["status"] == "inMaintenance",
    )
    return envelope(place, K.DATASTORE, document, attributes)
