"""Real OpenStack services with 200 servers: mcm's whole sync against openstacksdk's own listing alone."""

import json
from collections.abc import Iterator
from statistics import median

from tests.bench.measure import child, pairs, ratio
from tests.bench.table import Row
from tests.harness.openstack import cloud as clouds
from tests.harness.openstack import seed

_CHILD = "tests.bench.openstack_child"
SERVERS = 200


def run(rounds: int) -> Iterator[Row]:
    cloud = clouds.start(name="bench")
    try:
        seed.seed(cloud, instances=SERVERS)
        given = json.dumps(cloud.admin)
        floors, ours = pairs(
            rounds, lambda: child(_CHILD, "floor", given=given), lambda: child(_CHILD, "sync", given=given)
        )  # fmt: skip
    finally:
        clouds.stop_named("bench")
    base = [result[0] for result in floors]
    for position, name, target in ((0, "first sync", 1.05), (1, "unchanged sync", None)):
        mine = [result[position] for result in ours]
        assert all(result.facts["outcome"] == "complete" for result in mine), mine
        assert {r.facts["listed"] for r in mine} == {r.facts["listed"] for r in base}
        note = f"{median(r.wall for r in mine):.2f} s against {median(r.wall for r in base):.2f} s"
        yield Row(f"openstack {base[0].facts['listed']} servers, {name}, wall",
                  ratio([r.wall for r in mine], [r.wall for r in base]),
                  floor="openstacksdk compute.servers(details)", target=target, note=note)  # fmt: skip
    yield Row("openstack unchanged sync, rows written", value=max(r[1].facts["rows_written"] for r in ours),
              unit="rows", target=0)  # fmt: skip
