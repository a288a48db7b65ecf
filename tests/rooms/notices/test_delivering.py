"""From an event to its arrival: at least once, under one id, tried again for a day, and given up in the end."""

from datetime import timedelta
from typing import Any

import pytest

from mcm.kit import clock, process
from mcm.models import NoticeDelivery
from mcm.notices import repository, sending, webhook
from mcm.notices.webhook import Outcome
from tests.rooms.notices.desk import Desk
from tests.rooms.notices.receiver import SECRET, Receiver
from tests.rooms.operations.acting import Later


@pytest.fixture
def told(desk: Desk, receiver: Receiver) -> Desk:
    """A target, and one notice that waits for it."""
    desk.webhook(receiver.url)
    desk.happen()
    desk.spread()
    return desk


def test_it_arrives_once_and_says_what_happened(told: Desk, receiver: Receiver) -> None:
    assert told.try_due() == [Outcome(True, 204)]
    assert told.try_due() == []
    row = told.one()
    assert (row.status, row.attempts, row.answer, row.next_at) == ("delivered", 1, 204, None)
    (taken,) = receiver.taken
    assert taken.ident == row.id
    assert taken.signed_with(SECRET)
    assert taken.told == row.body
    assert taken.told["type"] == "account.failing"
    assert taken.told["data"]["title"] == "account lab cannot be read (unreachable)"
    assert taken.told["data"]["title_zh"] == "账号 lab 无法读取（unreachable）"


def test_each_try_has_the_same_id_and_bytes_and_a_signature_of_its_own(
    told: Desk, receiver: Receiver, later: Later
) -> None:
    receiver.statuses = [500, 503, 200]
    for _ in range(3):
        assert len(told.try_due()) == 1
        later.move(minutes=5)
    assert {one.ident for one in receiver.taken} == {told.one().id}
    assert len({one.body for one in receiver.taken}) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.taken}) == 3
    assert all(one.signed_with(SECRET) for one in receiver.taken)
    assert (told.one().status, told.one().attempts, told.row().failures) == ("delivered", 3, 0)


def test_pauses_grow_and_after_a_day_it_is_given_up(told: Desk, receiver: Receiver, later: Later) -> None:
    receiver.statuses = [500]
    pauses = []
    while told.try_due():
        row = told.one()
        if row.next_at is not None:
            assert row.tried_at is not None
            pauses.append((row.next_at - row.tried_at).total_seconds())
            later.ahead = row.next_at - clock.now() + later.ahead + timedelta(seconds=1)
    assert (row.status, row.answer, row.next_at) == ("dead", 500, None)
    assert row.tried_at is not None
    assert timedelta(hours=24) <= row.tried_at - row.since < timedelta(hours=25)
    for pause, wanted in zip(pauses, sending.PAUSES, strict=False):
        assert 0.89 * wanted < pause < 1.11 * wanted + 1
    assert len(pauses) > len(sending.PAUSES)
    assert told.row().enabled, "one notice that nobody wants turns nothing off"


def test_pauses_vary() -> None:
    assert len({sending.pause(3) for _ in range(20)}) > 1
    assert max(sending.pause(number) for number in range(1, 60)) <= timedelta(hours=6) * 1.1


def test_while_a_target_fails_one_notice_looks_and_then_all_follow(
    desk: Desk, receiver: Receiver, later: Later
) -> None:
    desk.webhook(receiver.url)
    for _ in range(5):
        desk.happen()
    desk.spread()
    receiver.statuses = [500]
    assert desk.try_all() == 1
    for tries in range(2, 6):
        later.move(hours=1, minutes=10)
        assert desk.try_all() == 1, "an hour at most, and one of them"
        assert desk.row().failures == tries
    receiver.statuses = [200]
    later.move(hours=1, minutes=10)
    assert desk.try_all() == 5
    assert {row.status for row in desk.deliveries()} == {"delivered"}
    assert desk.row().failures == 0


def test_a_new_notice_looks_at_once(desk: Desk, receiver: Receiver, later: Later) -> None:
    desk.webhook(receiver.url)
    desk.happen()
    desk.spread()
    receiver.statuses = [500]
    for _ in range(6):
        desk.try_all()
        later.move(hours=1, minutes=10)
    desk.try_all()
    receiver.statuses = [200]
    desk.happen()
    desk.spread()
    assert desk.try_all() == 2
    assert [row.status for row in desk.deliveries()] == ["delivered", "delivered"]


