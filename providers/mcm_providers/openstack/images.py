"""The bytes of images: glance's image data. https://docs.openstack.org/api-ref/image/v2/#image-data

An image that mcm uploads carries its token as a property, as what it makes of instances does; by it a second try finds
what the first has left.
"""

import hashlib
from collections.abc import Iterator

import requests

from mcm.contract import (
    ImageFile,
    ImageSink,
    ImageSource,
    NotSupported,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    UnexpectedResponse,
)
from mcm.contract.images import PROPERTIES
from mcm_providers.openstack.actions.deed import MARK, path
from mcm_providers.openstack.actions.imaging import drop_copies
from mcm_providers.openstack.cloud import Cloud, Service
from mcm_providers.openstack.documents import Document, integer, mappings, parsed, text
from mcm_providers.openstack.errors import ItemNotFound

# What nova's usual hypervisors start from.
FORMATS = ("qcow2", "raw")
_CHUNK = 2**20
_ON_ITS_WAY = ("saving", "importing", "uploading")
_OVER = ("deleted", "pending_delete", "killed")


def image_file(cloud: Cloud, image: ResourceRef) -> ImageFile:
    row = _row(_glance(cloud, image.region), image.native_id)
    if row.get("status") == "queued" or row.get("status") in _ON_ITS_WAY:
        raise ResourceBusy(f"image {image.native_id} has not all of its bytes yet")
    size = integer(row.get("size"))
    if not size:
        # A snapshot of an instance on volumes: the bytes are in snapshots of those.
        raise NotSupported(f"image {image.native_id} has no bytes of its own", reason="image_has_no_bytes")
    return _file(row, image, size)


def download_image(cloud: Cloud, image: ResourceRef, sink: ImageSink, start: int) -> None:
    service = _glance(cloud, image.region)
    wanted = {"Range": f"bytes={start}-"} if start else {}
    with service.client.stream(service.endpoint, path("images", image.native_id, "/file"), wanted) as response:
        if response.status_code == 204:
            raise NotSupported(f"image {image.native_id} has no bytes", reason="image_has_no_bytes")
        # Older services send all of it whatever was asked for.
        sink.begin(start if response.status_code == 206 else 0)
        for piece in response.iter_content(_CHUNK):
            cloud.context.check()
            sink.write(piece)


def find_image(cloud: Cloud, region: str, token: str) -> ResourceRef | None:
    row = next(_marked(_glance(cloud, region), token), None)
    return _ref(row, region) if row is not None and row.get("status") == "active" else None


def upload_image(cloud: Cloud, region: str, wanted: ImageFile, source: ImageSource, token: str) -> ResourceRef:
    service = _glance(cloud, region)
    row = next(_marked(service, token), None)
    if row is not None and row.get("status") in _ON_ITS_WAY:
        raise ResourceBusy(f"image {row['id']} is still being written, by an upload that was cut off perhaps")
    if row is None:
        row = _made(service.change("POST", "/images", _asked(wanted, token)))
    ident = str(row["id"])
    if row.get("status") == "queued":
        # A token that ends while gigabytes are on their way would void them.
        cloud.client.sign_in(again=True)
        service.client.send(service.endpoint, path("images", ident, "/file"), source)
        row = _row(service, ident)
    if row.get("status") != "active":
        raise UnexpectedResponse(f"image {ident} was uploaded, and the service calls it {row.get('status')}")
    problem = _differs(row, wanted)
    if problem:
        _delete(service, ident)
        raise UnexpectedResponse(f"image {ident} has another {problem} than what was uploaded; it was removed")
    return _ref(row, region)


def remove_image(cloud: Cloud, region: str, token: str) -> None:
    if cloud.catalogue.url("block-storage", region) is not None:
        drop_copies(cloud.service("block-storage", region), token)
    service = _glance(cloud, region)
    for row in list(_marked(service, token)):
        _delete(service, str(row["id"]))


def _glance(cloud: Cloud, region: str) -> Service:
    return cloud.service("image", region)


def _made(response: requests.Response) -> Document:
    """Glance answers without a wrapping."""
    row = parsed(response.content, "the image that was made")
    if not row.get("id"):
        raise UnexpectedResponse("the service took the request and its answer names no image")
    return row


def _row(service: Service, ident: str) -> Document:
    try:
        row = service.get(path("images", ident))
    except ItemNotFound:
        raise
    except ResourceNotFound as error:
        # Glance says it in HTML.
        raise ItemNotFound(f"there is no image {ident}") from error
    return row


def _marked(service: Service, token: str) -> Iterator[Document]:
    """Asked for by the token, and believed only with it."""
    for row in mappings(service.get("/images", ((MARK, token),)).get("images")):
        if row.get(MARK) == token and row.get("status") not in _OVER:
            yield row


def _delete(service: Service, ident: str) -> None:
    try:
        service.change("DELETE", path("images", ident))
    except ResourceNotFound:
        return


def _asked(wanted: ImageFile, token: str) -> Document:
    return {
        **{name: value for name, value in wanted.properties.items() if name in PROPERTIES},
        "name": wanted.name, "disk_format": wanted.disk_format, "container_format": "bare", "visibility": "private",
        "min_disk": wanted.min_disk_gib, "min_ram": wanted.min_memory_mib, MARK: token,
    }  # fmt: skip


def _differs(row: Document, wanted: ImageFile) -> str:
    if wanted.size_bytes is not None and integer(row.get("size")) != wanted.size_bytes:
        return "size"
    there, here = _checksum(row).partition(":"), wanted.checksum.partition(":")
    return "checksum" if there[0] and there[0] == here[0] and there[2] != here[2] else ""


def _checksum(row: Document) -> str:
    """The service's own choice of algorithm; of services older than Rocky md5."""
    algorithm, value = text(row.get("os_hash_algo")), text(row.get("os_hash_value"))
    if algorithm in hashlib.algorithms_available and value:
        return f"{algorithm}:{value.lower()}"
    old = text(row.get("checksum"))
    return f"md5:{old.lower()}" if old else ""


def _file(row: Document, image: ResourceRef, size: int) -> ImageFile:
    return ImageFile(
        name=text(row.get("name")) or image.native_id,
        disk_format=text(row.get("disk_format")) or "",
        size_bytes=size,
        checksum=_checksum(row),
        min_disk_gib=integer(row.get("min_disk")) or 0,
        min_memory_mib=integer(row.get("min_ram")) or 0,
        properties={name: value for name in PROPERTIES if (value := text(row.get(name)))},
        ref=image,
    )


def _ref(row: Document, region: str) -> ResourceRef:
    return ResourceRef(ResourceKind.IMAGE, str(row["id"]), "", region)
