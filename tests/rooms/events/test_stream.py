"""The stream as bytes from a real server: where it begins, how it goes on, what is missing, what is refused."""

import socket
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import update

from mcm.events import kinds, repository, stream
from mcm.events.hub import Hub
from mcm.kit import clock
from mcm.models import Event
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.events.following import following, now, rows, subjects, tell

_HEAD = b"GET /api/v1/events?follow=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_what_comes_arrives_in_order_and_once(lab: Lab, served: Served) -> None:
    tell(lab, "before")
    with following(served.http) as found:
        assert found.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert found.answer.headers["cache-control"] == "no-store"
        assert "content-length" not in found.answer.headers
        tell(lab, "a", "b", data={"status": "queued", "percent": None})
        tell(lab, "c")
        messages = [found.next() for _ in range(3)]
    assert subjects(messages) == ["a", "b", "c"]
    first = messages[0]
    assert (first["event"], first["kind"], first["position"]) == (
        "operation.changed", "operation.changed", str(first["id"]),
    )  # fmt: skip
    assert first["data"] == {"status": "queued"}
    assert (first["subject"]["kind"], first["account_id"]) == ("test", None)
    assert first["at"].endswith("Z")
    assert "tenant_id" not in first


def test_without_staying_it_ends_with_what_there_is(lab: Lab, served: Served) -> None:
    tell(lab, *(f"e{number}" for number in range(repository.PAGE + 3)))
    everything = now(served.http)
    assert subjects(everything) == [f"e{number}" for number in range(repository.PAGE + 3)]
    assert subjects(now(served.http, after=everything[-3]["id"])) == subjects(everything[-2:])
    answer = served.get("/api/v1/events", after=everything[-1]["id"])
    assert answer.text.endswith(f"id: {everything[-1]['id']}\n\n")
    assert "data:" not in answer.text


def test_it_goes_on_from_the_last_event_seen(lab: Lab, served: Served) -> None:
    tell(lab, "a", "b", "c")
    first = rows(lab)[0].id
    with following(served.http, last=str(first), after=0) as found:
        assert subjects([found.next(), found.next()]) == ["b", "c"]
    with following(served.http, after=0) as found:
        assert subjects([found.next() for _ in range(3)]) == ["a", "b", "c"]
        tell(lab, "d")
        assert subjects([found.next()]) == ["d"]
    answer = served.http.get("/api/v1/events", params={"after": first + 2}, headers={"Last-Event-ID": ""})
    assert answer.text.count("data:") == 1


def test_whoever_saw_nothing_yet_has_a_position_too(lab: Lab, served: Served) -> None:
    tell(lab, "before")
    with following(served.http) as found:
        position = found.blocks[-1].removeprefix("id: ")
        assert found.blocks[0] == "retry: 2000"
    tell(lab, "while it was away")
    with following(served.http, last=position) as found:
        assert subjects([found.next()]) == ["while it was away"]


def test_what_came_shortly_before_is_not_missed(lab: Lab, served: Served) -> None:
    """A page asks for what it shows first, and follows what changes of it after that."""
    tell(lab, "long ago", "a while ago", "just now")
    with lab.runtime.database.writing() as session:
        for name, seconds in (("long ago", 4000), ("a while ago", 300)):
            at = clock.now() - timedelta(seconds=seconds)
            session.execute(update(Event).where(Event.subject_id == name).values(at=at))
    with following(served.http, recent_s=60) as found:
        assert subjects([found.next()]) == ["just now"]
        tell(lab, "then")
        assert subjects([found.next()]) == ["then"]
    with following(served.http, recent_s=600) as found:
        assert subjects([found.next() for _ in range(3)]) == ["a while ago", "just now", "then"]
    # One of a transaction that took its time: it happened long ago, and is seen only now.
    with lab.runtime.database.writing() as session:
        session.execute(update(Event).where(Event.subject_id == "then").values(at=clock.now() - timedelta(hours=2)))
    with following(served.http, recent_s=60) as found:
        assert subjects([found.next(), found.next()]) == ["just now", "then"]
    with lab.runtime.database.writing() as session:
        session.execute(update(Event).values(at=clock.now() - timedelta(hours=2)))
    with following(served.http, recent_s=60) as found:
        tell(lab, "nothing was recent")
        assert subjects([found.next()]) == ["nothing was recent"]
    newest = rows(lab)[-1].id
    with following(served.http, after=newest, recent_s=600) as found:
        tell(lab, "a position goes before it")
        assert subjects([found.next()]) == ["a position goes before it"]


def test_only_the_kinds_asked_for(lab: Lab, served: Served) -> None:
    with following(served.http, kinds="plan.changed, inventory.changed") as found:
        tell(lab, "o")
        tell(lab, "p", kind=kinds.PLAN_CHANGED)
        tell(lab, "o2")
        tell(lab, "i", kind=kinds.INVENTORY_CHANGED)
        assert subjects([found.next(), found.next()]) == ["p", "i"]
    assert subjects(now(served.http, kinds="operation.changed")) == ["o", "o2"]
    assert len(now(served.http, kinds=",")) == 4


