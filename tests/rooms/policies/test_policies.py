"""Policies over HTTP: versions, rights, exceptions, classification, evidence."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from mcm.auth.roles import Role
from mcm.db import migrate
from mcm.errors import Conflict
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import AuditEvent, PolicyVersion
from mcm.policies import evidence, service
from mcm.policies.judging import judge
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate, TenantUpdate
from tests import prepared
from tests.baddays.serving import serving
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user
from tests.rooms.policies.making import document, read

EXAMPLES = [
    {"name": "far too large", "expect": "deny", "facts": {"workload.vcpus": 5000}},
    {"name": "small", "expect": "allow", "facts": {"workload.vcpus": 1}},
]
SMALL = document("workload.vcpus < 1000", "small", examples=EXAMPLES)
As = Callable[[str], Person]


# Made when they are first needed: each is a password to be hashed, twice.
PEOPLE: dict[str, list[str]] = {
    "paul": ["policy_admin"],
    "otto": ["operator"],
    "vera": ["viewer"],
    "ada": ["approver"],
    "eve": ["operator", "approver"],
    "anna": ["alpha"],
    "bert": ["beta"],
}


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = prepared.lab(database_url, tmp_path, "policies", read)
    with made.runtime.database.writing() as session:
        session.execute(text("UPDATE account SET ownership = 'public'"))
        for name in ("alpha", "beta"):
            tenants.create(session, CALLER, TenantCreate(name=name, kind="department", parent="default"))
    yield made
    made.close()


@pytest.fixture
def by(lab: Lab) -> Iterator[As]:
    known: dict[str, Person] = {}
    with serving(lab) as served:

        def named(name: str) -> Person:
            if name not in known:
                where = PEOPLE[name]
                user(lab, name, *(one for one in where if one not in ("alpha", "beta")))
                if where[0] in ("alpha", "beta"):
                    with lab.runtime.database.writing() as session:
                        roles.bind(session, CALLER, name, Role.POLICY_ADMIN, HeldIn(tenant=where[0]))
                known[name] = Person(served)
                assert known[name].login(name).is_success
            return known[name]

        yield named
        for one in known.values():
            one.http.close()


def _apply(person: Person, written: str, query: str = "", **headers: str) -> Any:
    return person.send("POST", f"/policies{query}", {"document": written}, **headers)


def _ids(person: Person, path: str = "/policies", **asked: Any) -> list[str]:
    return [one["id"] for one in person.get(path, **asked).json()["items"]]


def test_a_policy_is_kept_in_versions_that_never_change(lab: Lab, by: As) -> None:
    paul = by("paul")
    made = _apply(paul, SMALL)
    assert (made.status_code, made.json()["version"], made.json()["author"]) == (200, 1, "paul")
    assert _apply(paul, SMALL).json()["version"] == 1
    smaller = SMALL.replace("< 1000", "< 500")
    changed = _apply(paul, smaller, **{"If-Match": '"1"'})
    assert (changed.json()["version"], changed.json()["hash"] == made.json()["hash"]) == (2, False)
    late = _apply(paul, SMALL, **{"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    read = by("vera").get("/policies/small")
    assert (read.headers["etag"], read.json()["document"], read.json()["cel"]) == (
        '"2"',
        smaller,
        "workload.vcpus < 500",
    )
    assert [one["ok"] for one in read.json()["examples"]] == [True, True]

    before = clock.now()
    assert paul.send("DELETE", "/policies/small", **{"If-Match": '"1"'}).status_code == 412
    assert paul.send("DELETE", "/policies/small").json() == {"policy": "small", "version": 3}
    assert paul.get("/policies/small").json()["code"] == "policy_not_found"
    again = _apply(paul, SMALL).json()
    assert (again["version"], again["hash"]) == (4, made.json()["hash"])
    listed = paul.get("/policies/small/versions", limit=3).json()
    assert [(one["version"], one["removed"]) for one in listed["items"]] == [(4, False), (3, True), (2, False)]
    (first,) = paul.get("/policies/small/versions", cursor=listed["next_cursor"]).json()["items"]
    assert (first["document"], first["author"]) == (SMALL, "paul")
    assert paul.get("/policies/small/versions/9").status_code == 404

    with lab.runtime.database.reading() as session:
        assert service.active(session, before).versions() == {"small": 2}
        assert service.active(session).versions() == {"small": 4}
        assert service.active(session, before - timedelta(days=1)).versions() == {}
        rows = session.scalars(select(AuditEvent).where(AuditEvent.target_kind == "policy").order_by(AuditEvent.seq))
        assert [row.action for row in rows] == ["policy.apply"] * 2 + ["policy.remove", "policy.apply"]
        kept = session.get_one(PolicyVersion, ("small", 1))
        assert kept.text == SMALL
    with pytest.raises(Conflict, match="1 row of policy"):
        migrate.downgrade(lab.runtime.database.engine, "0018")


def test_a_dry_run_is_the_lint(by: As) -> None:
    paul = by("paul")
    wrong = document("workload.vcpu < 4", "small")
    found = _apply(paul, wrong, "?dry_run=true").json()
    assert (found["ok"], found["id"]) == (False, None)
    (finding,) = found["findings"]
    place = (finding["line"], finding["column"], finding["suggestion"])
    assert place == (7, 8, "did you mean 'workload.vcpus'?")
    assert finding["excerpt"] == "  cel: workload.vcpu < 4\n       ^"
    refused = _apply(paul, wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_policy")
    assert refused.json()["details"]["findings"][0]["line"] == 7
    fine = _apply(paul, SMALL, "?dry_run=true&simulate=true").json()
    assert (fine["ok"], fine["findings"], fine["warnings"]) == (True, [], [])
    assert fine["simulation"]["running"] == {"total": 20, "violating": 0, "new": 0, "items": []}
    stricter = SMALL.replace("< 1000", "< 0.5").replace("expect: allow", "expect: deny")
    strict = _apply(paul, stricter, "?dry_run=true&simulate=true").json()
    assert (strict["simulation"]["running"]["violating"], len(strict["simulation"]["running"]["items"])) == (20, 20)
    assert [one["code"] for one in strict["warnings"]] == ["refuses_everything"]
    assert _ids(paul) == []


def test_what_would_refuse_everything_is_not_stored_by_mistake(by: As) -> None:
    paul = by("paul")
    nothing = document({"exclude": {"location": {"ownership": ["public", "private", "hosted"]}}}, "nothing")
    warned = _apply(paul, nothing)
    assert (warned.status_code, warned.json()["code"]) == (409, "policy_warned")
    assert warned.json()["details"]["warnings"][0]["code"] == "refuses_everything"
    assert "拒绝一切" in warned.json()["detail_zh"]
    assert _apply(paul, nothing, "?accept_warnings=true").is_success
    assert paul.send("DELETE", "/policies/nothing").is_success

    # Two that contradict each other are both named.
    assert paul.send("POST", "/policies/library/confidential-stays-private").is_success
    against = document(
        {"exclude": {"when": {"data_class": "confidential"}, "location": {"ownership": "private"}}}, "out"
    )
    found = _apply(paul, against)
    assert (found.status_code, found.json()["code"]) == (409, "policy_warned")
    (told,) = found.json()["details"]["warnings"]
    assert (told["code"], told["policies"]) == ("contradiction", ["confidential-stays-private"])
    assert "'out'" in found.json()["detail"]
    assert "'confidential-stays-private'" in found.json()["detail"]
    # Who does not see the other policy is not told of it by a draft that would contradict it.
    hers = document(
        {"exclude": {"when": {"data_class": "confidential"}, "location": {"ownership": "public"}}}, "hers",
        scope={"tenants": ["alpha"]},
        examples=[{"name": "a secret", "expect": "deny", "facts": {
            "workload.name": "merger", "workload.data_class": "confidential", "location.ownership": "public"}}],
    )  # fmt: skip
    assert _apply(by("anna"), hers, "?accept_warnings=true").is_success
    tried = by("bert").send("POST", "/policies?dry_run=true", {"document": against}).text
    assert "merger" not in tried
    assert '"hers"' not in tried
    # A wish contradicts nothing.
    wish = document({"avoid": {"when": {"data_class": "confidential"}, "location": {"ownership": "private"}}}, "out")
    assert _apply(paul, wish).is_success


def test_whose_policy_it_is(lab: Lab, by: As) -> None:
    anna, bert = by("anna"), by("bert")
    assert _apply(anna, SMALL).status_code == 403
    # She sees her own tenant, and knows nothing of what is above it.
    of_alpha = document("workload.vcpus < 1000", "of-alpha", scope={"tenants": ["alpha"]}, examples=EXAMPLES)
    foreign = _apply(anna, of_alpha.replace("alpha", "beta"))
    assert (foreign.status_code, foreign.json()["code"]) == (422, "invalid_policy")
    assert _apply(anna, of_alpha).is_success
    assert _apply(by("paul"), SMALL).is_success
    assert _ids(anna) == ["of-alpha", "small"]
    assert _ids(bert) == ["small"]
    assert bert.get("/policies/of-alpha").status_code == 404
    assert bert.send("DELETE", "/policies/of-alpha").status_code == 404
    taken = _apply(bert, of_alpha.replace("alpha", "beta").replace("of-beta", "of-alpha"))
    assert (taken.status_code, taken.json()["code"]) == (409, "policy_exists")
    # What binds everybody is seen by everybody, and changed by who holds the whole.
    assert anna.send("DELETE", "/policies/small").status_code == 403
    assert by("vera").send("DELETE", "/policies/small").status_code == 403
    # One that binds several tenants is nothing to the others.
    with lab.runtime.database.writing() as session:
        tenants.create(session, CALLER, TenantCreate(name="gamma", kind="department", parent="default"))
    both = document("workload.vcpus < 1000", "both", scope={"tenants": ["default/alpha", "default/gamma"]})
    assert _apply(by("paul"), both).is_success
    assert "both" in _ids(anna)
    assert "both" not in _ids(bert)
    for path in ("/policies/both", "/policies/both/versions"):
        assert bert.get(path).status_code == 404
    assert by("paul").send("DELETE", "/policies/both").is_success
    # It goes along when the tenant gets another name.
    with lab.runtime.database.writing() as session:
        tenants.update(session, CALLER, "default/alpha", TenantUpdate(name="omega"), None)
    with lab.runtime.database.reading() as session:
        (found,) = [one for one in service.active(session).policies if one.id == "of-alpha"]
        assert found.document.scope.tenants == ["default/omega"]
    assert anna.send("DELETE", "/policies/of-alpha").is_success


def test_an_exception_needs_two_people_and_ends(lab: Lab, by: As) -> None:
    paul, otto, ada, eve = by("paul"), by("otto"), by("ada"), by("eve")
    none = document("workload.vcpus < 0.5", "none")
    assert _apply(paul, none, "?accept_warnings=true").is_success
    resource = lab.resources()[0]
    wanted = {"policy": "none", "resource": resource.id, "reason": "moves soon"}
    soon = (clock.now() + timedelta(days=2)).isoformat()
    assert otto.send("POST", "/exceptions", wanted | {"expires": "2020-01-01"}).status_code == 422
    assert otto.send("POST", "/exceptions", wanted | {"expires": soon, "workload": "x"}).status_code == 422
    assert otto.send("POST", "/exceptions", wanted | {"expires": soon, "resource": "nothing"}).status_code == 422
    assert by("vera").send("POST", "/exceptions", wanted | {"expires": soon}).status_code == 403
    asked = otto.send("POST", "/exceptions", wanted | {"expires": soon}).json()
    assert (asked["status"], asked["requested_by"]) == ("requested", "otto")

    def allowed() -> bool:
        with lab.runtime.database.reading() as session:
            facts: dict[str, Any] = {"resource": resource.id, "workload.vcpus": 4.0}
            return bool(judge(service.active(session), [facts], [{}], {}).allowed[0][0])

    assert not allowed()
    path = f"/exceptions/{asked['id']}"
    assert otto.send("POST", f"{path}/approve", {}).status_code == 403
    done = ada.send("POST", f"{path}/approve", {"note": "until it has moved"}).json()
    assert (done["status"], done["decided_by"], done["note"]) == ("approved", "ada", "until it has moved")
    assert allowed()
    assert ada.send("POST", f"{path}/reject", {}).json()["code"] == "exception_not_open"
    assert _ids(ada, "/exceptions", status="approved") == [asked["id"]]
    held = clock.now()
    assert ada.send("POST", f"{path}/revoke", {"note": "it has moved"}).json()["status"] == "revoked"
    assert not allowed()
    with lab.runtime.database.reading() as session:
        # A decision of then is replayed with what held then.
        assert len(service.active(session, held).policies[0].exemptions) == 1
    # Its own, of somebody who may decide: nobody agrees to what they asked for.
    own = eve.send("POST", "/exceptions", wanted | {"expires": soon}).json()
    refused = eve.send("POST", f"/exceptions/{own['id']}/approve", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_exception")
    with lab.runtime.database.writing() as session:
        session.execute(
            text(
                "UPDATE policy_exception SET expires_at = requested_at, status = 'approved', decided_at = requested_at"
            )
        )
    assert [one["status"] for one in ada.get("/exceptions", status="expired").json()["items"]] == ["expired", "expired"]
    assert not allowed()


def test_a_document_only_asks_for_its_exceptions(by: As) -> None:
    paul, ada = by("paul"), by("ada")
    asks = [{"application": "billing", "reason": "old", "expires": "2099-01-31", "approver": "ada"}]
    written = document("workload.vcpus < 1000", "small", exceptions=asks)
    for _ in range(2):
        assert _apply(paul, written).is_success
    assert _apply(paul, written + "# again\n").json()["version"] == 2
    (found,) = ada.get("/exceptions", policy="small").json()["items"]
    assert (found["status"], found["field"], found["value"]) == ("requested", "workload.application", "billing")
    assert found["expires_at"].startswith("2099-01-31T23:59:59")
    assert ada.send("POST", f"/exceptions/{found['id']}/approve", {}).is_success


def test_classes_come_from_the_first_rule_that_fits_and_people_win(lab: Lab, by: As) -> None:
    paul, otto = by("paul"), by("otto")
    by_hand, other, *rest = lab.resources()
    assert otto.send("PATCH", f"/resources/{by_hand.id}", {"data_class": "restricted"}).is_success
    rules = {
        "rules": [
            {"data_class": "confidential", "name": f"{other.name[:4]}*"},
            {"data_class": "internal", "account": "lab"},
        ]
    }
    tried = paul.send("PUT", "/classification-rules?dry_run=true", rules).json()
    assert tried["resources"] == 19
    assert {one.data_class for one in lab.resources()} == {None, "restricted"}
    assert paul.send("PUT", "/classification-rules", rules).json()["resources"] == 19
    classes = {one.id: one.data_class for one in lab.resources()}
    assert (classes[by_hand.id], classes[other.id]) == ("restricted", "confidential")
    assert set(classes.values()) == {"restricted", "confidential", "internal"}
    # A later hand wins over a rule, and a rule that is gone takes its class along.
    assert otto.send("PATCH", f"/resources/{rest[0].id}", {"data_class": "public"}).is_success
    etag = paul.get("/classification-rules").headers["etag"]
    assert paul.send("PUT", "/classification-rules", {"rules": []}, **{"If-Match": '"other"'}).status_code == 412
    assert paul.send("PUT", "/classification-rules", {"rules": []}, **{"If-Match": etag}).is_success
    left = {one.id: one.data_class for one in lab.resources() if one.data_class}
    assert left == {by_hand.id: "restricted", rest[0].id: "public"}
    assert by("anna").send("PUT", "/classification-rules", rules).status_code == 403
    bad: list[dict[str, Any]] = [
        {"data_class": "internal"}, {"data_class": "internal", "tag_value": "x"}, {"data_class": "secret", "name": "x"},
        {"data_class": "internal", "name": "*x"}, {"data_class": "internal", "account": "lob"},
    ]  # fmt: skip
    for rule in bad:
        assert paul.send("PUT", "/classification-rules", {"rules": [rule]}).status_code == 422, rule


def test_evidence_can_be_checked_and_shows_only_what_one_sees(lab: Lab, by: As) -> None:
    paul = by("paul")
    for name in ("confidential-stays-private", "data-is-classified", "tier-latency", "prefer-private"):
        assert paul.send("POST", f"/policies/library/{name}").is_success
    assert paul.get("/policies/evidence").json()["inventory_as_of"] is None
    assert paul.send("POST", "/violations/check").json()["opened"] == 40
    pack = by("vera").get("/policies/evidence").json()
    results = {one["id"]: (one["result"], one["open"]) for one in pack["policies"]}
    assert results["confidential-stays-private"] == ("not_met", 20)
    assert (results["tier-latency"], results["prefer-private"]) == (("at_placement", 0), ("preference", 0))
    assert pack["hash"] == evidence.digest(pack)
    assert pack["hash"] != evidence.digest(pack | {"instances": 19})
    assert pack["inventory_as_of"]
    of_pci = paul.get("/policies/evidence", framework="pci-dss").json()
    assert [one["id"] for one in of_pci["policies"]] == ["confidential-stays-private"]
    assert paul.get("/policies/evidence", framework="HIPAA").status_code == 422
    page = paul.get("/policies/evidence", format="html")
    assert page.headers["content-type"].startswith("text/html")
    for outside in ("<script", "src=", "href=", "http://", "https://", "url("):
        assert outside not in page.text
    assert of_pci["policies"][0]["hash"] in page.text
    with lab.runtime.database.writing() as session:
        session.execute(text("UPDATE resource SET name = '<img src=x onerror=alert(1)>'"))
    page = paul.get("/policies/evidence", format="html")
    assert "<img" not in page.text
    assert "&lt;img" in page.text
    # Policies bind her; the machines are not hers to see.
    hers = by("anna").get("/policies/evidence").json()
    assert (hers["instances"], {one["open"] for one in hers["policies"]}) == (0, {0})


def test_the_library_and_the_schema_can_be_read(by: As) -> None:
    vera = by("vera")
    names = _all_names(vera)
    assert names == sorted(names)
    assert {"pci-zone-only", "freeze-window", "cost-ceiling", "no-single-site"} <= set(names)
    schema = vera.get("/policies/schema").json()
    assert "PlacementPolicy" in json.dumps(schema)
    assert vera.send("POST", "/policies/library/pci-zone-only").status_code == 403
    assert by("paul").send("POST", "/policies/library/nothing").json()["code"] == "policy_not_found"
    _foreign(vera)


def _all_names(person: Person) -> list[str]:
    names: list[str] = []
    cursor = None
    while True:
        page = person.get("/policies/library", limit=4, **({"cursor": cursor} if cursor else {})).json()
        names += [one["name"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            return names


def _foreign(person: Person) -> None:
    for path in ("/policies", "/exceptions", "/violations", "/policies/library"):
        for cursor in ("nonsense", "WzFd", "WyJhIiwiYiJd", "WyJcdTAwMDAiXQ"):
            assert person.get(path, cursor=cursor).status_code in (200, 400), (path, cursor)
