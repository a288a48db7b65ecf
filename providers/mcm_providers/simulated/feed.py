"""The change feed: a cursor is a place in the world's journal and a moment of its drift."""

import re
from math import floor
from typing import NamedTuple

from mcm.contract import FeedExpired
from mcm.contract import ResourceKind as K
from mcm_providers.simulated.cloud.generated import GeneratedCloud
from mcm_providers.simulated.cloud.ids import number
from mcm_providers.simulated.cloud.seeded import SeededCloud
from mcm_providers.simulated.world import World

KINDS = frozenset({K.INSTANCE, K.VOLUME, K.PORT})
_HORIZON = 86_400.0  # seconds a cursor is good for
_MOST = 20_000  # changes by drift after which a full read is cheaper
_FORM = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{8})\.([0-9]{1,18})\.([0-9]{1,12}(?:\.[0-9]{1,9})?)")


class Cursor(NamedTuple):
    """base: what generated the world. boot: which process kept the journal that `counter` counts in."""

    base: str
    boot: str
    counter: int
    moment: float

    def text(self) -> str:
        return f"{self.base}.{self.boot}.{self.counter}.{self.moment:.6f}"


def now(world: World) -> Cursor:
    content = world.cloud.digest if isinstance(world.cloud, SeededCloud) else ""
    base = f"{number(repr(world.shape) + content):016x}"
    # Rounded down: a change in the rounded-off part must come after the cursor.
    return Cursor(base, world.boot, world.journal.counter, floor(world.clock() * 1e6) / 1e6)


def since(world: World, text: str) -> Cursor:
    """Raises FeedExpired for a cursor that is foreign, too old, or of a process whose journal is gone."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise FeedExpired("this is no cursor of the simulated cloud; read everything again")
    cursor = Cursor(match[1], match[2], int(match[3]), float(match[4]))
    here = now(world)
    if cursor.base != here.base or (cursor.boot != here.boot and cursor.counter):
        raise FeedExpired("the simulated cloud was restarted or reshaped since; read everything again")
    if not world.journal.reaches(cursor.counter) or not here.moment - _HORIZON <= cursor.moment <= here.moment + 1:
        raise FeedExpired("the cursor is too old; read everything again")
    cloud = world.cloud
    if isinstance(cloud, GeneratedCloud):
        drift = cloud.frame.drift
        if drift.turns(here.moment) - drift.turns(cursor.moment) > _MOST:
            raise FeedExpired("too much has changed since; read everything again")
    return cursor


def touched(world: World, kind: K, region: str, cursor: Cursor, until: float) -> list[str]:
    """Native ids of `kind` that changed, appeared or went between the cursor and `until`, each once."""
    found = dict.fromkeys(world.journal.since(cursor.counter, kind, region))
    cloud = world.cloud
    if isinstance(cloud, GeneratedCloud):
        frame = cloud.frame
        for slot, moment in frame.drift.between(cursor.moment, until):
            number_of_region, position = frame.region_slot(slot)
            if frame.regions[number_of_region][0] == region:
                # Also what came and went in between: the full read that this cursor belongs to may have seen it.
                for when in (cursor.moment, moment):
                    found |= dict.fromkeys(one["id"] for one in cloud.at(kind, region, position, when))
    return list(found)
