"""What goes wrong on the way: nothing is lost, nothing is done twice, and what was done is taken back."""

import pytest

from mcm.accounts import service as accounts
from mcm.contract import ImageSink, ResourceRef, Unreachable
from mcm.errors import McmError
from mcm.models import MoveStep
from mcm.moves import converting, noting, planning, presenting, repository, running, service, staging, steps, work
from mcm.moves.errors import MoveBusy, MoveNotOpen, MoveNotPossible, StagingFull
from mcm.moves.steps import TABLE, Step
from mcm.operations.errors import ActionNotAllowed
from mcm.placement.errors import PolicyDenies
from mcm.system.chinese import CHINESE
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.rooms.moves.desk import Desk, volume
from tests.rooms.placement.estate import policy

_ONCE = [("image", "uploaded"), ("instance", "created")]
_ONCE_WITH_VOLUME = [
    *(("image", "uploaded"), ("image", "uploaded"), ("volume", "created"), ("instance", "created")),
    ("volume", "attached"),
]  # fmt: skip


class Killed(BaseException):
    """The process is no more: nothing of it is caught, and nothing is tidied up."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead process gives no lease back."""
    monkeypatch.setattr(work.Work, "let_go", lambda _: None)


def _dead(desk: Desk) -> None:
    """What `recover` does for the processes that have died."""
    with desk.lab.runtime.database.writing() as session:
        repository.drop_leases(session, [ident for ident, _ in repository.leases(session)])


