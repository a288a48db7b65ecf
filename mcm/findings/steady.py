"""Instances that run without a break and are paid by the hour: what a commitment would cost instead. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mcm.contract import InstanceState
from mcm.findings.found import STEADY_DAYS, SURELY_STEADY_DAYS, Confidence, Found, Kind
from mcm.findings.saving import Prices, difference
from mcm.findings.sizes import Size
from mcm.kit import clock
from mcm.kit.money import written
from mcm.models import Charge, ChargePart, ResourceRow, ResourceVersion

# Bills come up to a month late.
_BILLED = timedelta(days=62)


def running_since(session: Session, rows: Sequence[ResourceRow]) -> dict[str, datetime]:
    """At least since then: when it was last seen in another state, else when mcm first saw it."""
    ids = [row.id for row in rows]
    query = (
        select(ResourceVersion.resource_id, func.max(ResourceVersion.valid_to))
        .where(ResourceVersion.resource_id.in_(ids), ResourceVersion.state != InstanceState.RUNNING)
        .group_by(ResourceVersion.resource_id)
    )
    last = {row[0]: row[1] for row in session.execute(query)}
    return {row.id: max(last.get(row.id, row.first_seen), row.first_seen) for row in rows}


def committed(session: Session, rows: Sequence[ResourceRow], now: datetime) -> dict[str, bool]:
    """Of those whose use stands in a bill of late: whether some of it is paid by a commitment."""
    query = (
        select(Charge.resource_id, func.count(Charge.commitment_id))
        .join(ChargePart, ChargePart.id == Charge.part_id)
        .where(
            ChargePart.status == "current", Charge.resource_id.in_([row.id for row in rows]),
            Charge.charge_end > now - _BILLED, Charge.charge_category == "Usage",
        )
        .group_by(Charge.resource_id)
    )  # fmt: skip
    return {str(row[0]): row[1] > 0 for row in session.execute(query)}


class Steady:
    """Of one lot of running instances."""

    def __init__(self, session: Session, rows: Sequence[ResourceRow], prices: Prices, now: datetime) -> None:
        public = [row for row in rows if prices.is_public(row)]
        self._prices, self._now = prices, now
        self._since: Mapping[str, datetime] = running_since(session, public) if public else {}
        self._billed: Mapping[str, bool] = committed(session, public, now) if public else {}

    def found(self, row: ResourceRow, size: Size | None) -> Found | None:
        since = self._since.get(row.id)
        if since is None or size is None or self._billed.get(row.id):
            return None
        days = (self._now - since).days
        offer = self._prices.committed(row, size) if days >= STEADY_DAYS else None
        if offer is None:
            return None
        saving = difference(self._prices.machine(row, size), offer.cost)
        if saving.amount is None or saving.amount <= 0:
            return None
        evidence = {
            "days": days, "since": clock.to_text(since), "option": offer.option, "term_months": offer.term_months,
            "upfront": f"{written(offer.upfront)} {offer.upfront_currency}" if offer.upfront else None,
        }  # fmt: skip
        confidence = Confidence.HIGH if days >= SURELY_STEADY_DAYS else Confidence.MEDIUM
        if row.id not in self._billed:
            # It may be covered already: only a bill says so.
            saving, confidence = replace(saving, notes=(*saving.notes, "coverage_unknown")), Confidence.LOW
        return Found(Kind.UNCOMMITTED_INSTANCE, row.id, confidence, saving, evidence)
