"""mcm's own database is locked, full, read-only or broken: reads go on where they can, changes refuse and say why."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url, text

from mcm.app import prepare
from mcm.db import engine as engine_module
from mcm.db import migrate
from mcm.errors import Unavailable
from mcm.kit import clock
from mcm.models import Scope
from tests import lab as labs
from tests.baddays.disks import Disk, Mounted, small_disk
from tests.baddays.serving import Served, serving
from tests.lab import Lab

KINDS = ("instance",)
READS = [
    *("/healthz", "/readyz", "/metrics", "/api/v1/accounts", "/api/v1/instances", "/api/v1/sync/runs"),
    *("/api/v1/accounts/lab", "/api/v1/resources?filter=kind%20%3D%20%22instance%22", "/api/v1/system/doctor"),
]
ACCOUNT = {"name": "new", "provider": "simulated", "ownership": "private", "secrets": {"token": "x"}}

_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def _locked(lab: Lab) -> Iterator[None]:
    """Another process holds the database for writing."""
    if lab.runtime.database.dialect == "sqlite":
        file = str(make_url(lab.runtime.settings.database).database)
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLDER, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate("\n", timeout=60)
        return
    url = make_url(lab.runtime.settings.database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE account, scope, sync_run, idempotency_key IN SHARE MODE")
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits half a minute for a lock."""
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_S", 1)


def _read_everything(served: Served) -> dict[str, int]:
    return {path: served.http.get(path).status_code for path in READS}


def _refused(served: Served, words: str, *, key: str = "", **more: object) -> None:
    answer = served.send("POST", "/api/v1/accounts?check=false", {**ACCOUNT, **more}, key=key)
    assert answer.status_code == 503, answer.text
    body = answer.json()
    assert body["code"] == "unavailable"
    assert words in body["detail"]
    assert "nothing was changed" in body["detail"]
    assert not any(word in answer.text for word in ("INSERT", "sqlite3", "psycopg", "Traceback", "mcm.db"))


def _good(lab: Lab, **config: Any) -> None:
    small: dict[str, Any] = {"regions": "1", "instances": 10}
    lab.account(**(small | config))
    lab.sync(kinds=KINDS)


def test_locked_database_is_read_and_changes_are_refused_until_it_is_free(impatient: None, lab: Lab) -> None:
    _good(lab)
    before = lab.dump()
    with serving(lab) as served:
        with _locked(lab):
            assert set(_read_everything(served).values()) == {200}
            _refused(served, "busy", key="the-same")
            scope = lab.scope("instance")
            with pytest.raises(Unavailable, match="busy"):
                lab.runtime.executor.claim_and_run(scope.id, scope.account_id)
        assert lab.dump() == before
        answer = served.send("POST", "/api/v1/accounts?check=false", ACCOUNT, key="the-same")
        assert answer.status_code == 201
        assert lab.run("instance").outcome == "complete"


def test_many_changes_at_a_locked_database_do_not_queue_up_behind_each_other(impatient: None, lab: Lab) -> None:
    _good(lab)
    with serving(lab) as served, _locked(lab), ThreadPoolExecutor(12) as pool:
        bodies = [{**ACCOUNT, "name": f"new-{number}"} for number in range(12)]
        answers = list(pool.map(lambda body: served.send("POST", "/api/v1/accounts?check=false", body), bodies))
        assert {answer.status_code for answer in answers} == {503}
        assert all("busy" in answer.json()["detail"] for answer in answers)
    assert lab.count("account") == 1


