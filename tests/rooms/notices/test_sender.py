"""The sender in the background: nobody waits for somebody else's receiver, and two of them send once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from mcm.db import standing
from mcm.errors import Unavailable
from mcm.kit import clock, process
from mcm.models import Installation, NoticeDelivery
from mcm.notices import repository
from mcm.notices import sender as senders
from mcm.notices.sender import Sender
from tests.rooms.notices.desk import Desk
from tests.rooms.notices.receiver import Receiver, wait_for


@contextmanager
def running(desk: Desk) -> Iterator[Sender]:
    made = desk.sender()
    try:
        yield made
    finally:
        made.stop()


def _delivered(desk: Desk, name: str = "ops") -> list[str]:
    return [row.id for row in desk.deliveries(name) if row.status == "delivered"]


def test_woken_it_sends_what_has_happened(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    with running(desk) as sender:
        desk.happen()
        sender.wake()
        wait_for(lambda: len(_delivered(desk)) == 1)
        desk.happen()
        sender.tick()
        wait_for(lambda: len(_delivered(desk)) == 2)
    assert sorted(receiver.ids) == sorted(_delivered(desk))


def test_without_anything_to_do_it_starts_nothing(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    with running(desk) as sender:
        sender.tick()
        assert sender._dispatcher is None


def test_receivers_that_hang_delay_nobody_else(desk: Desk, receiver: Receiver) -> None:
    """More of them than there are threads, and each with more than one notice."""
    slow = Receiver()
    slow.gate.clear()
    try:
        for number in range(senders._THREADS + 4):
            desk.webhook(slow.url, f"slow-{number}")
        with desk.lab.runtime.database.writing() as session:
            for row in repository.everyone(session):
                # They have hung before.
                row.failures = 1
        desk.webhook(receiver.url, "well")
        with running(desk) as sender:
            for _ in range(2):
                desk.happen()
            sender.wake()
            wait_for(lambda: len(_delivered(desk, "well")) == 2)
            assert 0 < len(slow.taken) <= senders._DOUBTFUL
            desk.happen()
            sender.wake()
            wait_for(lambda: len(_delivered(desk, "well")) == 3)
            slow.gate.set()
    finally:
        slow.stop()


def test_among_those_in_trouble_each_gets_its_turn(desk: Desk) -> None:
    """What is due longest goes first, whoever it is for."""
    for name in ("a", "b", "c"):
        desk.webhook("http://127.0.0.1:1/", name)
    desk.happen()
    desk.spread()
    for name in ("a", "b"):
        (row,) = desk.deliveries(name)
        with desk.lab.runtime.database.writing() as session:
            repository.hold_back(session, row.target_id, clock.now())
    with desk.lab.runtime.database.reading() as session:
        found = [target_id for _, target_id, _ in repository.due(session, clock.now())]
    assert found[0] == desk.row("c").id


def test_two_senders_deliver_once(desk: Desk, receiver: Receiver) -> None:
    for number in range(4):
        desk.webhook(receiver.url, f"target-{number}")
    with running(desk) as first, running(desk) as second:
        for _ in range(5):
            desk.happen()
            first.wake()
            second.wake()
        wait_for(lambda: all(len(_delivered(desk, f"target-{number}")) == 5 for number in range(4)))
    assert len(receiver.ids) == len(set(receiver.ids)) == 20


def test_one_claim_wins(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    desk.happen()
    desk.spread()
    ident, ready, outcomes = desk.one().id, threading.Barrier(6), []

    def attempt() -> None:
        ready.wait(60)
        outcomes.append(desk.post.try_once(ident))

    threads = [threading.Thread(target=attempt, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert receiver.ids == [ident]


def test_what_was_turned_off_or_removed_meanwhile_is_not_sent(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    desk.happen()
    desk.spread()
    ident = desk.one().id
    desk.update(enabled=False)
    assert desk.post.try_once(ident) is None
    assert desk.one().attempts == 0
    desk.update(enabled=True)
    with desk.lab.runtime.database.writing() as session:
        session.delete(repository.find(session, "ops"))
    assert desk.post.try_once(ident) is None
    assert receiver.taken == []


def test_removed_while_it_is_sent(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    receiver.gate.clear()
    with running(desk) as sender:
        desk.happen()
        sender.wake()
        wait_for(lambda: receiver.taken)
        with desk.lab.runtime.database.writing() as session:
            session.delete(repository.find(session, "ops"))
        receiver.gate.set()
    assert desk.lab.count("notice_delivery") == 0


def test_what_a_killed_process_held_is_freed_at_the_start(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    desk.happen()
    desk.spread()
    database, ident = desk.lab.runtime.database, desk.one().id
    host = process.owner().rsplit(":", 2)[0]
    for owner, delivered in (("elsewhere:1:1", 0), (process.owner(), 0), (f"{host}:4194305:1", 1)):
        with database.writing() as session:
            row = session.get_one(NoticeDelivery, ident)
            row.lease_owner, row.lease_until = owner, clock.now() + timedelta(hours=1)
        with running(desk) as sender:
            sender._dispatch()
        assert len(_delivered(desk)) == delivered, owner


def test_an_installation_that_is_not_confirmed_sends_nothing(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    desk.happen()
    with desk.lab.runtime.database.writing() as session:
        standing.mark_read_only(session.connection(), "a copy")
    with running(desk) as sender:
        assert sender._dispatch() == senders._IDLE_S
        assert desk.deliveries() == []
        with desk.lab.runtime.database.writing() as session:
            session.get_one(Installation, 1).state = standing.CONFIRMED
        sender.wake()
        wait_for(lambda: len(_delivered(desk)) == 1)


def test_it_stops_in_the_middle(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    receiver.gate.clear()
    sender = desk.sender()
    desk.happen()
    sender.wake()
    wait_for(lambda: receiver.taken)
    stopping = threading.Thread(target=sender.stop, daemon=True)
    stopping.start()
    receiver.gate.set()
    stopping.join(60)
    assert not stopping.is_alive()
    sender.wake()
    assert len(_delivered(desk)) == 1


def test_trouble_with_the_database_is_outlived(desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "_AFTER_TROUBLE_S", 0.01)
    monkeypatch.setattr(senders.log, "exception", lambda *_: None)
    desk.webhook(receiver.url)
    with running(desk) as sender:
        troubles, spread = iter([RuntimeError("no"), Unavailable("the database is busy")]), sender.spread

        def shaky() -> None:
            for trouble in troubles:
                raise trouble
            spread()

        monkeypatch.setattr(sender, "spread", shaky)
        desk.happen()
        sender.wake()
        wait_for(lambda: len(_delivered(desk)) == 1)
