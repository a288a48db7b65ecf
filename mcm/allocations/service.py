"""Who pays, as routes and other rooms ask for it. Reads the charges' sums and the rules; never commits."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from mcm.allocations import foretelling, repository, rules
from mcm.allocations.budgets import check, detail, etag, get, items, read, remove, to_change, write
from mcm.allocations.documents import RuleDocument
from mcm.allocations.errors import ForecastImpossible, InvalidCostReport
from mcm.allocations.forecasting import LEAST_MONTHS
from mcm.allocations.foretold import AnomalyItem, AnomalyList, ForecastItem, ForecastList, TryItem
from mcm.allocations.naming import Names
from mcm.allocations.pieces import Piece, added
from mcm.allocations.questions import (
    Cost,
    Question,
    dimensions,
    last_day,
    require_currency,
    require_dimension,
    require_month,
)
from mcm.allocations.questions import before as month_before
from mcm.allocations.reports import exchange, report, shared, words
from mcm.allocations.schemas import AllocationRuleItem, RuleEffect, SourceItem, shown
from mcm.kit import clock
from mcm.kit.text import closest
from mcm.models import AllocationRule, Budget
from mcm.paging import Page
from mcm.tenancy import service as tenants
from mcm.tenancy import sight

__all__ = [
    "budget_page",
    "check",
    "detail",
    "effects",
    "etag",
    "forecasts",
    "get",
    "items",
    "odd_days",
    "question",
    "read",
    "remove",
    "report",
    "rule_items",
    "shared",
    "sources",
    "this_month",
    "to_change",
    "write",
]


def this_month() -> str:
    return f"{clock.now():%Y-%m}"


def question(
    session: Session,
    *,
    month: str | None = None,
    by: str = "tenant",
    cost: Cost = "billed",
    currency: str | None = None,
    only: Mapping[str, Sequence[str]] | None = None,
    compare: bool = False,
) -> Question:
    """only: dimension → names as people write them. Raises InvalidCostReport for what is not known."""
    asked = require_month(month or this_month())
    code = None if currency is None else require_currency(currency)
    return Question(
        asked, dimensions(by), cost, code, _only(session, only or {}), month_before(asked) if compare else None
    )


def sources(session: Session, asked: Question, limit: int, cursor: str | None) -> Page[SourceItem]:
    """What a line is made of: shares of charges that are alike, the dearest first."""
    found = shared(session, asked)
    named = words(session, found.names)
    pieces = sorted(
        found.pieces, key=lambda piece: (-abs(piece.amount), piece.source, piece.trail, piece.tenant_id or "")
    )
    start = max(0, *(sight.after(session, cursor, int) or (0,)))
    page = pieces[start : start + limit]
    following = sight.cursor_of(session, [start + limit]) if len(pieces) > start + limit else None
    return Page(items=[_source(piece, named.tenants, named.accounts) for piece in page], next_cursor=following)


def rule_items(session: Session, rows: Sequence[AllocationRule]) -> list[AllocationRuleItem]:
    names = Names(session)
    found = []
    for row in rows:
        document = rules.document(row)
        missing = list(names.resolved(document).missing)
        found.append(
            AllocationRuleItem(
                name=row.name, position=row.position, document=document, missing=missing, version=row.version,
                changed_at=row.changed_at,
            )
        )  # fmt: skip
    return found


def effects(session: Session, documents: Sequence[RuleDocument], month: str) -> list[RuleEffect]:
    """What these rules would give to whom in a month, as billed; and what none of them shares."""
    names = Names(session)
    asked = Question(require_month(month), ("rule", "tenant", "application", "cost_center"))
    found = shared(session, asked, rules.resolved(session, names, documents), names=names)
    known = words(session, names).tenants
    groups: dict[tuple[str | None, ...], list[Piece]] = {}
    for piece in found.pieces:
        rule = piece.trail[-1] if piece.trail else None
        who = (piece.tenant_id, piece.application, piece.cost_center)
        groups.setdefault((rule, *who, piece.currency, piece.left), []).append(piece)
    return [
        RuleEffect(
            rule=rule, tenant=known.get(tenant_id or ""), application=application, cost_center=cost_center,
            currency=currency or "", amount=added(piece.amount for piece in pieces), left=left,
        )
        for (rule, tenant_id, application, cost_center, currency, left), pieces in sorted(
            groups.items(), key=lambda one: tuple(value or "" for value in one[0])
        )
    ]  # fmt: skip


def forecasts(session: Session, asked: Question, ahead: int) -> ForecastList:
    """Raises ForecastImpossible when no currency has enough history."""
    names = Names(session)
    found = foretelling.daily(session, asked, names)
    rates, used, gaps = exchange(session, asked, [piece for piece, _ in found])
    answers = foretelling.told(asked, found, rates, ahead)
    told = [one.forecast for one in answers if one.forecast is not None]
    if not told:
        months = max((one.months for one in answers), default=0)
        needed = LEAST_MONTHS + ahead
        raise ForecastImpossible(
            f"a forecast needs {needed} whole months of cost before this one, and there are {months}",
            next_step="import older bills, or ask again when there are more",
            message_zh=f"预测需要本月之前至少 {needed} 个完整月份的成本数据，目前只有 {months} 个",
            next_step_zh="请导入更早的账单，或稍后再试",
            details={"needed": needed, "months": months},
        )
    items = [
        ForecastItem(
            currency=one.currency, month=best.month, amount=best.amount,
            presented=shown(best.amount, one.currency), low=best.low, high=best.high, method=best.method,
            mape=best.mape, so_far=best.so_far, known_until=best.known_until, whole_months=best.whole_months,
            tries=[TryItem(month=each.month, predicted=each.predicted, actual=each.actual) for each in best.tries],
        )
        for one in answers
        if (best := one.forecast) is not None
    ]  # fmt: skip
    short = sorted(one.currency for one in answers if one.forecast is None)
    return ForecastList(cost=asked.cost, items=items, too_short=short, rates=used, gaps=gaps)


def odd_days(session: Session, asked: Question, days: int, sensitivity: Decimal, least: Decimal) -> AnomalyList:
    """Runs of odd days that end within the last `days`."""
    names, today = Names(session), _today(asked.month)
    found = foretelling.anomalies(session, asked, names, days, today, sensitivity, least)
    accounts = repository.account_names(session)
    items = [
        AnomalyItem(
            account_id=one.account_id, account=accounts.get(one.account_id or ""), service=one.service,
            currency=one.currency, on=one.on, since=one.since, amount=one.amount, expected=one.expected,
            limit=one.limit, excess=one.excess, presented=shown(one.excess, one.currency),
        )
        for one in found
    ]  # fmt: skip
    return AnomalyList(cost=asked.cost, items=items)


def budget_page(session: Session, limit: int, cursor: str | None) -> tuple[Sequence[Budget], str | None]:
    (after,) = sight.after(session, cursor, str) or (None,)
    rows = repository.budgets(session, after, limit + 1)
    page = rows[:limit]
    return page, sight.cursor_of(session, [page[-1].name]) if len(rows) > limit else None


def _only(session: Session, given: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Names of tenants and accounts that the session sees as their ids."""
    found: dict[str, frozenset[str]] = {}
    for name, values in given.items():
        if not values:
            continue
        require_dimension(name)
        if name == "tenant":
            found[name] = frozenset(tenants.get(session, value).id for value in values)
        elif name == "account":
            found[name] = frozenset(_account(session, value) for value in values)
        else:
            found[name] = frozenset(values)
    return found


