"""What is told of a move: each change of its status and steps, once, to who sees both ends."""

import pytest
from sqlalchemy import update

from mcm.auth.service import View
from mcm.errors import McmError
from mcm.events.kinds import MOVE_CHANGED
from mcm.events.sieve import Sieve, told
from mcm.models import Event, Move
from mcm.moves import planning, running, work
from mcm.moves.steps import TABLE, Step
from tests.rooms.events.following import rows
from tests.rooms.moves.desk import Desk


def _told(desk: Desk, move: str) -> list[Event]:
    return [row for row in rows(desk.lab, MOVE_CHANGED) if row.subject_id == move]


def _course(desk: Desk, move: str) -> list[tuple[str, str | None]]:
    """(status, step) as told, without what follows itself."""
    found = [(row.data["status"], row.data.get("step")) for row in _told(desk, move)]
    return [one for at, one in enumerate(found) if at == 0 or found[at - 1] != one]


def test_from_the_request_to_the_end(desk: Desk) -> None:
    source = desk.source()
    move = desk.start(desk.body(source, stop=True))
    first = _told(desk, move)[0]
    assert (first.subject_kind, first.tenant_id, first.account_id, first.project) == (
        "move", source.tenant_id, source.account_id, None,
    )  # fmt: skip
    assert first.data == {
        "status": "queued", "account": "here", "target": "there", "name": source.name, "resource": source.id,
    }  # fmt: skip
    desk.until(move)
    course = _course(desk, move)
    under_way = [step for status, step in course if status == "running" and step is not None]
    assert under_way == [name for name in planning.STEPS if name not in ("volume", "attach", "retire")]
    assert (course[0], course[-1]) == (("queued", None), ("succeeded", None))
    # A turn that only takes and gives back its lease is nothing to tell.
    assert len(_told(desk, move)) < 5 * len(under_way)


def test_the_way_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise McmError("no")

    monkeypatch.setattr(running, "TABLE", TABLE | {"upload": Step(fail, TABLE["upload"].undo)})
    failed = desk.start(desk.body(desk.source("stopped")))
    desk.until(failed)
    assert [status for status, _ in _course(desk, failed) if status != "running"][-2:] == ["undoing", "failed"]
    assert _told(desk, failed)[-1].data["error_code"] == McmError.code
    desk.cancel(_again(desk, failed))
    desk.until(failed)
    assert _told(desk, failed)[-1].data["status"] == "cancelled"


def _again(desk: Desk, move: str) -> str:
    desk.retry(move)
    assert _told(desk, move)[-1].data["status"] == "queued"
    return move


def test_a_copy_tells_each_part_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BEAT_S", 0.0)
    move = desk.start(desk.body(desk.source("stopped")))
    desk.until(move, "download")
    found = work.claim(desk.lab.runtime, move)
    assert found is not None
    number = planning.STEPS.index("download") - 1
    before = len(_told(desk, move))
    for done in (0, 1, 999, 1000, 1001, 100_000):
        found.beat(number, done, 100_000)
    found.let_go()
    assert len(_told(desk, move)) - before == 3


def test_between_two_tenants_it_is_told_to_who_sees_everything(desk: Desk) -> None:
    move = desk.start(desk.body(desk.source("stopped")))
    own = _told(desk, move)[-1]
    with desk.lab.runtime.database.writing() as session:
        session.execute(update(Move).where(Move.id == move).values(target_tenant_id="ten_other"))
    desk.step(move)
    crossing = _told(desk, move)[-1]
    views = (
        View(tenants=frozenset({own.tenant_id})),
        View(tenants=frozenset({"ten_other"})),
        View(projects=frozenset({(own.account_id, desk.row(move).project or "")})),
        View(everything=True),
    )
    seen = [[Sieve({MOVE_CHANGED: view}).passes(told(event)) for view in views] for event in (own, crossing)]
    assert seen == [[True, False, False, True], [False, False, False, True]]
