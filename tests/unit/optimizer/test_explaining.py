"""Why something was left over: the reason holds, and what is said to be missing would do."""

import dataclasses

import pytest
from hypothesis import given, settings

from mcm.optimizer import greedy
from mcm.optimizer.explaining import reasons
from mcm.optimizer.measures import breaches, value
from mcm.optimizer.problem import Apart, Item, Place, Problem, Together
from tests.unit.optimizer.instances import answers, problems

SMALL = Place("small", (4.0, 4096.0, None, 0.0), {"zone": "a"})
LARGE = Place("large", (8.0, 8192.0, None, 0.0), {"zone": "b"})
ANYWHERE = {0: 1.0, 1: 1.0}
ONE = (1.0, 1.0, 1.0, 0.0)


def _why(problem: Problem) -> dict[str, tuple[str, bool]]:
    found = reasons(problem, greedy.solve(problem))
    return {problem.items[index].id: (reason.code, reason.certain) for index, reason in found.items()}


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Problem([SMALL, LARGE], [Item("a", (1.0, 1.0, 1.0, 0.0), {})]), "nowhere_allowed"),
        (Problem([SMALL, LARGE], [Item("a", (9.0, 1.0, 1.0, 0.0), ANYWHERE)]), "too_large"),
        (
            Problem([SMALL, LARGE], [Item(n, ONE, ANYWHERE) for n in "abc"], [Apart("zone", (0, 1, 2))]),
            "too_few_parts",
        ),
        (
            Problem(
                [SMALL, LARGE],
                [Item("a", (1.0, 1.0, 1.0, 0.0), {0: 1.0}), Item("b", (5.0, 1.0, 1.0, 0.0), ANYWHERE)],
                [],
                [Together("zone", (0, 1))],
            ),
            "no_common_part",
        ),
        (Problem([LARGE], [Item(n, (5.0, 1.0, 1.0, 0.0), {0: 1.0}) for n in "ab"]), "full"),
    ],
)  # fmt: skip
def test_each_reason(problem: Problem, code: str) -> None:
    found = _why(problem)
    assert {one for one, _ in found.values()} == {code}
    # Of what only did not fit beside the others the quick method knows nothing for certain.
    assert {certain for _, certain in found.values()} == {code != "full"}


@settings(max_examples=200, deadline=None)
@given(problems(most_items=4))
def test_what_is_said_to_be_certain_is_so(problem: Problem) -> None:
    """For a group that cannot all be placed: in no answer are all of its members."""
    found = reasons(problem, greedy.solve(problem))
    possible = [answer for answer in answers(problem) if not breaches(problem, answer)]
    for index, reason in found.items():
        if not reason.certain:
            continue
        if reason.code == "too_few_parts":
            groups = [group for group in problem.apart if index in group.members]
            assert any(all(any(answer[m] is None for m in group.members) for answer in possible) for group in groups)
        else:
            assert all(answer[index] is None for answer in possible), reason


def test_with_what_is_lacking_it_fits() -> None:
    problem = Problem([SMALL, LARGE], [Item(n, (5.0, 6000.0, 1.0, 0.0), ANYWHERE) for n in "abc"])
    left = reasons(problem, greedy.solve(problem))
    assert [reason.code for reason in left.values()] == ["full", "full"]
    first = next(iter(left.values())).params["full"][0]
    more = [first["lacking"].get(name, 0.0) for name in ("vcpus", "memory_mib")]
    places = [
        dataclasses.replace(place, capacity=(place.capacity[0] + more[0], place.capacity[1] + more[1], None, 0.0))
        if place.id == first["place"]
        else place
        for place in problem.places
    ]
    wider = dataclasses.replace(problem, places=places)
    assert value(wider, greedy.solve(wider)).unplaced == 1
