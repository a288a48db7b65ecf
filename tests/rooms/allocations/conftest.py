"""An organisation with departments, two accounts, and people who see a part of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcm.auth.roles import Role
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.models import Account
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user

TREE = {"alpha": "default", "team": "default/alpha", "beta": "default", "it": "default"}


class Org:
    """tenants: ids by name; accounts: ids by name."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.tenants = {"default": "ten_default"}
        self.accounts = {name: lab.account(name) for name in ("lab", "own")}
        with lab.runtime.database.writing() as session:
            for name, parent in TREE.items():
                self.tenants[name] = tenants.create(session, CALLER, TenantCreate(name=name, parent=parent)).id
            for account in self.accounts.values():
                found = session.get_one(Account, account)
                found.tenant_id = self.tenants["it"]


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def org(lab: Lab) -> Org:
    return Org(lab)


@pytest.fixture
def served(org: Org) -> Iterator[Served]:
    with serving(org.lab) as running:
        yield running


@pytest.fixture
def by(org: Org, served: Served) -> Iterator[Callable[[str], Person]]:
    """Signed in: `whole` for everything, else for the tenant of that name, as cost analyst."""
    known: dict[str, Person] = {}

    def named(name: str) -> Person:
        if name not in known:
            user(org.lab, name, tenant="default" if name == "whole" else name)
            with org.lab.runtime.database.writing() as session:
                held = HeldIn() if name == "whole" else HeldIn(tenant=name)
                roles.bind(session, CALLER, name, Role.COST_ANALYST, held)
            known[name] = Person(served)
            assert known[name].login(name).is_success
        return known[name]

    yield named
    for one in known.values():
        one.http.close()
