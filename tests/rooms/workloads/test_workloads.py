"""Stored workloads over HTTP: versions, ETags, and nothing of anybody else's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from mcm.auth.roles import Role
from mcm.db import migrate
from mcm.errors import Conflict
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.models import AuditEvent, WorkloadVersion
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from mcm.workloads import service
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user

TEXT = """\
apiVersion: mcm/v1
kind: Workload
name: shop
data_class: internal  # nothing of our customers
tiers:
  - {name: web, count: 2, vcpus: 2, memory_gib: 4}
"""
As = Callable[[str], Person]


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    with made.runtime.database.writing() as session:
        for name in ("alpha", "beta"):
            tenants.create(session, CALLER, TenantCreate(name=name, kind="department", parent="default"))
    user(made, "olga", "operator")
    user(made, "vera", "viewer")
    for name, tenant in (("anna", "alpha"), ("bert", "beta")):
        user(made, name, tenant=tenant)
    with made.runtime.database.writing() as session:
        for name, role, tenant in (("anna", Role.OPERATOR, "alpha"), ("bert", Role.WORKLOAD_OWNER, "beta")):
            roles.bind(session, CALLER, name, role, HeldIn(tenant=tenant))
    yield made
    made.close()


@pytest.fixture
def by(lab: Lab) -> Iterator[As]:
    with serving(lab) as served:
        yield from _people(served)


def _people(served: Served) -> Iterator[As]:
    known: dict[str, Person] = {}

    def named(name: str) -> Person:
        if name not in known:
            known[name] = Person(served)
            assert known[name].login(name).is_success
        return known[name]

    yield named
    for one in known.values():
        one.http.close()


def _put(person: Person, text: str = TEXT, name: str = "shop", **headers: str) -> Any:
    return person.send("PUT", f"/workloads/{name}", {"text": text}, **headers)


def test_every_version_is_kept_as_it_was_written(lab: Lab, by: As) -> None:
    olga = by("olga")
    made = _put(olga)
    assert (made.status_code, made.json()["version"], made.json()["instances"]) == (200, 1, 2), made.text
    assert made.json()["document"]["tiers"] == [{"name": "web", "count": 2, "vcpus": "2", "memory_gib": "4"}]
    assert _put(olga).json()["version"] == 1
    second = TEXT.replace("count: 2", "count: 3")
    late = _put(olga, second, **{"If-Match": '"7"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert _put(olga, second, **{"If-Match": '"1"'}).json()["version"] == 2
    read = olga.get("/workloads/shop")
    assert (read.json()["text"], read.headers["etag"]) == (second, '"2"')
    kept = olga.get("/workloads/shop/versions").json()["items"]
    assert [(one["version"], one["text"], one["written_by"]) for one in kept] == [
        (2, second, "olga"),
        (1, TEXT, "olga"),
    ]
    with lab.runtime.database.reading() as session:
        assert service.at_version(session, "shop", 1).document.tiers[0].count == 2
        assert service.get(session, "shop").document.tiers[0].count == 3
    would = olga.send("DELETE", "/workloads/shop?dry_run=true").json()
    assert would == {"dry_run": True, "workload": "shop", "versions": 2}
    assert olga.send("DELETE", "/workloads/shop").status_code == 200
    assert olga.get("/workloads/shop").json()["code"] == "workload_not_found"
    with lab.runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkloadVersion)) == 0
        told = session.scalars(
            select(AuditEvent.action).where(AuditEvent.target_kind == "workload").order_by(AuditEvent.seq)
        )
        assert list(told) == ["workload.create", "workload.update", "workload.update", "workload.remove"]


def test_a_dry_run_says_what_would_change(by: As) -> None:
    olga = by("olga")

    def would(text: str) -> Any:
        return olga.send("PUT", "/workloads/shop?dry_run=true", {"text": text}).json()

    assert (would(TEXT)["change"], would(TEXT)["findings"]) == ("create", [])
    assert olga.get("/workloads").json()["items"] == []
    _put(olga)
    assert would(TEXT)["change"] == "none"
    assert would(TEXT.replace("vcpus: 2", "vcpus: 4"))["change"] == "replace"


def test_what_cannot_be_used_is_refused_by_line(by: As) -> None:
    answer = _put(by("olga"), TEXT.replace("memory_gib", "memry_gib"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_document")
    finding = answer.json()["details"]["findings"][1]
    assert (finding["line"], finding["column"], finding["suggestion"]) == (6, 37, "did you mean 'memory_gib'?")
    assert _put(by("olga"), TEXT, "other").json()["code"] == "invalid_input"
    assert _put(by("vera")).status_code == 403


def test_what_one_may_not_see_does_not_exist(by: As) -> None:
    assert _put(by("anna")).json()["version"] == 1
    assert by("bert").get("/workloads").json()["items"] == []
    never = by("bert").get("/workloads/never").json()["detail"].replace("never", "shop")
    for path in ("/workloads/shop", "/workloads/shop/versions"):
        answer = by("bert").get(path)
        assert (answer.status_code, answer.json()["detail"]) == (404, never)
    assert by("bert").send("DELETE", "/workloads/shop").status_code == 404
    assert _put(by("bert")).json()["code"] == "workload_exists"
    assert _put(by("bert"), TEXT.replace("name: shop", "name: mine") + "tenant: alpha\n", "mine").status_code == 404
    # Who may read and not change is told so.
    assert by("vera").get("/workloads/shop").status_code == 200
    assert by("vera").send("DELETE", "/workloads/shop").status_code == 403


def test_pages_are_in_order(by: As) -> None:
    for name in ("c", "a", "b"):
        _put(by("olga"), TEXT.replace("shop", name), name)
    first = by("olga").get("/workloads", limit=2).json()
    rest = by("olga").get("/workloads", limit=2, cursor=first["next_cursor"]).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert rest["next_cursor"] is None
    assert by("olga").get("/workloads", cursor="nonsense").status_code == 400
    assert by("olga").get("/workloads/a/versions", cursor="WyJ4Il0").status_code == 400
    assert [one["name"] for one in by("olga").get("/workloads", search="B").json()["items"]] == ["b"]
    assert by("olga").get("/schemas/workload").json()["title"] == "Workload"


def test_a_step_back_of_the_schema_refuses_to_lose_one(lab: Lab, by: As) -> None:
    _put(by("olga"))
    with pytest.raises(Conflict, match="1 row of workload"):
        migrate.downgrade(lab.runtime.database.engine, "0015")
