"""How much of instances and hosts is used: what other rooms call. Never commits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from mcm.models import UtilisationDay
from mcm.utilisation import days
from mcm.utilisation.distribution import DAY_S


@dataclass(frozen=True, slots=True)
class Window:
    """One metric of one resource over some days.

    days: how many have any measurement, first and last the outer ones. coverage: which share of the time from first to
    last was measured. p95: the highest of the days' own, so that the true one is not above it. mean: weighed by time.
    """

    metric: str
    days: int
    first: date
    last: date
    coverage: float
    p95: float
    max: float
    mean: float


def windows(
    session: Session, ids: Collection[str], since: date, until: date, metrics: Collection[str] = ()
) -> dict[str, dict[str, Window]]:
    """By resource and metric; what was not measured has none. ids: of resources that the caller may see."""
    grouped: dict[tuple[str, str], list[UtilisationDay]] = defaultdict(list)
    for row in days.of(session, ids, since, until, metrics):
        grouped[row.resource_id, row.metric].append(row)
    found: dict[str, dict[str, Window]] = defaultdict(dict)
    for (ident, metric), rows in grouped.items():
        found[ident][metric] = window(metric, rows)
    return found


def window(metric: str, rows: Sequence[UtilisationDay]) -> Window:
    """rows: at least one, by day."""
    first, last = rows[0].day, rows[-1].day
    measured = sum(row.coverage_s for row in rows)
    mean = sum(row.mean * row.coverage_s for row in rows) / measured
    span = ((last - first).days + 1) * DAY_S
    return Window(metric, len(rows), first, last, min(measured / span, 1.0), _most(row.p95 for row in rows),
                  _most(row.max for row in rows), mean)  # fmt: skip


def _most(values: Iterable[float]) -> float:
    return max(values)
