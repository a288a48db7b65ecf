"""What leaving a place costs weighs against what it saves, also where nobody knows it."""

from decimal import Decimal

import pytest

from mcm.optimizer import building, greedy
from mcm.optimizer.picture import Picture, Thing
from mcm.optimizer.pricing import Price
from mcm.optimizer.problem import Assignment
from mcm.optimizer.results import Result
from mcm.optimizer.running import Answer
from mcm.optimizer.schemas import OptimizationAsked
from mcm.placement.locations import Location


def _place(name: str) -> Location:
    return Location(
        id=f"{name}/r1", account_id=name, account=name, provider="simulated", ownership="public", tenant_id="t",
        tenant="t", region="r1", zone="", place=f"{name}/r1", area=f"{name}/r1", status="ok",
    )  # fmt: skip


def _answered(egress: Decimal | None, blocked: bool = False) -> tuple[Assignment, list[str]]:
    prices = {0: Price(Decimal(100), "list", True), 1: Price(Decimal(10), "list", True)}
    against = {0: ("policy", {"title": "No", "title_zh": "", "message": "no", "message_zh": ""})} if blocked else {}
    thing = Thing("instance", "i1", "web", 1, "t", (2.0, 4096.0, 50.0, 0.0), 0, None, against, (1.0, 1.0), prices)
    picture = Picture([_place("dear"), _place("cheap")], [], [thing], [])
    asked = OptimizationAsked(goal="cost", currency="USD")
    built = building.built(picture, asked, {0: egress})
    found = greedy.solve(built.problem)
    made = Result(picture, built, _answer(found), asked, {0: egress})
    rows = made.rows()
    assert all(row.risk is None or row.risk.egress == egress for row in rows)
    return found, [one.code for one in made.summary(rows).warnings]


def _answer(found: Assignment) -> Answer:
    from mcm.optimizer.measures import Value

    worth = Value(0, 0.0)
    return Answer(found, worth, "quick", None, worth)


@pytest.mark.parametrize(("egress", "goes"), [(Decimal(12), 1), (Decimal(12 * 100), 0), (None, 0)])
def test_it_moves_for_a_saving_only_where_it_is_known_what_leaving_costs(egress: Decimal | None, goes: int) -> None:
    assert _answered(egress) == ([goes], ["egress_unknown"] if egress is None else [])


def test_what_must_leave_leaves_and_the_unknown_is_said() -> None:
    assert _answered(None, blocked=True) == ([1], ["egress_unknown"])
