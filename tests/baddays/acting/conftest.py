"""The clouds, one of each for all modules; a bench on each database, for one module; and processes to kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.baddays.acting import clouds
from tests.baddays.acting.engine import Bench
from tests.baddays.acting.killing import Victims
from tests.baddays.acting.ways import Cloud
from tests.conftest import OPENSTACK_NAME
from tests.harness import HarnessUnavailable
from tests.harness.postgres import PostgresServer


@pytest.fixture(scope="session")
def vsphere() -> Iterator[Cloud]:
    try:
        with clouds.vsphere() as cloud:
            yield cloud
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def amazon() -> Iterator[Cloud]:
    try:
        with clouds.amazon() as cloud:
            yield cloud
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def openstack() -> Iterator[Cloud]:
    try:
        with clouds.openstack(OPENSTACK_NAME) as cloud:
            yield cloud
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def victims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victims]:
    with Victims(tmp_path_factory.mktemp("victims")) as started:
        yield started


@pytest.fixture(scope="module")
def sqlite_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("sqlite") / "mcm.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> str:
    return postgres_server.url_for(postgres_server.create_database(template=postgres_template))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """One database for all tests of a module, of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(scope="module")
def on_vsphere(database_url: str, vsphere: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(database_url, tmp_path_factory.mktemp("vsphere"), vsphere)
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def on_amazon(database_url: str, amazon: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(database_url, tmp_path_factory.mktemp("amazon"), amazon)
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def on_openstack(database_url: str, openstack: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(database_url, tmp_path_factory.mktemp("openstack"), openstack)
    yield bench
    bench.close()
