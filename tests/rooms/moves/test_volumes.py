"""What starts from a volume or has further ones: what goes along, and what is left for a person, by name."""

import pytest

from mcm.contract import ResourceKind, ResourceRef
from mcm.contract.actions import Order
from mcm.moves import presenting, repository, service
from mcm_providers.simulated.actions import instances
from mcm_providers.simulated.actions.desk import Desk as SimulatedDesk
from mcm_providers.simulated.actions.table import DEEDS
from mcm_providers.simulated.errors import ApiError
from tests.rooms.moves.desk import Desk, volume


def test_its_volumes_go_with_it(desk: Desk) -> None:
    """Each becomes an image, a copy of that and a volume; it hangs on the new instance as before, in the same order."""
    source = desk.source()
    volume(desk, source, name="logs", device="/dev/vdc", size_gib=9)
    volume(desk, source, name="data", tags={"team": "a"})
    body = desk.body(source, stop=True)
    shown = desk.preview(body)
    assert (shown.how, shown.against) == ("cold", [])
    codes = [one.code for one in shown.steps]
    assert codes == [
        "stop", "image", "image:1", "image:2", "download", "convert", "upload", "download:1", "convert:1", "upload:1",
        "volume:1", "download:2", "convert:2", "upload:2", "volume:2", "create", "attach:1", "attach:2", "verify",
        "clean",
    ]  # fmt: skip
    assert shown.staging_bytes == ((shown.disk_gib or 0) + 5 + 9) * 2 * 2**30
    assert {"person_mounts", "person_copied"} <= {one.code for one in shown.person}

    move = desk.start(body)
    row = desk.until(move)
    assert (row.status, row.error_message) == ("succeeded", None), desk.told(move)
    (made,) = desk.made()
    world = desk.lab.world("there")
    found = {one["name"]: one for one in world.each(ResourceKind.VOLUME) if one.get("mcm_op")}
    assert [(name, one["size_gib"], one["tags"]) for name, one in found.items()] == [
        ("data", 5, {"team": "a"}), ("logs", 9, {}),
    ]  # fmt: skip
    assert all([place["instance"] for place in one["attachments"]] == [made] for one in found.values())
    assert world.find(ResourceKind.INSTANCE, made)[1]["volumes"] == [one["id"] for one in found.values()]  # type: ignore[index]
    # Three images of different bytes; those at the source are gone, and so are the copies that they were made of.
    images = desk.images("there")
    assert {one["image"] for one in found.values()} < set(images)
    assert len({world.contents[one] for one in images}) == 3
    assert desk.images("here") == desk.volumes("here") == desk.staged() == []

    with desk.lab.runtime.database.reading() as session:
        detail = presenting.detail(row, service.steps_of(session, row))
    assert [(one["name"], "verified" in one) for one in detail.image["volumes"]] == [("data", True), ("logs", True)]
    told = {one.name: (one.volume, one.text) for one in detail.steps}
    assert told["volume:2"] == ("logs", "volume 'logs': make the volume of it")
    assert told["image"] == (None, "make an image of it")
    copied = next(one for one in detail.person if one.code == "person_copied")
    assert copied.params["names"].endswith("data, logs")


def test_volumes_that_stay_are_named_afterwards_too(desk: Desk) -> None:
    source = desk.source("stopped")
    volume(desk, source, name="logs")
    move = desk.start(desk.body(source, leave_volumes=True))
    row = desk.until(move)
    with desk.lab.runtime.database.reading() as session:
        detail = presenting.detail(row, service.steps_of(session, row))
    assert (row.status, desk.volumes("there")) == ("succeeded", [])
    left = next(one for one in detail.person if one.code == "person_volume")
    assert left.params["name"] == "logs"


def test_further_volumes_stay_behind_only_where_somebody_says_so(desk: Desk) -> None:
    source = desk.source("stopped")
    volume(desk, source)
    assert desk.preview(desk.body(source)).against == []
    shown = desk.preview(desk.body(source, leave_volumes=True))
    assert (shown.how, [one.code for one in shown.person[:2]]) == ("cold", ["person_volumes", "person_volume"])


def test_a_bootable_volume_in_another_place_is_not_what_it_starts_from(desk: Desk) -> None:
    """It may have been made of an image: nothing of it may stay behind without a word."""
    source = desk.source("stopped")
    volume(desk, source, bootable=True, device="/dev/vdc", name="restored")
    shown = desk.preview(desk.body(source))
    assert "from_volume" in [one.code for one in shown.warnings]
    assert [one.text for one in shown.steps if one.code.startswith("image")] == [
        "make an image of it", "volume 'restored': make an image of it",
    ]  # fmt: skip
    source = desk.source("stopped", root=False)
    only = volume(desk, source, bootable=True, device="/dev/vdb", encrypted=True)
    shown = desk.preview(desk.body(source))
    assert "from_volume" not in [one.code for one in shown.warnings]
    assert [one.code for one in shown.against] == ["has_volumes"]
    told = next(one for one in shown.person if one.params.get("volume") == only)
    assert told.code == "person_volume"


def test_what_nobody_can_read_elsewhere_is_for_a_person(desk: Desk) -> None:
    source = desk.source("stopped")
    with desk.lab.runtime.database.reading() as session:
        (root,) = repository.volumes(session, source.id)
    desk.lab.world("here").change(root.native_id, ResourceKind.VOLUME, encrypted=True)
    volume(desk, source)
    shown = desk.preview(desk.body(source))
    assert [one.code for one in shown.against] == ["root_encrypted"]
    by_code = {one.code: one for one in shown.person}
    assert by_code["person_root"].params["volume"] == root.native_id
    data = by_code["person_volume"]
    assert {"name": "data", "gib": "5", "type": "ssd", "device": "/dev/vdb"}.items() <= data.params.items()
    for text in (data.text, data.text_zh):
        assert all(word in text for word in ("data", "5 GiB", "ssd", "/dev/vdb", "mcm volume attach"))


def test_what_is_shared_is_not_taken_along(desk: Desk) -> None:
    source = desk.source("stopped")
    places = [{"instance": one, "device": "/dev/vdb"} for one in (source.native_id, "another")]
    shared = volume(desk, source, name="cluster", attachments=places)
    shown = desk.preview(desk.body(source))
    assert [(one.code, one.params["names"]) for one in shown.against] == [("has_volumes", "cluster")]
    assert shared in [one.params.get("volume") for one in shown.person]


def test_a_copy_of_the_volume_is_not_left_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The image cannot be made: the operation removes its copy. It dies before: the move does."""
    whole = instances.create_image

    def refuses(found: SimulatedDesk, order: Order) -> ResourceRef | None:
        if order.step == "create_image":
            raise ApiError(409, "quota", "there is no room for an image")
        return whole(found, order)

    monkeypatch.setitem(DEEDS, "instance.create_image", DEEDS["instance.create_image"]._replace(do=refuses))
    source = desk.source("stopped")
    row = desk.until(desk.start(desk.body(source)))
    assert (row.status, row.error_code) == ("failed", "move_step_failed")
    assert desk.effects("here") == [("volume", "created"), ("volume", "deleted")]

    def dies(found: SimulatedDesk, order: Order) -> ResourceRef | None:
        if order.step != "copy":
            raise ApiError(409, "quota", "nothing goes here any more")
        return whole(found, order)

    monkeypatch.setitem(DEEDS, "instance.create_image", DEEDS["instance.create_image"]._replace(do=dies))
    row = desk.until(desk.start(desk.body(source)))
    assert (row.status, desk.volumes("here")) == ("failed", [])
