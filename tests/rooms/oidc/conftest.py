"""A real OpenID provider, a hostile one, and an mcm served on both databases that knows the real one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mcm.oidc.service import callback_path
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.harness import HarnessUnavailable, oidc
from tests.harness.oidc import OpenIdProvider
from tests.harness.oidc.hostile import HostileProvider
from tests.lab import Lab
from tests.rooms.oidc.browser import Browser

PEOPLE: dict[str, dict[str, Any]] = {
    "alice": {"email": "alice@corp.example", "email_verified": True, "name": "Alice", "preferred_username": "alice",
              "groups": ["operators", "staff"]},
    "bob": {"email": "bob@corp.example", "email_verified": False, "groups": ["staff"]},
    "mallory": {"email": "mallory@evil.example", "email_verified": True},
}  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    try:
        made = oidc.start(PEOPLE, callback_path("real"))
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield made
    made.stop()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "mcm.db")
    return f"sqlite:///{tmp_path / 'mcm.db'}"


@pytest.fixture
def hostile() -> Iterator[HostileProvider]:
    made = HostileProvider()
    yield made
    made.stop()


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as made:
        yield made


@pytest.fixture
def browser(served: Served) -> Iterator[Browser]:
    made = Browser(served.url)
    yield made
    made.close()


@pytest.fixture
def known(served: Served, provider: OpenIdProvider) -> Callable[..., None]:
    """Tells mcm of the real provider."""

    def add(name: str = "real", algorithm: str = "RS256", **more: Any) -> None:
        register(
            served, name, issuer=provider.issuer, client_id=provider.client_id(algorithm),
            client_secret=provider.secret, **more,
        )  # fmt: skip

    return add


def register(served: Served, name: str, **values: Any) -> dict[str, Any]:
    answer = served.send("POST", "/api/v1/oidc-providers", {"name": name, "sign_up": True, **values})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
