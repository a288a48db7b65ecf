"""Starts a throw-away PostgreSQL server and hands out fresh databases in it.

One server serves a whole test session, xdist workers included: the controller calls start() and publish(), and whoever
runs tests, worker or not, calls attach(). Tests connect as a role that may create databases, not as superuser.
"""

import base64
import hashlib
import hmac
import importlib
import os
import pwd
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGQUIT
from typing import Any
from urllib.parse import urlsplit

from tests.harness import HarnessUnavailable
from tests.harness.packages import ensure_debian_packages
from tests.harness.ports import free_port
from tests.harness.processes import Process, ServiceFailed, run_to_end

_URL_VARIABLE = "MCM_TEST_POSTGRES_URL"
_SUPERUSER_VARIABLE = "MCM_TEST_POSTGRES_SUPERUSER_PASSWORD"
_REASON_VARIABLE = "MCM_TEST_POSTGRES_UNAVAILABLE"
_SUPERUSER = "postgres"
_ROLE = "mcm"
_MAINTENANCE_DATABASE = "postgres"
_START_ATTEMPTS = 3

# Nobody keeps this data, so it need not survive a power cut. Autovacuum stays on: plans depend on its statistics.
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
timezone = 'UTC'
log_timezone = 'UTC'
"""


@dataclass(frozen=True)
class PostgresServer:
    """A running server as one process sees it; only the process that started it can stop it."""

    port: int
    password: str = field(repr=False)
    superuser_password: str = field(repr=False)
    host: str = "127.0.0.1"
    _process: Process | None = field(default=None, repr=False, compare=False)

    def url_for(self, database: str) -> str:
        """Returns an SQLAlchemy URL, password included."""
        return f"postgresql+psycopg://{_ROLE}:{self.password}@{self.host}:{self.port}/{database}"

    def create_database(self, *, template: str | None = None) -> str:
        """Creates a database with a new random name and returns its name.

        Empty, or a copy of `template` (migrate one database once and copy it, which is much cheaper than migrating
        each); nobody may be connected to the template meanwhile.
        """
        name = f"mcm_{secrets.token_hex(6)}"
        # template0 and not template1: PostgreSQL keeps everybody from connecting to it, so copying never has to wait.
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return name

    def drop_database(self, database: str) -> None:
        """Ends every connection to the database and drops it; one that does not exist is no error."""
        # Not DROP … WITH (FORCE): that is refused to our role while an autovacuum worker, a superuser's, is at work.
        self._administer(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            (database,),
        )
        self._administer(f'DROP DATABASE IF EXISTS "{database}"')

    def publish(self) -> None:
        """Lets attach() find this server, in this process and in those it starts from now on."""
        os.environ[_URL_VARIABLE] = self.url_for(_MAINTENANCE_DATABASE)
        os.environ[_SUPERUSER_VARIABLE] = self.superuser_password
        os.environ.pop(_REASON_VARIABLE, None)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()
            if os.environ.get(_URL_VARIABLE) == self.url_for(_MAINTENANCE_DATABASE):
                del os.environ[_URL_VARIABLE], os.environ[_SUPERUSER_VARIABLE]

    def administering(self, database: str = _MAINTENANCE_DATABASE) -> Any:
        """A connection as superuser, of the harness itself and never of what is tested; closed by `with`."""
        return _connect(self.host, self.port, _SUPERUSER, self.superuser_password, database)

    def _administer(self, statement: str, parameters: tuple[str, ...] = ()) -> None:
        with _connect(self.host, self.port, _ROLE, self.password) as connection:
            connection.execute(statement, parameters)


def start() -> PostgresServer:
    """Starts a server with a random password, installing PostgreSQL when needed; raises HarnessUnavailable.

    Call it from the main thread: the server ends with the process that called.
    """
    _psycopg()
    binaries = _binaries()
    user = _unprivileged_user()
    for attempt in range(1, _START_ATTEMPTS + 1):
        # SIGQUIT is the "immediate" shutdown: nothing here is worth a checkpoint, and SIGTERM would wait for clients.
        process = Process("postgres", user=user, stop_signal=SIGQUIT, parent_death_signal=SIGQUIT)
        try:
            return _start(process, binaries)
        except BaseException as error:
            process.stop()
            port_was_taken = isinstance(error, ServiceFailed) and "Address already in use" in str(error)
            if not port_was_taken or attempt == _START_ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def publish_unavailable(reason: str) -> None:
    """Makes attach() raise with this reason, also in the processes started from now on."""
    os.environ[_REASON_VARIABLE] = reason


def attach() -> PostgresServer:
    """Returns the server that publish() announced; raises HarnessUnavailable when there is none."""
    url = os.environ.get(_URL_VARIABLE)
    if not url:
        raise HarnessUnavailable(os.environ.get(_REASON_VARIABLE) or "No PostgreSQL server was started for this run.")
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    assert parts.password
    superuser_password = os.environ[_SUPERUSER_VARIABLE]
    return PostgresServer(parts.port, parts.password, superuser_password, parts.hostname)


def _start(process: Process, binaries: Path) -> PostgresServer:
    data = process.folder / "data"
    superuser_password, password = secrets.token_urlsafe(24), f"kanari7{secrets.token_urlsafe(24)}"
    password_file = process.folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(superuser_password)
    if process.user is not None:
        shutil.chown(password_file, process.user)
    run_to_end(
        [
            *(str(binaries / "initdb"), f"--pgdata={data}", f"--username={_SUPERUSER}", f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
        ],
        user=process.user,
        cwd=process.folder,
    )
    password_file.unlink()
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write(_SETTINGS)
    port = free_port()
    process.start([str(binaries / "postgres"), "-D", str(data), "-p", str(port)])
    process.wait_for_line("ready to accept connections")
    with _connect("127.0.0.1", port, _SUPERUSER, superuser_password) as connection:
        # Hashed here, so that the server never sees, and cannot log, the password itself.
        connection.execute(f"CREATE ROLE {_ROLE} LOGIN CREATEDB PASSWORD '{_verifier(password)}'")
        connection.execute(f"ALTER ROLE {_SUPERUSER} PASSWORD '{_verifier(superuser_password)}'")
    return PostgresServer(port, password, superuser_password, _process=process)


def _verifier(password: str) -> str:
    """What SCRAM-SHA-256 keeps of a password (RFC 5803), of one round: thousands of connections are made, and nobody
    attacks a password that lives for minutes."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256$1:{encoded[0]}${encoded[1]}:{encoded[2]}"


def _binaries() -> Path:
    """The folder of the newest server, installed when there is none."""
    found = _installed_binaries()
    if found is None:
        reason = ensure_debian_packages(["postgresql"])
        found = _installed_binaries()
        if found is None:
            raise HarnessUnavailable(reason or "The package postgresql is installed, but no initdb can be found.")
    return found


def _installed_binaries() -> Path | None:
    # Debian keeps the server's programs out of PATH, one folder for each major version.
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def _unprivileged_user() -> str | None:
    """Whom to run the server as: it refuses root, for which Debian's package brings a user."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _psycopg() -> Any:
    try:
        return importlib.import_module("psycopg")
    except ImportError as error:
        raise HarnessUnavailable(f"psycopg cannot be imported: {error}.") from error


def _connect(host: str, port: int, user: str, password: str, database: str = _MAINTENANCE_DATABASE) -> Any:
    return _psycopg().connect(host=host, port=port, user=user, password=password, dbname=database, autocommit=True)
