"""A lab on both databases with nothing in it, a receiver of webhooks, and a clock that can be moved ahead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.harness.proxy.certificates import Certificates
from tests.lab import Lab
from tests.rooms.notices.desk import Desk
from tests.rooms.notices.receiver import Receiver
from tests.rooms.operations.acting import Later


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(lab: Lab) -> Desk:
    return Desk(lab)


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    with serving(desk.lab) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


@pytest.fixture(scope="package")
def certificates() -> Iterator[Certificates]:
    made = Certificates()
    yield made
    made.close()
