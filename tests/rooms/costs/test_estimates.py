"""Comparisons that are kept: the same for ever, in every form, and only for those who may see all of what they tell."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import openpyxl
import pytest
from sqlalchemy import select, text

from mcm.auth.roles import Role
from mcm.costs.exporting import export
from mcm.costs.notes import SENTENCES
from mcm.costs.schemas import Comparison
from mcm.db import migrate
from mcm.errors import Conflict
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.models import AuditEvent
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests.baddays.serving import serving
from tests.lab import CALLER, Lab
from tests.rooms.costs import stock
from tests.rooms.costs.test_golden import SHOP
from tests.rooms.identity.people import Person, user

As = Callable[[str], Person]
BODY = {"document": SHOP, "currency": "CNY", "tax": "0.13", "title": "shop"}


@pytest.fixture
def by(priced: Lab) -> Iterator[As]:
    with priced.runtime.database.writing() as session:
        for name in ("alpha", "beta"):
            tenants.create(session, CALLER, TenantCreate(name=name, kind="department", parent="default"))
    user(priced, "olga", "operator")
    user(priced, "vera", "viewer")
    user(priced, "carl", "cost_analyst")
    for name in ("anna", "bert"):
        tenant = {"anna": "alpha", "bert": "beta"}[name]
        user(priced, name, tenant=tenant)
        with priced.runtime.database.writing() as session:
            roles.bind(session, CALLER, name, Role.OPERATOR, HeldIn(tenant=tenant))
    known: dict[str, Person] = {}
    with serving(priced) as served:

        def named(name: str) -> Person:
            if name not in known:
                known[name] = Person(served)
                assert known[name].login(name).is_success
            return known[name]

        yield named
        for one in known.values():
            one.http.close()


def test_it_opens_identically_whatever_prices_are_today(priced: Lab, by: As) -> None:
    made = by("olga").send("POST", "/estimates", BODY)
    assert made.status_code == 201, made.text
    found = made.json()
    assert found["cheapest"]
    assert found["total"]
    assert found["made_by"] == "olga"
    files = {
        form: by("olga").get(f"/estimates/{found['id']}/export", format=form).content
        for form in ("csv", "xlsx", "html")
    }
    with priced.runtime.database.writing() as session:
        dearer = [row | {"price": str(float(row["price"]) * 3)} for row in stock.NORTH]
        stock.put(session, "north", "n-1", dearer, age=0)
        stock.rate(session, "USD", "CNY", "9", source="bank 2")
        session.execute(text("UPDATE account SET name = 'renamed'"))
    again = by("carl").get(f"/estimates/{found['id']}").json()
    assert again == found
    for form, content in files.items():
        assert by("carl").get(f"/estimates/{found['id']}/export", format=form).content == content
    other = (
        by("olga").send("POST", "/costs/compare", {key: BODY[key] for key in ("document", "currency", "tax")}).json()
    )
    assert other["columns"] != found["comparison"]["columns"]


def test_comparing_stores_nothing_and_keeping_is_recorded(priced: Lab, by: As) -> None:
    olga = by("olga")
    body = {key: BODY[key] for key in ("document", "currency")}
    assert olga.send("POST", "/costs/compare", body).status_code == 200
    assert olga.send("POST", "/estimates?dry_run=true", BODY).json()["currency"] == "CNY"
    assert olga.get("/estimates").json()["items"] == []
    made = [olga.send("POST", "/estimates", BODY | {"title": name}).json()["id"] for name in ("one", "two", "three")]
    first = olga.get("/estimates", limit=2).json()
    rest = olga.get("/estimates", limit=2, cursor=first["next_cursor"]).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert olga.send("DELETE", f"/estimates/{made[0]}?dry_run=true").json()["dry_run"] is True
    assert olga.send("DELETE", f"/estimates/{made[0]}").status_code == 200
    assert olga.get(f"/estimates/{made[0]}").json()["code"] == "estimate_not_found"
    with priced.runtime.database.reading() as session:
        told = session.scalars(
            select(AuditEvent.action).where(AuditEvent.target_kind == "estimate").order_by(AuditEvent.seq)
        )
        assert list(told) == ["estimate.create"] * 3 + ["estimate.remove"]
    with pytest.raises(Conflict, match="2 rows of estimate"):
        migrate.downgrade(priced.runtime.database.engine, "0015")


def test_what_one_may_not_see_does_not_exist(priced: Lab, by: As) -> None:
    # Whoever sees no costs sees no comparison.
    assert by("vera").send("POST", "/costs/compare", {"document": SHOP}).status_code == 403
    # The private account belongs to another tenant: it is no place for anna, and no location by its name.
    mine = by("anna").send("POST", "/costs/compare", {"document": SHOP}).json()
    assert {column["place"]["account"] for column in mine["columns"]} == {None}
    hidden = by("anna").send("POST", "/costs/compare", {"document": SHOP, "locations": ["hall"]})
    never = by("anna").send("POST", "/costs/compare", {"document": SHOP, "locations": ["nope"]})
    assert hidden.json()["detail"] == never.json()["detail"].replace("nope", "hall")
    hers = by("anna").send("POST", "/estimates", {"document": SHOP}).json()["id"]
    assert by("anna").get(f"/estimates/{hers}").status_code == 200
    assert by("bert").get("/estimates").json()["items"] == []
    assert by("bert").get(f"/estimates/{hers}").status_code == 404
    assert by("bert").send("DELETE", f"/estimates/{hers}").status_code == 404
    assert by("carl").get(f"/estimates/{hers}").status_code == 200
    # One in her tenant that names an account she does not see is none for her, nor are its exports.
    of_all = by("olga").send("POST", "/estimates", {"document": SHOP, "tenant": "alpha"}).json()["id"]
    assert by("anna").get(f"/estimates/{of_all}").status_code == 404
    assert by("anna").get(f"/estimates/{of_all}/export").status_code == 404
    assert [one["id"] for one in by("anna").get("/estimates").json()["items"]] == [hers]


def test_stored_workloads_are_compared_by_version(by: As) -> None:
    olga = by("olga")
    for count in ("3", "4"):
        assert olga.send("PUT", "/workloads/shop", {"text": SHOP.replace("count: 3", f"count: {count}")}).is_success
    first = olga.send("POST", "/costs/compare", {"workload": "shop", "version": 1}).json()
    second = olga.send("POST", "/costs/compare", {"workload": "shop"}).json()
    assert (first["subject"]["version"], first["subject"]["instances"]) == (1, 5)
    assert (second["subject"]["version"], second["subject"]["instances"]) == (2, 6)
    assert olga.send("POST", "/costs/compare", {"workload": "shop", "version": 9}).json()["code"] == (
        "workload_version_not_found"
    )
    assert olga.send("POST", "/costs/compare", {"workload": "none"}).json()["code"] == "workload_not_found"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta",):
            self.open.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs), (tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_hostile_names_neither_calculate_nor_run(by: As) -> None:
    evil = "<img src=x onerror=alert(1)>"
    found = by("olga").send("POST", "/costs/compare", {"document": SHOP}).json()
    for column in found["columns"]:
        column["place"]["key"] = f"=cmd|' /C calc'!A0{evil}"
        for line in column["lines"]:
            line["sku"], line["source"] = f"@SUM(A1){evil}", f"+1{evil}\u202e"
    made = Comparison.model_validate(found)
    page = _Page()
    content = export(made, "html", "en", title=evil).decode()
    page.feed(content)
    assert not page.open
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert evil in "".join(page.words)
    assert "\u202e" not in content
    assert not re.search(r"https?://|@import|url\(", content)
    assert page.tags.count("svg") == 1
    assert "rect" in page.tags
    assert "@media print" in content
    rows = list(csv.reader(io.StringIO(export(made, "csv", "en").decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
    assert all(re.fullmatch(r"-\d[\d.]*", cell) for cell in cells if cell.startswith("-"))
    book = openpyxl.load_workbook(io.BytesIO(export(made, "xlsx", "en", title="=1+1")))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert re.match(r"=(SUM\(|ROUND\(SUMIFS\(|[A-Z]+\d+\*)", str(cell.value)), cell.value


def test_both_languages_and_the_sums_of_a_table(by: As) -> None:
    asked = {key: BODY[key] for key in ("document", "currency", "tax")}
    made = Comparison.model_validate(by("olga").send("POST", "/costs/compare", asked).json())
    english, chinese = (export(made, "html", lang).decode() for lang in ("en", "zh-CN"))
    assert "Break-even" in english
    assert "盈亏平衡" in chinese
    assert "未计入" in chinese
    assert 'lang="zh-CN"' in chinese
    assert "not included" not in chinese
    rows = list(csv.reader(io.StringIO(export(made, "csv", "en").decode("utf-8-sig"))))
    head = rows[0]
    item, amount = head.index("Item"), head.index("Amount in a month")
    for column in made.columns:
        mine = [row for row in rows[1:] if row[0] == column.key and len(row) > amount and row[amount]]
        total = next(row for row in mine if row[item] == "Total")
        assert total[amount] == str(column.total.shown)
    assert {row[head.index("State")] for row in rows[1:]} >= {"included", "not included"}


def test_every_sentence_says_the_same_parameters_in_both_languages() -> None:
    for code, said in SENTENCES.items():
        names = [set(re.findall(r"{(\w+)}", text)) for text in said]
        assert names[0] == names[1], code
        assert re.search(r"[\u4e00-\u9fff]", said.zh) or code == "stale_inventory", code
