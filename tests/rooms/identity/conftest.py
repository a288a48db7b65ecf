"""A server with an empty inventory on both databases, and a clock that can be moved."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher, Type

from mcm.identity import passwords
from mcm.kit import clock
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import Lab
from tests.rooms.identity.people import Moved, Person


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of passwords are hashed here; how well is the matter of test_passwords.py."""
    if request.path.name != "test_passwords.py":
        monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 64, 1, hash_len=32, salt_len=16, type=Type.ID))


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


@pytest.fixture
def person(served: Served) -> Iterator[Person]:
    one = Person(served)
    yield one
    one.http.close()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Moved:
    made = Moved()
    made.ahead = timedelta(0)
    monkeypatch.setattr(clock, "now", made.now)
    return made
