"""Sessions against a model: whatever people and administrators do in whatever order, a cookie opens exactly what it
should."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from mcm.auth import sessions
from mcm.auth.door import Presented
from mcm.auth.service import Caller
from mcm.errors import NotAuthenticated
from mcm.identity import login, own, passwords, users
from mcm.identity.errors import LoginFailed
from mcm.identity.service import Visit
from mcm.kit import clock
from tests import lab as labs
from tests.lab import CALLER
from tests.rooms.identity.people import Moved, user

_NAMES = ("anna", "ben")
_PASSWORDS = ("a row of several words", "another row of words", "yet more words in a row")
_MINUTE = timedelta(minutes=1)


class _Known:
    """What the model knows of one cookie."""

    def __init__(self, name: str, now: timedelta) -> None:
        self.name, self.opened, self.seen, self.ended = name, now, now, False

    def opens(self, now: timedelta) -> bool:
        return not self.ended and now - self.seen < sessions.IDLE and now - self.opened < sessions.LONGEST


class Sessions(RuleBasedStateMachine):
    """Real time stands still; only `wait` moves the clock, so that model and server never disagree on a tie."""

    database: Path
    clock: Moved
    cookies = Bundle("cookies")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.database, self.folder / "mcm.db")
        self.clock.ahead = timedelta(0)
        self.lab = labs.make(f"sqlite:///{self.folder / 'mcm.db'}", self.folder)
        self.passwords = dict.fromkeys(_NAMES, _PASSWORDS[0])
        self.disabled: set[str] = set()
        self.known: dict[str, _Known] = {}
        for name in _NAMES:
            user(self.lab, name, "viewer", password=_PASSWORDS[0])

    def teardown(self) -> None:
        self.lab.close()
        shutil.rmtree(self.folder)

    @property
    def now(self) -> timedelta:
        return timedelta(0) if self.clock.ahead is None else self.clock.ahead

    def _end(self, name: str, but: str = "") -> None:
        for cookie, known in self.known.items():
            if known.name == name and cookie != but:
                known.ended = True

    def _enter(self, cookie: str) -> Caller | None:
        try:
            caller = self.lab.runtime.door.identify(Presented("192.0.2.7", "rq_test", "GET", {}, cookie))
        except NotAuthenticated:
            return None
        known = self.known[cookie]
        if self.now - known.seen >= _MINUTE:
            known.seen = self.now
        return caller

    @rule(target=cookies, name=st.sampled_from(_NAMES), password=st.sampled_from(_PASSWORDS))
    def sign_in(self, name: str, password: str) -> Any:
        with self.lab.runtime.database.writing() as session:
            session.execute(text("DELETE FROM login_throttle"))
        good = password == self.passwords[name] and name not in self.disabled
        try:
            opened = login.sign_in(self.lab.runtime, Visit("192.0.2.7", "test", "rq_test"), name, password, None)
        except LoginFailed:
            assert not good
            return multiple()
        assert good
        self.known[opened.cookie] = _Known(name, self.now)
        return opened.cookie

    @rule(cookie=cookies)
    def use(self, cookie: str) -> None:
        expected = self.known[cookie].opens(self.now) and self.known[cookie].name not in self.disabled
        caller = self._enter(cookie)
        assert (caller is not None) == expected
        assert caller is None or caller.name == self.known[cookie].name

    @rule(cookie=consumes(cookies))
    def sign_out(self, cookie: str) -> None:
        if (caller := self._enter(cookie)) is not None:
            with self.lab.runtime.database.writing() as session:
                own.leave(session, caller)
            self.known[cookie].ended = True
        assert self._enter(cookie) is None

    @rule(target=cookies, cookie=consumes(cookies), fresh=st.sampled_from(_PASSWORDS))
    def change_password(self, cookie: str, fresh: str) -> Any:
        caller = self._enter(cookie)
        if caller is None:
            return multiple()
        with self.lab.runtime.database.writing() as session:
            _, row = own.yourself(session, caller)
            own.set_password(row, passwords.hashed(fresh), must_change=False)
            sessions.end_all(session, caller.principal_id, but=caller.session_id)
            opened = sessions.confirm(session, caller.session_id)
        assert opened is not None
        self._end(caller.name)
        self.passwords[caller.name] = fresh
        known = self.known[opened.cookie] = _Known(caller.name, self.known[cookie].opened)
        known.seen = self.now
        assert self._enter(cookie) is None, "the old id is dead"
        return opened.cookie

    @rule(name=st.sampled_from(_NAMES), on=st.booleans())
    def enable_or_disable(self, name: str, on: bool) -> None:
        with self.lab.runtime.database.writing() as session:
            (users.enable if on else users.disable)(session, CALLER, users.get(session, name))
        if on:
            self.disabled.discard(name)
        else:
            self.disabled.add(name)
            self._end(name)

    @rule(minutes=st.sampled_from([1, 20, 29, 31, 300]))
    def wait(self, minutes: int) -> None:
        self.clock.ahead = self.now + timedelta(minutes=minutes)

    @rule()
    def tidy(self) -> None:
        with self.lab.runtime.database.writing() as session:
            sessions.prune(session)

    @invariant()
    def no_cookie_is_in_the_database(self) -> None:
        with self.lab.runtime.database.reading() as session:
            stored = str(session.execute(text("SELECT * FROM login_session")).all())
        assert not any(cookie in stored for cookie in self.known)


def test_sessions_do_what_the_model_says(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Moved()
    frozen = clock.now()
    # Real time stands still: only `wait` moves it.
    monkeypatch.setattr(clock, "now", lambda: frozen + (moved.ahead or timedelta(0)))
    Sessions.database, Sessions.clock = sqlite_template, moved
    run_state_machine_as_test(
        Sessions,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
