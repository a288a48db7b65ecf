"""The quick method: whatever it is given, what it answers may be carried out."""

from hypothesis import given, settings

from mcm.optimizer import greedy
from mcm.optimizer.measures import breaches, value
from mcm.optimizer.problem import Item, Place, Problem
from tests.bench.optimizer_instances import instance
from tests.unit.optimizer.instances import problems


@settings(max_examples=400, deadline=None)
@given(problems(most_items=9, most_places=5))
def test_it_keeps_to_everything_hard_and_answers_the_same_again(problem: Problem) -> None:
    found = greedy.solve(problem)
    assert not breaches(problem, found)
    assert greedy.solve(problem) == found


def test_large_instances_are_placed_nearly_in_full() -> None:
    for seed in range(3):
        problem = instance(seed, items=1500, places=20, full=0.8)
        found = greedy.solve(problem)
        assert not breaches(problem, found)
        assert value(problem, found).unplaced <= 15


def test_hosts_are_emptied_where_all_that_runs_there_fits_elsewhere() -> None:
    """Moving one item alone saves nothing: only the last one does."""
    places = [Place(f"h{n}", (8.0, 8.0, None, None), {}, opening=100.0) for n in range(3)]
    items = [Item(f"i{n}", (2.0, 2.0, 0.0, 0.0), dict.fromkeys(range(3), 0.0), n // 2, 1.0) for n in range(5)]
    found = greedy.solve(Problem(places, items))
    assert value(Problem(places, items), found).cost < 210
    assert len(set(found)) == 2
