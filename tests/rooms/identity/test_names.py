"""What a name stands for: an id is an id, a name that several have is refused, and no name looks like an id."""

from typing import Any

import pytest
from sqlalchemy import update

from mcm.identity import service
from mcm.identity.service import Visit
from mcm.kit import clock
from mcm.models import Account, Principal, Tenant
from tests.baddays.serving import Served
from tests.lab import Lab
from tests.rooms.identity.people import OTHER, Person, user

_IDS = {name: f"ten_{number:032x}" for number, name in enumerate(("east", "west", "east/shop", "west/shop"))}


@pytest.fixture
def root(lab: Lab, served: Served) -> Person:
    """An administrator of the whole, where east and west have a shop each."""
    with lab.runtime.database.writing() as session:
        for path, ident in _IDS.items():
            above, _, name = path.rpartition("/")
            session.add(Tenant(id=ident, name=name, parent_id=_IDS.get(above), created_at=clock.now()))
            session.flush()
    user(lab, "root", "security_admin")
    one = Person(served)
    one.login("root")
    return one


def _bound(who: Person, **where: Any) -> Any:
    return who.send("POST", "/role-bindings", {"user": "anna", "role": "viewer"} | where)


def test_a_tenant_is_named_so_that_one_is_meant(lab: Lab, served: Served, root: Person) -> None:
    user(lab, "anna", tenant=_IDS["west"])
    for answer in (_bound(root, tenant="shop"), root.send("POST", "/users", {"name": "x", "tenant": "shop"})):
        assert answer.status_code == 422
        assert "east/shop" in answer.json()["detail"]
    assert _bound(root, tenant="west/shop").json()["tenant_id"] == _IDS["west/shop"]
    assert _bound(root, tenant=_IDS["east/shop"]).json()["tenant_id"] == _IDS["east/shop"]
    made = root.send("POST", "/users", {"name": "clerk", "password": OTHER, "tenant": "west"})
    assert made.json()["tenant_id"] == _IDS["west"]
    user(lab, "western", tenant=_IDS["west"])
    root.send("POST", "/role-bindings", {"user": "western", "role": "security_admin", "tenant": "west"})
    western = Person(served)
    western.login("western")
    # There is one shop in what they see.
    made = western.send("POST", "/users", {"name": "vera", "password": OTHER, "tenant": "shop"})
    assert made.json()["tenant_id"] == _IDS["west/shop"]
    assert _bound(western, tenant="east").json()["code"] == "invalid_input"


def test_an_id_is_never_taken_for_a_name(lab: Lab, root: Person) -> None:
    """Also where such names are there from earlier; here two of each are called by each other's id."""
    accounts = (lab.account("first"), lab.account("second"))
    users = (user(lab, "anna"), user(lab, "eve"))
    tenants = (_IDS["east"], _IDS["west"])
    for table, (one, other) in ((Account, accounts), (Principal, users), (Tenant, tenants)):
        with lab.runtime.database.writing() as session:
            for ident, name in ((one, other), (other, one)):
                session.execute(update(table).where(table.id == ident).values(name=name))
    for ident in users:
        assert root.get(f"/users/{ident}").json()["id"] == ident
    for ident in accounts:
        made = _bound(root, user=users[0], account=ident, project="p", allow_unknown_project=True)
        assert made.json()["account_id"] == ident
    for ident in tenants:
        assert _bound(root, user=users[0], tenant=ident).json()["tenant_id"] == ident


def test_a_user_is_not_named_like_an_id(lab: Lab, root: Person) -> None:
    for name in ("prn_" + "a" * 32, "PRN_x"):
        assert root.send("POST", "/users", {"name": name, "password": OTHER}).status_code == 422
    known: dict[str, Any] = {"issuer": "https://id.example", "visit": Visit("192.0.2.7", "a browser", "rq_test")}
    for subject, name, plain in (("1", "prn_" + "a" * 32, "a" * 32), ("2", "-prn_.prn_", "user")):
        with lab.runtime.database.writing() as session:
            assert service.sign_in_external(session, subject=subject, name=name, **known)[1].name == plain


def test_a_user_s_roles_elsewhere_are_not_shown(lab: Lab, served: Served, root: Person) -> None:
    user(lab, "anna", "auditor", tenant=_IDS["east"])
    user(lab, "eastern", tenant=_IDS["east"])
    assert _bound(root, tenant="east").status_code == 201
    assert _bound(root, tenant="west").status_code == 201
    root.send("POST", "/role-bindings", {"user": "eastern", "role": "security_admin", "tenant": "east"})
    eastern = Person(served)
    eastern.login("eastern")
    inside = f"viewer@tenant:{_IDS['east']}"
    assert eastern.get("/users/anna").json()["roles"] == [inside]
    assert [row["roles"] for row in eastern.get("/users").json()["items"] if row["name"] == "anna"] == [[inside]]
    assert root.get("/users/anna").json()["roles"] == ["auditor", inside, f"viewer@tenant:{_IDS['west']}"]
