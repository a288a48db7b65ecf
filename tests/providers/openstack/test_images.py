"""The bytes of images: what glance is asked for, what is compared, and what a second try finds."""

import hashlib
import io
from typing import Any

import pytest

from mcm.contract import (
    ImageFile,
    NotSupported,
    ResourceBusy,
    ResourceKind,
    ResourceNotFound,
    ResourceRef,
    UnexpectedResponse,
)
from tests.providers.openstack.stub import Asked, Reply, Stub

A = "aaaaaaaa-0000-4000-8000-000000000000"
TOKEN = "mcm-0123456789abcdef0123456789abcdef"
DATA = hashlib.shake_256(b"an image").digest(3_000_000)
REF = ResourceRef(ResourceKind.IMAGE, A, "", "RegionOne")


class Sink(io.BytesIO):
    begun: int | None = None

    def begin(self, offset: int) -> None:
        self.begun = offset


class Source(io.BytesIO):
    def __len__(self) -> int:
        return len(self.getvalue())


class Glance:
    """One image of one service; `rows` as it lists them."""

    def __init__(self, stub: Stub, **row: Any) -> None:
        self.rows: list[dict[str, Any]] = [row] if row else []
        self.uploads = 0
        self._stub = stub
        stub.put("image", "/images", self._images)
        stub.put("image", f"/images/{A}", self._one)
        stub.put("image", f"/images/{A}/file", self._file)
        self.damaged = False

    def _images(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            import json

            self.rows.append({"id": A, "status": "queued", **json.loads(asked.body)})
            return Reply(201, self.rows[-1])
        wanted = asked.params.get("mcm_op")
        return Reply(body={"images": [row for row in self.rows if wanted in (None, row.get("mcm_op"))]})

    def _one(self, asked: Asked) -> Reply:
        if asked.method == "DELETE":
            self.rows.clear()
            return Reply(204, b"")
        if not self.rows:
            return Reply(404, b"<h1>404 Not Found</h1> no image", content_type="text/html")
        return Reply(body=self.rows[0])

    def _file(self, asked: Asked) -> Reply:
        if asked.method == "PUT":
            self.uploads += 1
            data = b"x" + asked.body[1:] if self.damaged else asked.body
            self.rows[0] |= active(data)
            return Reply(204, b"")
        span = asked.headers.get("range", "")
        start = int(span.removeprefix("bytes=").rstrip("-") or 0)
        return Reply(206 if span else 200, DATA[start:], content_type="application/octet-stream")


def active(data: bytes) -> dict[str, Any]:
    return {
        "status": "active", "size": len(data), "checksum": hashlib.md5(data).hexdigest(),
        "os_hash_algo": "sha512", "os_hash_value": hashlib.sha512(data).hexdigest(),
    }  # fmt: skip


def wanted() -> ImageFile:
    return ImageFile(
        name="web-7", disk_format="qcow2", size_bytes=len(DATA), min_disk_gib=5,
        checksum=f"sha512:{hashlib.sha512(DATA).hexdigest()}", properties={"os_type": "linux", "owner_note": "no"},
    )  # fmt: skip


def test_what_an_image_is(stub: Stub) -> None:
    Glance(
        stub, id=A, name="web", disk_format="raw", min_disk=5, min_ram=512, os_type="linux", other="x", **active(DATA)
    )
    found = stub.connect().image_file(REF)
    assert (found.disk_format, found.size_bytes, found.min_disk_gib, found.min_memory_mib) == ("raw", len(DATA), 5, 512)
    assert found.checksum == f"sha512:{hashlib.sha512(DATA).hexdigest()}"
    assert found.properties == {"os_type": "linux"}


def test_an_older_service_tells_md5(stub: Stub) -> None:
    Glance(stub, id=A, name="web", disk_format="raw", **active(DATA) | {"os_hash_algo": None, "os_hash_value": None})
    assert stub.connect().image_file(REF).checksum == f"md5:{hashlib.md5(DATA).hexdigest()}"


def test_what_has_no_bytes_is_said(stub: Stub) -> None:
    Glance(stub, id=A, name="web", status="active", size=0, disk_format="qcow2")
    with pytest.raises(NotSupported):
        stub.connect().image_file(REF)
    with pytest.raises(ResourceNotFound):
        stub.connect().image_file(REF._replace(native_id="bbbbbbbb-0000-4000-8000-000000000000"))


@pytest.mark.parametrize("start", [0, 1_234_567])
def test_a_download_begins_where_it_is_asked_to(stub: Stub, start: int) -> None:
    Glance(stub, id=A, name="web", **active(DATA))
    sink = Sink()
    stub.connect().download_image(REF, sink, start)
    assert (sink.begun, sink.getvalue() == DATA[start:]) == (start, True)


def test_a_service_that_cannot_begin_there_sends_all(stub: Stub) -> None:
    Glance(stub, id=A, name="web", **active(DATA))
    stub.put("image", f"/images/{A}/file", Reply(200, DATA, content_type="application/octet-stream"))
    sink = Sink()
    stub.connect().download_image(REF, sink, 1000)
    assert (sink.begun, sink.getvalue() == DATA) == (0, True)


def test_an_upload_is_private_carries_the_token_and_is_compared(stub: Stub) -> None:
    glance, provider = Glance(stub), stub.connect()
    made = provider.upload_image("RegionOne", wanted(), Source(DATA), TOKEN)
    (row,) = glance.rows
    assert (made, glance.uploads) == (REF, 1)
    assert (row["mcm_op"], row["visibility"], row["disk_format"], row["min_disk"]) == (TOKEN, "private", "qcow2", 5)
    assert row["os_type"] == "linux"
    assert "owner_note" not in row
    (put,) = (one for one in stub.asked if one.method == "PUT")
    assert (put.headers["content-type"], put.headers["content-length"]) == (
        "application/octet-stream",
        str(len(DATA)),
    )

    # A second try finds it, and sends nothing.
    assert provider.find_image("RegionOne", TOKEN) == REF
    assert provider.upload_image("RegionOne", wanted(), Source(DATA), TOKEN) == REF
    assert glance.uploads == 1


def test_what_an_earlier_try_left_empty_is_filled(stub: Stub) -> None:
    glance = Glance(stub, id=A, name="web-7", status="queued", mcm_op=TOKEN)
    provider = stub.connect()
    assert provider.find_image("RegionOne", TOKEN) is None
    assert provider.upload_image("RegionOne", wanted(), Source(DATA), TOKEN) == REF
    assert (len(glance.rows), glance.uploads) == (1, 1)


def test_one_that_is_being_written_is_waited_for(stub: Stub) -> None:
    glance = Glance(stub, id=A, name="web-7", status="saving", mcm_op=TOKEN)
    with pytest.raises(ResourceBusy):
        stub.connect().upload_image("RegionOne", wanted(), Source(DATA), TOKEN)
    assert glance.uploads == 0


def test_what_arrives_damaged_is_removed(stub: Stub) -> None:
    glance = Glance(stub)
    glance.damaged = True
    with pytest.raises(UnexpectedResponse, match="checksum"):
        stub.connect().upload_image("RegionOne", wanted(), Source(DATA), TOKEN)
    assert glance.rows == []


def test_only_what_carries_the_token_is_removed(stub: Stub) -> None:
    glance, provider = Glance(stub, id=A, name="web", mcm_op="mcm-of-somebody-else", **active(DATA)), stub.connect()
    # A service that does not know the filter lists everything.
    stub.put("image", "/images", lambda _: Reply(body={"images": glance.rows}))
    stub.put("block-storage", "/volumes/detail", {"volumes": []})
    provider.remove_image("RegionOne", TOKEN)
    assert len(glance.rows) == 1
    provider.remove_image("RegionOne", "mcm-of-somebody-else")
    provider.remove_image("RegionOne", "mcm-of-somebody-else")
    assert glance.rows == []
