"""mcm's side of the sync measurements: a fresh database, one account, its instance scope read twice."""

from pathlib import Path
from typing import Any

from sqlalchemy import event, select, update

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.app import build_runtime, prepare
from mcm.edge.runtime import Runtime
from mcm.models import Scope, SyncRun
from mcm.settings import Settings
from tests.bench.measure import Measured, measured
from tests.lab import CALLER

RESOURCE_TABLES = ("resource", "resource_version", "resource_native", "relation", "resource_tag", "sighting")


def prepared(directory: Path, provider: str, config: dict[str, Any], secrets: dict[str, str]) -> tuple[Runtime, Scope]:
    """A runtime whose account was discovered; the first instance scope, unread. The SDK is imported by then."""
    runtime = build_runtime(Settings(data_dir=directory, calls_per_second=100_000.0))
    prepare(runtime)
    wanted = AccountCreate.model_validate(
        {"name": "bench", "provider": provider, "ownership": "private", "config": config, "secrets": secrets}
    )
    access = accounts.draft(runtime.registry, wanted)
    with runtime.database.writing() as session:
        account = accounts.create(session, CALLER, runtime.settings, runtime.vault, wanted, access)
        discovery = session.scalars(select(Scope).where(Scope.account_id == account.id)).one()
    outcome = runtime.executor.claim_and_run(discovery.id, account.id)
    if outcome != "complete":
        raise RuntimeError(f"discovery: {outcome}")
    with runtime.database.reading() as session:
        return runtime, session.scalars(
            select(Scope).where(Scope.kind == "instance").order_by(Scope.resources.desc(), Scope.id)
        ).first()  # type: ignore[return-value]


def run_once(runtime: Runtime, scope: Scope, *, full: bool = True) -> dict[str, Any]:
    if full:
        with runtime.database.writing() as session:
            session.execute(update(Scope).where(Scope.id == scope.id).values(full_due_at=None))
    runtime.executor.claim_and_run(scope.id, scope.account_id)
    with runtime.database.reading() as session:
        run = session.scalars(
            select(SyncRun).where(SyncRun.scope_id == scope.id).order_by(SyncRun.started_at.desc()).limit(1)
        ).one()
        names = (
            "outcome",
            "mode",
            "listed",
            "added",
            "changed",
            "unchanged",
            "missing",
            "error_message",
            "api_ms",
            "db_ms",
        )
        return {name: getattr(run, name) for name in names}


def measured_syncs(directory: Path, provider: str, config: dict[str, Any], secrets: dict[str, str]) -> list[Measured]:
    """First sync, an unchanged one with the number of rows it wrote in resource tables, and the one between them."""
    runtime, scope = prepared(directory, provider, config, secrets)
    # The listing is measured with its own sign-in, like the first sync of a server that was just started.
    runtime.gateway.close()
    first = measured(lambda: run_once(runtime, scope))
    # What a first read puts off (opening a change feed that lives in the connection) is not part of every later one.
    second = measured(lambda: run_once(runtime, scope))
    with _Written(runtime) as written:
        again = measured(lambda: run_once(runtime, scope))
    again.facts["rows_written"] = written.rows
    runtime.executor.stop()
    runtime.gateway.close()
    runtime.database.dispose()
    return [first, again, second]


class _Written:
    """Counts rows written to resource tables, as the database reports them."""

    def __init__(self, runtime: Runtime) -> None:
        self.rows = 0
        self._engine = runtime.database.engine

    def __enter__(self) -> "_Written":
        event.listen(self._engine, "after_cursor_execute", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "after_cursor_execute", self._count)

    def _count(self, _c: Any, cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split()
        table = (
            words[2] if words[0].upper() in ("INSERT", "DELETE") else words[1] if words[0].upper() == "UPDATE" else ""
        )
        if table in RESOURCE_TABLES:
            self.rows += max(cursor.rowcount, 0)
