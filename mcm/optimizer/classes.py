"""Items that are alike are counted, not told apart: a hundred of one size are one number for each place, not a hundred.

Members of groups whose members are all alike are counted too: m groups of k, at most one of each in a part, are a count
of at most m in that part, and any such count can be dealt out again by going round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mcm.optimizer.problem import Amounts, Apart, Assignment, Problem


@dataclass(frozen=True, slots=True)
class Class:
    """members: in the order in which they are dealt out. costs: by place, with moving. level, groups: at most `groups`
    of them in one part of that level; none: as many as fit."""

    members: tuple[int, ...]
    needs: Amounts
    costs: dict[int, float]
    home: int | None
    level: str | None = None
    groups: int = 0


def classes(problem: Problem) -> tuple[list[Class], list[int], list[int]]:
    """The classes; for each item its class, and which groups are still to be minded, by number."""
    joined = {member for unit in problem.together for member in unit.members}
    groups_of: list[list[int]] = [[] for _ in problem.items]
    for number, group in enumerate(problem.apart):
        for member in group.members:
            groups_of[member].append(number)
    keys = [_key(problem, index) for index in range(len(problem.items))]
    dealt: dict[int, tuple[str, int]] = {}
    for first, level, numbers in _alike(problem, groups_of, keys, joined):
        for member in problem.apart[numbers[0]].members:
            dealt[member] = (level, first)
    counted: dict[tuple[object, ...], list[int]] = {}
    for index in range(len(problem.items)):
        if index in joined or (groups_of[index] and index not in dealt):
            counted[(index,)] = [index]
        elif index in dealt:
            level, first = dealt[index]
            size = len(problem.apart[first].members)
            counted.setdefault((keys[index], level, size), []).append(index)
        else:
            counted.setdefault((keys[index],), []).append(index)
    found: list[Class] = []
    of = [0] * len(problem.items)
    for members in counted.values():
        item = problem.items[members[0]]
        costs = {place: item.cost(place) for place in item.costs}
        wide: str | None = None
        groups, ordered = 0, members
        if members[0] in dealt:
            wide, first = dealt[members[0]]
            groups = len(members) // len(problem.apart[first].members)
            by_group: dict[int, list[int]] = {}
            for member in members:
                by_group.setdefault(dealt[member][1], []).append(member)
            # One of each group in turn: neighbours are of different groups.
            ordered = [member for turn in zip(*by_group.values(), strict=True) for member in turn]
        for member in members:
            of[member] = len(found)
        found.append(Class(tuple(ordered), item.needs, costs, item.home, wide, groups))
    minded = [number for number, group in enumerate(problem.apart) if group.members[0] not in dealt]
    return found, of, minded


def dealt_out(problem: Problem, found: Sequence[Class], counts: Sequence[dict[int, int]]) -> Assignment:
    """counts: by class, how many at each place. What is beyond them is not placed."""
    result: Assignment = [None] * len(problem.items)
    for one, numbers in zip(found, counts, strict=True):
        places = sorted(numbers, key=lambda place: (problem.places[place].part(one.level) if one.level else "", place))
        slots = [place for place in places for _ in range(numbers[place])]
        for member, place in zip(one.members, slots, strict=False):
            result[member] = place
    return result


def _key(problem: Problem, index: int) -> tuple[object, ...]:
    item = problem.items[index]
    return (item.needs, tuple(sorted(item.costs.items())), item.home, item.moving)


def _alike(
    problem: Problem, groups_of: Sequence[Sequence[int]], keys: Sequence[object], joined: set[int]
) -> list[tuple[int, str, list[int]]]:
    """Sets of members that are all alike and that only groups of the very same members hold: the first group's number,
    the one level that implies all others, and the groups' numbers."""
    by_members: dict[tuple[int, ...], list[int]] = {}
    for number, group in enumerate(problem.apart):
        by_members.setdefault(tuple(sorted(set(group.members))), []).append(number)
    found = []
    for members, numbers in by_members.items():
        groups = [problem.apart[number] for number in numbers]
        if any(group.penalty is not None or group.most != 1 for group in groups) or len(members) < 2:
            continue
        if len({keys[member] for member in members}) > 1:
            continue
        if any(member in joined or sorted(groups_of[member]) != sorted(numbers) for member in members):
            continue
        level = _widest(problem, groups)
        if level is not None:
            found.append((numbers[0], level, numbers))
    return found


def _widest(problem: Problem, groups: Sequence[Apart]) -> str | None:
    """The level whose parts are made up of whole parts of every other level of the groups."""
    levels = sorted({group.level for group in groups})
    for wide in levels:
        if all(_within(problem, narrow, wide) for narrow in levels):
            return wide
    return None


def _within(problem: Problem, narrow: str, wide: str) -> bool:
    parts: dict[str, set[str]] = {}
    for place in problem.places:
        parts.setdefault(place.part(narrow), set()).add(place.part(wide))
    return all(len(found) == 1 for found in parts.values())
