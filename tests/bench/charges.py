"""Bills: importing FOCUS against a bare reader and a bare write of the same rows; memory by size; a month in groups.

MCM_CHARGES_ROWS (default 80,000) is how many rows the file has; for memory it is twice as many, from where on the
database's caches are full, against four times of that;
MCM_CHARGES_GROUPED (default 200,000) how many charges the month has that is grouped. In full: 5,000,000 rows, which are
2 GB, and 2,000,000 charges.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import charges_child
from tests.bench.measure import child, ratio
from tests.bench.table import Row
from tests.harness import postgres
from tests.harness.postgres import PostgresServer

ROWS = int(os.environ.get("MCM_CHARGES_ROWS", "80000"))
GROUPED = int(os.environ.get("MCM_CHARGES_GROUPED", "200000"))
_CHILD = "tests.bench.charges_child"
# Ours may take 1 / 0.3 of the floor's time.
_SLOWEST = 3.33


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        small, medium, large = (directory / f"{name}.csv" for name in ("small", "medium", "large"))
        for file, rows in ((small, ROWS), (medium, 2 * ROWS), (large, 8 * ROWS)):
            charges_child.write_bill(file, rows)
        server = postgres.start()
        try:
            for name in ("SQLite", "PostgreSQL"):
                yield from _imported(name, directory, server, small, rounds)
                yield _flat(name, directory, server, medium, large)
                yield from _grouped(name, directory, server, rounds)
        finally:
            server.stop()


def _url(name: str, directory: Path, server: PostgresServer) -> str:
    if name == "PostgreSQL":
        return server.url_for(server.create_database())
    return f"sqlite:///{Path(tempfile.mkdtemp(dir=directory)) / 'mcm.db'}"


def _imported(name: str, directory: Path, server: PostgresServer, file: Path, rounds: int) -> Iterator[Row]:
    floors, ours = [], []
    for _ in range(rounds):
        floors += child(_CHILD, "floor", _url(name, directory, server), file)
        ours += child(_CHILD, "import", _url(name, directory, server), file)
    wall = ratio([one.wall for one in ours], [one.wall for one in floors])
    each = ROWS / median(one.wall for one in ours)
    yield Row(f"charges {name}: importing {ROWS:,} rows", wall, target=_SLOWEST,
              floor="pyarrow into memory, then COPY or executemany",
              note=f"{each:,.0f} rows/s, {ROWS / median(one.wall for one in floors):,.0f} bare")  # fmt: skip


def _flat(name: str, directory: Path, server: PostgresServer, small: Path, large: Path) -> Row:
    one, four = (child(_CHILD, "import", _url(name, directory, server), file)[0] for file in (small, large))
    return Row(f"charges {name}: memory of four times the rows", four.memory / one.memory, target=1.25,
               floor=f"{small.stat().st_size / 1e6:.0f} MB of file",
               note=f"{four.memory:.0f} against {one.memory:.0f} MiB over the start")  # fmt: skip


def _grouped(name: str, directory: Path, server: PostgresServer, rounds: int) -> Iterator[Row]:
    bare, ours = [], []
    results = child(_CHILD, "group", _url(name, directory, server), GROUPED, max(rounds, 3))
    bare, ours = results[0::2], results[1::2]
    yield Row(f"charges {name}: {GROUPED:,} by tenant and service",
              ratio([one.wall for one in ours], [one.wall for one in bare]), target=2, floor="the SQL written by hand",
              note=f"{median(one.wall for one in ours):.2f} s")  # fmt: skip
