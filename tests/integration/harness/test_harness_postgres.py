"""A PostgreSQL server of the harness: fresh databases, shared between processes, closed to everybody else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.harness import HarnessUnavailable, leftovers, postgres
from tests.harness.postgres import PostgresServer

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(900)]
_ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    try:
        server = postgres.start()
    except HarnessUnavailable as unavailable:
        pytest.skip(str(unavailable))
    yield server
    server.stop()


@pytest.fixture
def unpublished(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test publishes is forgotten again, and what the test session has published is out of sight."""
    for variable in ("URL", "SUPERUSER_PASSWORD", "UNAVAILABLE"):
        monkeypatch.setenv(f"MCM_TEST_POSTGRES_{variable}", "")


def test_each_database_is_new_and_empty(server: PostgresServer) -> None:
    first, second = server.create_database(), server.create_database()
    assert first != second
    _ask(server, first, "CREATE TABLE instance (name text)", "INSERT INTO instance VALUES ('虚拟机-1')")
    assert _ask(server, first, "SELECT name FROM instance") == "虚拟机-1"
    assert _ask(server, second, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_database_can_be_a_copy_of_another(server: PostgresServer) -> None:
    template = server.create_database()
    _ask(server, template, "CREATE TABLE migrated (version int)", "INSERT INTO migrated VALUES (7)")
    assert _ask(server, server.create_database(template=template), "SELECT version FROM migrated") == 7


def test_a_database_is_dropped_although_somebody_is_connected(server: PostgresServer) -> None:
    database = server.create_database()
    engine = create_engine(server.url_for(database))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        server.drop_database(database)
        connection.invalidate()
    with pytest.raises(OperationalError, match="does not exist"):
        _ask(server, database, "SELECT 1")
    server.drop_database(database)


def test_tests_are_not_superuser(server: PostgresServer) -> None:
    assert _ask(server, server.create_database(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


@pytest.mark.parametrize("user", ["mcm", "postgres"])
def test_nobody_gets_in_without_the_password(server: PostgresServer, user: str) -> None:
    engine = create_engine(
        f"postgresql+psycopg://{user}:wrong@{server.host}:{server.port}/postgres", poolclass=NullPool
    )
    with pytest.raises(OperationalError, match="password authentication failed"):
        engine.connect()


def test_the_password_is_in_no_process_list_log_or_repr(server: PostgresServer) -> None:
    assert server._process is not None
    secret = server.password.encode()
    assert secret not in Path(f"/proc/{server._process.pid}/cmdline").read_bytes()
    assert secret not in server._process.log_path.read_bytes()
    assert server.password not in repr(server)


@pytest.mark.usefixtures("unpublished")
def test_another_process_attaches_to_a_published_server(server: PostgresServer) -> None:
    server.publish()
    program = "from tests.harness import postgres; print(postgres.attach().create_database())"
    database = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    assert _ask(postgres.attach(), database, "SELECT current_database()") == database
    postgres.attach().stop()
    assert _ask(server, database, "SELECT 1") == 1, "only the process that started it may stop it"


@pytest.mark.usefixtures("unpublished")
def test_without_a_server_the_published_reason_is_given() -> None:
    with pytest.raises(HarnessUnavailable, match="No PostgreSQL server"):
        postgres.attach()
    postgres.publish_unavailable("Debian package postgresql cannot be installed: no network.")
    with pytest.raises(HarnessUnavailable, match="no network"):
        postgres.attach()


@pytest.mark.usefixtures("server")
def test_the_server_of_a_killed_run_ends() -> None:
    program = (
        "import time; from tests.harness import postgres; server = postgres.start()\n"
        "print(server.url_for(server.create_database()), flush=True); time.sleep(600)"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(_ROOT)}, stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    engine = create_engine(run.stdout.readline().decode().strip(), poolclass=NullPool)
    engine.connect().close()
    run.send_signal(signal.SIGKILL)
    run.communicate()
    deadline = time.monotonic() + 30
    while "refused" not in _refusal(engine):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    leftovers.sweep()


def _ask(server: PostgresServer, database: str, *statements: str) -> object:
    """Runs the statements and returns the single value of the last one, if it has one."""
    engine = create_engine(server.url_for(database), poolclass=NullPool)
    with engine.begin() as connection:
        results = [connection.execute(text(statement)) for statement in statements]
        return results[-1].scalar() if results[-1].returns_rows else None


def _refusal(engine: Engine) -> str:
    """What the server says to a connection: nothing when it takes it, and for a moment that it is shutting down."""
    try:
        engine.connect().close()
    except OperationalError as error:
        return str(error)
    return ""
