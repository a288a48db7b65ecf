"""The bytes of simulated images: those of uploaded ones are kept, all others follow from what the image is.

An image of an instance is a small disk with the same content at every download, as a real qcow2 or raw file.
"""

import hashlib
import struct
import uuid
from typing import Any

from mcm.contract import CallContext, ImageFile, ImageSink, ImageSource, ResourceRef, UnexpectedResponse
from mcm.contract import ResourceKind as K
from mcm.contract.images import PROPERTIES
from mcm_providers.simulated.client import CloudClient
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.errors import ApiError
from mcm_providers.simulated.settings import Settings
from mcm_providers.simulated.world import World

_GIB = 2**30
_DATA = 8 * 65_536
_CHUNK = 65_536
# What a test machine holds in memory without a thought.
_LARGEST = 64 * 2**20


class Images:
    def __init__(self, world: World, settings: Settings, client: CloudClient, context: CallContext) -> None:
        self._world, self._settings, self._client, self._context = world, settings, client, context

    def file(self, image: ResourceRef) -> ImageFile:
        document = self._client.act("look:image.file", image.region, lambda: self._document(image))
        return _file(image, document, self._content(document))

    def download(self, image: ResourceRef, sink: ImageSink, start: int) -> None:
        document = self._client.act("look:image.download", image.region, lambda: self._document(image))
        content = self._content(document)
        begins = min(start, len(content))
        sink.begin(begins)
        for at in range(begins, len(content), _CHUNK):
            self._context.check()
            sink.write(content[at : at + _CHUNK])

    def find(self, region: str, token: str) -> ResourceRef | None:
        found = self._client.act("look:image.upload", region, lambda: self._world.marked(K.IMAGE, token))
        if found is None or found[1].get("task"):
            return None
        return ResourceRef(K.IMAGE, str(found[1]["id"]), "", found[0])

    def upload(self, region: str, wanted: ImageFile, source: ImageSource, token: str) -> ResourceRef:
        if (known := self.find(region, token)) is not None:
            return known
        if wanted.disk_format not in self._settings.image_formats:
            raise ApiError(400, "format", f"machines here do not start from {wanted.disk_format}")
        if len(source) > _LARGEST:
            raise ApiError(413, "quota", f"a simulated cloud keeps images of {_LARGEST >> 20} MiB at most")
        limit = self._client.sign_in()
        content = bytearray()
        while data := source.read(_CHUNK):
            self._context.check()
            content += data
        if len(content) != wanted.size_bytes or not _same(wanted.checksum, content):
            raise UnexpectedResponse("what arrived is not what was to be uploaded; nothing was kept")
        self._context.sending()
        return self._client.act(
            "image.upload", region, lambda: self._take(region, wanted, bytes(content), token, limit)
        )

    def remove(self, region: str, token: str) -> None:
        self._client.sign_in()
        self._context.sending()
        self._client.act("image.remove", region, lambda: self._drop(token))

    def _take(self, region: str, wanted: ImageFile, content: bytes, token: str, limit: str | None) -> ResourceRef:
        document: Document = {
            "id": str(uuid.uuid4()), "name": wanted.name, "format": wanted.disk_format, "status": "available",
            "visibility": "private", "size_gib": max(wanted.min_disk_gib, 1), "min_disk_gib": wanted.min_disk_gib,
            "min_memory_mib": wanted.min_memory_mib, "properties": dict(wanted.properties),
            "architecture": wanted.properties.get("architecture"), "os": _system(wanted),
            "project": limit or self._world.first_project(), "mcm_op": token,
        }  # fmt: skip
        native_id = self._world.add(K.IMAGE, region, document)
        self._world.contents[native_id] = content
        self._world.effects.append((token, K.IMAGE.value, native_id, "uploaded"))
        return ResourceRef(K.IMAGE, native_id, "", region)

    def _drop(self, token: str) -> None:
        copy = self._world.marked(K.VOLUME, token)
        if copy is not None:
            self._world.remove(str(copy[1]["id"]), K.VOLUME, copy[0])
            self._world.effects.append((token, K.VOLUME.value, str(copy[1]["id"]), "deleted"))
        found = self._world.marked(K.IMAGE, token)
        if found is not None:
            native_id = str(found[1]["id"])
            self._world.remove(native_id, K.IMAGE, found[0])
            self._world.contents.pop(native_id, None)
            self._world.effects.append((token, K.IMAGE.value, native_id, "deleted"))

    def _document(self, image: ResourceRef) -> Document:
        found = self._world.find(K.IMAGE, image.native_id, image.native_scope)
        if found is None:
            raise ApiError(404, "no_such_thing", f"there is no image '{image.native_id}'")
        return found[1]

    def _content(self, document: Document) -> bytes:
        kept = self._world.contents.get(str(document["id"]))
        if kept is not None:
            return kept
        seed = f"{self._world.shape.cloud_id}/{document.get('source') or document['id']}"
        data = hashlib.shake_256(seed.encode()).digest(_DATA)
        return qcow2(data, int((document.get("size_gib") or 1) * _GIB)) if document.get("format") == "qcow2" else data


def qcow2(data: bytes, virtual_bytes: int) -> bytes:
    """A qcow2 file of version 2 whose disk begins with `data` and is empty behind it.
    https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.txt"""
    size = 65_536
    clusters, tables = -(-len(data) // size), -(-virtual_bytes // (size * size // 8))
    used = 5 + clusters
    header = struct.pack(
        ">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, 16, virtual_bytes, 0, tables, 3 * size, size, 1, 0, 0
    )  # fmt: skip
    entries = b"".join(struct.pack(">Q", (5 + one) * size | 1 << 63) for one in range(clusters))
    parts = (
        header,
        struct.pack(">Q", 2 * size),
        struct.pack(">H", 1) * used,
        struct.pack(">Q", 4 * size | 1 << 63),
        entries,
    )
    return b"".join(part.ljust(size, b"\0") for part in parts) + data.ljust(clusters * size, b"\0")


def _file(image: ResourceRef, document: Document, content: bytes) -> ImageFile:
    system: dict[str, Any] = document.get("os") or {}
    told = {"architecture": document.get("architecture"), "os_type": system.get("family"), "os_distro": None}
    told |= document.get("properties") or {}
    return ImageFile(
        name=str(document["name"]),
        disk_format=str(document.get("format") or "raw"),
        size_bytes=len(content),
        checksum=_checksum(content),
        min_disk_gib=int(document.get("min_disk_gib") or 0),
        min_memory_mib=int(document.get("min_memory_mib") or 0),
        properties={name: str(told[name]) for name in PROPERTIES if told.get(name)},
        ref=image,
    )


def _system(wanted: ImageFile) -> Document | None:
    family = wanted.properties.get("os_type")
    return {"family": family, "name": wanted.properties.get("os_distro")} if family else None


def _same(checksum: str, content: bytes | bytearray) -> bool:
    algorithm, _, value = checksum.partition(":")
    return not checksum or hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() == value


def _checksum(content: bytes | bytearray) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
