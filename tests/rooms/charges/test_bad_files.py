"""Files that are no bills: each says why, by line, and leaves nothing."""

import gzip
import io
from collections.abc import Callable

import pytest

from mcm.charges.errors import ChargesExtraMissing, InvalidBill
from mcm.charges.findings import LINES
from tests.lab import Lab
from tests.rooms.charges.bills import ROW, bill, take

_MANY = [{"ResourceId": f"r-{number}"} for number in range(5400)]


def _parquet(cut: int | None = None) -> bytes:
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({name: [str(value)] * 3 for name, value in ROW.items()}), out)
    return out.getvalue()[:cut]


def _parquet_of(rows: int) -> bytes:
    """Packed it is small: every row says the same."""
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    parquet.write_table(pyarrow.table({name: [str(value)] * rows for name, value in ROW.items()}), out)
    assert len(out.getvalue()) < 2**20
    return out.getvalue()


def _line(number: int, was: bytes, now: bytes) -> bytes:
    lines = bill(_MANY).splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(was, now)
    return b"".join(lines)


def _odd_parquet() -> bytes:
    """Its text is none; the format does not look."""
    import pyarrow
    from pyarrow import parquet

    out = io.BytesIO()
    text = pyarrow.array([b"\xff"], pyarrow.binary()).view(pyarrow.string())
    parquet.write_table(
        pyarrow.table({name: text if name == "RegionName" else [str(value)] for name, value in ROW.items()}), out
    )
    return out.getvalue()


# What is sent, the code of what is found, and the line it is found at.
BAD: dict[str, tuple[Callable[[], bytes], str, int | None]] = {
    "empty": (lambda: b"", "empty_file", None),
    "header only": (lambda: bill([]), "empty_file", 1),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "not_a_table", 1),
    "json": (lambda: b'{"BilledCost": 1}', "not_a_table", 1),
    "a page": (lambda: b"<html>sign in</html>", "not_a_table", 1),
    "another table": (lambda: b"a,b\n1,2\n", "not_a_bill", 1),
    "semicolons": (lambda: bill([{}], delimiter=";"), "not_a_bill", 1),
    "utf-16": (lambda: bill([{}]).decode().encode("utf-16"), "wrong_encoding", 1),
    "latin-1 in line 5321": (lambda: _line(5321, b"Compute engine", "Gerät".encode("latin-1")), "wrong_encoding", 5321),
    "nul": (lambda: _line(12, b"Compute engine", b"a\0b"), "broken_file", 12),
    "cut gzip": (lambda: gzip.compress(bill(_MANY))[:-2000], "truncated_file", None),
    "damaged gzip": (lambda: gzip.compress(bill(_MANY))[:-8] + bytes(8), "broken_file", 5402),
    "cut in a quoted field": (lambda: bill([{}])[:-3], "truncated_file", 2),
    "cut parquet": (lambda: _parquet(-20), "truncated_file", None),
    "parquet that is no text": (_odd_parquet, "wrong_encoding", 1),
    "a line that unpacks to far more": (lambda: gzip.compress(bill([{}]) + b"x" * (9 * 2**20)), "broken_file", 3),
    "a row of many lines": (lambda: gzip.compress(bill([{}]) + b'"x","x\n' * (2 * 2**20)), "broken_file", None),
    "missing column": (lambda: bill([{}], columns=[n for n in ROW if n != "BillingCurrency"]), "missing_column", 1),
    "column twice": (lambda: bill([{}]).replace(b"RegionName", b"RegionId", 1), "duplicate_column", 1),
    "short line": (lambda: _line(5201, b",Compute engine", b""), "wrong_width", 5201),
    "two exports in one": (lambda: bill(_MANY) + bill(_MANY), "repeated_header", 5402),
    "every row twice": (lambda: bill([*_MANY[:9], *_MANY[:9]]), "duplicate_month", None),
    "no amount": (lambda: _line(5003, b"1.25,1.2,", b"1.25 EUR,1.2,"), "bad_amount", 5003),
    "comma for a point": (lambda: bill([{"BilledCost": "1,25"}]), "bad_amount", 2),
    "too much": (lambda: bill([{"BilledCost": "1" + "0" * 20}]), "bad_amount", 2),
    "no time": (lambda: _line(3, b"2026-09-03T00:00:00Z", b"9/3/2026"), "bad_time", 3),
    "no month": (lambda: bill([{}, {"BillingPeriodStart": ""}]), "missing_value", 3),
    "no currency": (lambda: bill([{}, {"BillingCurrency": ""}]), "bad_currency", 3),
    "two currencies": (lambda: bill([{}, {"BillingCurrency": "USD"}]), "mixed_currency", 3),
}  # fmt: skip


