"""One reading serves all streams of a process, none is made while nobody follows, and other processes are heard."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.errors import Unavailable
from mcm.events import hub as hubs
from mcm.events import kinds, repository
from mcm.events.errors import TooManyStreams
from mcm.events.hub import Hub
from mcm.events.service import emit
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.events.following import following, rows, subjects, tell

PATIENCE_S = 30.0


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "mcm-events"]


def _noted(real: Callable[..., Any], name: str, asked: list[str]) -> Callable[..., Any]:
    def called(*given: Any) -> Any:
        asked.append(name)
        return real(*given)

    return called


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.01)


def test_nobody_reads_while_nobody_follows(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("after", "bounds"):
        monkeypatch.setattr(repository, name, _noted(getattr(repository, name), name, asked))
    hub = lab.runtime.events
    tell(lab, "a")
    assert (hub.streams, hub.reading, asked) == (0, False, [])

    async def follow() -> None:
        seat = hub.join("prn_a")
        assert len(_threads()) == 1
        await _until(seat.changed.is_set)
        hub.leave(seat)
        await _until(lambda: not hub.reading)

    asyncio.run(follow())
    assert asked[0] == "bounds"
    before = len(asked)
    tell(lab, "b")
    assert (hub.streams, len(asked)) == (0, before)


def test_what_it_remembers_and_what_it_does_not(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "_KEPT", 3)
    hub = lab.runtime.events
    tell(lab, "a", "b")
    first = rows(lab)[0].id

    async def follow() -> None:
        assert hub.since(first) is None
        seat = hub.join("prn_a")
        await _until(lambda: hub.since(first + 1) is not None)
        # What came before it began is in the database, and only there.
        assert hub.since(first) is None
        assert hub.since(first + 1) == []
        tell(lab, "c")
        await _until(lambda: hub.since(first + 1))
        assert [one.id for one in hub.since(first + 1) or ()] == [first + 2]
        tell(lab, "d", "e", "f")
        await _until(lambda: hub.since(first + 4))
        assert hub.since(first + 1) is None
        assert [one.id for one in hub.since(first + 2) or ()] == [first + 3, first + 4, first + 5]
        hub.leave(seat)
        await _until(lambda: not hub.reading)
        assert hub.since(first + 5) is None

    asyncio.run(follow())


def test_places_are_counted_for_each_and_for_all(lab: Lab) -> None:
    hub = lab.runtime.events

    async def follow() -> None:
        seats = [hub.join("prn_a") for _ in range(3)]
        with pytest.raises(TooManyStreams, match="3 streams of events are open for you already"):
            hub.join("prn_a")
        seats += [hub.join(f"prn_{number}") for number in range(3)]
        with pytest.raises(TooManyStreams, match="too many follow events already"):
            hub.join("prn_other")
        hub.leave(seats[0])
        hub.leave(seats[0])
        seats.append(hub.join("prn_other"))
        assert len(_threads()) == 1
        for seat in seats:
            hub.leave(seat)
        await _until(lambda: not hub.reading)

    asyncio.run(follow())
    assert hub.streams == 0


def test_a_seat_whose_loop_is_over_harms_nobody(lab: Lab) -> None:
    hub = lab.runtime.events
    left: list[hubs.Seat] = []

    async def join() -> None:
        left.append(hub.join("prn_a"))

    asyncio.run(join())
    left[0].tell()
    hub.close()
    with pytest.raises(Unavailable):
        asyncio.run(join())


def test_other_processes_are_heard(lab: Lab, served: Served, database_url: str) -> None:
    """Nobody rings a bell here for what they commit."""
    other = Database(build_engine(database_url))
    with following(served.http) as found:
        for name in ("a", "b"):
            with other.writing() as session:
                emit(session, kinds.PLAN_CHANGED, tenant_id="", subject_kind="test", subject_id=name)
            assert subjects([found.next()]) == [name]
    other.dispose()


def test_it_reads_on_after_trouble(lab: Lab, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "_AFTER_TROUBLE_S", 0.01)
    failed = threading.Event()
    real = Hub._look

    def look(self: Hub) -> bool:
        if not failed.is_set():
            failed.set()
            raise Unavailable("the database does not answer")
        return real(self)

    with following(served.http) as found:
        tell(lab, "a")
        assert subjects([found.next()]) == ["a"]
        monkeypatch.setattr(Hub, "_look", look)
        assert failed.wait(PATIENCE_S)
        tell(lab, "b")
        assert subjects([found.next()]) == ["b"]
