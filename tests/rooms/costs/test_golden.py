"""The workbook of one comparison, cell by cell, against a second calculation in fractions from the raw price rows."""

import io
import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import openpyxl
import pytest

from mcm.costs.comparing import compare
from mcm.costs.exporting import export
from mcm.costs.priced import ITEMS
from mcm.costs.schemas import CompareRequest, Comparison, Said
from tests.lab import CALLER, Lab
from tests.rooms.costs.stock import EAST, NORTH, Row

SHOP = """\
apiVersion: mcm/v1
kind: Workload
name: shop
support: true
tiers:
  - {name: web, count: 3, vcpus: 2, memory_gib: 4, disk_gib: 50, public_ips: 1, load_balancers: 1,
     traffic: {internet_gb: 500, to: {db: 40}}}
  - {name: db, count: 2, vcpus: 8, memory_gib: 60, disks: [{size_gib: 200, storage_class: premium}],
     snapshot_gib: 100, hours_per_month: 400}
"""
TIERS = {"web": (3, 2, 4, 730), "db": (2, 8, 60, 400)}
DISKS = {"web": ("ssd", 150), "db": ("premium", 400)}
FX, TAX, HOURS = Fraction("7.2"), Fraction("0.13"), 730
Sums = dict[str, Fraction | None]


def _rows(rows: Iterable[Row], item: str) -> list[Row]:
    return [row for row in rows if row["item"] == item]


def _machine(rows: list[Row], tier: str, option: str, term: int | None) -> tuple[Fraction, Fraction]:
    """Month and first month of all instances, the best of every row tried in turn."""
    count, vcpus, memory, hours = TIERS[tier]
    best: tuple[Fraction, Fraction] | None = None
    for row in _rows(rows, "compute"):
        if row.get("option", "on_demand") != option or row.get("term") != term or row.get("family") == "t3":
            continue
        if row["vcpus"] < vcpus or row["memory_gib"] < memory:
            continue
        price = Fraction(row["price"])
        if row["unit"] == "hour":
            price *= hours if option in ("on_demand", "spot") else HOURS
        once = Fraction(row.get("upfront", "0"))
        month = price + (once / term if term else 0)
        if best is None or month < best[0]:
            best = month, price + once
    if option != "on_demand":
        # Where it saves nothing nobody would buy it so.
        other, first = _machine(rows, tier, "on_demand", None)
        if best is None or other / count < best[0]:
            best = other / count, first / count
    assert best is not None
    return best[0] * count, best[1] * count


def _steps(rows: list[Row], item: str, quantity: Fraction) -> Fraction | None:
    steps = sorted((Fraction(row.get("from", "0")), Fraction(row["price"])) for row in _rows(rows, item))
    if not steps:
        return None
    ends = [start for start, _ in steps[1:]] + [Fraction(10**12)]
    return sum(
        (max(min(quantity, end) - start, Fraction()) * price for (start, price), end in zip(steps, ends, strict=True)),
        Fraction(),
    )


def _public(rows: list[Row], option: str, term: int | None) -> tuple[Sums, Sums]:
    month, cash = zip(*(_machine(rows, tier, option, term) for tier in TIERS), strict=True)
    order = ["hdd", "ssd", "premium"]
    disks = Fraction()
    for name, gib in DISKS.values():
        prices = {row["class"]: Fraction(row["price"]) for row in _rows(rows, "storage")}
        disks += gib * next(prices[each] for each in order[order.index(name) :] if each in prices)

    def counted(item: str, number: int) -> Fraction | None:
        found = [Fraction(row["price"]) * (HOURS if row["unit"] == "hour" else 1) for row in _rows(rows, item)]
        return min(found) * number if found else None

    sums: Sums = {
        "compute": sum(month, Fraction()), "storage": disks, "snapshot": _steps(rows, "snapshot", Fraction(200)),
        "egress": _steps(rows, "egress", Fraction(1500)), "transfer": _steps(rows, "transfer", Fraction(120)),
        "public_ip": counted("public_ip", 3), "load_balancer": counted("load_balancer", 1),
    }  # fmt: skip
    sums["support"] = _steps(rows, "support", sum((part for part in sums.values() if part is not None), Fraction()))
    return sums, sums | {"compute": sum(cash, Fraction())}


def _private(use: str | None) -> Sums:
    """use: None for the marginal rates."""
    vcpu, memory = (Fraction("0.01"), Fraction("0.001")) if use is None else (
        Fraction("0.06") / Fraction(use) + Fraction("0.01"), Fraction("0.012") / Fraction(use)
    )  # fmt: skip
    disk = {"ssd": Fraction("0.02"), "premium": Fraction("0.02")} if use is None else {
        "ssd": Fraction("0.3"), "premium": Fraction("0.5")
    }  # fmt: skip
    each = (count * hours * (vcpus * vcpu + gib * memory) for count, vcpus, gib, hours in TIERS.values())
    compute = sum(each, Fraction())
    return {"compute": compute, "storage": sum((gib * disk[name] for name, gib in DISKS.values()), Fraction())}


