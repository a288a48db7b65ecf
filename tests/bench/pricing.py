"""What an estate costs on six locations: from the rows of the inventory to totals by line, against a bare loop that
makes the same look-ups and the same decimal arithmetic instance by instance. Both must come to the same totals."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, localcontext
from statistics import median
from typing import Any, cast

from mcm.costs import columns
from mcm.costs.book import Book
from mcm.costs.market import Market
from mcm.costs.matching import Index
from mcm.costs.places import Where, of_prices
from mcm.costs.selection import grouped
from mcm.kit.money import EXACT
from mcm.prices.offers import Basis, Item, Offer, Option, Unit
from tests.bench.table import Row

INSTANCES = 100_000
PLACES = [("north", "n-1"), ("north", "n-2"), ("north", "n-3"), ("east", "e-1"), ("east", "e-2"), ("south", "s-1")]
SIZES = [(cpus, cpus * ratio) for cpus in (1, 2, 4, 8, 16, 32, 48, 64) for ratio in (1, 2, 4, 8)]
HOURS = Decimal(730)


class _Prices:
    """The prices of all places, as a book has them, without a database."""

    currency = "USD"

    def __init__(self, offers: list[Offer]) -> None:
        index = Index(offers)
        others = [offer for offer in offers if offer.item is not Item.COMPUTE]
        self._markets = {
            place: Market(*place, index, [one for one in others if (one.provider, one.region) == place])
            for place in PLACES
        }

    def market(self, where: Where) -> Market:
        return self._markets[where.provider, where.region]

    def card(self, where: Where) -> None:
        return None

    def withholds(self, where: Where) -> bool:
        return False

    def worth(self, currency: str) -> Decimal:
        return Decimal(1)


def run(rounds: int, instances: int = INSTANCES) -> Iterator[Row]:
    rows, disks = _estate(instances)
    offers = _offers()
    ours, totals = _timed(lambda: _ours(rows, disks, offers), rounds)
    floor, expected = _timed(lambda: _bare(rows, disks, offers), rounds)
    if totals != expected:
        raise AssertionError(f"the two do not come to the same: {totals} {expected}")
    yield Row(
        f"price {instances:,} instances on {len(PLACES)} locations", ratio=ours / floor, floor="bare loop", target=3,
        note=f"{ours * 1000:.0f} ms against {floor * 1000:.0f} ms",
    )  # fmt: skip


def _ours(
    rows: list[dict[str, Any]], disks: dict[tuple[str, str], dict[str, Decimal]], offers: list[Offer]
) -> list[Decimal]:
    book = cast(Book, _Prices(offers))
    found = []
    with localcontext(EXACT):
        demands = grouped(rows, disks, HOURS).demands
        for place in PLACES:
            made = columns.columns_of(demands, of_prices(*place), book, [Option.ON_DEMAND], None, support=False)
            found.append(made[0].amount or Decimal(0))
    return found


def _bare(
    rows: list[dict[str, Any]], disks: dict[tuple[str, str], dict[str, Decimal]], offers: list[Offer]
) -> list[Decimal]:
    """Everything that could be known beforehand is: the best price for each size, and that of a GiB."""
    machine: dict[tuple[int, int, int], Decimal] = {}
    disk: dict[int, Decimal] = {}
    for number, (provider, region) in enumerate(PLACES):
        here = [one for one in offers if (one.provider, one.region) == (provider, region)]
        disk[number] = next(one.unit_price for one in here if one.item is Item.STORAGE)
        for cpus, gib in SIZES:
            fitting = [
                one.unit_price for one in here
                if one.item is Item.COMPUTE and (one.vcpus or 0) >= cpus and (one.memory_gib or 0) >= gib
            ]  # fmt: skip
            machine[number, cpus, gib * 1024] = min(fitting)
    found = []
    with localcontext(EXACT):
        for number in range(len(PLACES)):
            total = Decimal(0)
            for row in rows:
                told = row["attributes"]
                total += machine[number, told["vcpus"], told["memory_mib"]] * HOURS
                for size in disks[row["account_id"], row["native_id"]].values():
                    total += size * disk[number]
            found.append(total)
    return found


def _timed(task: Callable[[], list[Decimal]], rounds: int) -> tuple[float, list[Decimal]]:
    taken, result = [], []
    for _ in range(max(rounds, 1)):
        began = time.perf_counter()
        result = task()
        taken.append(time.perf_counter() - began)
    return median(taken), result


def _estate(instances: int) -> tuple[list[dict[str, Any]], dict[tuple[str, str], dict[str, Decimal]]]:
    rolled = random.Random(7)
    rows, disks = [], {}
    for number in range(instances):
        cpus, gib = rolled.choice(SIZES)
        account = f"acc_{number % 20}"
        told = {
            "vcpus": cpus, "memory_mib": gib * 1024, "architecture": "x86_64", "os_family": "linux",
            "flavor": f"own.{cpus}x{gib}", "public_ips": [],
        }  # fmt: skip
        rows.append({
            "tenant_id": "ten_default", "account_id": account, "project": None, "region": "r-1",
            "id": f"res_{number}", "native_id": f"i-{number}", "state": "running", "attributes": told,
        })  # fmt: skip
        disks[account, f"i-{number}"] = {"ssd": Decimal(rolled.randint(1, 40) * 10)}
    return rows, disks


def _offers() -> list[Offer]:
    """300 sizes at each place, in ten families of thirty."""
    rolled = random.Random(3)
    made: list[Offer] = []

    def offer(place: tuple[str, str], item: Item, unit: Unit, price: Decimal, **more: Any) -> None:
        made.append(
            Offer(
                *place, item, f"s{len(made)}", Option.ON_DEMAND, unit, price, price, "USD", Basis.LIST, "bench",
                date(2026, 1, 1), 0, "prl_1", f"prp_{len(made)}", **more,
            )
        )  # fmt: skip

    for place in PLACES:
        offer(place, Item.STORAGE, Unit.GIB_MONTH, Decimal(rolled.randint(50, 99)) / 1000, storage_class="ssd")
        for family in range(10):
            for cpus in (1, 2, 4, 8, 16, 24, 32, 48, 64, 96):
                for ratio in (2, 4, 8):
                    price = Decimal(rolled.randint(9_000, 13_000) * cpus * (ratio + 3)) / 1_000_000
                    offer(
                        place, Item.COMPUTE, Unit.HOUR, price, vcpus=Decimal(cpus), memory_gib=Decimal(cpus * ratio),
                        family=f"f{family}", architecture="x86_64", operating_system="linux",
                    )  # fmt: skip
    return made
