"""Places a workload could run: what is known of each, how much room it has, and how old all of that is.

A number nobody measured is None and stays None: it is neither nothing nor without limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.placement import measures
from mcm.placement.measuring import Books
from mcm.policies.facts import Facts

if TYPE_CHECKING:
    from mcm.registry import Registry

RESOURCES = ("vcpus", "memory_gib", "disk_gib", "gpus")


@dataclass(frozen=True, slots=True)
class Measure:
    """free, total: None: not known. unlimited: the cloud says that there is no limit. source: hosts, quota, datastores,
    said (somebody said the whole, the inventory what is used) or unknown. shared: with the other zones of the region.
    largest: the most that one instance can get, where it is known."""

    free: float | None = None
    total: float | None = None
    as_of: datetime | None = None
    source: str = "unknown"
    shared: bool = False
    unlimited: bool = False
    largest: float | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """id: account/region or account/region/zone, by names. place, area: keys under which room is held, the same for all
    accounts that lead there; area: of the region. measures: by resource, all that bound it; reserved: what is held of
    the place, area_reserved: of the region. generation: how often something was held or given back here.

    hosts: how many take instances; None: not known. stale: sentences about facts that may no longer be true;
    unsound: whether what is stale is what room is measured by. creates: whether mcm can make instances there; None:
    nobody looked. zoned: whether it takes a zone."""

    id: str
    account_id: str
    account: str
    provider: str
    ownership: str
    tenant_id: str
    tenant: str
    region: str
    zone: str
    place: str
    area: str
    status: str
    site: str | None = None
    city: str | None = None
    jurisdiction: str | None = None
    labels: tuple[str, ...] = ()
    measures: Mapping[str, tuple[Measure, ...]] = field(default_factory=dict)
    reserved: Mapping[str, float] = field(default_factory=dict)
    area_reserved: Mapping[str, float] = field(default_factory=dict)
    hosts: int | None = None
    cpu_overcommit: float | None = None
    as_of: datetime | None = None
    stale: tuple[str, ...] = ()
    unsound: bool = False
    closed: bool = False
    generation: int = 0
    creates: bool | None = None
    zoned: bool = True

    @property
    def price_key(self) -> tuple[str, str]:
        return self.provider, self.region

    @property
    def capacity(self) -> Mapping[str, Measure]:
        """The tightest measure of each resource."""
        return {name: self.measure(name) for name in RESOURCES}

    def measure(self, name: str) -> Measure:
        known = [one for one in self.measures.get(name, ()) if one.free is not None]
        if known:
            return min(known, key=lambda one: self._left(name, one))
        told = [one for one in self.measures.get(name, ()) if one.unlimited]
        return told[0] if told else Measure()

    def room(self, name: str) -> float | None:
        """What is free and not reserved by the tightest measure; None: not known."""
        known = [self._left(name, one) for one in self.measures.get(name, ()) if one.free is not None]
        return min(known) if known else None

    def used(self) -> float | None:
        """The larger of the used shares of vcpus and memory, with what is reserved; None: neither is known."""
        found = []
        for name in ("vcpus", "memory_gib"):
            for one in self.measures.get(name, ()):
                if one.free is not None and one.total:
                    found.append(min(max(1 - self._left(name, one) / one.total, 0.0), 1.0))
        return max(found) if found else None

    def facts(self) -> Facts:
        """As rules see it; what is not known is left out."""
        found: dict[str, Any] = {
            "location.id": self.id,
            "location.account": self.account,
            "location.provider": self.provider,
            "location.ownership": self.ownership,
            "location.region": self.region,
            "location.zone": self.zone,
            "location.tenant": self.tenant,
            "location.labels": list(self.labels),
            "location.site": self.site,
            "location.city": self.city,
            "location.jurisdiction": self.jurisdiction,
            "location.used": self.used(),
            "location.gpus": self.room("gpus"),
        }
        return {name: value for name, value in found.items() if value is not None}

    def _left(self, name: str, measure: Measure) -> float:
        assert measure.free is not None
        return measure.free - (self.area_reserved if measure.shared else self.reserved).get(name, 0.0)


def current(
    session: Session,
    registry: "Registry | None" = None,
    now: datetime | None = None,
    *,
    unheld: str | None = None,
) -> list[Location]:
    """Every place in whose account the session may make something, by id. registry: to know what providers can do.
    unheld: a decision whose own reservations do not count.

    A fixed number of statements; the database adds up what the inventory has."""
    books = Books(session, now or clock.now(), registry, unheld)
    found = [books.location(one, region, zone) for one in books.accounts for region, zone in books.places(one)]
    return sorted(found, key=lambda one: one.id)


def latencies(session: Session) -> dict[tuple[str, str, str], float]:
    """Milliseconds by (level, one, other), both ways round."""
    found: dict[tuple[str, str, str], float] = {}
    for row in measures.latencies(session):
        found[row.level, row.one, row.other] = found[row.level, row.other, row.one] = row.ms
    return found


def between(table: Mapping[tuple[str, str, str], float], one: Location, other: Location) -> float | None:
    """Between two places: of their sites, or else of their cities. Inside one site, or one region of one account, 0
    where nobody says more; None: not known."""
    if one.area == other.area:
        return 0.0
    if one.site and other.site:
        known = table.get(("site", one.site, other.site))
        if known is not None:
            return known
        if one.site == other.site:
            return 0.0
    if one.city and other.city:
        return table.get(("city", one.city, other.city))
    return None
