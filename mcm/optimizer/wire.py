"""A problem as JSON for the pipe to the child process, and back. Names stay here: the child knows numbers."""

from typing import Any

import orjson

from mcm.optimizer.problem import Apart, Item, Place, Problem, Step, Together


def packed(problem: Problem) -> dict[str, Any]:
    return {
        "places": [[place.capacity, dict(place.parts), place.opening, place.balanced] for place in problem.places],
        "items": [
            [item.needs, list(item.costs), list(item.costs.values()), item.home, item.moving] for item in problem.items
        ],
        "apart": [[group.level, group.members, group.most, group.penalty] for group in problem.apart],
        "together": [[unit.level, unit.members] for unit in problem.together],
        "steps": [[step.share, step.weight] for step in problem.steps],
    }


def unpacked(found: dict[str, Any]) -> Problem:
    return Problem(
        [
            Place(str(number), tuple(capacity), parts, opening, balanced)
            for number, (capacity, parts, opening, balanced) in enumerate(found["places"])
        ],
        [
            Item(str(number), tuple(needs), dict(zip(places, costs, strict=True)), home, moving)
            for number, (needs, places, costs, home, moving) in enumerate(found["items"])
        ],
        [Apart(level, tuple(members), most, penalty) for level, members, most, penalty in found["apart"]],
        [Together(level, tuple(members)) for level, members in found["together"]],
        [Step(share, weight) for share, weight in found["steps"]],
    )


def written(data: dict[str, Any]) -> bytes:
    """One line."""
    return orjson.dumps(data) + b"\n"


def read(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(line)
    return found
