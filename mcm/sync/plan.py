"""What a claimed run carries from its claim to its end."""

from dataclasses import dataclass, field
from datetime import datetime

from mcm.contract import Region
from mcm.gateway import AccountAccess
from mcm.sync.merge import Target


@dataclass
class Plan:
    """Taken from the database when the scope was claimed; `regions` and the realm are filled in by a discovery.

    grants: the account's rights as of its last discovery. feed: whether the provider has a change feed for the kind.
    """

    run_id: str
    access: AccountAccess
    target: Target
    region: str
    started_at: datetime
    first_read: bool
    full: bool
    feed: bool
    sticky: str
    feed_cursor: str | None
    grants: str | None
    regions: list[Region] = field(default_factory=list)


@dataclass
class Progress:
    """Visible while the run lasts."""

    listed: int = 0
    phase: str = "connecting"


@dataclass
class Read:
    """What a read found out, besides the staged rows.

    believed: complete and free of repetitions, so that it may start disappearances. removed: ids a feed says are gone.
    absent: sightings a full read did not list. pending: earlier disappearances that wait to be confirmed.
    grants: asked again when there were any of these; None: not asked. doubted: nothing may be confirmed this time.
    """

    mode: str = "full"
    cursor: str | None = None
    removed: list[str] = field(default_factory=list)
    grants: str | None = None
    believed: bool = True
    absent: int = 0
    pending: int = 0
    doubted: bool = False
    unknown_states: int = 0
    listed: int = 0