def test_read_that_cannot_be_stored_is_not_lost_for_ever(impatient: None, lab: Lab) -> None:
    """The lock comes while the cloud is read: the lease runs out, and the scope is read again."""
    _good(lab)
    scope = lab.scope("instance")
    native_id = lab.world().ids(region=scope.region)[0]
    lab.world().change(native_id, name="seen-later")
    lab.force_full(scope)
    collect = lab.runtime.executor._claim

    with pytest.MonkeyPatch.context() as patch:
        stack: list[Any] = []

        def claimed(scope_id: int, run_id: str, _if_due: bool) -> Any:
            plan = collect(scope_id, run_id)
            stack.append(_locked(lab))
            stack[0].__enter__()
            return plan

        patch.setattr(lab.runtime.executor, "_claim", claimed)
        assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "failed"
        stack[0].__exit__(None, None, None)
    assert lab.by_native_id(native_id).name != "seen-later"
    with lab.runtime.database.writing() as session:
        session.get_one(Scope, scope.id).lease_until = clock.now()
    assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "complete"
    assert lab.by_native_id(native_id).name == "seen-later"
    assert lab.count("sync_run", "outcome = 'abandoned'") == 1


def _on_a_small_disk(sqlite_template: Path, folder: Path) -> Lab:
    (folder / "mcm.db").write_bytes(sqlite_template.read_bytes())
    return labs.make(f"sqlite:///{folder / 'mcm.db'}", folder)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as made:
        yield made


def test_full_disk_is_read_and_changes_are_refused_until_there_is_room(disk: Disk, sqlite_template: Path) -> None:
    lab = _on_a_small_disk(sqlite_template, disk.folder)
    try:
        _good(lab, instances=20)
        engine = lab.runtime.database.engine
        before = lab.dump()
        with serving(lab) as served:
            disk.fill(engine)
            assert set(_read_everything(served).values()) == {200}
            # Large enough to need pages that there are not.
            _refused(served, "full", secrets={"token": "x" * 500_000})
            for native_id in lab.world().ids():
                lab.world().change(native_id, name="renamed", tags={"filler": "y" * 50_000})
            scope = lab.scope("instance")
            with suppress(Unavailable):
                assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "failed"
            assert lab.dump() == before
            assert migrate.damage(engine) == []
            disk.free(engine)
            assert served.send("POST", "/api/v1/accounts?check=false", ACCOUNT).status_code == 201
            assert lab.run("instance", scope.region).outcome == "complete"
            assert migrate.damage(engine) == []
    finally:
        disk.free(lab.runtime.database.engine)
        lab.close()


def test_disk_that_fills_up_during_a_read_leaves_the_last_good_state(disk: Disk, sqlite_template: Path) -> None:
    lab = _on_a_small_disk(sqlite_template, disk.folder)
    try:
        _good(lab, instances=60)
        scope = lab.scope("instance")
        before = lab.dump()
        claim = lab.runtime.executor._claim

        def claimed(scope_id: int, run_id: str, _if_due: bool) -> Any:
            plan = claim(scope_id, run_id)
            disk.fill(lab.runtime.database.engine)
            return plan

        for native_id in lab.world().ids():
            lab.world().change(native_id, name="renamed", tags={f"k{n}": "y" * 500 for n in range(20)})
        lab.force_full(scope)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lab.runtime.executor, "_claim", claimed)
            assert lab.runtime.executor.claim_and_run(scope.id, scope.account_id) == "failed"
        assert lab.dump() == before
        disk.free(lab.runtime.database.engine)
        assert migrate.damage(lab.runtime.database.engine) == []
    finally:
        disk.free(lab.runtime.database.engine)
        lab.close()


def test_read_only_database_is_read_and_changes_are_refused(sqlite_lab: Lab) -> None:
    lab = sqlite_lab
    _good(lab)
    engine = lab.runtime.database.engine
    before = lab.dump()
    with serving(lab) as served:
        event.listen(engine, "connect", _query_only)
        engine.dispose()
        assert set(_read_everything(served).values()) == {200}
        _refused(served, "read-only")
        scope = lab.scope("instance")
        with pytest.raises(Unavailable, match="read-only"):
            lab.runtime.executor.claim_and_run(scope.id, scope.account_id)
        assert lab.dump() == before
        event.remove(engine, "connect", _query_only)
        engine.dispose()
        assert served.send("POST", "/api/v1/accounts?check=false", ACCOUNT).status_code == 201
        assert lab.run("instance", scope.region).outcome == "complete"


