"""What is where, as far as it is known: what a search is made from, free of the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mcm.optimizer.pricing import Price
from mcm.optimizer.problem import Amounts
from mcm.placement.demand import Part
from mcm.placement.locations import Location


@dataclass(frozen=True, slots=True)
class Host:
    """location: index of where it is. ident: the cloud's own; capacity: with overcommit, None: not told. others: what
    is used there by what the session does not see, or what tells no size."""

    location: int
    ident: str
    name: str
    capacity: tuple[float | None, float | None]
    used: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Thing:
    """What runs (kind instance), or a part of a tier that is nowhere yet (kind tier).

    home: index of its location; host: index of its host. blocked: location → why not, a code with parameters; a
    policy's verdict is in it. score: 0 to 1 by location, of soft policies. prices: by location. migrates: mcm can move
    it while it runs. disk_known: whether it tells how much disk it has; else `needs` holds 0 of it."""

    kind: str
    id: str | None
    name: str
    count: int
    tenant_id: str
    needs: Amounts
    home: int | None
    host: int | None
    blocked: Mapping[int, tuple[str, Mapping[str, Any]]]
    score: tuple[float, ...]
    prices: Mapping[int, Price]
    migrates: bool = False
    part: Part | None = None
    disk_known: bool = True


# (thing, location) → what policies say about it there without forbidding it.
Says = Callable[[int, int], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Group:
    """Of things, by index. together, or apart with at most one in each part of the level."""

    level: str
    members: tuple[int, ...]
    together: bool


def _nothing(_thing: int, _location: int) -> list[dict[str, Any]]:
    return []


@dataclass(slots=True)
class Picture:
    """locations: each place once, whichever accounts lead there. warnings: codes with parameters."""

    locations: list[Location]
    hosts: list[Host]
    things: list[Thing]
    groups: list[Group]
    warnings: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tenants: set[str] = field(default_factory=set)
    as_of: datetime | None = None
    says: Says = _nothing
