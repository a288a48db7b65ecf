"""10,000 instances of a simulated vCenter: mcm's whole sync against pyVmomi's own listing of the same properties."""

from collections.abc import Iterator
from statistics import median

from tests.bench.measure import child, pairs, ratio
from tests.bench.table import Row
from tests.harness import vcsim

_CHILD = "tests.bench.vsphere_child"
_FLOOR = "pyVmomi PropertyCollector listing"


def run(rounds: int) -> Iterator[Row]:
    server = vcsim.start(clusters=10, hosts=5, standalone_hosts=0, vms=1000)
    try:
        given = (server.host, server.port, server.username, server.password, server.certificate_file)
        floors, ours = pairs(
            rounds, lambda: child(_CHILD, "floor", *given), lambda: child(_CHILD, "sync", *given)
        )  # fmt: skip
        delta = child(_CHILD, "delta", *given)
    finally:
        server.stop()
    base = [result[0] for result in floors]
    for position, name, wall, cpu in ((0, "first sync", 0.45, 0.35), (1, "unchanged sync", 0.32, None)):
        mine = [result[position] for result in ours]
        assert all(result.facts["outcome"] == "complete" and result.facts["listed"] == 10_000 for result in mine), mine
        note = f"{median(r.wall for r in mine):.2f} s against {median(r.wall for r in base):.2f} s"
        yield Row(f"vsphere 10k {name}, wall", ratio([r.wall for r in mine], [r.wall for r in base]),
                  floor=_FLOOR, target=wall, note=note)  # fmt: skip
        yield Row(f"vsphere 10k {name}, cpu", ratio([r.cpu for r in mine], [r.cpu for r in base]),
                  floor=_FLOOR, target=cpu)  # fmt: skip
    second = [result[2] for result in ours]
    yield Row("vsphere 10k second sync (opens the change feed), wall",
              ratio([r.wall for r in second], [r.wall for r in base]), floor=_FLOOR)  # fmt: skip
    first = [result[0] for result in ours]
    yield Row("vsphere 10k first sync, memory", ratio([r.memory for r in first], [r.memory for r in base]),
              floor=_FLOOR, target=0.6, note=f"{median(r.memory for r in first):.0f} MiB")  # fmt: skip
    yield Row("vsphere 10k unchanged sync, rows written", value=max(r[1].facts["rows_written"] for r in ours),
              unit="rows", target=0)  # fmt: skip
    full, changes = delta[: len(delta) // 2], delta[len(delta) // 2 :]
    assert all(one.facts["mode"] == "changes" and one.facts["changed"] == 10 for one in changes), changes
    yield Row("vsphere 10 changes of 10k through the feed, cpu",
              median(one.cpu for one in changes) / median(one.cpu for one in full),
              floor="our full sync", target=0.05,
              note=f"{median(one.cpu for one in changes) * 1000:.0f} ms")  # fmt: skip
