"""What the audit trail costs: a change with its chained row against bare rows in as many commits; verifying against
reading the same rows and hashing the same bytes.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from mcm.audit import canonical
from mcm.audit import service as audit
from mcm.audit.keys import SegmentKeys
from mcm.audit.verify import verify
from mcm.auth.service import local_caller
from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.kit import clock
from mcm.models import AuditEvent, IdempotencyKey, Setting
from mcm.vault import Vault
from tests.bench.table import Row
from tests.harness import postgres

CALLER = local_caller("bench", "rq_bench")
DETAILS = {"labels": {"team": "a", "env": "prod"}, "owner": "li", "version": 7}
MUTATIONS = 300
ROWS = 100_000
_BATCH = 1000


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory:
        yield from _measured("SQLite", f"sqlite:///{Path(directory) / 'mcm.db'}", Path(directory), rounds)
        server = postgres.start()
        try:
            url = server.url_for(server.create_database())
            yield from _measured("PostgreSQL", url, Path(directory), rounds)
        finally:
            server.stop()


def _measured(name: str, url: str, directory: Path, rounds: int) -> Iterator[Row]:
    database = Database(build_engine(url))
    migrate.upgrade(database.engine)
    vault = Vault(directory / "master.key")
    audit.install(database, vault)
    with database.engine.begin() as connection:
        # The bare rows: the same columns and indexes, and no chain, triggers or segments.
        copy = "LIKE audit_event INCLUDING ALL" if database.dialect == "postgresql" else ""
        made = f"CREATE TABLE bare_event ({copy})" if copy else _bare_sqlite(connection)
        connection.execute(text(made))
        for index in ("at", "target_kind, target_id", "request_id") if not copy else ():
            connection.execute(text(f"CREATE INDEX bare_{index[:6].replace(',', '')} ON bare_event ({index})"))
        connection.execute(insert(Setting).values(key="bench", value="0", changed_at=clock.now()))
    _timed(lambda: _mutations(database, _audited, 20))
    _timed(lambda: _mutations(database, _bare, 20))
    ratios, each = [], []
    for _ in range(rounds):
        base = _timed(lambda: _mutations(database, _bare))
        mine = _timed(lambda: _mutations(database, _audited))
        ratios.append(mine / base)
        each.append(mine / MUTATIONS)
    yield Row(f"audit {name}: an audited mutation", median(ratios), floor="bare rows, same commits", target=2,
              note=f"{median(each) * 1000:.2f} ms")  # fmt: skip
    _fill(database)
    ratios, seconds = [], []
    with database.reading() as session:
        hashed = _bytes(session)
    for _ in range(rounds):
        base = _timed(lambda: _read_and_hash(database, hashed))
        mine = _timed(lambda: _verified(database, vault))
        ratios.append(mine / base)
        seconds.append(mine)
    yield Row(f"audit {name}: verifying {ROWS:,} rows", median(ratios), floor="reading and hashing them", target=4,
              note=f"{median(seconds):.2f} s")  # fmt: skip
    database.dispose()


def _bare_sqlite(connection: Any) -> str:
    found = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'audit_event'")).scalar_one()
    return str(found).replace("audit_event", "bare_event")


def _mutations(database: Database, record: Callable[[Session, int], None], number: int = MUTATIONS) -> None:
    for count in range(number):
        with database.writing() as session:
            session.execute(update(Setting).where(Setting.key == "bench").values(value=str(count)))
            record(session, count)
            session.add(
                IdempotencyKey(principal_id=CALLER.principal_id, key=f"{time.perf_counter_ns()}", request_hash="0" * 64,
                               status=200, answer={"id": "x"}, created_at=clock.now())
            )  # fmt: skip


def _audited(session: Session, count: int) -> None:
    audit.record(session, CALLER, "thing.update", "thing", f"thing-{count}", details=DETAILS)


_events = AuditEvent.__table__
_BARE_COLUMNS = [column.name for column in _events.columns if column.name != "seq"]
_bare_insert = text(
    f"INSERT INTO bare_event ({', '.join(_BARE_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _BARE_COLUMNS)})"
)


def _bare(session: Session, count: int) -> None:
    """A row with the same values, as anybody would write it."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    at = clock.now()
    session.execute(
        _bare_insert,
        {"at": clock.to_text(at) if sqlite else at, "tenant_id": CALLER.tenant_id,
         "principal_id": CALLER.principal_id, "principal_name": CALLER.name, "method": CALLER.method, "token_id": None,
         "source": CALLER.source, "action": "thing.update", "target_kind": "thing", "target_id": f"thing-{count}",
         "phase": "result", "outcome": "succeeded", "request_id": CALLER.request_id, "provider_request_id": None,
         "details": orjson.dumps(DETAILS).decode(), "segment": 1, "mac": bytes(32)},
    )  # fmt: skip


def _fill(database: Database) -> None:
    with database.reading() as session:
        there = session.query(AuditEvent).count()
    while there < ROWS:
        with database.writing(durable=False) as session:
            for count in range(min(_BATCH, ROWS - there)):
                audit.record(session, CALLER, "thing.update", "thing", f"thing-{count}", details=DETAILS)
        there += _BATCH


def _bytes(session: Session) -> list[bytes]:
    """What the chain hashes of each row."""
    rows = session.execute(select(_events).order_by(_events.c.seq)).mappings()
    return [bytes(32) + orjson.dumps(canonical.values_of(dict(row)), option=orjson.OPT_SORT_KEYS) for row in rows]


def _read_and_hash(database: Database, hashed: list[bytes]) -> None:
    """Every column of every row through the driver, in batches, and SHA-256 over bytes that are there already."""
    names = ", ".join((*canonical.COLUMNS, "mac"))
    if database.dialect == "postgresql":
        # As text: the driver would make an object of each that nobody looks at.
        names = names.replace("details", "details::text")
    sha256 = hashlib.sha256
    with database.reading() as session:
        query = f"SELECT {names} FROM audit_event ORDER BY seq"
        found = session.connection().exec_driver_sql(query, execution_options={"stream_results": True})
        number = 0
        for batch in found.partitions(_BATCH):
            for _ in batch:
                sha256(hashed[number]).digest()
                number += 1
    if number != len(hashed):
        raise RuntimeError(f"{number} rows instead of {len(hashed)}")


def _verified(database: Database, vault: Vault) -> None:
    with database.reading() as session:
        report = verify(session.connection(), SegmentKeys(vault))
    if not report.ok or report.rows < ROWS:
        raise RuntimeError(str(report))


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
