"""Fixtures every ring may use: both databases, and the real services. What cannot be had skips with its reason."""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher, Type

from mcm.audit import service as audit
from mcm.contract.conformance.acting import Acting
from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.identity import passwords
from mcm.vault import Vault
from tests.canary import _canaries_watched, _no_canary_seen  # noqa: F401
from tests.days import _no_midnight_inside  # noqa: F401
from tests.harness import HarnessUnavailable, moto, postgres, vcsim
from tests.harness.openstack import cloud as openstack
from tests.harness.postgres import PostgresServer
from tests.harness.postgres_pool import DatabasePool
from tests.harness.replay import ec2
from tests.proofs import pytest_runtest_makereport  # noqa: F401
from tests.threads import _nothing_goes_on  # noqa: F401

_SERVER = pytest.StashKey[PostgresServer]()
OPENSTACK_NAME = "tests"
_QUICK = PasswordHasher(1, 64, 1, hash_len=32, salt_len=16, type=Type.ID)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    try:
        config.stash[_SERVER] = postgres.start()
        config.stash[_SERVER].publish()
    except HarnessUnavailable as unavailable:
        postgres.publish_unavailable(str(unavailable))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the collector need not look through it after every few tests."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.stop()


# What a conformance test asks its cloud to have, told by the fixture it uses.
_ACTING = frozenset(name for name in vars(Acting) if name.startswith("test_")) - {
    "test_every_action_is_offered_or_has_its_sentence"
}
_NEEDS = {"feeds": "change_feed", "paged_scope": "pages", "wrong_credentials": "refusals"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a provider's class says its cloud cannot show, or one database does not have, is left out, not skipped."""
    for path in {item.path for item in items if item.get_closest_marker("openstack")}:
        if "mark.openstack" not in path.read_text():
            raise pytest.UsageError(
                f"{path} has tests for OpenStack, but tests/run.py cannot tell: name the marker there"
            )
    left_out = [item for item in items if _cannot_show(item) or _of_the_other_database(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _of_the_other_database(item: pytest.Item) -> bool:
    only = item.get_closest_marker("only_on")
    if only is None:
        return False
    params = getattr(item, "callspec").params  # noqa: B009
    return bool(params.get("database_url") != only.args[0])


def _cannot_show(item: pytest.Item) -> bool:
    without = getattr(getattr(item, "cls", None), "without", {})
    if not without:
        return False
    names = {need for fixture, need in _NEEDS.items() if fixture in getattr(item, "fixturenames", ())}
    if "durable" in item.name:
        names.add("durable_feed")
    if item.name.split("[")[0] in _ACTING:
        names.add("actions")
    return item.name in without or not names.isdisjoint(without)


@pytest.fixture(autouse=True)
def _quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of passwords are hashed; how well is the matter of test_passwords.py."""
    if request.path.name != "test_passwords.py":
        monkeypatch.setattr(passwords, "_HASHER", _QUICK)


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    try:
        return postgres.attach()
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "mcm.db"
    engine = build_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A migrated PostgreSQL database of this worker, to be copied."""
    name = postgres_server.create_database()
    engine = build_engine(postgres_server.url_for(name), null_pool=True)
    migrate.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def postgres_pool(postgres_server: PostgresServer, postgres_template: str) -> DatabasePool:
    return DatabasePool(postgres_server, postgres_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        file = tmp_path / "mcm.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    pool: DatabasePool = request.getfixturevalue("postgres_pool")
    name = pool.lend()
    yield server.url_for(name)
    pool.take_back(name)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(build_engine(database_url))
    audit.install(made, Vault(tmp_path / "master.key"))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def moto_server() -> Iterator[moto.MotoServer]:
    try:
        server = moto.start()
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def vcsim_server() -> Iterator[vcsim.VcsimServer]:
    """Two clusters of three hosts and two standalone machines' worth of instances."""
    try:
        server = vcsim.start(clusters=2, hosts=3, vms=4)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def ec2_replay() -> Iterator[object]:
    """A factory: start(instances=…) gives a paging replay server; all end with the module."""
    started = []

    def start(**options: int) -> object:
        server = ec2.start(**options)  # type: ignore[arg-type]
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def openstack_cloud() -> openstack.OpenStackCloud:
    """The cloud `tests.run` started beforehand under this name, else one started now."""
    try:
        return openstack.find(OPENSTACK_NAME) or openstack.start(name=OPENSTACK_NAME, page_limit=3)
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
