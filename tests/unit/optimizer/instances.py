"""Small problems, and all answers of one, for the tests: the best of them is found by trying every one."""

import itertools
from collections.abc import Iterator

from hypothesis import strategies as st

from mcm.optimizer.problem import Apart, Assignment, Item, Place, Problem, Step, Together

LEVELS = ("location", "zone", "account")


@st.composite
def problems(draw: st.DrawFn, most_items: int = 5, most_places: int = 3) -> Problem:
    """Of every kind of constraint, often too tight to place all. What runs somewhere has room there."""
    number = draw(st.integers(1, most_items))
    count = draw(st.integers(1, most_places))
    needs = [tuple(float(draw(st.integers(0, most))) for most in (4, 4, 2, 1)) for _ in range(number)]
    homes = [draw(st.none() | st.integers(0, count - 1)) for _ in range(number)]
    places = []
    for place in range(count):
        here = [sum(need[r] for need, home in zip(needs, homes, strict=True) if home == place) for r in range(4)]
        bounds = [draw(st.none() | st.integers(0, 8)) for _ in range(4)]
        places.append(
            Place(
                f"p{place}",
                tuple(
                    None if bound is None else max(float(bound), used) for bound, used in zip(bounds, here, strict=True)
                ),  # type: ignore[arg-type]
                {"zone": draw(st.sampled_from("xy")), "account": draw(st.sampled_from("ab"))},
                draw(st.sampled_from((0.0, 0.0, 5.0))),
                draw(st.booleans()),
            )
        )
    few = st.sampled_from((0.0, 1.0, 2.5, 7.0))
    items = [
        Item(
            f"i{index}",
            needs[index],  # type: ignore[arg-type]
            {place: draw(few) for place in range(count) if draw(st.integers(0, 3))},
            homes[index],
            draw(st.sampled_from((0.0, 1.0, 3.0))),
        )
        for index in range(number)
    ]
    members = st.lists(st.integers(0, number - 1), min_size=2, max_size=4, unique=True).map(tuple)
    groups = st.builds(
        Apart, st.sampled_from(LEVELS), members, st.integers(1, 2), st.none() | st.sampled_from((1.0, 4.0))
    )
    units = st.builds(Together, st.sampled_from(LEVELS), members)
    enough = number >= 2
    return Problem(
        places,
        items,
        draw(st.lists(groups, max_size=2)) if enough else (),
        draw(st.lists(units, max_size=1)) if enough else (),
        draw(st.sampled_from(((), (Step(0.5, 10.0), Step(0.8, 30.0))))),
    )


def answers(problem: Problem) -> Iterator[Assignment]:
    yield from map(list, itertools.product([None, *range(len(problem.places))], repeat=len(problem.items)))