def test_a_quiet_stream_says_that_it_is_there_and_where(lab: Lab, served: Served) -> None:
    with following(served.http, kinds="plan.changed") as found:
        tell(lab, "not asked for")
        newest = rows(lab)[-1].id
        while (block := found.block()) != f": still here\nid: {newest}":
            assert block.startswith(": still here\nid: ")


def test_what_is_not_kept_any_more_is_a_gap(lab: Lab, served: Served) -> None:
    for name in ("a", "b", "c", "d"):
        tell(lab, name)
    ids = [row.id for row in rows(lab)]
    with lab.runtime.database.writing() as session:
        session.execute(update(Event).where(Event.id <= ids[2]).values(at=clock.now().replace(year=2001)))
        repository.prune(session, clock.now().replace(year=2002))
    gap, left = now(served.http, after=ids[0])
    assert (gap["event"], gap["after"], gap["oldest"], gap["newest"]) == ("stream.gap", ids[0], ids[3], ids[3])
    assert gap["position"] is None
    assert subjects([left]) == ["d"]
    # All that came after c is there, and whoever wants all there is misses nothing.
    assert subjects(now(served.http, after=ids[2])) == ["d"]
    assert subjects(now(served.http, after=0)) == ["d"]
    # A number nobody has given yet: of another database, or of this one before it was restored.
    with following(served.http, last=str(ids[3] + 100)) as found:
        assert "stream.gap" in found.blocks[1]
        tell(lab, "e")
        assert subjects([found.next()]) == ["e"]


@pytest.mark.parametrize(
    ("params", "headers", "expected"),
    [
        ({"after": "-1"}, {}, (422, "invalid_input")),
        ({"after": str(2**63)}, {}, (422, "invalid_input")),
        ({"after": "x"}, {}, (422, "invalid_input")),
        ({"recent_s": "-1"}, {}, (422, "invalid_input")),
        ({"recent_s": "3601"}, {}, (422, "invalid_input")),
        ({"kinds": "k" * 501}, {}, (422, "invalid_input")),
        ({"follow": "perhaps"}, {}, (422, "invalid_input")),
        ({"kinds": "plan.changed,no.such"}, {}, (400, "bad_request")),
        ({}, {"Last-Event-ID": "x"}, (400, "bad_request")),
        ({}, {"Last-Event-ID": "-1"}, (400, "bad_request")),
        ({}, {"Last-Event-ID": "9" * 40}, (400, "bad_request")),
    ],
)
def test_what_is_not_understood_is_refused(
    lab: Lab, served: Served, params: dict[str, str], headers: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = served.http.get("/api/v1/events", params=params, headers=headers | {"Accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["code"]) == expected, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert lab.runtime.events.streams == 0


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE"])
def test_it_can_only_be_read(served: Served, method: str) -> None:
    assert served.http.request(method, "/api/v1/events").status_code == 405


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
def test_no_page_of_another_site_takes_places(lab: Lab, served: Served, headers: dict[str, str]) -> None:
    answer = served.http.get("/api/v1/events", params={"follow": "true"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_request")
    assert lab.runtime.events.streams == 0


def test_too_many_streams(lab: Lab, served: Served) -> None:
    with ExitStack() as open_streams:
        for _ in range(3):
            open_streams.enter_context(following(served.http))
        answer = served.get("/api/v1/events", follow="true")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
        assert "follow=false" in answer.json()["next_step"]
        assert now(served.http) == []
    _until_nobody_follows(lab.runtime.events)
    with following(served.http) as found:
        tell(lab, "again")
        assert subjects([found.next()]) == ["again"]


def _until_nobody_follows(hub: Hub) -> None:
    until = time.monotonic() + 30.0
    while hub.streams or hub.reading:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_who_does_not_read_is_left_behind(lab: Lab, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """And holds up neither the server nor those who read."""
    monkeypatch.setattr(stream, "SLOWEST_S", 0.3)
    with socket.socket() as lazy, following(served.http) as found:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect(("127.0.0.1", served.port))
        lazy.sendall(_HEAD)
        assert lazy.recv(12) == b"HTTP/1.1 200"
        data = {str(number): "x" * 200 for number in range(50)}
        sent = 0
        while lab.runtime.events.streams == 2:
            tell(lab, *(f"e{sent + number}" for number in range(100)), data=data)
            sent += 100
            assert sent < 20_000, "the one who does not read is still there"
            assert subjects([found.next() for _ in range(100)])[-1] == f"e{sent - 1}"
    assert served.get("/healthz").is_success
