"""The whole line: from a cloud to another, step by step, and what is there afterwards at each end."""

import hashlib

import pytest

from mcm.contract import ResourceKind
from mcm.moves import converting
from tests.harness.packages import ensure_debian_packages
from tests.rooms.moves.desk import Desk


@pytest.mark.parametrize("root", [True, False], ids=["volume", "image"])
def test_an_instance_goes_to_another_cloud(desk: Desk, root: bool) -> None:
    """One that starts from a volume, and one that starts from an image."""
    source = desk.source(root=root)
    shown = desk.preview(desk.body(source, stop=True, retire=True))
    assert (shown.how, shown.against) == ("cold", [])
    assert ("from_volume" in [one.code for one in shown.warnings]) == root
    assert [one.code for one in shown.steps] == [
        "stop", "image", "download", "convert", "upload", "create", "verify", "retire", "clean",
    ]  # fmt: skip
    assert desk.effects("here") == desk.effects("there") == []

    move = desk.start(desk.body(source, stop=True, retire=True))
    row = desk.until(move)
    assert (row.status, row.error_message) == ("succeeded", None), desk.told(move)
    assert desk.told(move) == {
        "stop": "done", "image": "done", "download": "done", "convert": "skipped", "upload": "done", "create": "done",
        "verify": "done", "retire": "done", "clean": "done",
    }  # fmt: skip

    (made,) = desk.made()
    world = desk.lab.world("there")
    document = world.find(ResourceKind.INSTANCE, made)[1]  # type: ignore[index]
    (image,) = desk.images("there")
    assert (document["name"], document["status"], document["image"]["id"]) == (source.name, "ACTIVE", image)
    assert row.made_id == desk.lab.by_native_id(made).id
    # The source is off, in the bin and not deleted; its image and the copy here are gone.
    assert desk.state("here", source.native_id) == "SHUTOFF"
    assert desk.lab.count("recycled", f"resource_id = '{source.id}' AND status = 'kept'") == 1
    assert desk.images("here") == desk.staged() == []
    assert desk.effects("here") == [
        ("instance", "powering-off"), *([("volume", "created")] if root else []), ("image", "created"),
        *([("volume", "deleted")] if root else []), ("image", "deleted"),
    ]  # fmt: skip
    assert desk.volumes("here") == []
    assert desk.effects("there") == [("image", "uploaded"), ("instance", "created")]
    trail = desk.audit()
    assert trail.count("move.upload") == 2
    assert {"move.create", "instance.create", "recycle.put", "move.remove_image", "move.end"} <= set(trail)


def test_what_the_target_takes_in_another_format_is_converted(desk: Desk) -> None:
    reason = None if converting.program() else ensure_debian_packages(["qemu-utils"])
    assert reason is None, reason
    desk.account("raw", image_formats="raw")
    source = desk.source("stopped", root=False)
    # What is simulated as qcow2 is as large as its disk once it is raw.
    desk.lab.world("here").change(source.native_id, disk_gib=2**-7)
    params = {"networks": [desk.at("raw", "network").native_id], "flavor": desk.largest("raw").native_id}
    move = desk.start(desk.body(source, account="raw", params=params))
    row = desk.until(move)
    assert (row.status, row.error_message, desk.told(move)["convert"]) == ("succeeded", None, "done")
    assert (row.facts["source_format"], row.facts["format"]) == ("qcow2", "raw")
    (image,) = desk.images("raw")
    content = desk.lab.world("raw").contents[image]
    assert len(content) == 8 * 2**20
    assert row.facts["verified"]["checksum"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
