"""Asks for the measurements of some resources, interval by interval, and gives them as samples.

Some resources and a bounded time at once, so that no question and no answer grows without end.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from mcm.contract import ResourceRef, Sample
from mcm_providers._prometheus.client import Labels, PrometheusServer
from mcm_providers._prometheus.promql import (
    DOMAIN,
    MACHINE,
    OF_DOMAINS,
    OF_MACHINES,
    Questions,
    equal,
    one_of,
    uuid_of,
    uuid_selectors,
)
from mcm_providers._prometheus.settings import PrometheusSettings

_LOT = 50
# Prometheus gives at most 11,000 points of a series.
_MOST_STEPS = 1000
Key = tuple[str, ...]
Identity = tuple[str, str, str]


class Meters:
    def __init__(self, server: PrometheusServer, settings: PrometheusSettings) -> None:
        self._server, self._settings = server, settings

    def of_domains(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        """Of instances whose native id is the uuid of their domain. One that moves is there on several hosts."""
        for lot in _lots(refs):
            by_id = {ref.native_id.lower(): ref for ref in lot}
            selectors = uuid_selectors(list(by_id), self._settings.labels)
            owners: dict[Key, ResourceRef] = {}
            for labels in self._server.label_sets(selectors, since, until):
                ref = by_id.get(uuid_of(labels).lower())
                if ref is not None and labels.get("domain"):
                    owners[_key(labels, DOMAIN)] = ref
            if owners:
                matchers = [one_of("domain", sorted({key[-1] for key in owners}))]
                yield from self._asked(OF_DOMAINS, matchers, DOMAIN, owners.get, since, until)

    def of_machines(
        self, refs: Sequence[ResourceRef], addresses: Mapping[Identity, Collection[str]], since: datetime,
        until: datetime,
    ) -> Iterator[Sample]:  # fmt: skip
        """addresses: of all machines the cloud knows, the addresses and names under which a node_exporter of theirs may
        be scraped. One that several of them have says nothing of any."""
        owners: dict[str, set[Identity]] = defaultdict(set)
        for identity, names in addresses.items():
            for name in filter(None, names):
                owners[name.lower()].add(identity)
        for lot in _lots(refs):
            mine = {
                name.lower(): ref
                for ref in lot
                for name in addresses.get(identity_of(ref), ())
                if len(owners.get(name.lower(), ())) == 1
            }
            if mine:
                values = sorted(f"[{name}]" if ":" in name else name for name in mine)
                yield from self._asked(
                    OF_MACHINES, [one_of("instance", values, host=True)], MACHINE, partial(_owner, mine), since, until
                )

    def _asked(
        self, questions: Questions, matchers: Sequence[str], by: Sequence[str],
        owner: Callable[[Key], ResourceRef | None], since: datetime, until: datetime,
    ) -> Iterator[Sample]:  # fmt: skip
        asked, step = ",".join([*matchers, *equal(self._settings.labels)]), self._settings.step_s
        for first, last in _windows(since, until, step):
            for metric, question in questions.items():
                found: dict[ResourceRef, dict[int, float]] = defaultdict(dict)
                for series in self._server.range(question(asked, step), first, last, step):
                    ref = owner(_key(series.labels, by))
                    if ref is not None:
                        points = found[ref]
                        for at, value in series.points:
                            # On two hosts at once, or scraped by two jobs: the same use, seen twice.
                            points[at] = max(points.get(at, value), value)
                for ref, points in found.items():
                    for at, value in points.items():
                        yield Sample(ref, metric, datetime.fromtimestamp(at, UTC), step, value)


def _windows(since: datetime, until: datetime, step: int) -> Iterator[tuple[int, int]]:
    """First and last end of an interval, on the clock's own grid, so that a later reading finds the same ones."""
    first = (math.floor(since.timestamp()) // step + 1) * step
    end = math.floor(until.timestamp()) // step * step
    while first <= end:
        last = min(first + (_MOST_STEPS - 1) * step, end)
        yield first, last
        first = last + step


def _host(instance: str) -> str:
    """Without the port of a target's address, and without the brackets of one of version 6."""
    name = instance.lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    head, colon, port = name.rpartition(":")
    return head if colon and port.isdigit() and ":" not in head else name


def identity_of(ref: ResourceRef) -> Identity:
    """Kind, native id and its scope."""
    return ref.kind.value, ref.native_id, ref.native_scope


def _owner(mine: Mapping[str, ResourceRef], key: Key) -> ResourceRef | None:
    return mine.get(_host(key[-1]))


def _lots(refs: Sequence[ResourceRef]) -> Iterator[Sequence[ResourceRef]]:
    for first in range(0, len(refs), _LOT):
        yield refs[first : first + _LOT]


def _key(labels: Labels, by: Sequence[str]) -> Key:
    return tuple(labels.get(name, "") for name in by)
