"""A served mcm with users, and clients that are signed in."""

import secrets
from typing import Any

import httpx

from mcm.identity import users
from mcm.identity.schemas import UserCreate
from mcm.kit import clock
from tests.baddays.serving import NO_TLS, Served
from tests.lab import CALLER, Lab

PASSWORD = "kanari7 several words in a row"
OTHER = "another row of words 8"


def user(lab: Lab, name: str = "anna", *roles: str, password: str | None = PASSWORD, **more: Any) -> str:
    """Makes a user; returns the id. The password is their own."""
    wanted = UserCreate.model_validate(
        {"name": name, "password": password, "roles": roles, "must_change": False} | more
    )
    hashed = users.hash_for(wanted, name)
    with lab.runtime.database.writing() as session:
        return users.create(session, CALLER, wanted, hashed)[0].id


class Person:
    """A browser: keeps its cookie, sends the CSRF token with every change."""

    def __init__(self, served: Served) -> None:
        self.http = httpx.Client(base_url=served.url, trust_env=False, timeout=60, verify=NO_TLS)
        self.csrf = ""

    def login(self, name: str = "anna", password: str = PASSWORD, **more: Any) -> httpx.Response:
        answer = self.http.post("/api/v1/auth/login", json={"name": name, "password": password} | more)
        if answer.is_success:
            self.csrf = answer.json()["csrf_token"]
        return answer

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(f"/api/v1{path}", params=params)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {"X-CSRF-Token": self.csrf, "Idempotency-Key": secrets.token_hex(8)} | headers
        answer = self.http.request(method, f"/api/v1{path}", json=body, headers=given)
        if answer.is_success and answer.content and isinstance(answer.json(), dict) and answer.json().get("csrf_token"):
            self.csrf = answer.json()["csrf_token"]
        return answer

    @property
    def cookie(self) -> str:
        return self.http.cookies.get("mcm_session") or ""


def program(served: Served, token: str) -> Person:
    """Sends the API token, and no cookie."""
    one = Person(served)
    one.http.headers["Authorization"] = f"Bearer {token}"
    return one


class Moved:
    """A clock that tests set; install it with monkeypatch."""

    def __init__(self) -> None:
        self._real = clock.now
        self._stopped: Any = None
        self.ahead: Any = None

    def stop(self) -> None:
        """From here on only `ahead` moves it: what holds for 30 seconds is not left to chance."""
        self._stopped = self._real()

    def now(self) -> Any:
        now = self._stopped or self._real()
        return now + self.ahead if self.ahead else now
