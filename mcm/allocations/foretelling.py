"""Forecasts and anomalies of what the session sees, before anything is shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.allocations import gathering
from mcm.allocations.anomalies import BASELINE_DAYS, Anomaly, Series, odd
from mcm.allocations.forecasting import Forecast, TooShort, forecast
from mcm.allocations.naming import Names
from mcm.allocations.pieces import Piece, added
from mcm.allocations.questions import Question, before, fits
from mcm.allocations.reporting import Rates, converted
from mcm.auth.service import view_of

HISTORY_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Told:
    """One currency's forecast, or how many whole months there are when these are too few."""

    currency: str
    forecast: Forecast | None
    months: int


def daily(session: Session, question: Question, names: Names, months: int = HISTORY_MONTHS) -> list[tuple[Piece, date]]:
    """Of the question's month and those before it, in what it asks for."""
    wanted = gathering.needs((), (*question.by, *question.only), question.tag_keys, view_of(session), sku=False)
    asked = [before(question.month, number) for number in range(months)]
    found = gathering.days(session, asked, question.cost, wanted)
    return [(piece, day) for piece, day in found if fits(piece, question.only, names.tree)]


def told(question: Question, found: Sequence[tuple[Piece, date]], rates: Rates, ahead: int) -> list[Told]:
    """One for each currency; in the question's currency what has a rate is one."""
    by_currency: dict[str, dict[date, list[Decimal]]] = {}
    for piece, day in found:
        has_rate = (piece.month, piece.currency) in rates
        currency = question.currency or "" if has_rate else piece.currency
        by_currency.setdefault(currency, {}).setdefault(day, []).append(converted(piece, rates))
    answers = []
    for currency in sorted(by_currency):
        days = {day: added(amounts) for day, amounts in by_currency[currency].items()}
        try:
            answers.append(Told(currency, forecast(days, question.month, ahead), 0))
        except TooShort as short:
            answers.append(Told(currency, None, short.months))
    return answers


def anomalies(
    session: Session, question: Question, names: Names, days: int, today: date, sensitivity: Decimal, least: Decimal
) -> list[Anomaly]:
    """Of each account and service, those that cost most beyond what was expected first, by currency."""
    first = today - timedelta(days=days)
    needed = (today - (first - timedelta(days=2 * BASELINE_DAYS))).days // 28 + 2
    series: dict[tuple[str | None, str | None, str], dict[date, list[Decimal]]] = {}
    for piece, day in daily(session, question, names, needed):
        about = (piece.account_id, piece.service, piece.currency)
        series.setdefault(about, {}).setdefault(day, []).append(piece.amount)
    found: list[Anomaly] = []
    for (account_id, service, currency), amounts in series.items():
        by_day = {day: added(values) for day, values in amounts.items()}
        one = Series(account_id, service, currency, by_day)
        found += odd(one, first, today, sensitivity=sensitivity, least=least)
    return sorted(found, key=lambda one: (one.currency, -one.excess, one.service or "", one.account_id or ""))
