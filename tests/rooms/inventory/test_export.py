"""Exports are exactly what is filtered, harmless in a spreadsheet, and written in memory that does not grow."""

import csv
import io
import json
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from mcm.audit.chain import Chain
from mcm.audit.errors import AuditFailed
from mcm.db.session import Database
from mcm.inventory import export
from mcm.inventory.cells import cell, safe_text
from mcm.models import AuditEvent
from tests.rooms.inventory.test_listing import listed
from tests.rooms.inventory.world import World, ago

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "a\nb",
    "\x1b[31m",
    "\u202egpj",
    "plain",
    "虚拟机",
    'a,b"c',
    "🙂",
]


def _export(client: TestClient, form: str, **parameters: Any) -> bytes:
    answer = client.get("/api/v1/resources/export", params={"format": form} | parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == export.MEDIA_TYPES[form]
    assert answer.headers["content-disposition"].startswith('attachment; filename="resources-')
    assert answer.headers["content-disposition"].endswith(f'.{form}"')
    content: bytes = answer.content
    return content


def _csv(client: TestClient, **parameters: Any) -> list[dict[str, str]]:
    text = _export(client, "csv", **parameters).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _sheet(content: bytes) -> list[list[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        assert not root.findall(f".//{SHEET}f"), "a formula"
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
    rows = []
    for row in root.iter(f"{SHEET}row"):
        rows.append([_cell(found) for found in row.iter(f"{SHEET}c")])
    return rows


def _cell(found: ET.Element) -> Any:
    if found.get("t") == "inlineStr":
        return "".join(text.text or "" for text in found.iter(f"{SHEET}t"))
    value = found.findtext(f"{SHEET}v") or ""
    return {"b": value == "1"}.get(found.get("t") or "", float(value))


@pytest.fixture
def filled(world: World) -> World:
    world.account()
    with world.together():
        for number in range(700):
            world.resource(
                f"n{number:04d}",
                kind="instance" if number % 2 else "volume",
                attributes={"vcpus": number, "private_ips": ["10.0.0.1", "10.0.0.2"], "encrypted": True},
                tags={"env": "prod"} if number % 3 else {},
                created_at=ago(days=1),
            )
    return world


@pytest.mark.parametrize(
    "asked", [{}, {"filter": "kind = instance AND tags.env = prod"}, {"search": "n01", "order_by": "vcpus desc"}]
)
def test_exactly_what_is_listed(filled: World, client: TestClient, asked: dict[str, str]) -> None:
    items = listed(client, limit=1000, **asked)
    assert json.loads(_export(client, "json", **asked)) == items
    assert [row["id"] for row in _csv(client, **asked)] == [item["id"] for item in items]
    header, *rows = _sheet(_export(client, "xlsx", **asked, columns="id,vcpus"))
    assert header == ["id", "vcpus"]
    assert [row[0] for row in rows] == [item["id"] for item in items]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_who_took_what_is_recorded(filled: World, client: TestClient, database: Database, form: str) -> None:
    _export(client, form, filter="kind = volume", columns="id,name")
    with database.reading() as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "resource.export").order_by(AuditEvent.seq)
        ).all()
    assert [(row.phase, row.outcome) for row in rows] == [("intent", "sent"), ("result", "succeeded")]
    asked = {"format": form, "filter": "kind = volume", "columns": "id,name"}
    assert [row.details for row in rows] == [asked, asked | {"rows": 350}]
    assert {row.principal_name for row in rows} == {"local"}


def test_what_cannot_be_recorded_does_not_leave(
    filled: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise AuditFailed("the trail is broken")

    monkeypatch.setattr(Chain, "append", failing)
    answer = client.get("/api/v1/resources/export")
    assert (answer.status_code, answer.json()["code"]) == (503, "audit_failed")
    assert "n0001" not in answer.text


def test_columns_and_cells(filled: World, client: TestClient) -> None:
    columns = "name,vcpus,private_ips,tags,tags.env,encrypted,created_at,zone"
    first = _csv(client, columns=columns, filter="name = n0001")[0]
    assert first == {
        "name": "n0001",
        "vcpus": "1",
        "private_ips": "10.0.0.1; 10.0.0.2",
        "tags": '{"env":"prod"}',
        "tags.env": "prod",
        "encrypted": "true",
        "created_at": ago(days=1).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "zone": "",
    }
    _, row = _sheet(_export(client, "xlsx", columns="name,vcpus,encrypted", filter="name = n0001"))
    assert row == ["n0001", 1.0, True]
    (item,) = json.loads(_export(client, "json", columns="name,tags.env", filter="name = n0001"))
    assert item == {"id": item["id"], "name": "n0001", "tags.env": "prod"}


def test_nothing_and_the_past(filled: World, client: TestClient) -> None:
    assert json.loads(_export(client, "json", filter="name = none")) == []
    assert _csv(client, filter="name = none") == []
    assert len(_sheet(_export(client, "xlsx", filter="name = none"))) == 1
    assert json.loads(_export(client, "json", as_of=ago(days=3).isoformat())) == []
    assert len(_csv(client, as_of=ago(days=1).isoformat())) == 700


def test_the_mark_that_excel_needs(filled: World, client: TestClient) -> None:
    assert _export(client, "csv").startswith(b"\xef\xbb\xbfname,kind")
    assert _export(client, "csv", bom=False).startswith(b"name,kind")


def test_mistakes_come_before_the_first_byte(filled: World, client: TestClient) -> None:
    for wrong in ({"filter": "x"}, {"columns": "x"}, {"order_by": "x"}, {"format": "pdf"}, {"as_of": "x"}):
        answer = client.get("/api/v1/resources/export", params=wrong)
        assert answer.status_code == 422, wrong
        assert answer.headers["content-type"] == "application/problem+json"


def test_hostile_names_do_nothing(world: World, client: TestClient) -> None:
    world.account()
    for name in HOSTILE:
        world.resource(name, tags={name: name})
    for row in _csv(client, columns="name,tags"):
        assert row["name"][0] not in "=+-@\t\r＝"
        assert row["name"].isprintable()
    shown = {row["name"] for row in _csv(client)}
    assert {"'=1+1", "'\\t=1", "a\\nb", "\\x1b[31m", "\\u202egpj", "plain", "虚拟机", 'a,b"c', "🙂"} <= shown
    assert {row[0] for row in _sheet(_export(client, "xlsx", columns="name"))[1:]} == shown
    assert {item["name"] for item in json.loads(_export(client, "json"))} == set(HOSTILE)


@given(st.text())
def test_any_text_is_harmless(text: str) -> None:
    shown = safe_text(text)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not any(char < " " or "\x7f" <= char <= "\x9f" or "\u202a" <= char <= "\u202e" for char in shown)


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-5, 2.5, True, None)] == [-5, 2.5, True, None]
    assert cell(["-5", "a"]) == "'-5; a"
    assert cell({"b": 1}) == '{"b":1}'


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    def items(number: int) -> Iterator[dict[str, Any]]:
        for index in range(number):
            yield {"id": f"id-{index}", "name": f"a name of some length {index}" * 3, "tags": {"a": str(index)}}

    def peak(number: int) -> int:
        tracemalloc.start()
        for _ in _written(form, lambda: items(number)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(8000) < peak(1000) * 1.5 + 200_000


def _written(form: str, items: Any) -> Iterator[bytes]:
    columns = [
        ("id", lambda made: made["id"]),
        ("name", lambda made: made["name"]),
        ("tags", lambda made: made["tags"]),
    ]
    if form == "csv":
        return export.as_csv(items, columns, bom=True)
    return export.as_json(items, columns) if form == "json" else export.as_xlsx(items, columns)


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_SHEET_ROWS", 4)
    rows = [{"id": str(number)} for number in range(7)]
    content = b"".join(export.as_xlsx(lambda: iter(rows), [("id", lambda made: made["id"])]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sum(name.startswith("xl/worksheets/sheet") for name in archive.namelist()) == 3
