"""Bills in a ZIP: one file is read as if it came alone, anything else is refused and leaves nothing."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from mcm.charges.errors import InvalidBill
from mcm.charges.files import Unreadable, opened
from mcm.models import Charge
from tests.lab import Lab
from tests.rooms.charges.bills import bill, stored, take
from tests.rooms.charges.test_bad_files import _parquet

_MANY = bill([{"ResourceId": f"r-{number}"} for number in range(5400)])


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return out.getvalue()


def _flagged(content: bytes) -> bytes:
    """As if it were encrypted: the bit in both of its headers."""
    found = bytearray(content)
    found[6] |= 1
    found[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(found)


def _damaged(content: bytes) -> bytes:
    """Another checksum in both of its headers."""
    found = bytearray(content)
    for at in (14, content.rindex(b"PK\x01\x02") + 16):
        found[at] ^= 0xFF
    return bytes(found)


def _lying(content: bytes, says: int) -> bytes:
    found = bytearray(content)
    for at in (22, content.rindex(b"PK\x01\x02") + 24):
        found[at : at + 4] = struct.pack("<I", says)
    return bytes(found)


@pytest.mark.parametrize(
    ("make", "format"),
    [
        (lambda: _zip(("bill.csv", bill([{}]))), "csv.zip"),
        (lambda: _zip(("bill.csv", bill([{}])), method=zipfile.ZIP_STORED), "csv.zip"),
        (lambda: _zip(("reports/", b""), ("reports/2026/bill.csv", bill([{}]))), "csv.zip"),
        (lambda: _zip(("bill.csv.gz", gzip.compress(bill([{}])))), "csv.gz.zip"),
        (lambda: _zip(("bill.parquet", _parquet())), "parquet.zip"),
    ],
)
def test_one_file_is_read_as_if_it_came_alone(lab: Lab, make: Callable[[], bytes], format: str) -> None:
    row, _ = take(lab, make())
    assert row is not None
    assert row.file_format == format
    with lab.runtime.database.reading() as session:
        assert set(session.scalars(select(Charge.billed_cost))) == {Decimal("1.25")}


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (_zip, "empty_file"),
    "a folder": (lambda: _zip(("a/", b"")), "empty_file"),
    "an empty file": (lambda: _zip(("a.csv", b"")), "empty_file"),
    "two": (lambda: _zip(("a.csv", bill([{}])), ("b.csv", bill([{}]))), "zip_of_several"),
    "a workbook": (lambda: _zip(("[Content_Types].xml", b"<a/>"), ("xl/a.xml", b"<a/>")), "not_a_table"),
    "a picture": (lambda: _zip(("a.csv", b"\x89PNG\r\n\x1a\n")), "not_a_table"),
    "a zip": (lambda: _zip(("a.zip", _zip(("a.csv", bill([{}]))))), "zip_in_zip"),
    "encrypted": (lambda: _flagged(_zip(("a.csv", bill([{}])))), "zip_encrypted"),
    "up": (lambda: _zip(("../a.csv", bill([{}]))), "zip_with_path"),
    "from the root": (lambda: _zip(("/etc/a.csv", bill([{}]))), "zip_with_path"),
    "of a drive": (lambda: _zip(("C:a.csv", bill([{}]))), "zip_with_path"),
    "backwards": (lambda: _zip(("a\\..\\b.csv", bill([{}]))), "zip_with_path"),
    "bzip2": (lambda: _zip(("a.csv", bill([{}])), method=zipfile.ZIP_BZIP2), "zip_method"),
    "lzma": (lambda: _zip(("a.csv", bill([{}])), method=zipfile.ZIP_LZMA), "zip_method"),
    "cut": (lambda: _zip(("a.csv", _MANY))[:-30], "truncated_file"),
    "cut in the data": (lambda: _zip(("a.csv", _MANY))[:2000], "truncated_file"),
    "without its middle": (lambda: (made := _zip(("a.csv", _MANY)))[:300] + made[900:], "broken_file"),
    "another checksum": (lambda: _damaged(_zip(("a.csv", _MANY))), "broken_file"),
    "another checksum of Parquet": (lambda: _damaged(_zip(("a.parquet", _parquet()))), "broken_file"),
    "less than it says": (lambda: _lying(_zip(("a.csv", _MANY)), len(_MANY) + 9), "truncated_file"),
    "more than it says": (lambda: _lying(_zip(("a.csv", _MANY)), len(_MANY) - 9), "broken_file"),
}


def test_nothing_of_others_is_left(lab: Lab) -> None:
    for name, (make, code) in BAD.items():
        with pytest.raises(InvalidBill) as refusal:
            take(lab, make())
        report = refusal.value.details["report"]
        assert isinstance(report, list)
        assert code in {one["code"] for one in report if one["level"] == "error"}, (name, report)
        for table in ("charge", "charge_part", "charge_import", "cost_month"):
            assert lab.count(table) == 0, (name, table)


@pytest.mark.only_on("sqlite")
def test_what_unpacks_to_too_much_is_refused_whatever_it_says(lab: Lab) -> None:
    much = bill([{"ChargeDescription": "x" * 1000, "ResourceId": str(number)} for number in range(2000)])
    packed = _zip(("a.csv", much))
    for content in (packed, _zip(("a.csv.gz", gzip.compress(much)))):
        with pytest.raises(InvalidBill, match="MCM_CHARGE_UNPACKED_MIB is 1"):
            take(lab, content, most_bytes=2**20)
    # What says that it is small ends there, and its checksum is another.
    with pytest.raises(InvalidBill):
        take(lab, _lying(packed, 1000), most_bytes=2**20)
    assert stored(lab) == []


def test_neither_its_content_nor_its_directory_is_held_in_memory() -> None:
    def peak(content: bytes) -> int:
        file = io.BytesIO(content)
        tracemalloc.start()
        try:
            for _ in opened(file).batches:
                pass
        finally:
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    header, body = _MANY.split(b"\n", 1)
    small, large = (_zip(("a.csv", header + b"\n" + body * times)) for times in (2, 12))
    assert peak(large) < peak(small) * 1.5
    many = _zip(*((f"{number}-{'x' * 200}", b"") for number in range(6000)))
    with pytest.raises(Unreadable, match="broken_file"):
        opened(io.BytesIO(many))
