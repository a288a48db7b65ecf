"""The first page of filtered lists: 100,000 resources on SQLite and 1,000,000 on PostgreSQL against 10,000."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.inventory import service
from mcm.inventory.service import Question
from tests.bench.table import Row
from tests.harness import postgres
from tests.rooms.inventory.population import populate

QUESTIONS = {
    "everything": Question(),
    "kind and state": Question(filter='kind = "instance" AND state = "running"'),
    "tag": Question(filter='tags.env = "prod"'),
    "README's": Question(filter='kind = "instance" AND (state = "running" OR tags.env = "prod") AND vcpus >= 8'),
    "name prefix": Question(filter='name = "web-bj-*"'),
    "account": Question(filter='account = "aws-production"'),
    "region and kind": Question(filter='region = "west" AND kind = "volume"'),
    "search": Question(search="web"),
}
_PAGE = 50
_REPEATS = 15


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        yield from _compared("SQLite 100k", f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}",
                             100_000, rounds)  # fmt: skip
    server = postgres.start()
    try:
        small, large = (server.url_for(server.create_database()) for _ in range(2))
        yield from _compared("PostgreSQL 1M", small, large, 1_000_000, rounds)
    finally:
        server.stop()


def _compared(name: str, small_url: str, large_url: str, size: int, rounds: int) -> Iterator[Row]:
    small, large = _filled(small_url, 10_000), _filled(large_url, size)
    for label, question in QUESTIONS.items():
        _first_page(small, question)
        _first_page(large, question)
        ratios, seconds = [], []
        for _ in range(rounds):
            base, mine = _timed(small, question), _timed(large, question)
            ratios.append(mine / base)
            seconds.append(mine)
        yield Row(f"list {name}: {label}", median(ratios), floor="the same at 10,000", target=1.5,
                  note=f"{median(seconds) * 1000:.1f} ms")  # fmt: skip
    for database in (small, large):
        database.dispose()


def _filled(url: str, number: int) -> Database:
    engine = build_engine(url)
    migrate.upgrade(engine)
    populate(engine, number)
    return Database(engine)


def _first_page(database: Database, question: Question) -> int:
    with database.reading() as session:
        return len(service.page(session, question, _PAGE, None, None)["items"])


def _timed(database: Database, question: Question) -> float:
    times = []
    with database.reading() as session:
        for _ in range(_REPEATS):
            started = time.perf_counter()
            service.page(session, question, _PAGE, None, None)
            times.append(time.perf_counter() - started)
    return median(times)
