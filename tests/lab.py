"""A whole mcm without HTTP: a runtime on a given database, simulated accounts, reads run one by one in this thread."""

import itertools
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text, update

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.app import build_runtime
from mcm.auth.service import local_caller
from mcm.contract import ResourceKind
from mcm.edge.runtime import Runtime
from mcm.models import Account, ResourceRow, Scope, SyncRun
from mcm.settings import Settings
from mcm_providers.simulated.world import World, worlds

CALLER = local_caller("test", "rq_test")
_numbers: dict[str, "itertools.count[int]"] = {}
_whose = ""


@dataclass
class Lab:
    """`sync` reads every scope of an account once; `run` reads one scope and returns its ledger row."""

    runtime: Runtime
    clouds: dict[str, str] = field(default_factory=dict)

    def account(
        self, name: str = "lab", *, cloud: str | None = None, token: str = "kanari7-token", **config: Any
    ) -> str:
        """Adds a simulated account without checking it; returns its id. `cloud`: share the world of that account."""
        cloud_id = self.clouds[cloud] if cloud else _new_cloud()
        self.clouds[name] = cloud_id
        wanted = AccountCreate.model_validate(
            {
                "name": name,
                "provider": "simulated",
                "ownership": "private",
                "config": {"instances": 40, "regions": "2", "page_size": 10, "cloud_id": cloud_id} | config,
                "secrets": {"token": token},
            }
        )
        access = accounts.draft(self.runtime.registry, wanted)
        with self.runtime.database.writing() as session:
            account = accounts.create(session, CALLER, self.runtime.settings, self.runtime.vault, wanted, access)
            return account.id

    def world(self, name: str = "lab") -> World:
        return worlds.get(self.clouds[name])

    def sync(self, name: str = "lab", *, full: bool = True, kinds: tuple[str, ...] = ()) -> dict[str, int]:
        """Reads discovery, then every supported scope; returns how often each outcome came."""
        outcomes: dict[str, int] = {}
        done: set[int] = set()
        while True:
            with self.runtime.database.writing() as session:
                account = accounts.get(session, name)
                left = [
                    scope.id
                    for scope in session.scalars(
                        select(Scope)
                        .where(Scope.account_id == account.id, Scope.status != "unsupported")
                        .order_by(Scope.kind != "region", Scope.id)
                    )
                    if scope.id not in done and (not kinds or scope.kind in (*kinds, "region"))
                ]
            if not left:
                return outcomes
            done.add(left[0])
            if full:
                self.force_full(left[0])
            outcome = self.runtime.executor.claim_and_run(left[0], account.id)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def run(self, kind: str, region: str | None = None, name: str = "lab", *, full: bool = True) -> SyncRun:
        scope = self.scope(kind, region, name)
        if full:
            self.force_full(scope)
        self.runtime.executor.claim_and_run(scope.id, scope.account_id)
        with self.runtime.database.reading() as session:
            return session.scalars(
                select(SyncRun).where(SyncRun.scope_id == scope.id).order_by(SyncRun.started_at.desc()).limit(1)
            ).one()

    def force_full(self, scope: Scope | int) -> None:
        """The next read of the scope is a full one."""
        scope_id = scope if isinstance(scope, int) else scope.id
        with self.runtime.database.writing() as session:
            session.execute(update(Scope).where(Scope.id == scope_id).values(full_due_at=None))

    def scope(self, kind: str, region: str | None = None, name: str = "lab") -> Scope:
        with self.runtime.database.reading() as session:
            query = select(Scope).join(Account, Account.id == Scope.account_id).where(
                Account.name == name, Scope.kind == kind
            )  # fmt: skip
            if region is not None:
                query = query.where(Scope.region == region)
            return session.scalars(query.order_by(Scope.region).limit(1)).one()

    def resources(self, kind: ResourceKind | str = ResourceKind.INSTANCE, **columns: Any) -> list[ResourceRow]:
        with self.runtime.database.reading() as session:
            query = select(ResourceRow).where(ResourceRow.kind == str(kind))
            for name, value in columns.items():
                query = query.where(getattr(ResourceRow, name) == value)
            return list(session.scalars(query.order_by(ResourceRow.native_id)))

    def by_native_id(self, native_id: str) -> ResourceRow:
        with self.runtime.database.reading() as session:
            return session.scalars(select(ResourceRow).where(ResourceRow.native_id == native_id)).one()

    def count(self, table: str, where: str = "1 = 1") -> int:
        with self.runtime.database.reading() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar() or 0)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the resource tables, to compare before and after."""
        tables = ("resource", "resource_version", "resource_native", "relation", "resource_tag", "sighting")
        with self.runtime.database.reading() as session:
            return {
                name: sorted(tuple(map(str, row)) for row in session.execute(text(f"SELECT * FROM {name}")))
                for name in tables
            }

    def close(self) -> None:
        # Else its thread goes on looking for what is due, in a database that is gone, as long as the tests last.
        self.runtime.operations.stop()
        self.runtime.executor.stop()
        self.runtime.gateway.close()
        self.runtime.database.dispose()


def make(database_url: str, directory: Path, **settings: Any) -> Lab:
    options: dict[str, Any] = {"data_dir": directory, "database_url": database_url}
    options |= {"calls_per_second": 100_000.0, "requests_per_second": 0.0}
    return Lab(build_runtime(Settings(**(options | settings))))


@contextmanager
def clouds_named(whose: str) -> Iterator[None]:
    """Clouds are new here each time, and what is in them follows from this name instead of the test's."""
    global _whose
    before, _whose = _whose, whose
    _numbers.pop(whose, None)
    try:
        yield
    finally:
        _whose = before


def _new_cloud() -> str:
    """What is in a simulated cloud follows from its id: that of the test, so that its order among others is all one."""
    whose = _whose or os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    return f"lab-{zlib.crc32(whose.encode()):08x}-{next(_numbers.setdefault(whose, itertools.count()))}"
