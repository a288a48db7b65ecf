"""What authorisation costs a list request: the same first page, seen through three tenants, against seen whole."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import text

from mcm.auth.service import EVERYTHING, View, limit
from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.inventory import service
from mcm.inventory.service import Question
from mcm.tenancy import assignment
from tests.bench.listing import QUESTIONS
from tests.bench.table import Row
from tests.harness import postgres
from tests.rooms.inventory.population import populate

RESOURCES = 20_000
_PAGE = 50
_REPEATS = 15
_TENANTS = ("ten_one", "ten_two", "ten_three")
# Three of ten accounts, with 12 of 100 resources, belong to somebody else.
_OTHERS = ("aws-sandbox", "hosted-dr", "vc-lab")
_SEEN = View(tenants=frozenset(_TENANTS))


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory:
        yield from _measured("SQLite", f"sqlite:///{Path(directory) / 'mcm.db'}", rounds)
    server = postgres.start()
    try:
        yield from _measured("PostgreSQL", server.url_for(server.create_database()), rounds)
    finally:
        server.stop()


def _measured(name: str, url: str, rounds: int) -> Iterator[Row]:
    database = _filled(url)
    for label, question in QUESTIONS.items():
        ratios, seconds = [], []
        for seen in (EVERYTHING, _SEEN):
            _timed(database, question, seen)
        for _ in range(rounds):
            base, mine = _timed(database, question, EVERYTHING), _timed(database, question, _SEEN)
            ratios.append(mine / base)
            seconds.append(mine)
        yield Row(f"authorised {name}: {label}", median(ratios), floor="the same without authorisation", target=1.3,
                  note=f"{median(seconds) * 1000:.1f} ms")  # fmt: skip
    database.dispose()


def _filled(url: str) -> Database:
    engine = build_engine(url)
    migrate.upgrade(engine)
    populate(engine, RESOURCES)
    others = ", ".join(f"'{name}'" for name in _OTHERS)
    with engine.begin() as connection:
        for number, tenant in enumerate(_TENANTS):
            connection.execute(
                text(
                    f"INSERT INTO tenant (id, name, version, created_at) SELECT '{tenant}', '{tenant}', 1, created_at "
                    "FROM tenant WHERE id = 'ten_default'"
                )
            )
            share = f"name NOT IN ({others}) AND length(name) % 3 = {number}"
            connection.execute(text(f"UPDATE account SET tenant_id = '{tenant}' WHERE {share}"))
        assignment.assign_all(connection)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return Database(engine)


def _timed(database: Database, question: Question, seen: View) -> float:
    times = []
    with database.reading() as session:
        limit(session, seen)
        for _ in range(_REPEATS):
            started = time.perf_counter()
            service.page(session, question, _PAGE, None, None)
            times.append(time.perf_counter() - started)
    return median(times)
