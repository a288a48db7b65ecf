"""Verifying and exporting take the memory of a batch, however long the trail is."""

import tracemalloc
from collections.abc import Callable

from mcm.audit import service as audit
from mcm.auditlog import service
from mcm.auditlog.repository import Wanted
from tests.rooms.auditlog.world import CALLER, Trail

_FEW, _MANY = 3_000, 12_000


def _fill(trail: Trail, number: int) -> None:
    with trail.database.writing(durable=False) as session:
        for count in range(number):
            audit.record(session, CALLER, "thing.update", "thing", f"t{count}", details={"note": "x" * 100})


def _peak(work: Callable[[], object]) -> int:
    work()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_trail(trail: Trail) -> None:
    def export() -> None:
        opened = trail.database
        assert sum(map(len, service.export(opened.reading, opened.writing, CALLER, Wanted(), "cadf"))) > 1_000_000

    _fill(trail, _FEW)
    few = _peak(trail.verify), _peak(export)
    _fill(trail, _MANY - _FEW)
    many = _peak(trail.verify), _peak(export)
    assert trail.verify().rows >= _MANY
    for small, large in zip(few, many, strict=True):
        assert large < 1.5 * small
