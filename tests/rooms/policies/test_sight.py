"""What policies say to who sees a part: no path, no exception and no policy of tenants that are none of theirs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mcm.auth.service import View, limit
from mcm.kit import clock
from mcm.models import Account, Policy, ResourceRow, Violation
from mcm.policies import checking, evidence, exceptions, library, service, showing, violations
from mcm.policies.documents import ExceptionRequest
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests import lab as labs
from tests.lab import CALLER, Lab
from tests.rooms.policies.making import document

pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    made.account(instances=4, regions="1")
    made.sync(kinds=("instance",))
    yield made
    made.close()


def test_what_is_of_other_tenants_is_not_told(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        bank = tenants.create(session, CALLER, TenantCreate(name="bank"))
        shop = tenants.create(session, CALLER, TenantCreate(name="shop"))
        # Their instance on an account of the bank.
        session.scalars(select(Account)).one().tenant_id = bank.id
        row = session.scalars(select(ResourceRow).where(ResourceRow.kind == "instance").limit(1)).one()
        row.tenant_id, ident = shop.id, row.id
        rule = 'location.tenant != "bank"'
        text = document(rule, message="not in {location.tenant}", message_zh="不得位于 {location.tenant}")
        service.apply(session, CALLER, text, None, accept=True)
        starters = [one for one in library.everything() if one.name == "data-is-classified"]
        service.apply(session, CALLER, starters[0].text, None, accept=True)
        session.get_one(Policy, "data-is-classified").tenant_id = bank.id
        wanted = ExceptionRequest(resource=ident, reason="known to the bank only", expires=clock.now() + timedelta(9))
        asked = exceptions.ask(session, CALLER, "one", wanted)
        asked.tenant_id = bank.id
        ada = replace(CALLER, principal_id="prn_ada", name="ada")
        exceptions.decide(session, ada, asked.id, approve=True, note="")
        checking.run(session)
        found = session.scalars(select(Violation).where(Violation.resource_id == ident, Violation.policy_id == "one"))
        violation = found.one()
        assert violation.status == "excepted"
    with lab.runtime.database.reading() as session:
        limit(session, View(tenants=frozenset({shop.id})))
        explained = showing.explained(session, ident)
        assert explained is not None
        item = showing.violation_item(violations.get(session, violation.id), showing.Names(session))
        pack = evidence.pack(session, None)
        installed = {one.name: one.installed for one in showing.starters(session, library.everything())}
        for told in (explained.model_dump_json(), item.model_dump_json(), str(pack["policies"][0]["violations"])):
            assert "bank" not in told
        assert (item.message, item.message_zh) == ("not in ?", "不得位于 ?")
        assert explained.facts["workload.tenant"] == "shop"
        (shown,) = pack["policies"][0]["violations"]
        assert (shown["exception"], shown["exception_withheld"]) == (None, True)
        assert not installed["data-is-classified"]
    with lab.runtime.database.reading() as session:
        item = showing.violation_item(violations.get(session, violation.id), showing.Names(session))
        assert item.message == "not in bank"
        (shown,) = (
            one for one in evidence.pack(session, None)["policies"][-1]["violations"] if one["resource"] == ident
        )
        assert shown["exception"]["reason"] == "known to the bank only"
        assert {one.name for one in showing.starters(session, library.everything()) if one.installed} >= {
            "data-is-classified"
        }