def _query_only(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")


@pytest.mark.parametrize("left_by", ["a clean end", "a kill in the middle of a read"])
def test_read_only_disk_is_read_and_changes_are_refused(
    disk: Disk, sqlite_template: Path, tmp_path: Path, left_by: str
) -> None:
    if not isinstance(disk, Mounted):
        pytest.skip("only root can make a disk read-only")
    before = _on_a_small_disk(sqlite_template, tmp_path)
    _good(before, instances=20)
    if left_by != "a clean end":
        with before.runtime.database.writing() as session:
            row = session.get_one(Scope, before.scope("instance").id)
            row.lease_run, row.lease_owner = "run_of_the_dead", f"{platform.node()}:4194303:1"
        # With the log that a killed process leaves.
        _copy(tmp_path, disk.folder)
    before.close()
    if left_by == "a clean end":
        _copy(tmp_path, disk.folder)
    assert (disk.folder / "mcm.db-wal").exists() == (left_by != "a clean end")
    disk.protect()
    lab = labs.make(f"sqlite:///{disk.folder / 'mcm.db'}", disk.folder)
    try:
        prepare(lab.runtime)
        with serving(lab) as served:
            assert set(_read_everything(served).values()) == {200}
            assert len(served.get("/api/v1/instances").json()["items"]) == 20
            _refused(served, "read-only")
    finally:
        lab.close()
        disk.release()


def _copy(source: Path, target: Path) -> None:
    for file in (*source.glob("mcm.db*"), source / "master.key"):
        shutil.copy(file, target)


def test_read_only_postgresql_is_read_and_changes_are_refused(
    postgres_server: Any, postgres_template: str, tmp_path: Path
) -> None:
    name = postgres_server.create_database(template=postgres_template)
    lab = labs.make(postgres_server.url_for(name), tmp_path)
    try:
        _good(lab)
        _default(lab, name, "on")
        with serving(lab) as served:
            assert set(_read_everything(served).values()) == {200}
            _refused(served, "read-only")
            _default(lab, name, "off")
            assert served.send("POST", "/api/v1/accounts?check=false", ACCOUNT).status_code == 201
    finally:
        lab.close()


def _default(lab: Lab, database: str, value: str) -> None:
    """As a standby, or an administrator before maintenance, would have it."""
    with lab.runtime.database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text(f'ALTER DATABASE "{database}" SET default_transaction_read_only = {value}'))
    lab.runtime.database.engine.dispose()


def test_damaged_file_is_said_plainly(sqlite_lab: Lab, tmp_path: Path) -> None:
    _good(sqlite_lab, instances=5)
    sqlite_lab.runtime.database.engine.dispose()
    for leftover in tmp_path.glob("mcm.db-*"):
        leftover.unlink()
    (tmp_path / "mcm.db").write_bytes(b"this was a database once" * 1000)
    with serving(sqlite_lab) as served:
        assert served.get("/healthz").status_code == 200
        for path in ("/readyz", "/api/v1/accounts", "/api/v1/instances"):
            answer = served.get(path)
            assert answer.status_code == 503
            assert "damaged" in answer.text
            assert str(tmp_path) not in answer.text


def test_folder_that_is_gone_is_said_plainly(sqlite_lab: Lab, tmp_path: Path) -> None:
    sqlite_lab.runtime.database.engine.dispose()
    for file in tmp_path.glob("mcm.db*"):
        file.unlink()
    (tmp_path / "mcm.db").mkdir()
    with serving(sqlite_lab) as served:
        answer = served.get("/api/v1/accounts")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "cannot be opened" in answer.json()["detail"]
        assert str(tmp_path) not in answer.text


def test_change_whose_audit_row_cannot_be_written_does_not_happen(served: Served, lab: Lab) -> None:
    with lab.runtime.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_event RENAME TO audit_event_gone"))
    for method, path, body in (
        ("POST", "/api/v1/accounts?check=false", ACCOUNT),
        ("POST", "/api/v1/accounts", ACCOUNT),
    ):
        answer = served.send(method, path, body)
        assert answer.status_code == 503
    assert lab.count("account") == 0
    assert lab.count("secret") == 0
    assert lab.count("idempotency_key") == 0
