"""The periodic job that tells when a budget's threshold is reached: once for each threshold and month.

The alert and its event are written in one transaction, with the budget's row locked: whoever is killed has told either
both or nothing, and of two processes the second finds the first one's alert.
"""

import logging
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.allocations import gathering, repository
from mcm.allocations.budget_documents import BudgetStanding, Threshold
from mcm.allocations.schemas import shown
from mcm.allocations.spending import standing
from mcm.errors import McmError
from mcm.events import kinds
from mcm.events.service import emit
from mcm.kit import clock
from mcm.kit.money import EXACT
from mcm.models import Budget, BudgetAlert

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
_HUNDRED = Decimal(100)


def run(runtime: "Runtime") -> int:
    """Looks at every budget; returns how many alerts were raised. One that cannot be looked at keeps none back."""
    month, raised = f"{clock.now():%Y-%m}", 0
    for budget_id, version, now, wanted in _looked_at(runtime, month):
        try:
            with runtime.database.writing() as session:
                raised += _raise(session, budget_id, version, month, now, wanted)
        except McmError as error:
            log.warning("budget %s: %s", budget_id, error.message)
    return raised


def _looked_at(runtime: "Runtime", month: str) -> list[tuple[str, int, BudgetStanding, list[Threshold]]]:
    """Budgets with thresholds to tell of. What takes long is read without a lock, and once for all of them."""
    found = []
    with runtime.database.reading() as session, gathering.kept(session):
        for budget_id in repository.watched(session):
            row = session.get(Budget, budget_id)
            if row is None or not _is_for(row, month):
                continue
            try:
                foretold = any(one.of == "forecast" for one in _thresholds(row))
                now = standing(session, row, month, foretold=foretold)
            except McmError as error:
                log.warning("budget %s: %s", budget_id, error.message)
                continue
            if wanted := _reached(session, row, now):
                found.append((budget_id, row.version, now, wanted))
    return found


def _thresholds(row: Budget) -> list[Threshold]:
    return [Threshold.model_validate(one) for one in row.document.get("thresholds") or ()]


def _is_for(row: Budget, month: str) -> bool:
    since, until = row.document.get("since"), row.document.get("until")
    return (since is None or since <= month) and (until is None or month <= until)


def _reached(session: Session, row: Budget, now: BudgetStanding) -> list[Threshold]:
    """Thresholds that are reached and not told of."""
    told = {(one.kind, one.percent) for one in repository.alerts(session, [row.id], now.month)}
    found = []
    for one in _thresholds(row):
        amount = now.spent if one.of == "actual" else now.forecast
        limit = EXACT.divide(EXACT.multiply(row.amount, Decimal(one.percent)), _HUNDRED)
        if amount is not None and amount >= limit and (one.of, one.percent) not in told:
            found.append(one)
    return sorted(found, key=lambda one: (one.of, one.percent))


def _raise(
    session: Session, budget_id: str, version: int, month: str, now: BudgetStanding, wanted: list[Threshold]
) -> int:
    row = repository.taken(session, budget_id)
    if row is None or row.version != version:
        # Written anew meanwhile: the next look is at what it is now.
        return 0
    told = {(one.kind, one.percent) for one in repository.alerts(session, [row.id], month)}
    left = [one for one in wanted if (one.of, one.percent) not in told]
    for one in left:
        amount = now.spent if one.of == "actual" else now.forecast
        if amount is None:
            continue
        session.add(
            BudgetAlert(
                budget_id=row.id, month=month, kind=one.of, percent=one.percent, spent=amount, amount=row.amount,
                currency=row.currency, at=clock.now(),
            )
        )  # fmt: skip
        kind = kinds.BUDGET_REACHED if one.of == "actual" else kinds.BUDGET_FORECAST
        emit(
            session, kind, tenant_id=row.tenant_id or "", subject_kind="budget", subject_id=row.id,
            data={
                "name": row.name, "month": month, "percent": one.percent, "currency": row.currency,
                "spent": shown(amount, row.currency),
                "amount": shown(row.amount, row.currency),
            },
        )  # fmt: skip
    session.flush()
    return len(left)
