"""What is spent of a budget in a month, and what the month is forecast to cost. Reads only."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.allocations import foretelling
from mcm.allocations.budget_documents import BudgetStanding, Scope
from mcm.allocations.forecasting import Forecast
from mcm.allocations.naming import Names
from mcm.allocations.pieces import Piece, added
from mcm.allocations.questions import Cost, Question
from mcm.allocations.reporting import converted
from mcm.allocations.reports import exchange, shared
from mcm.allocations.schemas import shown
from mcm.kit.money import EXACT, plain, quotient
from mcm.models import Budget


def asked(row: Budget, month: str, names: Names) -> Question:
    """The question whose answer is what is spent."""
    scope = Scope.model_validate(row.document.get("only") or {})
    only: dict[str, frozenset[str]] = {}
    for name in type(scope).model_fields:
        given = getattr(scope, name)
        if given and name == "account":
            # An account that is gone keeps what it cost, and nobody knows its name.
            only[name] = frozenset(names.account(one) or one for one in given)
        elif given and name != "tag":
            only[name] = frozenset(given)
    for key, values in (scope.tag or {}).items():
        only[f"tag:{key}"] = frozenset(values)
    if row.tenant_id is not None:
        only["tenant"] = frozenset({row.tenant_id})
    cost: Cost = "effective" if row.document.get("cost") == "effective" else "billed"
    return Question(month, ("tenant",), cost, row.currency, only)


def standing(session: Session, row: Budget, month: str, *, foretold: bool = True) -> BudgetStanding:
    """With all that the budget's tenant pays, shared cost included; the session sees everything.

    The forecast is that of the cost before it is shared, and what rules have given and taken so far as it is; it takes
    the longest by far, and is left out where nobody asks for it (`foretold`)."""
    names = Names(session)
    question = asked(row, month, names)
    found = shared(session, question, names=names)
    rates, used, gaps = exchange(session, question, found.pieces)
    spent = _in_currency(found.pieces, rates)
    ahead, missing = _forecast(session, question, names) if foretold else (None, "not_asked_for")
    moved = Decimal(0)
    if ahead is not None and spent is not None:
        moved = EXACT.subtract(spent, ahead.so_far)
    elif ahead is not None:
        ahead, missing = None, "no_exchange_rate"
    return BudgetStanding(
        month=month,
        spent=spent,
        presented=None if spent is None else shown(spent, row.currency),
        share=None if spent is None else quotient(spent, row.amount),
        forecast=_moved(ahead.amount if ahead else None, moved),
        forecast_low=_moved(ahead.low if ahead else None, moved),
        forecast_high=_moved(ahead.high if ahead else None, moved),
        forecast_method=ahead.method if ahead else None,
        forecast_mape=ahead.mape if ahead else None,
        forecast_missing=missing,
        known_until=ahead.known_until if ahead else None,
        rates=used,
        gaps=[*found.gaps, *gaps],
    )


def _in_currency(pieces: Sequence[Piece], rates: dict[tuple[str, str], Decimal]) -> Decimal | None:
    """None when a part of it has no rate: less than everything would look like room that is not there."""
    if any((piece.month, piece.currency) not in rates for piece in pieces):
        return None
    return added(converted(piece, rates) for piece in pieces)


def _forecast(session: Session, question: Question, names: Names) -> tuple[Forecast | None, str | None]:
    """The forecast, or the code of why there is none."""
    found: list[tuple[Piece, date]] = foretelling.daily(session, question, names)
    rates, _, gaps = exchange(session, question, [piece for piece, _ in found])
    if gaps:
        return None, "no_exchange_rate"
    answers = foretelling.told(question, found, rates, 0)
    if not answers or answers[0].forecast is None:
        return None, "too_short"
    return answers[0].forecast, None


def _moved(amount: Decimal | None, moved: Decimal) -> Decimal | None:
    return None if amount is None else plain(EXACT.add(amount, moved))