def _account(session: Session, given: str) -> str:
    known = repository.account_names(session)
    ids = {name: ident for ident, name in known.items()}
    if given not in known and given not in ids:
        raise InvalidCostReport(f"there is no account '{given[:80]}'", next_step=closest(given, sorted(ids)))
    return given if given in known else ids[given]


def _source(piece: Piece, tenants: Mapping[str, str], accounts: Mapping[str, str]) -> SourceItem:
    return SourceItem(
        source=piece.source, trail=list(piece.trail), kind=piece.kind, tenant=tenants.get(piece.tenant_id or ""),
        application=piece.application, cost_center=piece.cost_center, account=accounts.get(piece.account_id or ""),
        service=piece.service, region=piece.region, category=piece.category, currency=piece.currency,
        amount=piece.amount, quantity=piece.quantity, unit=piece.unit, charges=piece.charges, left=piece.left,
        charges_query=_query(piece) if piece.visible and piece.kind == "charge" else None,
    )  # fmt: skip


def _query(piece: Piece) -> dict[str, list[str]]:
    """An empty value stands for what the charges do not say. Of the tenant it is theirs, not who pays."""
    said: dict[str, str | None] = {
        "currency": piece.currency, "basis": piece.basis, "provider": piece.provider, "service": piece.service,
        "region": piece.region, "charge_category": piece.category,
    }  # fmt: skip
    hidden = {"account": piece.account_id, "tenant": piece.owner}
    said |= {name: value for name, value in hidden.items() if value is not None}
    said |= {f"tag:{key}": value for key, value in piece.tags} | ({} if piece.linked else {"resource": None})
    return {"month": [piece.month], "filter": [f"{name}={value or ''}" for name, value in said.items()]}


def _today(month: str) -> date:
    return min(clock.now().date(), last_day(month))
