"""Files of a report: the same numbers in each, nothing of a name run as a formula or as HTML, in both languages."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from mcm.allocations.questions import Question
from mcm.allocations.reports import report
from mcm.allocations.schemas import CostReport, Gap, RateUsed
from mcm.allocations.sheet_files import as_csv, as_xlsx
from mcm.allocations.sheet_page import as_html
from mcm.allocations.sheets import sheet
from mcm.allocations.texts import _WORDS
from tests import lab as labs
from tests.lab import Lab
from tests.rooms.allocations.bills import Row, bill

HOSTILE = '=cmd|"/c calc"!A1<script>alert(1)</script>&'


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> CostReport:
    directory = tmp_path_factory.mktemp("exports")
    file = directory / "mcm.db"
    file.write_bytes(sqlite_template.read_bytes())
    lab: Lab = labs.make(f"sqlite:///{file}", directory)
    with lab.runtime.database.writing() as session:
        rows = [Row("ten_default", "1234567.005", service=HOSTILE), Row("ten_default", "0.995", service="计算")]
        bill(session, "2026-03", [*rows, Row("ten_default", "-3.001", service=None), Row("ten_default", None)])
        bill(session, "2026-02", [Row("ten_default", "1000000", service=HOSTILE)])
    with lab.runtime.database.reading() as session:
        found = report(session, Question("2026-03", ("service", "tag:team"), against="2026-02"))
    lab.close()
    found.rates.append(
        RateUsed(
            month="2026-03", currency="USD", to="EUR", rate=Decimal("0.9"), source="<b>bank</b>",
            on=datetime(2026, 3, 30, tzinfo=UTC).date(), seed=True,
        )
    )  # fmt: skip
    found.gaps.append(Gap(about="names_unknown", params={"rule": "r", "missing": ["tenant x", "tenant y"]}))
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "td":
            self.cells.append("")
        self._inside = tag == "td"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.cells[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def test_csv_holds_every_digit_and_no_formula(made: CostReport) -> None:
    text = as_csv(sheet(made, "en")).decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(text))
    assert heads[:4] == ["Service", "Tag team", "Currency", "Amount"]
    by_service = {row[0]: row for row in rows}
    assert by_service["计算"][heads.index("Amount, exact")] == "0.995"
    assert by_service["计算"][3] == "1.00"
    assert by_service["(none)"][3] == "-3.00"
    assert by_service["Total"][heads.index("Amount, exact")] == "1234564.999"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@")) or re.match(r"-[^\d]", cell)]
    lines = [Decimal(row[3]) for row in rows if row[0] not in ("Total", "Rounding")]
    assert sum(lines) + Decimal(by_service["Rounding"][3]) == Decimal(by_service["Total"][3])


def test_a_workbook_has_numbers_as_numbers_and_names_as_text(made: CostReport) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet(made, "en"))))
    page = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    start = next(index for index, row in enumerate(rows) if row[0] == "Service")
    table = {row[0]: row for row in rows[start + 1 :]}
    assert table["计算"][3] == 1
    assert isinstance(table[HOSTILE][3], float | int)
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    assert "1 USD = 0.9 EUR" in str([cell.value for row in book.worksheets[1].iter_rows() for cell in row])


def test_a_page_needs_nothing_and_runs_nothing(made: CostReport) -> None:
    for language in ("en", "zh-CN"):
        text = as_html(sheet(made, language)).decode()
        page = _Page()
        page.feed(text)
        assert not page.tags & {"script", "iframe", "link", "img", "b", "object"}
        assert not re.search(r"(?:src|href)=|url\(|https?:", text)
        assert HOSTILE in page.cells
        assert "1,234,567.00" in page.cells or "1,234,567.01" in page.cells
        assert "default-src 'none'" in text
        assert "@media print" in text
        assert 'lang="' + language in text
        assert "tenant x, tenant y" in text


def test_both_languages_say_the_same(made: CostReport) -> None:
    english, chinese = sheet(made, "en"), sheet(made, "zh-CN")
    assert [len(row) for row in english.rows] == [len(row) for row in chinese.rows]
    assert not set(english.heads) & set(chinese.heads)
    for name, (one, other) in _WORDS.items():
        assert re.search(r"[\u4e00-\u9fff（]", other), name
        assert set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other)), name