def test_nothing_of_them_is_left(lab: Lab) -> None:
    for name, (make, code, line) in BAD.items():
        with pytest.raises(InvalidBill) as refusal:
            take(lab, make())
        report = refusal.value.details["report"]
        assert isinstance(report, list)
        found = {one["code"]: one for one in report if one["level"] == "error"}
        assert code in found, (name, found)
        if line is not None:
            assert found[code]["lines"][0] == line, name
        assert "is not imported" in refusal.value.message
        for table in ("charge", "charge_part", "charge_import", "cost_month"):
            assert lab.count(table) == 0, (name, table)


def test_the_report_is_counted_in_full_and_listed_in_part(lab: Lab) -> None:
    rows = [{"BilledCost": "x", "ResourceId": str(number)} for number in range(250)]
    with pytest.raises(InvalidBill) as refusal:
        take(lab, bill([{}, *rows]))
    report = refusal.value.details["report"]
    assert isinstance(report, list)
    (found,) = [one for one in report if one["level"] == "error"]
    assert (found["count"], found["lines"]) == (250, list(range(3, 3 + LINES)))
    assert "lines 3, 4, 5, 6, 7 and 245 more: BilledCost: this is no decimal number (x)" in refusal.value.message


@pytest.mark.only_on("sqlite")
def test_a_file_of_many_members_that_unpacks_to_too_much_is_refused_by_the_setting(lab: Lab) -> None:
    rows = bill([{"ChargeDescription": "x" * 1000, "ResourceId": str(number)} for number in range(100)])
    body = rows.partition(b"\n")[2]
    # None of its members is large, and no row.
    many = gzip.compress(rows) + b"".join([gzip.compress(body)] * 20)
    for content in (many, _parquet_of(40_000)):
        with pytest.raises(InvalidBill) as refusal:
            take(lab, content, most_bytes=2**20)
        assert "MCM_CHARGE_UNPACKED_MIB is 1" in refusal.value.message
        assert "unpacks_too_large" in str(refusal.value.details["report"])
        assert lab.count("charge") == lab.count("charge_import") == 0
    assert take(lab, rows, most_bytes=2**20)[0] is not None


def test_several_currencies_of_several_billing_accounts_are_told(lab: Lab) -> None:
    row, _ = take(lab, bill([{}, {"BillingAccountId": "b-2", "BillingCurrency": "CNY"}]))
    assert row is not None
    assert "several_currencies" in {one["code"] for one in row.report["findings"]}
    assert lab.count("charge_part", "status = 'current'") == 2


def test_without_its_reader_parquet_says_what_to_install(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _parquet()
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(ChargesExtraMissing) as refusal:
        take(lab, content)
    assert "mcm[charges]" in refusal.value.next_step
    row, _ = take(lab, bill([{}]))
    assert row is not None


def test_fields_with_line_breaks_keep_the_lines_right(lab: Lab) -> None:
    rows = [{"ChargeDescription": "two\nlines"}, {"ResourceId": "r-2"}, {"ResourceId": "r-3", "BilledCost": "x"}]
    with pytest.raises(InvalidBill) as refusal:
        take(lab, bill(rows))
    assert "line 5:" in refusal.value.message
