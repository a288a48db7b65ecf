"""One decision with 30 policies: how its time grows from 20 to 200 places, and how many statements it takes."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from mcm.db import migrate
from mcm.placement import service
from mcm.placement.schemas import PlacementCreate
from tests import lab as labs
from tests.bench.table import Row
from tests.lab import CALLER, Lab
from tests.rooms.placement.estate import CONFIDENTIAL_STAYS, add, document, policy, tier

POLICIES, FEW, MANY = 30, 20, 200


def run(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        lab = labs.make(f"sqlite:///{folder}/mcm.db", Path(folder))
        migrate.upgrade(lab.runtime.database.engine)
        for number in range(POLICIES):
            policy(lab, CONFIDENTIAL_STAYS.replace("sensitive-private", f"rule-{number}"))
        few, statements_few = _grown(lab, FEW, rounds)
        many, statements_many = _grown(lab, MANY, rounds)
        lab.close()
    yield Row("one decision, 20 places, 30 policies", value=few, unit="ms")
    yield Row(
        "one decision, 200 places against 20", ratio=many / few, floor="20 places", target=12.0, note=f"{many:.0f} ms"
    )
    more = statements_many - statements_few
    yield Row("one decision, statements more at 200 places", value=more, unit="statements", target=0)


def _grown(lab: Lab, places: int, rounds: int) -> tuple[float, int]:
    """Adds accounts of two regions with three zones each until there are so many places; milliseconds, statements."""
    found = _places(lab)
    while found < places:
        regions = str(min(max((places - found) // 3, 1), 30))
        add(lab, f"cloud{found}", "public", flavour="public", instances=3, regions=regions, project="core-banking")
        found = _places(lab)
    text = document(tiers=[tier(), tier("db", vcpus=4)])
    times = []
    statements: list[str] = []
    for _ in range(max(rounds, 3)):
        statements.clear()
        listen = lambda _c, _cursor, statement, *_: statements.append(statement)  # noqa: E731
        event.listen(lab.runtime.database.engine, "before_cursor_execute", listen)
        begun = time.perf_counter()
        _decide(lab, text)
        times.append((time.perf_counter() - begun) * 1000)
        event.remove(lab.runtime.database.engine, "before_cursor_execute", listen)
    return median(times), len(statements)


def _places(lab: Lab) -> int:
    return len(_decide(lab, document())["places"])


def _decide(lab: Lab, text: str) -> dict[str, Any]:
    with lab.runtime.database.reading() as session:
        found = service.wanted(session, CALLER, PlacementCreate(text=text))
        return service.preview(session, lab.runtime.registry, found)[0]
