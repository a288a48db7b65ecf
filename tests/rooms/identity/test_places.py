"""Where roles are held, in names, and what becomes of a project that nobody has seen."""

from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.identity.people import Person, user


def _root(lab: Lab, served: Served) -> Person:
    user(lab, "root", "security_admin")
    user(lab, "anna")
    one = Person(served)
    one.login("root")
    return one


def test_a_project_that_was_never_read_is_refused_unless_it_is_to_come(lab: Lab, served: Served) -> None:
    lab.account("east", instances=4, regions="1")
    assert set(lab.sync("east")) == {"complete"}
    root = _root(lab, served)
    known = lab.resources("project")[0]
    body = {"user": "anna", "role": "viewer", "account": "east"}
    refused = root.send("POST", "/role-bindings", body | {"project": known.name + "-typo"})
    assert (refused.status_code, refused.json()["code"]) == (422, "project_not_known")
    assert root.get("/role-bindings", user="anna").json()["items"] == []
    made = root.send("POST", "/role-bindings", body | {"project": known.native_id})
    assert (made.status_code, made.json()["warnings"]) == (201, [])
    later = root.send("POST", "/role-bindings", body | {"project": "to-come", "allow_unknown_project": True})
    assert later.status_code == 201
    assert "opens nothing until" in later.json()["warnings"][0]


def test_bindings_are_told_in_names(lab: Lab, served: Served) -> None:
    lab.account("east", instances=4, regions="1")
    lab.sync("east", kinds=("project",))
    root = _root(lab, served)
    tenant = root.send("POST", "/tenants", {"name": "group"})
    whole = root.send("POST", "/role-bindings", {"user": "anna", "role": "viewer"}).json()
    assert (whole["place"], whole["given_by"]) == ("the whole", "root")
    project = lab.resources("project")[0]
    body = {"user": "anna", "role": "operator", "account": "east", "project": project.native_id}
    named = root.send("POST", "/role-bindings", body).json()
    assert named["place"] == f"project {project.name} ({project.native_id}) of east"
    assert tenant.status_code in (201, 403)
    listed = {row["role"]: row["place"] for row in root.get("/role-bindings", user="anna").json()["items"]}
    assert listed == {"viewer": "the whole", "operator": named["place"]}


def test_in_a_tenant_by_its_path(lab: Lab, served: Served) -> None:
    root = _root(lab, served)
    made = root.send("POST", "/role-bindings", {"user": "anna", "role": "viewer", "tenant": "ten_default"}).json()
    assert made["place"].startswith("tenant ")
    assert "ten_default" not in made["place"]
