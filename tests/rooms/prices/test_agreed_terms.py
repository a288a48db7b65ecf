"""What was agreed for one term and one operating system is given to no other, and what is left open is asked back."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.db import migrate
from mcm.errors import Conflict
from mcm.models import AuditEvent, RateRule
from mcm.prices import discounts, service
from mcm.prices.errors import InvalidRateRule
from mcm.prices.offers import Item
from mcm.prices.schemas import RateRuleItem, RateRuleWrite
from tests.days import days_ago
from tests.lab import CALLER, Lab
from tests.rooms.prices.making import HEADER, bring, file, line

_FIXED = {"kind": "fixed", "item": "compute", "sku": "a", "unit": "hour", "currency": "USD", "unit_price": "0.5"}
_RESERVED = _FIXED | {"option": "reserved"}
_ON_DEMAND = _FIXED | {"option": "on_demand"}
_PERCENT = {"kind": "discount", "percent": "10"}


def _rule(lab: Lab, name: str, wanted: dict[str, Any], **more: Any) -> RateRuleItem:
    body = RateRuleWrite.model_validate({"name": name, "valid_from": days_ago(10)} | wanted | more)
    with lab.runtime.database.writing() as session:
        return discounts.items(session, [discounts.create(session, CALLER, body)])[0]


def _refused(lab: Lab, wanted: dict[str, Any], **more: Any) -> InvalidRateRule:
    with pytest.raises(InvalidRateRule) as refusal:
        _rule(lab, "odd", wanted, **more)
    assert lab.count("rate_rule") == 0
    assert refusal.value.message_zh
    assert refusal.value.next_step_zh
    return refusal.value


def _terms(lab: Lab, *terms: int, upfront: str = "") -> None:
    bring(
        lab, file(line("a", "1"), *(line("a", "1", option="reserved", term=str(one), upfront=upfront) for one in terms))
    )


def _systems(lab: Lab, *systems: str, **more: Any) -> None:
    bring(lab, file(*(f"{line('a', '1', **more)},{one}" for one in systems), header=f"{HEADER},operating_system"))


def _found(lab: Lab) -> dict[tuple[int | None, str | None], Decimal]:
    with lab.runtime.database.reading() as session:
        offers = service.offers(session, item=Item.COMPUTE)
    return {(one.term_months, one.operating_system): one.unit_price for one in offers}


def test_a_fixed_price_of_one_term_is_not_that_of_another(lab: Lab) -> None:
    _terms(lab, 12, 36, upfront="9")
    made = _rule(lab, "year", _RESERVED, term_months=12)
    assert (made.term_months, made.operating_system) == (12, None)
    assert _found(lab) == {(None, None): 1, (12, None): Decimal("0.5"), (36, None): 1}
    with lab.runtime.database.reading() as session:
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "rate_rule.create")).one().details
    assert told["term_months"] == 12
    assert "operating_system" not in told


def test_a_fixed_price_of_one_system_is_not_that_of_another(lab: Lab) -> None:
    _systems(lab, "linux", "windows", "")
    assert _rule(lab, "linux", _ON_DEMAND, operating_system="linux").operating_system == "linux"
    assert _found(lab) == {(None, "linux"): Decimal("0.5"), (None, "windows"): 1, (None, None): 1}


@pytest.mark.parametrize(("kind", "price"), [("discount", "0.9"), ("markup", "1.1")])
def test_percentages_have_the_conditions_too(lab: Lab, kind: str, price: str) -> None:
    _terms(lab, 12, 36)
    _rule(lab, "years", {"kind": kind, "percent": "10"}, term_months=36)
    assert _found(lab) == {(None, None): 1, (12, None): 1, (36, None): Decimal(price)}


def test_what_says_more_holds(lab: Lab) -> None:
    _systems(lab, "linux", "windows", option="reserved", term="12")
    _rule(lab, "option", _PERCENT, option="reserved")
    assert set(_found(lab).values()) == {Decimal("0.9")}
    _rule(lab, "term", _PERCENT, percent="20", term_months=12)
    assert set(_found(lab).values()) == {Decimal("0.8")}
    _rule(lab, "system", _PERCENT, percent="30", operating_system="linux")
    assert _found(lab) == {(12, "linux"): Decimal("0.7"), (12, "windows"): Decimal("0.8")}
    _rule(lab, "family", _PERCENT, percent="40", sku="a")
    assert set(_found(lab).values()) == {Decimal("0.6")}


def test_the_term_of_a_commitment_is_asked_for_with_those_there_are(lab: Lab) -> None:
    assert "such as 12" in _refused(lab, _RESERVED).next_step
    _terms(lab, 36, 12)
    # Not of what the price would not be for.
    bring(lab, file(line("a", "1", option="savings_plan", term="24"), line("b", "1", option="reserved", term="60")))
    found = _refused(lab, _RESERVED)
    assert (found.details, found.next_step) == ({"term_months": [12, 36]}, "add term_months: 12 or 36")
    # One is no more than what is known today.
    assert _refused(lab, _FIXED | {"option": "savings_plan"}).details == {"term_months": [24]}
    assert _refused(lab, _RESERVED, currency="JPY").details == {"term_months": []}
    _rule(lab, "any", _PERCENT, option="reserved")


def test_a_system_is_asked_for_where_there_are_several(lab: Lab) -> None:
    _systems(lab, "linux", "windows", "")
    found = _refused(lab, _ON_DEMAND)
    assert found.details == {"operating_system": ["linux", "windows"]}
    assert "linux or windows" in found.next_step
    assert _refused(lab, _ON_DEMAND, provider="cloud", region="r1").details == found.details
    # Where none of them is meant, nothing is unclear.
    _rule(lab, "elsewhere", _ON_DEMAND, region="r2")
    _rule(lab, "everything", _PERCENT)


def test_one_system_or_none_needs_no_name(lab: Lab) -> None:
    _systems(lab, "linux", "")
    _rule(lab, "fixed", _ON_DEMAND)
    assert set(_found(lab).values()) == {Decimal("0.5")}


def test_what_a_list_said_that_was_withdrawn_is_not_asked_about(lab: Lab) -> None:
    _systems(lab, "linux", "windows")
    _refused(lab, _ON_DEMAND)
    with lab.runtime.database.writing() as session:
        (covering,) = {one.list_id for one in service.covering(session, on=days_ago(0))}
        service.withdraw(session, CALLER, covering, None)
    _rule(lab, "fixed", _ON_DEMAND)


def test_rules_of_before_hold_as_they_did_until_they_are_changed(lab: Lab) -> None:
    _terms(lab, 12, 36)
    _rule(lab, "old", _RESERVED, term_months=12)
    with lab.runtime.database.writing() as session:
        session.execute(update(RateRule).values(term_months=None))
    assert _found(lab) == {(None, None): 1, (12, None): Decimal("0.5"), (36, None): Decimal("0.5")}
    body = RateRuleWrite.model_validate({"name": "old", "valid_from": days_ago(10)} | _RESERVED)
    with pytest.raises(InvalidRateRule, match="one term"), lab.runtime.database.writing() as session:
        discounts.replace(session, CALLER, "old", body, None)
    with lab.runtime.database.writing() as session:
        discounts.replace(session, CALLER, "old", body.model_copy(update={"term_months": 36}), None)
    assert _found(lab) == {(None, None): 1, (12, None): 1, (36, None): Decimal("0.5")}


@pytest.mark.parametrize("condition", [{"term_months": 12}, {"operating_system": "linux"}])
def test_a_step_back_keeps_what_it_can_and_widens_no_rule(lab: Lab, condition: dict[str, Any]) -> None:
    engine = lab.runtime.database.engine
    _rule(lab, "plain", _PERCENT)
    migrate.downgrade(engine, "0025")
    migrate.upgrade(engine)
    with lab.runtime.database.reading() as session:
        (row,) = session.scalars(select(RateRule))
        assert (row.name, row.percent) == ("plain", Decimal(10))
        assert (row.term_months, row.operating_system) == (None, None)
    _rule(lab, "narrow", _PERCENT, **condition)
    with pytest.raises(Conflict, match="1 row of rate_rule"):
        migrate.downgrade(engine, "0025")
    with lab.runtime.database.writing() as session:
        discounts.remove(session, CALLER, "narrow", None)
    migrate.downgrade(engine, "0025")
    migrate.upgrade(engine)
    assert lab.count("rate_rule") == 1