@pytest.mark.usefixtures("killing")
@pytest.mark.parametrize("root", [True, False], ids=["volume", "image"])
def test_a_kill_at_every_step_has_at_most_one_effect(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:  # fmt: skip
    """Before each step, and after it has done its work and nobody has written that down yet."""
    source = desk.source(root=root)
    steps = planning.STEPS if root else [name for name in planning.STEPS if name not in ("volume", "attach")]
    if root:
        volume(desk, source)
    kills = {(name, moment) for name in steps for moment in ("before", "after")}

    def deadly(name: str, step: Step) -> Step:
        def do(found: work.Work, number: int) -> bool:
            if (name, "before") in kills:
                kills.remove((name, "before"))
                raise Killed
            done = step.do(found, number)
            if done and (name, "after") in kills:
                kills.remove((name, "after"))
                raise Killed
            return done

        return Step(do, step.undo)

    monkeypatch.setattr(running, "TABLE", {name: deadly(name, step) for name, step in TABLE.items()})
    move = desk.start(desk.body(source, stop=True, retire=True))
    for _ in range(120):
        try:
            if desk.turn(move).finished_at is not None:
                break
        except Killed:
            desk.lab.runtime.operations.run_until_idle(30)
        _dead(desk)
    # What is retired already cannot be retired again: that is found out, and not asked for a second time.
    assert (desk.row(move).status, kills) == ("succeeded", set()), (desk.row(move).error_message, desk.told(move))
    image = [("volume", "created"), ("image", "created"), ("volume", "deleted")] if root else [("image", "created")]
    images = [*image, *image, ("image", "deleted")] if root else image
    assert desk.effects("here") == [("instance", "powering-off"), *images, ("image", "deleted")]
    assert desk.effects("there") == (_ONCE_WITH_VOLUME if root else _ONCE)
    assert desk.volumes("here") == []
    assert desk.lab.count("recycled") == 1
    assert (len(desk.made()), len(desk.images("there")), desk.staged()) == (1, 2 if root else 1, [])


def test_a_step_that_fails_takes_everything_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One step after the other, each as late as can be: its own work is done. In the end the move succeeds."""
    source = desk.source()
    volume(desk, source)
    move = desk.start(desk.body(source, stop=True))
    each = ("image", "download", "convert", "upload", "volume", "create", "attach", "verify")
    for attempt, name in enumerate(each, 1):

        def fail(found: work.Work, number: int, name: str = name) -> bool:
            if not TABLE[name].do(found, number):
                return False
            raise McmError("the disk is on fire", next_step="put it out")

        monkeypatch.setattr(running, "TABLE", TABLE | {name: Step(fail, TABLE[name].undo)})
        row = desk.until(move)
        said = (row.status, row.error_message, row.next_step, row.attempt)
        assert said == ("failed", "the disk is on fire", "put it out", attempt), (name, desk.told(move))
        assert "left" not in desk.told(move).values()
        assert desk.state("here", source.native_id) == "ACTIVE", name
        assert desk.made() == desk.images("here") == desk.images("there") == desk.staged() == [], name
        assert desk.volumes("here") == desk.volumes("there") == [], name
        monkeypatch.setattr(running, "TABLE", TABLE)
        desk.retry(move)
    row = desk.until(move)
    assert (row.status, row.attempt, row.error_message) == ("succeeded", 9, None)
    assert (len(desk.made()), len(desk.images("there")), len(desk.volumes("there"))) == (1, 2, 1)


def test_notes_come_in_both_languages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the error's own Chinese, else what its code means; what could not be undone says so."""
    said = McmError("the disk is on fire", message_zh="磁盘起火")

    def fail(*_: object) -> bool:
        raise said

    monkeypatch.setattr(running, "TABLE", TABLE | {"upload": Step(fail, fail), "image": Step(TABLE["image"].do, fail)})
    notes = []
    for error in (said, StagingFull("1 MiB is free")):
        said = error
        move = desk.start(desk.body(desk.source("stopped")))
        desk.until(move)
        with desk.lab.runtime.database.reading() as session:
            row = service.get(session, move)
            shown = presenting.detail(row, service.steps_of(session, row)).steps
        notes.append({one.name: (one.note, one.note_zh) for one in shown if one.note})
    assert notes[0]["upload"] == (
        "it could not be undone, somebody has to: the disk is on fire",
        "未能撤销，须人工处理：磁盘起火",
    )
    assert set(notes[0]) == set(notes[1]) == {"image", "upload"}
    english, chinese = notes[1]["upload"]
    assert english == "it could not be undone, somebody has to: 1 MiB is free"
    assert chinese is not None
    assert chinese.startswith(f"未能撤销，须人工处理：{CHINESE['staging_full'].meaning.rstrip('。')}")
    assert chinese.endswith("（1 MiB is free）")


def test_a_note_from_before_it_had_a_code_is_shown_as_it_is() -> None:
    assert noting.shown(MoveStep(note="the bucket is empty", told=None)) == ("the bucket is empty",) * 2


def test_cancelling_undoes(desk: Desk) -> None:
    source = desk.source()
    for at in ("image", "upload", "verify"):
        move = desk.start(desk.body(source, stop=True))
        desk.until(move, at)
        desk.cancel(move)
        assert desk.until(move).status == "cancelled"
        assert desk.state("here", source.native_id) == "ACTIVE"
        assert desk.made() == desk.images("here") == desk.images("there") == desk.staged() == []
        with pytest.raises(MoveNotOpen):
            desk.cancel(move)


def test_nothing_is_taken_back_once_the_new_one_is_verified(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise McmError("no")

    monkeypatch.setattr(running, "TABLE", TABLE | {"retire": Step(fail)})
    move = desk.start(desk.body(desk.source(), stop=True, retire=True))
    desk.until(move, "retire")
    with pytest.raises(MoveNotOpen, match="verified"):
        desk.cancel(move)
    row = desk.until(move)
    assert (row.status, desk.told(move)["retire"], len(desk.made())) == ("failed", "failed", 1)
    monkeypatch.setattr(running, "TABLE", TABLE)
    desk.retry(move)
    assert desk.until(move).status == "succeeded"
    assert desk.effects("there") == _ONCE


def test_one_that_is_off_stays_off(desk: Desk) -> None:
    """Undoing starts only what the move has stopped."""
    source = desk.source("stopped")
    move = desk.start(desk.body(source, stop=True))
    assert "stop" not in desk.told(move)
    desk.until(move, "upload")
    desk.cancel(move)
    assert desk.until(move).status == "cancelled"
    assert desk.state("here", source.native_id) == "SHUTOFF"


def test_a_source_that_was_started_again_is_not_moved(desk: Desk) -> None:
    source = desk.source()
    move = desk.start(desk.body(source, stop=True))
    desk.until(move, "create")
    desk.lab.world("here").change(source.native_id, status="ACTIVE")
    desk.lab.sync("here", kinds=("instance",))
    row = desk.until(move)
    assert (row.status, row.error_code) == ("failed", "move_not_verified")
    assert desk.made() == []


class _Line:
    """Between mcm and the source: cuts the first download in its middle, or damages a byte of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
        self.begun: list[int] = []
        whole = SimulatedProvider.download_image

        def download(provider: SimulatedProvider, image: ResourceRef, sink: ImageSink, start: int = 0) -> None:
            line = self

            class Between:
                written = 0

                def begin(self, offset: int) -> None:
                    line.begun.append(offset)
                    sink.begin(offset)

                def write(self, data: bytes) -> None:
                    if how == "cut" and len(line.begun) == 1 and self.written:
                        raise Unreachable("the connection was closed in the middle")
                    sink.write(data if how == "cut" or self.written else b"\xff" + data[1:])
                    self.written += len(data)

            whole(provider, image, Between(), start)

        monkeypatch.setattr(SimulatedProvider, "download_image", download)


def test_a_download_that_was_cut_goes_on_where_it_was(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    line = _Line(monkeypatch, "cut")
    move = desk.start(desk.body(desk.source("stopped")))
    assert desk.until(move).status == "succeeded"
    assert line.begun == [0, 65_536]


def test_a_damaged_download_is_found_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    line = _Line(monkeypatch, "damaged")
    move = desk.start(desk.body(desk.source("stopped")))
    row = desk.until(move)
    assert (row.status, row.error_code) == ("failed", "image_corrupt")
    # Always from the first byte: nothing of it is of use.
    assert line.begun == [0] * running.TRIES
    assert desk.effects("there") == []


def test_the_disk_is_looked_at_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcm.moves.staging.free_bytes", lambda _: 1000)
    move = desk.start(desk.body(desk.source("stopped")))
    row = desk.until(move)
    assert (row.status, row.error_code) == ("failed", "staging_full")
    assert desk.images("here") == []


def test_without_the_converter_it_ends_before_anything_is_copied(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    desk.account("other", image_formats="raw")
    monkeypatch.setattr(converting, "program", lambda: None)
    monkeypatch.setattr(SimulatedProvider, "download_image", lambda *_: pytest.fail("nothing is to be copied"))
    source = desk.source("stopped")
    params = {"networks": [desk.at("other", "network").native_id], "flavor": desk.at("other", "flavor").native_id}
    body = desk.body(source, account="other", params=params)
    assert "no_converter" in [one.code for one in desk.preview(body).warnings]
    row = desk.until(desk.start(body))
    assert (row.status, row.error_code) == ("failed", "converter_missing")
    assert "qemu-utils" in (row.next_step or "")


def test_a_place_that_a_policy_forbids_is_refused(desk: Desk) -> None:
    """At the dry run and when it is asked for; the class of its data goes with it, whoever says it."""
    source = desk.source("stopped")
    with desk.lab.runtime.database.writing() as session:
        session.merge(source).data_class = "restricted"
        accounts.get(session, "there").ownership = "public"
    policy(desk.lab)
    shown = desk.preview(desk.body(source))
    assert (shown.how, [one.code for one in shown.against]) == ("person", ["target_refuses"])
    assert "Sensitive data" in shown.against[0].text or "sensitive-private" in shown.against[0].text
    assert [one.code for one in shown.person][-2:] == ["person_verify", "person_addresses"]
    with pytest.raises(PolicyDenies):
        desk.start(desk.body(source))
    assert desk.lab.count("move") == 0


def test_the_class_of_its_data_is_not_for_a_move_to_change(desk: Desk) -> None:
    source = desk.source("stopped")
    with desk.lab.runtime.database.writing() as session:
        session.merge(source).data_class = "restricted"
    given = desk.params() | {"tags": {"data_class": "public", "team": "a"}}
    tags = desk.preview(desk.body(source, params=given)).params["tags"]
    assert (tags["data_class"], tags["team"]) == ("restricted", "a")
    shown = desk.preview(desk.body(source, params=desk.params() | {"user_data": "#cloud-config"}))
    assert "user_data" in shown.against[0].text


def test_a_copy_that_another_machine_has_made_is_made_once_more(desk: Desk) -> None:
    move = desk.start(desk.body(desk.source("stopped")))
    desk.until(move, "upload")
    staging.drop(desk.lab.runtime.settings, move)
    assert desk.until(move).status == "succeeded"
    assert desk.effects("there") == _ONCE


def test_a_policy_that_comes_later_stops_it(desk: Desk) -> None:
    source = desk.source("stopped")
    move = desk.start(desk.body(source))
    desk.until(move, "create")
    with desk.lab.runtime.database.writing() as session:
        accounts.get(session, "there").ownership = "public"
    policy(desk.lab)
    row = desk.until(move)
    assert (row.status, row.error_code) == ("failed", "policy_denies")
    assert desk.made() == desk.images("there") == []


def test_what_mcm_cannot_do_is_said_with_what_a_person_has_to(desk: Desk) -> None:
    source = desk.source("stopped")
    same = desk.preview(desk.body(source, account="here", params={}))
    assert [one.code for one in same.against] == ["same_place"]
    with pytest.raises(MoveNotPossible) as refused:
        desk.start(desk.body(source, account="here", params={}))
    assert refused.value.details["person"][0]["code"] == "person_export"  # type: ignore[index]
    desk.lab.world("here").change(source.native_id, status="SUSPENDED")
    desk.lab.sync("here", kinds=("instance",))
    assert [one.code for one in desk.preview(desk.body(source)).against] == ["not_now"]
    with pytest.raises(ActionNotAllowed):
        desk.start(desk.body(source))


def test_an_instance_moves_once_at_a_time(desk: Desk) -> None:
    source = desk.source("stopped")
    desk.start(desk.body(source))
    with pytest.raises(MoveBusy):
        desk.start(desk.body(source))


def test_steps_and_table_agree() -> None:
    assert tuple(steps.TABLE) == planning.STEPS