def _expected() -> dict[str, tuple[Sums, Sums, Fraction]]:
    """By column: sums in a month and in the first one, and the exchange rate."""
    north = {("on_demand", None): "", ("reserved", 12): "-12", ("reserved", 36): "-36", ("spot", None): ""}
    found = {f"north:n-1#{way}{tail}": (*_public(NORTH, way, term), FX) for (way, term), tail in north.items()}
    east = {("on_demand", None): "", ("subscription", 12): "-12"}
    found |= {f"east:e-1#{way}{tail}": (*_public(EAST, way, term), Fraction(1)) for (way, term), tail in east.items()}
    private = _private("0.6")
    return found | {"hall/global#internal": (private, private, Fraction(1))}


def _cents(value: Fraction) -> Fraction:
    return Fraction(round(value * 100), 100)


def _known(sums: Sums, rate: Fraction) -> dict[str, Fraction]:
    return {item: part * rate for item, part in sums.items() if part is not None}


def _is(cell: Any, value: Fraction) -> bool:
    return abs(Fraction(cell) - value) < Fraction(1, 10**9)


@pytest.fixture
def comparison(priced: Lab) -> Comparison:
    asked = CompareRequest.model_validate({"document": SHOP, "currency": "CNY", "tax": "0.13"})
    with priced.runtime.database.reading() as session:
        return compare(session, CALLER, asked).comparison


def test_every_cell_of_the_comparison(comparison: Comparison) -> None:
    file = io.BytesIO(export(comparison, "xlsx", "en", title="shop"))
    values, formulas = openpyxl.load_workbook(file, data_only=True), openpyxl.load_workbook(file)
    rows = list(values["Comparison"].iter_rows(values_only=True))
    head = list(rows[0])
    first = head.index("Compute")
    assert len(ITEMS) == 10
    assert head[first + 10 :][:4] == ["Rounding", "Total", "Exact total", "First month, cash"]
    expected = _expected()
    assert {row[1] for row in rows[1:]} == set(expected)
    ranks = []
    for number, row in enumerate(rows[1:], 2):
        month, cash, rate = expected[row[1]]
        known = _known(month, rate)
        net = sum(known.values())
        known["tax"] = net * TAX
        total = _cents(net * (1 + TAX))
        assert _is(row[first + 11], total), (row[1], row[first + 11], float(total))
        assert abs(Fraction(row[first + 12]) - net * (1 + TAX)) < Fraction(1, 10**15)
        assert _is(row[first + 13], _cents(sum(_known(cash, rate).values()) * (1 + TAX)))
        for place, item in enumerate(ITEMS, first):
            if item in known:
                assert _is(row[place], _cents(known[item])), (row[1], item, row[place], float(known[item]))
            else:
                assert row[place] == ("not needed" if item == "licence" else "not included"), (row[1], item)
        assert _is(row[first + 10], total - sum(_cents(part) for part in known.values()))
        missing = set(ITEMS) - set(known) - {"licence"}
        assert row[head.index("At least")] == ("yes" if missing else "no")
        ranks.append((bool(missing), total, row[0]))
        _formulas_agree(values, formulas, number, first)
    assert [rank for *_, rank in ranks] == [1, 2, 3, 4, 5, 6, 7]
    assert ranks == sorted(ranks)
    rates = list(values["Exchange rates"].iter_rows(min_row=2, values_only=True))
    assert [(rate[0], rate[1], rate[3]) for rate in rates] == [("USD", "CNY", "bank")]
    assert _is(rates[0][2], FX)


def _formulas_agree(values: Any, formulas: Any, number: int, first: int) -> None:
    """Each formula, reckoned here by hand from the cells it names, gives the value that stands with it."""
    sheet, lines = values["Comparison"], values["Lines"]
    head = [cell.value for cell in lines[1]]
    at = {name: head.index(name) for name in ("Column", "Item", "Amount in a month")}
    for cell in formulas["Comparison"][number]:
        said = sheet[cell.coordinate].value
        if not isinstance(cell.value, str) or not cell.value.startswith("="):
            continue
        if cell.value.startswith("=SUM("):
            start, end = re.fullmatch(r"=SUM\((\w+):(\w+)\)", cell.value).groups()  # type: ignore[union-attr]
            parts = [one.value for row in sheet[start:end] for one in row if isinstance(one.value, int | float)]
            assert abs(sum(parts) - said) < 1e-6, cell.coordinate
            continue
        item = re.search(r'"([^"]+)"\),2\)$', cell.value)[1]  # type: ignore[index]
        key = sheet.cell(number, 2).value
        parts = [
            row[at["Amount in a month"]] for row in lines.iter_rows(min_row=2, values_only=True)
            if (row[at["Column"]], row[at["Item"]]) == (key, item) and row[at["Amount in a month"]] is not None
        ]  # fmt: skip
        assert abs(sum(parts) - said) < 0.0051, (cell.coordinate, cell.value)
    assert sheet.cell(number, first + 12).value is not None


