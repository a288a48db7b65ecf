"""Images of instances: nova's, or the bytes of a volume, which nova's images of what starts from one do not have.

Cinder writes an image only of a volume that nobody uses, so a copy of it is made first and removed afterwards. Copy and
image carry the token; the image gets it as it is born, from what cinder knows of the image that the copy is of.
https://docs.openstack.org/api-ref/block-storage/v3/#volume-actions-volumes-action
"""

from collections.abc import Sequence

from mcm.contract import InvalidRequest, ResourceBusy, ResourceKind, ResourceRef
from mcm.contract.actions import Order, Outlook, Receipt, Repeat, Seen, Step
from mcm_providers.openstack.actions.deed import (
    ABSENT,
    DONE,
    MARK,
    UNDERWAY,
    Deed,
    body_of,
    compute,
    found,
    gone,
    params,
    path,
    receipt,
    server,
    storage,
    target,
)
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import Document, mapping, mappings, text
from mcm_providers.openstack.errors import ItemNotFound

_IMAGE, _COPY, _MARK, _UPLOAD, _DROP = "create_image", "copy", "mark", "upload", "drop_copy"
# Since here an image of a volume is private if that is said; before, it is as the image service has it.
_PRIVATE = "3.1"
# In which cinder lets a volume go.
_RESTING = ("available", "error", "error_restoring", "error_extending", "error_managing", "error_deleting")


def _steps(order: Order) -> Sequence[Step]:
    if not params(order).volume:
        return [Step(_IMAGE, Repeat.LOOK)]
    return [
        Step(_COPY, Repeat.LOOK, undo=_DROP), Step(_MARK, Repeat.HARMLESS), Step(_UPLOAD, Repeat.LOOK),
        Step(_DROP, Repeat.HARMLESS),
    ]  # fmt: skip


def _send(cloud: Cloud, order: Order) -> Receipt:
    match order.step:
        case "copy":
            return _copy(cloud, order)
        case "mark":
            return _act(cloud, order, {"os-set_image_metadata": {"metadata": {MARK: order.token}}})
        case "upload":
            return _upload(cloud, order)
        case "drop_copy":
            return _drop(cloud, order)
    return make(cloud, order)


def _look(cloud: Cloud, order: Order) -> Outlook:
    match order.step:
        case "copy":
            return _copied(cloud, order)
        case "mark":
            row = _known(cloud, order)
            told = mapping(row.get("volume_image_metadata")) if row is not None else {}
            return DONE if told.get(MARK) == order.token else ABSENT
        case "upload":
            return _uploaded(cloud, order)
        case "drop_copy":
            return gone(_known(cloud, order), "deleting")
    return made(cloud, order)


def make(cloud: Cloud, order: Order) -> Receipt:
    """Nova's own; its metadata becomes the image's properties."""
    asked = {"createImage": {"name": params(order).name, "metadata": {MARK: order.token}}}
    return receipt(compute(cloud, order).change("POST", path("servers", target(order).native_id, "/action"), asked))


def made(cloud: Cloud, order: Order) -> Outlook:
    row = _image(cloud, order)
    if row is not None:
        ref = _ref(order, row)
        match row.get("status"):
            case "active" if not _uploads(cloud, order):
                return Outlook(Seen.DONE, made=ref)
            case "killed" | "deleted":
                return Outlook(Seen.FAILED, made=ref, message=f"the image is {row['status']}")
        return Outlook(Seen.UNDERWAY, made=ref)
    return ABSENT if server(cloud, order) is not None else Outlook(Seen.FAILED, message="the instance was deleted")


def drop_copies(service: Service, token: str) -> None:
    """What is left of copies that carry the token. Raises ResourceBusy while one cannot be removed yet."""
    marked = (("metadata", repr({MARK: token})),)
    for page in service.pages("/volumes/detail", "volumes", marked):
        for row in page:
            status = text(row.get("status")) or ""
            if mapping(row.get("metadata")).get(MARK) != token or status == "deleting":
                continue
            if status not in _RESTING:
                raise ResourceBusy(
                    f"volume {row['id']}, a copy that mcm has made, is {status}: it cannot be removed yet"
                )
            try:
                service.change("DELETE", path("volumes", str(row["id"])))
            except ItemNotFound:
                continue


