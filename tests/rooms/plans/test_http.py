"""Plans over HTTP: two people, what somebody else does not see, and what the command line does about the belts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from mcm.auth.roles import Role
from mcm.auth.service import View
from mcm.models import Operation, PlanItem, ResourceRow
from mcm.plans.limits import Limits
from tests import lab as labs
from tests import prepared
from tests.baddays.serving import Served, serving
from tests.lab import Lab
from tests.rooms.identity.people import Person, user
from tests.rooms.operations.acting import Later
from tests.rooms.plans import desk as desks
from tests.rooms.tenancy import estate as estates
from tests.rooms.tenancy.estate import ALPHA, BETA, MARKER, VIEWS, Estate, who


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = prepared.lab(database_url, tmp_path, "plans", desks.read)
    made.runtime.operations.wake = lambda: None  # type: ignore[method-assign]
    yield made
    made.close()


@pytest.fixture
def served(lab: Lab) -> Iterator[Served]:
    with serving(lab) as running:
        yield running


def _signed_in(lab: Lab, served: Served, name: str, *roles: str) -> Person:
    user(lab, name, *roles)
    made = Person(served)
    made.login(name).raise_for_status()
    return made


def _ids(lab: Lab, number: int) -> list[str]:
    return [row.id for row in lab.resources(state="running", task_state=None)[:number]]


def test_from_the_plan_to_the_operations(lab: Lab, served: Served) -> None:
    anna, bob = _signed_in(lab, served, "anna", "operator"), _signed_in(lab, served, "bob", "approver")
    body = {"action": "instance.delete", "resources": _ids(lab, 22), "note": "the project has ended"}
    plan = anna.send("POST", "/plans", body).json()
    path = f"/plans/{plan['id']}"
    assert (plan["status"], plan["needs"]) == ("awaiting_approval", ["destructive", "many"])
    early = anna.send("POST", f"{path}/apply")
    assert (early.status_code, early.json()["code"]) == (409, "approval_needed")
    own = anna.send("POST", f"{path}/approve", {"hash": plan["hash"]})
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    assert bob.get(path).json()["items"] == plan["items"]
    assert bob.send("POST", f"{path}/approve", {"hash": "0" * 64}).json()["code"] == "plan_hash_differs"
    assert bob.send("POST", f"{path}/approve", {"hash": plan["hash"]}).json()["decided_by"] == "bob"
    # Whoever approves does not act, by that role.
    assert bob.send("POST", f"{path}/apply").status_code == 403
    dry = anna.send("POST", f"{path}/apply?dry_run=true").json()
    assert (dry["would_ask"], lab.count("operation")) == (22, 0)
    assert anna.send("POST", f"{path}/apply").status_code == 202
    assert anna.get(path).json()["counts"] == {"queued": 22}
    again = anna.send("POST", f"{path}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "plan_not_open")
    assert lab.count("operation") == 22


def test_a_refused_apply_says_what_changed_and_ends_the_plan(lab: Lab, served: Served) -> None:
    anna = _signed_in(lab, served, "anna", "operator")
    ids = _ids(lab, 2)
    plan = anna.send("POST", "/plans", {"action": "instance.stop", "resources": ids}).json()
    with lab.runtime.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == ids[0]).values(state="stopped"))
    answer = anna.send("POST", f"/plans/{plan['id']}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_stale")
    (told,) = answer.json()["details"]["drift"]
    assert (told["resource_id"], told["after"]) == (ids[0], {"state": "stopped"})
    found = anna.get(f"/plans/{plan['id']}").json()
    assert (found["status"], [one["resource_id"] for one in found["drift"]]) == ("stale", [ids[0]])
    assert lab.count("audit_event", "action = 'plan.stale'") == 1
    assert lab.count("operation") == 0


def test_a_destructive_action_without_the_right_to_is_refused_with_its_reason(lab: Lab, served: Served) -> None:
    anna = _signed_in(lab, served, "anna", "viewer")
    answer = anna.send("POST", "/plans", {"action": "instance.stop", "resources": _ids(lab, 1)})
    assert answer.status_code == 403


@pytest.fixture
def estate(database_url: str, tmp_path: Path) -> Iterator[Estate]:
    made = labs.make(database_url, tmp_path)
    made.runtime.operations.wake = lambda: None  # type: ignore[method-assign]
    yield estates.make(made)
    made.close()


def _post(http: Any, path: str, body: Any, key: str) -> Any:
    return http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": key})


def test_another_tenants_plan_does_not_exist(estate: Estate) -> None:
    """Nor do another tenant's resources get into one's own."""
    beta = who(View(tenants=frozenset({BETA, estates.DEEP})), Role.OPERATOR, BETA)
    alpha, approving = who(VIEWS["alpha"], Role.OPERATOR), who(VIEWS["alpha"], Role.APPROVER)
    every = {"action": "instance.stop", "filter": "kind = instance"}
    with estate.http(beta) as http:
        theirs = _post(http, "/plans", every, "b").json()
        assert {item["resource_id"] for item in theirs["items"]} <= set(estate.ids["beta"])
    with estate.http(alpha) as http:
        mine = _post(http, "/plans", every, "a")
        assert mine.status_code == 201, mine.text
        assert {item["resource_id"] for item in mine.json()["items"]} <= set(estate.ids["alpha"])
        assert MARKER not in mine.text
        absent, hidden = (http.get(f"/api/v1/plans/{ident}") for ident in ("pln_none", theirs["id"]))
        assert (absent.status_code, hidden.status_code) == (404, 404)
        masked = re.sub(r"pln_\w+|rq_\w+", "", hidden.json()["detail"])
        assert masked == re.sub(r"pln_\w+|rq_\w+", "", absent.json()["detail"])
        assert [one["id"] for one in http.get("/api/v1/plans").json()["items"]] == [mine.json()["id"]]
        for step, body in (("apply", None), ("cancel", None), ("retry", None)):
            assert _post(http, f"/plans/{theirs['id']}/{step}", body, step).status_code == 404
        foreign = _post(http, "/plans", {"action": "instance.stop", "resources": [estate.ids["beta"][0]]}, "f")
        assert (foreign.status_code, foreign.json()["code"]) == (404, "resource_not_found")
        retired = http.put(
            f"/api/v1/resources/{estate.ids['beta'][0]}/retirement",
            json={"retire_at": "2030-01-01T00:00:00Z"}, headers={"Idempotency-Key": "r"},
        )  # fmt: skip
        assert retired.status_code == 404
        put = _post(http, "/recycled", {"resource": estate.ids["beta"][0]}, "p")
        assert put.status_code == 404
    with estate.http(approving) as http:
        answer = _post(http, f"/plans/{theirs['id']}/approve", {"hash": theirs["hash"]}, "x")
        assert answer.status_code == 404


def test_a_plan_across_tenants_shows_itself_to_those_who_see_all_of_it(estate: Estate) -> None:
    """A part of it would tell of the rest; so would a resource of no project to those who see a project."""
    whole = who(VIEWS["everything"], Role.OPERATOR)
    with estate.http(whole) as http:
        plan = _post(http, "/plans", {"action": "instance.stop", "filter": "kind = instance"}, "w").json()
        tenants = {item["resource_id"] for item in plan["items"]}
        assert tenants & set(estate.ids["alpha"])
        assert tenants & set(estate.ids["beta"])
    for name in ("alpha", "project", "both"):
        with estate.http(who(VIEWS[name], Role.OPERATOR)) as http:
            assert http.get(f"/api/v1/plans/{plan['id']}").status_code == 404
            assert http.get("/api/v1/plans").json()["items"] == []
            assert _post(http, f"/plans/{plan['id']}/apply", None, f"y{name}").status_code == 404


def test_what_has_no_project_is_outside_of_every_project(estate: Estate) -> None:
    project = who(VIEWS["project"], Role.OPERATOR)
    with estate.http(project) as http:
        plan = _post(http, "/plans", {"action": "instance.stop", "resources": estate.project[:2]}, "p").json()
        assert http.get(f"/api/v1/plans/{plan['id']}").status_code == 200
        with estate.lab.runtime.database.writing() as session:
            session.execute(update(PlanItem).where(PlanItem.resource_id == estate.project[0]).values(project=None))
        assert http.get(f"/api/v1/plans/{plan['id']}").status_code == 404
        assert http.get("/api/v1/plans").json()["items"] == []


def test_a_plan_that_left_the_tenant_is_stale(estate: Estate) -> None:
    alpha = who(VIEWS["alpha"], Role.OPERATOR)
    with estate.http(alpha) as http:
        plan = _post(http, "/plans", {"action": "instance.stop", "filter": "kind = instance"}, "a").json()
        targets = [item["resource_id"] for item in plan["items"] if item["status"] == "target"]
        if not targets:
            with estate.lab.runtime.database.writing() as session:
                mine = update(ResourceRow).where(ResourceRow.id.in_(estate.ids["alpha"]))
                session.execute(mine.values(state="running", task_state=None))
            plan = _post(http, "/plans", {"action": "instance.stop", "filter": "kind = instance"}, "b").json()
            targets = [item["resource_id"] for item in plan["items"] if item["status"] == "target"]
        assert targets
        with estate.lab.runtime.database.writing() as session:
            moved = update(ResourceRow).where(ResourceRow.id == targets[0])
            session.execute(moved.values(tenant_id=BETA, name=f"{MARKER}-secret"))
        answer = _post(http, f"/plans/{plan['id']}/apply", None, "c")
        assert answer.json()["code"] == "plan_stale"
        assert MARKER not in answer.text
    assert ALPHA != BETA


def test_the_command_line_points_to_a_plan(lab: Lab, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcm.cli.failures import NEEDS_APPROVAL, PARTLY_FAILED, Failure
    from mcm.cli.main import app

    monkeypatch.setenv("MCM_SERVER", served.url)
    names = _ids(lab, 21)
    told = CliRunner().invoke(app, ["instance", "delete", "--yes", *names])
    assert isinstance(told.exception, Failure)
    assert told.exception.exit_code == NEEDS_APPROVAL
    assert "mcm plan create" in told.exception.next_step
    assert lab.count("operation") == 0
    made = CliRunner().invoke(app, ["plan", "create", "--action", "instance.delete", *names])
    assert made.exit_code == 0, made.output
    assert "local mode: nobody else to ask" in made.output
    found = re.search(r"pln_\w+", made.output)
    assert found
    applied = CliRunner().invoke(app, ["plan", "apply", found[0], "--yes"])
    assert applied.exit_code == 0, applied.output
    assert lab.count("operation", "action = 'instance.delete'") == 21
    rest = [row.id for row in lab.resources(state="stopped", task_state=None)]
    assert len(rest) > 2
    lab.runtime.database.carried["plans.limits"] = Limits(20, 22)
    some = CliRunner().invoke(app, ["instance", "delete", "--yes", *rest[:2]])
    assert some.exit_code == PARTLY_FAILED, some.output
    assert "destroy_budget_used" in some.stderr
    none = CliRunner().invoke(app, ["instance", "delete", "--yes", rest[2]])
    assert none.exit_code == NEEDS_APPROVAL, none.output
    assert lab.count("operation", "action = 'instance.delete'") == 22


def test_what_destroys_wants_the_person_again(lab: Lab, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan or the bin is no way around it."""
    anna, bob = _signed_in(lab, served, "anna", "operator"), _signed_in(lab, served, "bob", "approver")
    one, other, third = _ids(lab, 3)
    plan = anna.send("POST", "/plans", {"action": "instance.delete", "resources": [one]}).json()
    stops = anna.send("POST", "/plans", {"action": "instance.stop", "resources": [other]}).json()
    bob.send("POST", f"/plans/{plan['id']}/approve", {"hash": plan["hash"]}).raise_for_status()
    second = anna.send("POST", "/plans", {"action": "instance.delete", "resources": [other]}).json()
    failed = anna.send("POST", "/operations", {"action": "instance.delete", "resource": third}).json()
    with lab.runtime.database.writing() as session:
        session.execute(update(Operation).values(status="failed", holds=None, next_at=None))
    Later(monkeypatch).move(minutes=20)
    for person, path, body in (
        (anna, f"/plans/{plan['id']}/apply", None),
        (anna, "/recycled", {"resource": one}),
        (anna, f"/operations/{failed['id']}/retry", None),
        (bob, f"/plans/{second['id']}/approve", {"hash": second["hash"]}),
    ):
        answer = person.send("POST", path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_needed")
    assert lab.count("operation", "status <> 'failed'") == 0
    assert anna.get(f"/plans/{plan['id']}").json()["status"] == "approved"
    assert anna.send("POST", f"/plans/{stops['id']}/apply").status_code == 202
    assert lab.count("operation", "status <> 'failed'") == 1