def test_every_line_names_the_price_it_comes_from(priced: Lab, comparison: Comparison) -> None:
    with priced.runtime.database.reading() as session:
        from mcm.models import PricePoint

        for column in comparison.columns:
            for line in column.lines:
                if line.amount is None or line.item == "tax" or column.place.account:
                    continue
                points = [session.get(PricePoint, ident) for ident in (line.point_id or "").split(",")]
                assert all(point is not None and point.list_id == line.list_id for point in points)
                assert line.basis == "list"
                assert line.source
                assert line.priced_on
                if line.unit_price is not None:
                    assert points[0] is not None
                    assert points[0].unit_price == line.unit_price
                if line.unit_price is not None and not line.upfront:
                    assert line.quantity is not None
                    assert line.quantity * line.unit_price == line.billed
            ages = {line.age for line in column.lines if line.age}
            assert ages == ({"amber"} if column.place.provider == "east" else {"fresh"})


def test_the_sum_of_the_lines_is_the_total_to_the_last_digit(comparison: Comparison) -> None:
    for column in comparison.columns:
        exact = sum((Fraction(line.amount) for line in column.lines if line.amount is not None), Fraction())
        assert column.total.amount is not None
        assert Fraction(column.total.amount) == exact
        shown = sum((Fraction(item.shown) for item in column.items if item.shown is not None), Fraction())
        assert column.total.rounding is not None
        assert column.total.shown is not None
        assert shown + Fraction(column.total.rounding) == Fraction(column.total.shown)


def test_private_utilisations_and_break_even(comparison: Comparison) -> None:
    (hall,) = [column for column in comparison.columns if column.place.account == "hall"]
    assert hall.marginal is not None
    assert abs(Fraction(hall.marginal) - sum(_known(_private(None), Fraction(1)).values()) * (1 + TAX)) < Fraction(
        1, 10**12
    )
    for at in hall.utilisations:
        net = sum(_known(_private(str(at.utilisation)), Fraction(1)).values())
        assert at.amount is not None
        assert abs(Fraction(at.amount) - net * (1 + TAX)) < Fraction(1, 10**12)
    expected = _expected()
    assert {even.column for even in hall.break_even} == set(expected) - {hall.key}
    for even in hall.break_even:
        month, _, rate = expected[even.column]
        public = (month["compute"] + month["storage"]) * rate  # type: ignore[operator]
        assert even.over == ["compute", "storage"]
        if even.code != "from":
            assert even.code == "never"
            assert sum(_known(_private("1"), Fraction(1)).values()) > public
            continue
        # At the utilisation that it names the private cloud costs what the public one does.
        here = sum(_known(_private(str(even.utilisation)), Fraction(1)).values())
        assert abs(here - public) / public < Fraction(1, 10**9)
    assert {even.code for even in hall.break_even} == {"from"}


def test_what_could_change_it(comparison: Comparison) -> None:
    expected = _expected()
    for column in comparison.columns:
        said = {one.code: one for one in column.sensitivity}
        month, _, rate = expected[column.key]
        total = sum(_known(month, rate).values()) * (1 + TAX)
        if rate == 1:
            assert "rate_change" not in said
        else:
            told = said["rate_change"].params
            assert (told["foreign"], told["currency"], told["percent"]) == ("USD", "CNY", "10")
            for name, value in (("part", total / 10), ("low", total * 9 / 10), ("high", total * 11 / 10)):
                assert Fraction(told[name]) == _cents(value), (column.key, name)
            assert told["part"] in said["rate_change"].message
        assert _pays(said) == _expected_pays(column.key), column.key
        if column.place.account == "hall":
            ends = sorted(Fraction(at.amount) for at in column.utilisations if at.amount is not None)
            told = said["utilisation_range"].params
            assert (Fraction(told["low"]), Fraction(told["high"])) == (_cents(ends[0]), _cents(ends[-1]))
            assert Fraction(told["least"]) < Fraction(told["most"])
        else:
            assert "utilisation_range" not in said


def _pays(said: dict[str, Said]) -> str | None:
    """Percent of the planned hours from which the commitment pays."""
    if "commitment_never_pays" in said:
        return "never"
    return said["commitment_pays_from"].params["percent"] if "commitment_pays_from" in said else None


def _expected_pays(key: str) -> str | None:
    place, _, way = key.partition("#")
    option, _, term = way.partition("-")
    if not term:
        return None
    rows = NORTH if place.startswith("north") else EAST
    mine, theirs = Fraction(), Fraction()
    for tier in TIERS:
        committed, by_use = _machine(rows, tier, option, int(term))[0], _machine(rows, tier, "on_demand", None)[0]
        if committed != by_use:
            mine, theirs = mine + committed, theirs + by_use
    if not theirs:
        return None
    return "never" if mine >= theirs else f"{float(mine / theirs * 100):.1f}"
