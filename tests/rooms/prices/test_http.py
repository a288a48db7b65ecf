"""Prices over HTTP: who may see and change what, pages, versions, uploads."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mcm.auth.roles import Role
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.days import days_ago
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user
from tests.rooms.prices.making import contents, file, line

As = Callable[[str], Person]
RATE = {"base": "EUR", "quote": "USD", "rate": "1.10", "source": "bank", "on": "2026-01-31"}


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    """paul does prices for all, anna and bert for a tenant each; vera sees no price, otto all and changes none."""
    made = labs.make(database_url, tmp_path, price_upload_mib=1)
    with made.runtime.database.writing() as session:
        for name in ("alpha", "beta"):
            tenants.create(session, CALLER, TenantCreate(name=name, kind="department", parent="default"))
    for name, held in (("paul", "cost_analyst"), ("vera", "viewer"), ("otto", "operator"), ("anna", ""), ("bert", "")):
        user(made, name, *[held] * bool(held))
    with made.runtime.database.writing() as session:
        for name, tenant in (("anna", "alpha"), ("bert", "beta")):
            roles.bind(session, CALLER, name, Role.COST_ANALYST, HeldIn(tenant=tenant))
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


@pytest.fixture
def by(served: Served) -> Iterator[As]:
    known: dict[str, Person] = {}

    def named(name: str) -> Person:
        if name not in known:
            known[name] = Person(served)
            assert known[name].login(name).is_success
        return known[name]

    yield named
    for one in known.values():
        one.http.close()


def _send(person: Person, content: bytes, key: str = "", **params: Any) -> httpx.Response:
    headers = {"X-CSRF-Token": person.csrf, "Idempotency-Key": key or secrets.token_hex(8)}
    return person.http.post("/api/v1/price-lists", content=content, params=params, headers=headers)


def _rule(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "discount", "percent": "10", "valid_from": days_ago(1).isoformat()} | more


def _pages(person: Person, path: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = person.get(path, **asked, **({"cursor": cursor} if cursor else {}))
        assert answer.is_success, answer.text
        found += answer.json()["items"]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found


def test_an_upload_is_answered_once_and_taken_back_by_its_version(lab: Lab, by: As) -> None:
    paul = by("paul")
    first = _send(paul, file(line()), "key-1")
    assert first.status_code == 201, first.text
    again = _send(paul, file(line()), "key-1")
    assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")
    assert _send(paul, file(line(price="2")), "key-1").json()["code"] == "invalid_input"
    list_id = first.json()["lists"][0]["list_id"]
    shown = by("otto").get(f"/price-lists/{list_id}")
    assert shown.json()["coverage"] == [{"region": "r1", "item": "compute", "points": 1}]
    path = f"/price-lists/{list_id}"
    assert paul.send("DELETE", path, **{"If-Match": '"7"'}).status_code == 412
    assert paul.send("DELETE", f"{path}?dry_run=true").json()["dry_run"]
    assert paul.send("DELETE", path, **{"If-Match": shown.headers["etag"]}).status_code == 200
    assert paul.send("DELETE", path).json()["code"] == "price_list_withdrawn"
    assert paul.get(path).json()["status"] == "withdrawn"
    assert paul.get("/prices").json()["items"] == []


def test_a_list_that_is_too_large_or_wrong_leaves_nothing(lab: Lab, by: As) -> None:
    before = contents(lab)
    wide = file(*(line(f"s{number}") for number in range(20_000)))
    assert len(wide) > 2**20
    assert _send(by("paul"), wide).status_code == 413
    wrong = _send(by("paul"), file(line(), line("b", "0")))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_price_list")
    assert wrong.json()["details"]["lines"][0]["line"] == 3
    bundle = _send(by("paul"), b"PK\x03\x04 no zip")
    assert (bundle.status_code, bundle.json()["code"]) == (422, "untrusted_price_bundle")
    assert _send(by("paul"), b"").json()["code"] == "invalid_price_list"
    assert contents(lab) == before


def test_what_is_one_for_all_is_changed_by_who_decides_over_all(lab: Lab, by: As) -> None:
    assert _send(by("paul"), file(line())).is_success
    before = contents(lab)
    for name in ("anna", "otto", "vera"):
        person = by(name)
        assert _send(person, file(line(price="2"))).status_code == 403
        assert _send(person, file(line(price="2")), dry_run="true").status_code == 403
        assert person.send("POST", "/price-lists/seed").status_code == 403
        assert person.send("PUT", "/exchange-rates", RATE).status_code == 403
        assert person.send("POST", "/rate-rules", _rule("for-all")).status_code == 403
    assert contents(lab) == before
    # What is public is seen by all who see prices.
    assert [by(name).get("/prices").status_code for name in ("paul", "anna", "otto", "vera")] == [200, 200, 200, 403]


def test_a_negotiated_rate_of_a_tenant_is_nobody_elses(lab: Lab, by: As) -> None:
    assert _send(by("paul"), file(line(price="1"))).is_success
    assert by("paul").send("POST", "/rate-rules", _rule("for-all")).status_code == 201
    made = by("anna").send("POST", "/rate-rules", _rule("of-alpha", percent="50", tenant="alpha"))
    assert made.status_code == 201, made.text

    def names(name: str) -> list[str]:
        return [one["name"] for one in _pages(by(name), "/rate-rules", limit=1)]

    assert (names("anna"), names("paul"), names("bert")) == (
        ["for-all", "of-alpha"],
        ["for-all", "of-alpha"],
        ["for-all"],
    )
    never = by("bert").get("/rate-rules/never")
    for method, body in (("GET", None), ("PUT", _rule("of-alpha")), ("DELETE", None)):
        answer = by("bert").send(method, "/rate-rules/of-alpha", body)
        assert (answer.status_code, answer.json()["detail"]) == (404, never.json()["detail"])
    # Nor may it be aimed at somebody else, nor widened to all.
    assert by("anna").send("POST", "/rate-rules", _rule("x", tenant="beta")).json()["code"] == "tenant_not_found"
    assert by("anna").send("PUT", "/rate-rules/of-alpha", _rule("of-alpha")).status_code == 403
    assert by("anna").send("DELETE", "/rate-rules/for-all").status_code == 403

    def price(name: str, **asked: Any) -> tuple[str, str, list[str]]:
        (item,) = by(name).get("/prices", **asked).json()["items"]
        return item["unit_price"], item["basis"], item["rules"]

    assert price("anna") == ("0.9", "contracted", ["for-all"])
    assert price("anna", tenant="alpha") == ("0.5", "contracted", ["of-alpha"])
    assert by("bert").get("/prices", tenant="alpha").status_code == 404


def test_a_negotiated_rate_has_versions_and_one_name(lab: Lab, by: As) -> None:
    paul = by("paul")
    assert paul.send("POST", "/rate-rules", _rule("one")).json()["version"] == 1
    assert paul.send("POST", "/rate-rules", _rule("one")).json()["code"] == "rate_rule_exists"
    assert paul.get("/rate-rules/one").headers["etag"] == '"1"'
    assert (
        paul.send("PUT", "/rate-rules/one", _rule("one", percent="12.5"), **{"If-Match": '"1"'}).json()["version"] == 2
    )
    assert paul.send("PUT", "/rate-rules/one", _rule("one"), **{"If-Match": '"1"'}).status_code == 412
    assert paul.send("POST", "/rate-rules", _rule("two", percent=12.5)).status_code == 422
    assert paul.send("POST", "/rate-rules", _rule("two", surprise=1)).status_code == 422
    assert paul.send("POST", "/rate-rules", _rule("two", term_months=0)).status_code == 422
    assert paul.send("POST", "/rate-rules", _rule("two", operating_system="a\x1b")).status_code == 422
    assert paul.send("DELETE", "/rate-rules/one", **{"If-Match": '"1"'}).status_code == 412
    assert paul.send("DELETE", "/rate-rules/one").status_code == 200


def test_pages_hold_everything_once_and_filters_narrow(lab: Lab, by: As) -> None:
    paul = by("paul")
    lines = [line(f"s{number % 7}", "1", region=f"r{number // 7}", vcpus=str(number % 3 + 1)) for number in range(21)]
    disk = line("disk", item="storage", unit="gib_month")
    assert _send(paul, file(*lines, disk)).is_success
    every = _pages(paul, "/prices", limit=4)
    assert len(every) == len({one["point_id"] for one in every}) == 22
    places = [(one["provider"], one["region"], one["item"], one["sku"]) for one in every]
    assert places == sorted(places)
    assert len(_pages(paul, "/prices", region=["r0", "r2"], item="compute")) == 14
    assert {one["vcpus"] for one in _pages(paul, "/prices", vcpus="2.0")} == {"2"}
    assert [one["sku"] for one in _pages(paul, "/prices", sku="s3", region="r1")] == ["s3"]
    assert _pages(paul, "/prices", option="spot") == _pages(paul, "/prices", on=days_ago(2).isoformat()) == []
    for asked in ({"item": "bananas"}, {"vcpus": "-1"}, {"on": "yesterday"}, {"provider": ""}):
        assert paul.get("/prices", **asked).status_code == 422
    for path in ("/prices", "/price-lists", "/exchange-rates", "/rate-rules"):
        for cursor in ("nonsense", "WzEsMiwzLDQsNV0", "WyJhIiwiYiJd", "WyJhIiwiYiIsImMiLCJkIl0"):
            assert paul.get(path, cursor=cursor).status_code == 400 or path == "/prices", (path, cursor)


def test_exchange_rates_keep_their_history(lab: Lab, by: As) -> None:
    paul = by("paul")
    assert paul.send("PUT", "/exchange-rates", RATE).json()["rate"] == "1.1"
    assert paul.send("PUT", "/exchange-rates", RATE | {"rate": "1.100"}).json()["new"] is False
    assert paul.send("PUT", "/exchange-rates", RATE | {"rate": "1.2"}).json()["new"] is True
    assert paul.send("PUT", "/exchange-rates", RATE | {"quote": "CNY", "rate": "8"}).is_success
    assert [(one["quote"], one["rate"]) for one in _pages(paul, "/exchange-rates", limit=1)] == [
        ("CNY", "8"),
        ("USD", "1.2"),
    ]
    assert len(_pages(paul, "/exchange-rates", history="true", limit=1)) == 3
    for wrong in (
        {"rate": 1.1},
        {"rate": "0"},
        {"quote": "EUR"},
        {"quote": "usd"},
        {"on": "2999-01-01"},
        {"source": " "},
    ):
        assert paul.send("PUT", "/exchange-rates", RATE | wrong).status_code == 422
