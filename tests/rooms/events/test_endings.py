"""A stream does not outlive the right to it, and says why it ends."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from mcm.auth import sessions
from mcm.auth.roles import Role
from mcm.errors import Unavailable
from mcm.events import repository, stream
from mcm.kit import clock
from mcm.models import ApiToken, LoginSession
from tests.baddays.serving import Served, serving
from tests.lab import Lab
from tests.rooms.events.following import Message, following, subjects, tell
from tests.rooms.events.people import bind, signed_in, tenants, unbind, with_token
from tests.rooms.identity.people import Moved, Person, user

VIEWER: dict[str, Any] = {"role": Role.VIEWER}
_OVER = "the session or token has ended, or has no right to this any more"


@pytest.fixture
def root(lab: Lab, served: Served) -> Iterator[Person]:
    one = signed_in(lab, served, "root", {"role": Role.SECURITY_ADMIN}, VIEWER)
    yield one
    one.http.close()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Moved:
    made = Moved()
    made.ahead = timedelta(0)
    monkeypatch.setattr(clock, "now", made.now)
    return made


def _ended(rest: Sequence[Message]) -> list[tuple[str, Any, Any]]:
    """What came, which must be the end alone."""
    return [(message["event"], message["position"], message.get("reason")) for message in rest]


OVER = [("stream.end", None, _OVER)]


def _no_check_while_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is the telling that looks whether it may tell."""
    monkeypatch.setattr(stream, "CHECK_S", 1_000_000.0)
    monkeypatch.setattr(stream, "HEARTBEAT_S", 1_000_000.0)


ENDINGS: dict[str, Callable[[Person, Person], object]] = {
    "logged out": lambda person, _: person.send("POST", "/auth/logout"),
    "disabled": lambda _, root: root.send("POST", "/users/anna/disable"),
    "removed": lambda _, root: root.send("DELETE", "/users/anna"),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_a_session_that_ended_is_told_nothing_more(
    lab: Lab, served: Served, root: Person, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = signed_in(lab, served, "anna", VIEWER)
    _no_check_while_nothing_comes(monkeypatch)
    with following(person.http) as found:
        tell(lab, "before")
        assert subjects([found.next()]) == ["before"]
        other = Person(served)
        other.http.cookies.update(person.http.cookies)
        other.csrf = person.csrf
        answer: Any = ENDINGS[how](other, root)
        assert answer.is_success, answer.text
        tell(lab, "after")
        assert _ended(found.rest()) == OVER


def test_an_idle_stream_ends_too(lab: Lab, served: Served) -> None:
    person = signed_in(lab, served, "anna", VIEWER)
    program, token = with_token(served, person)
    with following(program.http) as found:
        assert person.send("DELETE", f"/tokens/{token}").is_success
        assert _ended(found.rest()) == OVER


def test_a_role_taken_away_narrows_the_stream_of_a_token(lab: Lab, served: Served) -> None:
    tenants(lab)
    user(lab, "anna")
    kept, taken = bind(lab, "anna", tenant="alpha"), bind(lab, "anna", tenant="beta")
    person = Person(served)
    person.login("anna")
    program, _ = with_token(served, person)
    with following(program.http) as found:
        tell(lab, "b1", tenant="ten_beta")
        tell(lab, "a1", tenant="ten_alpha")
        assert subjects([found.next(), found.next()]) == ["b1", "a1"]
        unbind(lab, taken)
        tell(lab, "b2", tenant="ten_beta")
        tell(lab, "a2", tenant="ten_alpha")
        assert subjects([found.next()]) == ["a2"]
        unbind(lab, kept)
        tell(lab, "a3", tenant="ten_alpha")
        assert _ended(found.rest()) == OVER


def test_the_first_user_ends_what_local_mode_began(lab: Lab, served: Served) -> None:
    with following(served.http) as found:
        tell(lab, "before")
        assert subjects([found.next()]) == ["before"]
        user(lab, "anna", "viewer")
        tell(lab, "after")
        assert _ended(found.rest()) == OVER


def test_following_does_not_keep_a_session_alive(lab: Lab, served: Served, moved: Moved) -> None:
    person = signed_in(lab, served, "anna", VIEWER)
    program, _ = with_token(served, person)
    with following(program.http) as of_token, following(person.http) as of_session:
        with lab.runtime.database.reading() as session:
            before = session.query(LoginSession.seen_at).all(), session.query(ApiToken.used_at).all()
        moved.ahead = sessions.SEEN_EVERY * 2
        tell(lab, "a")
        assert subjects([of_session.next(), of_token.next()]) == ["a", "a"]
        with lab.runtime.database.reading() as session:
            assert (session.query(LoginSession.seen_at).all(), session.query(ApiToken.used_at).all()) == before
        moved.ahead = timedelta(days=30)
        tell(lab, "much later")
        assert _ended(of_session.rest()) == OVER


def test_a_server_that_ends_says_so(lab: Lab, brisk: None) -> None:
    with serving(lab) as served, following(served.http) as found:
        lab.runtime.events.close()
        assert _ended(found.rest()) == [("stream.end", None, "the server is ending")]
        answer = served.get("/api/v1/events", follow="true")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_a_database_that_fails_ends_it_with_its_sentence(
    lab: Lab, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise Unavailable("the database does not answer")

    tell(lab, "a", "b")
    with monkeypatch.context() as patched:
        patched.setattr(repository, "after", broken)
        answer = served.get("/api/v1/events", after=0)
    assert answer.status_code == 200
    assert "event: stream.end" in answer.text
    assert "the database does not answer" in answer.text
    assert served.get("/api/v1/events", after=0).text.count("event: operation.changed") == 2
