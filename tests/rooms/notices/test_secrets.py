"""The secret goes in and never comes out, and no transaction waits for the master key."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import inspect, text

from mcm.keys import rotation
from mcm.models import NoticeTarget
from mcm.notices import service
from mcm.vault import sealed
from tests.baddays.serving import serving
from tests.rooms.notices.desk import Desk
from tests.rooms.notices.receiver import SECRET, Receiver

TARGETS = "/api/v1/notice-targets"
HOOK = {"name": "ops", "type": "webhook", "signing_secret": SECRET}
OTHER = "kanari7BBBBBBBBBBBBBBBBBBBBBBBBB"


@pytest.fixture
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open, each time the master key was used for a target's secret."""
    database: Any = desk.lab.runtime.database
    source, here, found = desk.lab.runtime.vault.source, threading.local(), []

    def watched(inner: Any) -> Any:
        @contextmanager
        def opened(**options: Any) -> Iterator[Any]:
            with inner(**options) as session:
                here.open = True
                try:
                    yield session
                finally:
                    here.open = False

        return opened

    def noted(work: Any) -> Any:
        def call(value: bytes, place: str, *rest: Any) -> Any:
            if place.startswith("notice_target/"):
                found.append(getattr(here, "open", False))
            return work(value, place, *rest)

        return call

    monkeypatch.setattr(database, "writing", watched(database.writing))
    monkeypatch.setattr(database, "reading", watched(database.reading))
    monkeypatch.setattr(source, "wrap", noted(source.wrap))
    monkeypatch.setattr(source, "unwrap", noted(source.unwrap))
    return found


def test_no_transaction_is_open_while_the_master_key_is_used(desk: Desk, receiver: Receiver, asked: list[bool]) -> None:
    with serving(desk.lab) as served:
        assert served.send("POST", TARGETS, HOOK | {"url": receiver.url}).status_code == 201
        assert served.send("PATCH", f"{TARGETS}/ops", {"signing_secret": OTHER}).status_code == 200
        assert served.send("POST", f"{TARGETS}/ops/test").json()["ok"]
    desk.happen()
    desk.spread()
    desk.try_due()
    assert asked == [False] * 4
    assert all(one.signed_with(OTHER) for one in receiver.taken)


def test_it_stands_nowhere_in_clear(desk: Desk, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """Answers and logs are watched by `tests.canary` as well."""
    caplog.set_level(logging.DEBUG)
    with serving(desk.lab) as served:
        answers = [
            served.send("POST", TARGETS, HOOK | {"url": receiver.url}),
            served.send("PATCH", f"{TARGETS}/ops", {"signing_secret": OTHER}),
            served.send("PATCH", f"{TARGETS}/ops", {"signing_secret": f"{OTHER}!"}),
            served.send("POST", f"{TARGETS}/ops/test"),
            served.get(TARGETS),
            served.get(f"{TARGETS}/ops"),
        ]
        desk.happen()
        desk.spread()
        receiver.statuses = [500, 204]
        desk.try_due()
        answers.append(served.get(f"{TARGETS}/ops/deliveries"))
        answers.append(served.send("DELETE", f"{TARGETS}/ops"))
    assert [answer.status_code for answer in answers] == [201, 200, 422, 200, 200, 200, 200, 200]
    shown = "".join(answer.text for answer in answers) + caplog.text + str([one.headers for one in receiver.taken])
    shown += "".join(one.body.decode() for one in receiver.taken) + _database(desk)
    for secret in (SECRET, OTHER):
        assert secret.removeprefix("whsec_") not in shown
    assert {row.action for row in desk.audited("notice_target.update")} == {"notice_target.update"}


def test_the_trail_names_neither_url_nor_secret(desk: Desk) -> None:
    desk.webhook("https://hooks.example/services/T000/kept-in-the-path")
    desk.update(url="https://hooks.example/services/T000/kept-too", signing_secret=OTHER)
    for action in ("notice_target.create", "notice_target.update"):
        (row,) = desk.audited(action)
        assert row.details is not None
        assert set(row.details) == {"name", "type", "tenant", "kinds", "enabled", "version"}


def test_a_rotation_of_the_master_key_takes_it_along(desk: Desk, receiver: Receiver) -> None:
    desk.webhook(receiver.url)
    before = desk.row()
    runtime = desk.lab.runtime
    with serving(desk.lab) as served:
        rotated = served.send("POST", "/api/v1/keys/rotation")
        assert rotated.is_success, rotated.text
    after = desk.row()
    assert (after.master_key_id, after.sealed) != (before.master_key_id, before.sealed)
    assert service.secret(runtime.vault, after) == SECRET
    desk.happen()
    desk.spread()
    desk.try_due()
    assert receiver.taken[0].signed_with(SECRET)
    assert NoticeTarget in {column.model for column in sealed.COLUMNS}
    assert rotation.__doc__


def _database(desk: Desk) -> str:
    found = []
    with desk.lab.runtime.database.reading() as session:
        for table in inspect(session.connection()).get_table_names():
            found += [str(row) for row in session.execute(text(f'SELECT * FROM "{table}"'))]
    return "\n".join(found)
