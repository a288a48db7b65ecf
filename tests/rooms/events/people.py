"""Who follows events: people with roles in places, and programs with tokens."""

from typing import Any

from mcm.auth.roles import Role
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import Tenant
from tests.baddays.serving import Served
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, program, user

ALPHA, DEEP, BETA = "ten_alpha", "ten_deep", "ten_beta"


def tenants(lab: Lab) -> None:
    """alpha with deep below it, and beta."""
    with lab.runtime.database.writing() as session:
        for ident, parent in ((ALPHA, None), (DEEP, ALPHA), (BETA, None)):
            name = ident.removeprefix("ten_")
            session.add(Tenant(id=ident, name=name, parent_id=parent, version=1, created_at=clock.now()))
            session.flush()


def bind(lab: Lab, name: str, role: Role = Role.VIEWER, **where: str) -> str:
    """where: tenant, or account and project. Returns the binding's id."""
    with lab.runtime.database.writing() as session:
        return roles.bind(session, CALLER, name, role, HeldIn(**where), unknown_project=True).id


def unbind(lab: Lab, binding: str) -> None:
    with lab.runtime.database.writing() as session:
        roles.unbind(session, CALLER, binding)


def signed_in(lab: Lab, served: Served, name: str, *held: dict[str, Any]) -> Person:
    """held: a role and where it is held, each; a role alone is held in the whole."""
    user(lab, name)
    for one in held:
        bind(lab, name, **one)
    person = Person(served)
    assert person.login(name).status_code == 200
    return person


def with_token(served: Served, person: Person, *permissions: str) -> tuple[Person, str]:
    """A program of this person, limited to these permissions; and the token's id."""
    wanted = {"name": f"of-{_named(permissions)}"} | ({"permissions": list(permissions)} if permissions else {})
    made = person.send("POST", "/tokens", wanted).json()
    return program(served, made["token"]), made["id"]


def _named(permissions: tuple[str, ...]) -> str:
    return "-".join(permissions).replace(".", "-") or "all"
