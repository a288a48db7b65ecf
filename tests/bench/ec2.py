"""5,000 EC2 instances on the paging replay server: mcm's whole sync against boto3's paginated describe alone."""

from collections.abc import Iterator
from statistics import median

from tests.bench.ec2_child import REGION
from tests.bench.measure import child, pairs, ratio
from tests.bench.table import Row
from tests.harness.replay import ec2

_CHILD = "tests.bench.ec2_child"
# Its fastest page size; larger pages cost botocore's parser more than they save in calls.
_PAGE = 100


def run(rounds: int) -> Iterator[Row]:
    server = ec2.start(instances=5000, regions=[REGION])
    try:
        url = server.endpoint_url
        floors, ours = pairs(
            rounds, lambda: child(_CHILD, "floor", _PAGE, url), lambda: child(_CHILD, "sync", "-", url)
        )  # fmt: skip
    finally:
        server.stop()
    base = [result[0] for result in floors]
    for position, name, target in ((0, "first sync", 0.5), (1, "unchanged sync", 0.4)):
        mine = [result[position] for result in ours]
        assert all(result.facts["outcome"] == "complete" and result.facts["listed"] == 5_000 for result in mine), mine
        note = f"{median(r.wall for r in mine):.2f} s against {median(r.wall for r in base):.2f} s"
        yield Row(f"ec2 5k {name}, wall", ratio([r.wall for r in mine], [r.wall for r in base]),
                  floor=f"boto3 describe_instances, PageSize {_PAGE}", target=target, note=note)  # fmt: skip
    first = [result[0] for result in ours]
    yield Row("ec2 5k first sync, cpu", ratio([r.cpu for r in first], [r.cpu for r in base]), floor="the same")
    yield Row("ec2 5k first sync, memory", ratio([r.memory for r in first], [r.memory for r in base]),
              floor="the same", note=f"{median(r.memory for r in first):.0f} MiB")  # fmt: skip
    yield Row("ec2 5k unchanged sync, rows written", value=max(r[1].facts["rows_written"] for r in ours),
              unit="rows", target=0)  # fmt: skip