def _copy(cloud: Cloud, order: Order) -> Receipt:
    wanted, service = params(order), storage(cloud, order)
    source = found(service, path("volumes", wanted.volume), "volume")
    if source is None:
        raise ItemNotFound(f"there is no volume {wanted.volume}")
    if target(order).native_id not in [one.get("server_id") for one in mappings(source.get("attachments"))]:
        raise InvalidRequest(f"volume {wanted.volume} is not attached to instance {target(order).native_id}")
    asked: Document = {
        "name": wanted.name, "size": source["size"], "source_volid": wanted.volume, "metadata": {MARK: order.token},
    }  # fmt: skip
    response = service.change("POST", "/volumes", {"volume": asked})
    return receipt(response, copy=str(body_of(response, "volume")["id"]))


def _copied(cloud: Cloud, order: Order) -> Outlook:
    for page in storage(cloud, order).pages("/volumes/detail", "volumes", (("name", params(order).name),)):
        for row in page:
            if mapping(row.get("metadata")).get(MARK) == order.token:
                facts, status = {"copy": str(row["id"])}, text(row.get("status")) or ""
                if status.startswith("error"):
                    return Outlook(Seen.FAILED, message=f"the copy of the volume: cinder says {status}", facts=facts)
                return Outlook(Seen.DONE if status == "available" else Seen.UNDERWAY, facts=facts)
    return ABSENT


def _upload(cloud: Cloud, order: Order) -> Receipt:
    """Raw, as it is on the volume: whether cinder could convert it is not known."""
    asked: Document = {
        "image_name": params(order).name, "disk_format": "raw", "container_format": "bare", "visibility": "private",
    }  # fmt: skip
    response = storage(cloud, order).change("POST", _action(order), {"os-volume_upload_image": asked}, _PRIVATE)
    return receipt(response, image=str(body_of(response, "os-volume_upload_image").get("image_id") or ""))


def _uploaded(cloud: Cloud, order: Order) -> Outlook:
    row, copy = _image(cloud, order), _known(cloud, order)
    if copy is None:
        return Outlook(Seen.FAILED, message="the copy of the volume was deleted meanwhile")
    busy = copy.get("status") == "uploading"
    if row is None:
        # Cinder removes the image of an upload that failed.
        lost = "image" in order.facts and not busy
        why = "cinder has given up writing the image: its log, or the volume's messages, say why"
        return Outlook(Seen.FAILED, message=why) if lost else UNDERWAY if busy else ABSENT
    if row.get("status") in ("killed", "deleted"):
        return Outlook(Seen.FAILED, message=f"the image is {row['status']}")
    return Outlook(Seen.DONE if row.get("status") == "active" and not busy else Seen.UNDERWAY, made=_ref(order, row))


def _drop(cloud: Cloud, order: Order) -> Receipt:
    try:
        return receipt(storage(cloud, order).change("DELETE", path("volumes", order.facts["copy"])))
    except ItemNotFound:
        return Receipt({"accepted": "yes"})


def _act(cloud: Cloud, order: Order, asked: Document) -> Receipt:
    return receipt(storage(cloud, order).change("POST", _action(order), asked))


def _action(order: Order) -> str:
    return path("volumes", order.facts["copy"], "/action")


def _known(cloud: Cloud, order: Order) -> Document | None:
    return found(storage(cloud, order), path("volumes", order.facts["copy"]), "volume")


def _image(cloud: Cloud, order: Order) -> Document | None:
    """Glance finds it by the property."""
    answer = cloud.service("image", order.region).get("/images", ((MARK, order.token),))
    return next((row for row in mappings(answer.get("images")) if row.get(MARK) == order.token), None)


def _uploads(cloud: Cloud, order: Order) -> bool:
    """For a moment after the image is active, in which nova refuses whatever else is asked of the instance."""
    row = server(cloud, order)
    return row is not None and (text(row.get("OS-EXT-STS:task_state")) or "").startswith("image_")


def _ref(order: Order, row: Document) -> ResourceRef:
    return ResourceRef(ResourceKind.IMAGE, str(row["id"]), "", order.region)


DEEDS: dict[str, Deed] = {
    "instance.snapshot": Deed(Repeat.LOOK, make, made),
    "instance.create_image": Deed(Repeat.LOOK, _send, _look, _steps),
}