def test_410_turns_it_off_and_says_so(told: Desk, receiver: Receiver) -> None:
    told.webhook(receiver.url, "others", kinds=["notice_target.disabled"])
    receiver.statuses = [410, 200]
    told.try_due()
    row = told.row()
    assert (row.enabled, row.version, told.one().status) == (False, 2, "dead")
    assert "wants no notices" in (row.disabled_reason or "")
    (audited,) = told.audited("notice_target.disable")
    assert audited.target_id == row.id
    assert (audited.details or {})["name"] == "ops"
    told.happen()
    told.spread()
    assert len(told.deliveries()) == 1, "nothing new for a target that is off"
    assert told.try_due() == [Outcome(True, 200)]
    assert receiver.taken[-1].told["data"]["title"].startswith("notice target ops was turned off: it answers 410")


def test_too_many_failures_turn_it_off_and_say_so(desk: Desk, receiver: Receiver, later: Later) -> None:
    desk.webhook(receiver.url)
    receiver.statuses = [503]
    while desk.row().enabled:
        desk.happen()
        desk.spread()
        assert desk.try_all() > 0
        later.move(hours=6, minutes=40)
        assert len(receiver.taken) < 200
    row = desk.row()
    assert row.failures >= sending.MOST_FAILURES
    assert "tries in a row failed, the last one so: it answers 503" in (row.disabled_reason or "")
    assert len(desk.audited("notice_target.disable")) == 1
    before = len(receiver.taken)
    later.move(days=3)
    assert desk.try_due() == []
    receiver.statuses = [200]
    desk.update(enabled=True)
    waiting = sum(row.status == "waiting" for row in desk.deliveries())
    assert waiting > 0
    assert desk.try_all() == waiting == len(receiver.taken) - before
    assert (desk.row().failures, desk.row().disabled_reason) == (0, None)


def test_killed_between_sent_and_recorded_it_comes_again_with_the_same_id(
    told: Desk, receiver: Receiver, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(sending, "_record", killed)
    with pytest.raises(Killed):
        told.try_due()
    monkeypatch.undo()
    later = Later(monkeypatch)
    assert told.one().status == "waiting"
    assert told.try_due() == [], "the dead process still seems to have it"
    later.move(seconds=sending.LEASE_S + 1)
    assert told.try_due() == [Outcome(True, 204)]
    assert receiver.ids == [told.one().id] * 2
    assert (told.one().status, told.one().attempts) == ("delivered", 2)


def test_who_comes_late_records_nothing(told: Desk, receiver: Receiver, later: Later) -> None:
    """A try that outlived its lease: what the newer one found stands."""
    database, ident = told.lab.runtime.database, told.one().id
    with database.writing() as session:
        slow = repository.claim(session, ident, process.owner(), clock.now(), sending.LEASE_S)
    assert slow is not None
    later.move(seconds=sending.LEASE_S + 1)
    assert told.try_due() == [Outcome(True, 204)]
    with database.writing() as session:
        assert repository.held(session, ident, slow.attempts) is None
    assert told.one().status == "delivered"


def test_what_mcm_fails_at_counts_as_a_try(told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Outcome:
        raise TypeError("kanari7 never shown")

    monkeypatch.setattr(webhook, "send", broken)
    monkeypatch.setattr(sending.log, "exception", lambda *_: None)
    (outcome,) = told.try_due()
    assert outcome is not None
    assert not outcome.ok
    row: NoticeDelivery = told.one()
    assert (row.status, row.attempts, row.lease_owner) == ("waiting", 1, None)
    assert row.next_at is not None
    assert row.next_at > clock.now()
    assert "mcm itself failed" in (row.problem or "")


def test_a_secret_that_cannot_be_opened_is_told(told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with told.lab.runtime.database.writing() as session:
        row = repository.find(session, "ops")
        assert row is not None
        row.sealed = told.lab.runtime.vault.seal(SECRET, "notice_target/other/sealed")
    (outcome,) = told.try_due()
    assert outcome is not None
    assert outcome.problem == "its secret cannot be opened: `mcm doctor` says more"


def test_mail_takes_the_same_way(desk: Desk) -> None:
    desk.mail()
    desk.happen()
    desk.spread()
    desk.try_due()
    row = desk.one("mail")
    assert (row.status, row.attempts) == ("waiting", 1)
    assert "MCM_SMTP_URL" in (row.problem or "")


def test_deliveries_go_when_they_are_old(told: Desk, receiver: Receiver, later: Later) -> None:
    told.try_due()
    told.happen()
    told.spread()
    later.move(days=400)
    database = told.lab.runtime.database

    def prune() -> list[str]:
        with database.writing() as session:
            repository.prune(session, clock.now() - timedelta(days=365))
        return [row.status for row in told.deliveries()]

    assert prune() == ["waiting"], "what is still tried stays"
    told.update(enabled=False)
    assert prune() == []
