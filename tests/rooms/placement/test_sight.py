"""What a decision shows to who may see only a part: no amount without cost.read, no place beyond one's sight."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from mcm.auth.roles import Role
from mcm.auth.service import Caller, Grant, View, limit
from mcm.models import Account, Placement, PlacementInstance
from mcm.placement import presenting
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests.lab import CALLER, Lab
from tests.rooms.placement.estate import document, place, tier

pytestmark = pytest.mark.only_on("sqlite")
_AMOUNT = "4711.25"


def _holder(mine: View, *roles: Role) -> Caller:
    return replace(CALLER, method="session", grants=tuple(Grant(role, mine) for role in roles))


@pytest.mark.estate(public=0)
def test_amounts_are_for_who_may_see_costs(lab: Lab) -> None:
    row = place(lab, document(tiers=[tier(), tier("db")]))
    limits = {"policy": "cheap", "version": 1, "title": "Cheap", "title_zh": "", "mode": "enforce", "outcome": "deny"}
    said = {"message": f"too dear: {_AMOUNT}", "message_zh": "", "values": {"location.cost": float(_AMOUNT)}}
    against = {"error": "", "exemption": None} | limits | said
    with lab.runtime.database.writing() as session:
        stored = session.get_one(Placement, row.id)
        outcome = json.loads(json.dumps(stored.outcome))
        outcome["chosen"] |= {"cost": _AMOUNT, "egress": _AMOUNT}
        outcome["chosen"]["parts"][0]["cost"] = _AMOUNT
        first, second = outcome["candidates"][:2]
        first |= {"cost": _AMOUNT, "points": ["pp_1"], "said": [against]}
        budget = {"cost": _AMOUNT, "budget": "100", "currency": "USD", "complete": True}
        second["failed"] = [{"rule": "budget", "values": budget}, {"rule": "policy:cheap", "values": against}]
        outcome["impossible"] = {
            "tiers": [{"tier": "db", "nearest": second["location"], "lacks": second["failed"], "blocked": {}}],
            "without": [], "proven": True, "places": 1,
        }  # fmt: skip
        stored.outcome = outcome
        mine = View(tenants=frozenset({stored.tenant_id}))
    with lab.runtime.database.reading() as session:
        stored = limit(session, mine).get_one(Placement, row.id)
        where = second["location"]
        for caller in (_holder(mine, Role.VIEWER), _holder(mine, Role.VIEWER, Role.COST_ANALYST)):
            shown = presenting.detail(session, stored, caller)
            whole = shown.model_dump_json() + presenting.why(session, stored, where, caller).model_dump_json()
            priced = len(caller.grants) > 1
            assert (_AMOUNT in whole) is priced
            assert ("cost.read" in str(shown.outcome.amounts_withheld)) is not priced
            assert shown.outcome.chosen is not None
            assert shown.outcome.chosen.cost == (_AMOUNT if priced else None)
            # Whose budget it is, knows it.
            assert '"budget":"100"' in whole


@pytest.mark.estate(private=2, public=0)
def test_places_beyond_sight_are_counted_and_not_named(lab: Lab) -> None:
    row = place(lab, document(), only=["dc0"])
    hidden = str(row.chosen[0]["location"])
    with lab.runtime.database.writing() as session:
        other = tenants.create(session, CALLER, TenantCreate(name="bank"))
        session.scalars(select(Account).where(Account.name == "dc0")).one().tenant_id = other.id
        tried = {"tried": [hidden, "dc1/datacenter-2"], "reason": f"no host at {hidden}"}
        made = {"location": hidden, "status": "failed", "name": "shop-web-1", "operation_id": None}
        session.add(PlacementInstance(placement_id=row.id, tier="web", number=1, **tried, **made))
    mine = View(tenants=frozenset({row.tenant_id}))
    with lab.runtime.database.reading() as session:
        stored = limit(session, mine).get_one(Placement, row.id)
        shown = presenting.detail(session, stored, _holder(mine, Role.OPERATOR))
        assert "dc0" not in shown.model_dump_json()
        assert (shown.at, shown.elsewhere) == ([], 1)
        assert (shown.made[0].location, shown.made[0].tried) == ("", ["dc1/datacenter-2"])
        assert shown.reservations[0].location == ""
        may_tell = presenting.Sight(session)
        assert "dc0" not in presenting.parts_at(stored.chosen, may_tell)
    with lab.runtime.database.reading() as session:
        stored = session.get_one(Placement, row.id)
        assert presenting.item(session, stored).at == [hidden]
