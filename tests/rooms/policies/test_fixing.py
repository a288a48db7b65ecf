"""The ways back from a violation: where it may go, at what difference, and what is not known."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mcm.auth.roles import Role
from mcm.auth.service import Caller, Grant, View, limit
from mcm.models import Account, ResourceRow, Violation
from mcm.policies import checking, fixing, service
from mcm.policies.fix_schemas import ViolationFixes
from mcm.ratecards import service as ratecards
from mcm.ratecards.rates import RateCard
from tests.lab import CALLER, Lab, make
from tests.rooms.costs import stock
from tests.rooms.placement.estate import CONFIDENTIAL_STAYS, add, policy
from tests.rooms.policies.making import document

CARDS: dict[str, RateCard] = {}


@pytest.fixture
def lab(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """Two private places, one of them with a rate card, and a public one with prices for its instances."""
    made = make(database_url, tmp_path / "data")
    add(made, "card", "private", flavour="vmware", instances=2)
    add(made, "bare", "private", flavour="vmware", instances=2)
    add(made, "cloud", "public", flavour="public", instances=2, project="core-banking")
    CARDS.clear()
    with made.runtime.database.writing() as session:
        ids = {one.name: one for one in session.scalars(select(Account))}
        CARDS[ids["card"].id] = stock.card(ids["card"].id, currency="USD")
        rows = [stock.size("any", 64, 512, "1.5"), *stock.NORTH[7:9], *stock.NORTH[10:13]]
        region = session.scalars(select(ResourceRow.region).where(ResourceRow.account_id == ids["cloud"].id)).first()
        stock.put(session, ids["cloud"].provider, str(region), rows)
    monkeypatch.setattr(ratecards, "current", lambda session, account_id, on=None: CARDS.get(account_id))
    yield made
    made.close()


def _broken(lab: Lab) -> str:
    """An instance in the public cloud that is confidential and may not be there; the violation's id."""
    policy(lab)
    with lab.runtime.database.writing() as session:
        there = select(Account.id).where(Account.name == "cloud").scalar_subquery()
        mine = update(ResourceRow).where(ResourceRow.kind == "instance", ResourceRow.account_id == there)
        session.execute(mine.values(data_class="confidential"))
        checking.run(session)
        return str(session.scalars(select(Violation.id).order_by(Violation.id)).first())


def _fixes(lab: Lab, ident: str, caller: Caller = CALLER) -> ViolationFixes:
    with lab.runtime.database.reading() as session:
        if caller is not CALLER:
            limit(session, caller.grants[0].where)
        return fixing.fixes(session, caller, ident, "USD")


def test_it_says_where_it_may_go_and_what_that_costs_and_what_nobody_knows(lab: Lab) -> None:
    found = _fixes(lab, _broken(lab))
    assert found.violation.status == "open"
    assert found.age_s >= 0
    ways = {one.location.split("/")[0]: one for one in found.moves}
    assert set(ways) == {"card", "bare"}
    assert (found.places, found.allowed) == (2, 2) or found.allowed == len(found.moves)
    card, bare = ways["card"], ways["bare"]
    assert found.here.amount is not None
    assert card.cost.amount is not None
    assert card.difference == card.cost.amount - found.here.amount
    assert card.basis in ("list", "modelled")
    # Without a rate card nobody knows, and it says why.
    assert (bare.cost.amount, bare.difference, bare.basis) == (None, None, "unknown")
    assert "rate card" in bare.cost.notes[0]
    assert "费率卡" in bare.cost.notes_zh[0]
    assert found.moves.index(card) < found.moves.index(bare)
    assert found.reclassify is not None
    assert found.reclassify.present == "confidential"
    assert set(found.reclassify.classes) == {"public", "internal"}
    assert found.exception.asked is None
    assert found.violation.policy in found.exception.command


@pytest.mark.only_on("sqlite")
def test_a_place_that_another_policy_keeps_it_from_is_no_way_back(lab: Lab) -> None:
    ident = _broken(lab)
    with lab.runtime.database.writing() as session:
        text = document('location.account != "card"', "not-there", applies=["placement"])
        service.apply(session, CALLER, text, None, accept=True)
        # It asks for what it costs, which of `bare` nobody knows: that is a no.
        ceiling = document("location.cost < 100000.0", "ceiling", applies=["placement"])
        service.apply(session, CALLER, ceiling, None, accept=True)
    found = _fixes(lab, ident)
    assert found.moves == []
    assert {one.policy: one.places for one in found.refused}["not-there"] == 1
    assert "ceiling" in {one.policy for one in found.refused}


@pytest.mark.only_on("sqlite")
def test_amounts_are_for_who_may_see_costs(lab: Lab) -> None:
    ident = _broken(lab)
    with lab.runtime.database.reading() as session:
        mine = View(tenants=frozenset(session.scalars(select(ResourceRow.tenant_id)).all()))
    viewer = replace(CALLER, method="session", grants=(Grant(Role.VIEWER, mine),))
    found = _fixes(lab, ident, viewer)
    assert found.amounts_withheld
    assert found.here.amount is found.egress is None
    assert len(found.moves) == 2
    assert {(one.cost.amount, one.difference) for one in found.moves} == {(None, None)}
    assert isinstance(_fixes(lab, ident).here.amount, Decimal)


@pytest.mark.only_on("sqlite")
def test_what_is_resolved_needs_no_way_back(lab: Lab) -> None:
    ident = _broken(lab)
    with lab.runtime.database.writing() as session:
        service.remove(session, CALLER, CONFIDENTIAL_STAYS.partition("id: ")[2].partition("\n")[0], None)
        checking.run(session)
    found = _fixes(lab, ident)
    assert (found.violation.status, found.moves) == ("resolved", [])
