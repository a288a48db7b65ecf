"""What is to be placed where, as numbers. Pure: neither a database nor a cloud is known here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RESOURCES = ("vcpus", "memory_mib", "disk_gib", "gpus")
Amounts = tuple[float, float, float, float]
Bounds = tuple[float | None, float | None, float | None, float | None]
# For each item the index of its place; None: not placed, which for one that runs means that it stays where it is.
Assignment = list[int | None]
LOCATION = "location"
# Of a capacity: sums of floats are not exact.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Place:
    """capacity: for what the problem's items need, without what else runs there; None: no bound is known.
    parts: what it is part of, by level (zone, account, site…); at a level it does not say it is apart from all others.
    opening: paid once if anything is there. balanced: the steps of the problem count here."""

    id: str
    capacity: Bounds
    parts: Mapping[str, str]
    opening: float = 0.0
    balanced: bool = False

    def part(self, level: str) -> str:
        return self.id if level == LOCATION else self.parts.get(level) or f"\0{self.id}"


@dataclass(frozen=True, slots=True)
class Item:
    """costs: by the index of the place, what it costs there with soft penalties; where it may not be is left out.
    home: where it runs now and uses capacity until it moves. moving: paid when it leaves home."""

    id: str
    needs: Amounts
    costs: Mapping[int, float]
    home: int | None = None
    moving: float = 0.0

    def cost(self, place: int) -> float:
        return self.costs[place] + (self.moving if self.home is not None and place != self.home else 0.0)


@dataclass(frozen=True, slots=True)
class Apart:
    """Of the members at most `most` in one part of the level. penalty: paid for each beyond it; None: never beyond."""

    level: str
    members: tuple[int, ...]
    most: int = 1
    penalty: float | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """All of the members in one part of the level, or none of them is placed."""

    level: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What the share of a balanced place's vcpus or memory that is used beyond `share` costs, for a share of 1."""

    share: float
    weight: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Place all → within what is allowed → at the least cost: costs, moving, penalties, steps and openings together."""

    places: Sequence[Place]
    items: Sequence[Item]
    apart: Sequence[Apart] = ()
    together: Sequence[Together] = ()
    steps: Sequence[Step] = ()

    def units(self) -> list[tuple[int, ...]]:
        """Items that are placed all together or not at all, each item in one of them, in the order of their first."""
        leader = list(range(len(self.items)))

        def find(index: int) -> int:
            while leader[index] != index:
                leader[index] = leader[leader[index]]
                index = leader[index]
            return index

        for group in self.together:
            for member in group.members:
                first, second = sorted((find(group.members[0]), find(member)))
                leader[second] = first
        found: dict[int, list[int]] = {}
        for index in range(len(self.items)):
            found.setdefault(find(index), []).append(index)
        return [tuple(members) for members in found.values()]
