"""The master key may be on a server that takes its time: nothing is written, and nobody waits, while it is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from mcm.identity import totp
from mcm.kit import clock
from mcm.vault import Vault, VaultError
from mcm.vault.prepared import Prepared
from tests.baddays.serving import serving
from tests.lab import Lab
from tests.rooms.identity.people import PASSWORD, Moved, Person, user


@pytest.fixture
def asked(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """(place, whether a transaction that writes was open) of each value that the source of keys has handled."""
    database: Any = lab.runtime.database
    writing, source = database.writing, lab.runtime.vault.source
    here, found = threading.local(), []

    @contextmanager
    def watched(**options: Any) -> Iterator[Any]:
        with writing(**options) as session:
            here.open = True
            try:
                yield session
            finally:
                here.open = False

    def noted(work: Any) -> Any:
        def call(value: bytes, place: str, *rest: Any) -> Any:
            found.append((place, getattr(here, "open", False)))
            return work(value, place, *rest)

        return call

    monkeypatch.setattr(database, "writing", watched)
    monkeypatch.setattr(source, "wrap", noted(source.wrap))
    monkeypatch.setattr(source, "unwrap", noted(source.unwrap))
    return found


def test_signing_in_with_a_second_factor(
    lab: Lab, asked: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = Moved()
    moved.ahead = timedelta(0)
    monkeypatch.setattr(clock, "now", moved.now)
    user(lab)
    with serving(lab) as served:
        person = Person(served)
        person.login()
        asked.clear()
        secret = person.send("POST", "/auth/totp").json()["key"]
        assert person.send("POST", "/auth/totp/confirm", {"code": totp.code_at(secret, totp.step_now())}).is_success
        kept = [writing for place, writing in asked if place.startswith("identity_secret/prn_")]
        assert kept == [False, False, False], "sealed, opened, and sealed where it counts"
        for path in ("/auth/login", "/auth/confirm"):
            moved.ahead += timedelta(minutes=2)
            asked.clear()
            code = totp.code_at(secret, totp.step_now())
            body = {"password": PASSWORD, "code": code} | ({"name": "anna"} if path == "/auth/login" else {})
            answer = person.send("POST", path, body)
            assert answer.is_success, answer.text
            person.csrf = answer.json()["csrf_token"]
            assert [writing for place, writing in asked if place.endswith("/totp/sealed")] == [False], path


def test_an_accounts_secrets(lab: Lab, asked: list[tuple[str, bool]]) -> None:
    lab.account("before")
    cloud = {"cloud_id": lab.clouds["before"], "instances": 4}
    with serving(lab) as served:
        for method, path, body in (
            ("POST", "/accounts", {"name": "new", "provider": "simulated", "ownership": "private", "config": cloud,
                                   "secrets": {"token": "kanari7-token"}}),
            ("PATCH", "/accounts/before", {"secrets": {"token": "kanari7-other"}}),
            ("PATCH", "/accounts/before", {"config": cloud, "secrets": {"token": "kanari7-other"}}),
            ("POST", "/accounts/before/check", None),
        ):  # fmt: skip
            asked.clear()
            answer = served.send(method, f"/api/v1{path}", body)
            assert answer.is_success, answer.text
            places = [writing for place, writing in asked if place.startswith("secret/")]
            assert places, path
            assert not any(places), path


def test_an_openid_providers_secret(lab: Lab, asked: list[tuple[str, bool]]) -> None:
    body = {"name": "id", "issuer": "https://id.example", "client_id": "mcm", "client_secret": "kanari7-client"}
    with serving(lab) as served:
        for method, path, sent in (
            ("POST", "/oidc-providers", body),
            ("PATCH", "/oidc-providers/id", {"client_secret": "kanari7-other"}),
        ):
            asked.clear()
            answer = served.send(method, f"/api/v1{path}", sent)
            assert answer.is_success, answer.text
            assert [writing for place, writing in asked if place.startswith("oidc_provider/")] == [False], path


def test_reading_a_cloud(lab: Lab, asked: list[tuple[str, bool]]) -> None:
    lab.account("read", instances=2, regions="1")
    asked.clear()
    assert lab.run("region", name="read").outcome == "complete"
    assert [writing for place, writing in asked if place.startswith("secret/")] == [False]


def test_what_was_not_prepared_is_done_then(lab: Lab) -> None:
    vault = lab.runtime.vault
    first, second = vault.seal("one", "a/1/sealed"), vault.seal("two", "a/1/sealed")
    ready = Prepared(vault)
    ready.open_ahead(first, "a/1/sealed")
    assert ready.open(first, "a/1/sealed") == "one"
    assert ready.open(second, "a/1/sealed") == "two", "sealed anew meanwhile"
    with pytest.raises(VaultError):
        ready.open(first, "a/2/sealed")
    ready.seal_ahead("three", "b/1/sealed")
    sealed = [ready.seal("three", "b/1/sealed") for _ in range(2)]
    assert sealed[0] != sealed[1], "the second time, after a rotation, with the key of then"
    assert {Vault(vault.source).open(value, "b/1/sealed") for value in sealed} == {"three"}
