"""Instances that are: what they cost where they are, and what they would cost elsewhere."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from mcm.costs import repository
from mcm.costs.comparing import compare
from mcm.costs.disktypes import storage_class
from mcm.costs.places import Where
from mcm.costs.schemas import ColumnItem, CompareRequest, Comparison
from mcm.costs.selection import grouped
from mcm.models import ResourceRow
from tests.lab import CALLER, Lab
from tests.rooms.costs import stock
from tests.rooms.costs.conftest import CARDS

HOURS = Decimal(730)


def _row(number: int, **attributes: Any) -> dict[str, Any]:
    told = {"vcpus": 2, "memory_mib": 4096, "architecture": "x86_64", "os_family": "linux", "flavor": "n2.small"}
    return {
        "tenant_id": "ten_a", "account_id": "acc_1", "project": None, "region": "n-1", "native_id": f"i-{number}",
        "state": "running", "attributes": told | attributes, "id": f"res_{number}",
    }  # fmt: skip


def test_equal_needs_are_one_demand() -> None:
    rows = [_row(n) for n in range(5)] + [_row(5, flavor="other"), _row(6, vcpus=4), _row(7, memory_mib=None)]
    rows.append(_row(8, os_family="Windows Server", flavor="t3.large", public_ips=["1.2.3.4"]) | {"state": "stopped"})
    disks = {("acc_1", "i-0"): {"ssd": Decimal(40)}, ("acc_1", "i-5"): {"ssd": Decimal(2), "hdd": Decimal(9)}}
    found = grouped(rows, disks, HOURS)
    told = {one.name: (one.count, dict(one.storage_gib), one.public_ips) for one in found.demands}
    assert told == {
        "2 vCPU 4 GiB": (6, {"ssd": Decimal(42), "hdd": Decimal(9)}, 0),
        "4 vCPU 4 GiB": (1, {}, 0),
        "2 vCPU 4 GiB windows burstable": (1, {}, 1),
    }
    assert sorted((runs.flavor, one.count) for runs, one in found.running) == [
        ("n2.small", 1), ("n2.small", 5), ("other", 1), ("t3.large", 1)
    ]  # fmt: skip
    assert (found.instances, found.unknown) == (9, 1)
    assert {one.code: dict(one.params)["count"] for one in found.notes} == {
        "not_running": "1", "disks_unknown": "6", "size_unknown": "1"
    }  # fmt: skip
    # What is no volume counts beside volumes where it is said to be none.
    for attributes, gib in (({"disk_gib": 60}, 40), ({"disk_gib": 20, "local_disk_gib": 20}, 60)):
        one = grouped([_row(0, **attributes)], disks, HOURS).demands[0]
        assert dict(one.storage_gib) == {"ssd": Decimal(gib)}
    assert dict(grouped([_row(1, disk_gib=20)], disks, HOURS).demands[0].storage_gib) == {"ssd": Decimal(20)}
    # What they send and what is kept of them nobody tells: unknown, not nothing.
    assert {(one.internet_gb, one.snapshot_gib) for one in found.demands} == {(None, None)}


@pytest.mark.parametrize(
    ("name", "found"),
    [("gp3", "ssd"), ("io2", "premium"), ("st1", "hdd"), ("Premium_LRS", "premium"), ("cloud_essd", "premium"),
     ("pd-standard", "ssd"), ("standard", "hdd"), (None, "ssd"), ("SATA pool", "hdd")],
)  # fmt: skip
def test_disk_types(name: str | None, found: str) -> None:
    assert storage_class(name) == found


@pytest.fixture
def compared(priced: Lab, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Comparison]:
    """The account's instances are partly taken for those of the cloud `north`, partly for the private one's."""
    priced.sync("hall", kinds=("instance", "volume"))

    def made(where: Where | None = None, **asked: Any) -> Comparison:
        if where is not None:
            monkeypatch.setattr(repository, "accounts", lambda session: [where])
        wanted = CompareRequest.model_validate({"filter": 'kind = "instance"', "currency": "USD", **asked})
        with priced.runtime.database.reading() as session:
            return compare(session, CALLER, wanted).comparison

    return made


def _current(made: Comparison) -> ColumnItem:
    return next(column for column in made.columns if column.current)


def _instances(lab: Lab) -> list[dict[str, Any]]:
    return [row.attributes for row in lab.resources("instance") if row.presence != "gone"]


def test_private_instances_cost_what_the_card_says(priced: Lab, compared: Callable[..., Comparison]) -> None:
    made = compared(currency="CNY")
    told = _instances(priced)
    assert made.subject.instances == len(told) > 5
    full = next(iter(CARDS.values())).full
    expected = sum(
        (one["vcpus"] * full.vcpu_hour + Decimal(one["memory_mib"]) / 1024 * full.memory_gib_hour) * HOURS
        for one in told
        if not one["gpu_count"]
    )
    current = _current(made)
    compute = next(item for item in current.items if item.item == "compute")
    assert compute.amount is not None
    assert abs(compute.amount - expected) < Decimal("1e-9")
    assert current.rank is None
    assert current.total.at_least
    # The card has no rate for GPUs: those are missing from the sum, which says so.
    assert compute.state == "not_included"
    assert {"unknown_for_running", "no_gpu_rate"} <= {one.code for one in current.notes}
    elsewhere = {column.key for column in made.columns if not column.current}
    assert {"north:n-1#on_demand", "east:e-1#on_demand"} <= elsewhere
    with priced.runtime.database.reading() as session:
        volumes = session.scalars(select(ResourceRow).where(ResourceRow.kind == "volume")).all()
    attached = sum(Decimal(str(row.attributes["size_gib"])) for row in volumes if row.attributes.get("attachments"))
    storage = [line for line in current.lines if line.item == "storage"]
    assert storage
    assert sum(line.quantity or 0 for line in storage) >= attached > 0


def test_public_instances_cost_what_their_own_size_costs(priced: Lab, compared: Callable[..., Comparison]) -> None:
    with priced.runtime.database.reading() as session:
        (own,) = repository.accounts(session)
    current = _current(compared(Where(own.key, "north", "n-1", own.account_id, own.account, "public")))
    # The region that the rows name is no place with prices: what is not known is said, and is not nothing.
    assert current.total.amount is None or current.total.at_least
    where = Where(f"hall/{own.region}", "north", own.region, own.account_id, "hall", "public")
    flavors = {one["flavor"] for one in _instances(priced) if not one["gpu_count"]}
    chosen = sorted(flavors)[0]
    with priced.runtime.database.writing() as session:
        rows = [stock.size(chosen, 1, 1, "0.5"), stock.size("huge", 256, 4096, "9")]
        stock.put(session, "north", own.region, rows)
    column = _current(compared(where))
    lines = {(line.tier or "").split(":")[0]: line for line in column.lines if line.item == "compute"}
    assert {line.sku for line in lines.values() if line.sku} == {chosen, "huge"}
    # Even though the size is smaller than what the instance tells of itself: it is what it runs on.
    assert lines[f"hall/{own.region} {chosen}"].unit_price == Decimal("0.5")
    assert "own_size_unpriced" in {one.code for one in column.notes}
