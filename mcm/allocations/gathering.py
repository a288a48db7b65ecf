"""From charges to pieces: summed by the database, by no more than what rules and the question look at.

An application, an environment and a cost centre are what mcm's own labels of the resource say, else the tags on the
bill. What is shared is shared for everybody, so everything is read whatever the caller sees; `reports` leaves out.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Interval, Text, and_, case, cast, func, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from mcm.allocations.pieces import ZERO, Piece
from mcm.allocations.questions import Cost, last_day
from mcm.allocations.resolved import Rule
from mcm.auth.service import EVERYTHING, View, limit, view_of
from mcm.charges.dimensions import COSTS, expression, visible
from mcm.db.exact import exact_sum
from mcm.kit.money import shares
from mcm.models import Charge, ChargePart, ResourceRow

# What says it, the first that is there.
SAID_BY = {
    "application": ("application", "app"),
    "environment": ("environment", "env"),
    "cost_center": ("cost_center", "cost-center", "costcenter"),
}
_KEPT = "allocations.kept"
_ONE = Decimal(1)
_ALWAYS = {
    "month": "month",
    "tenant_id": "tenant",
    "account_id": "account",
    "provider": "provider",
    "service": "service",
    "region": "region",
    "category": "charge_category",
    "basis": "basis",
    "currency": "currency",
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What pieces must tell beyond the usual. said: of SAID_BY. project: for callers who see projects only."""

    tags: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    sku: bool = False
    project: bool = False


def needs(rules: Sequence[Rule], by: Collection[str], tags: Collection[str], view: View, *, sku: bool) -> Needs:
    said = {name for name in SAID_BY if name in by}
    keys = set(tags)
    for rule in rules:
        match, targets = rule.document.match, rule.payers or ()
        keys |= match.tag_keys
        said |= {name for name in SAID_BY if getattr(match, name, None) is not None}
        # Who pays what already decides in which proportion an application gets more of it.
        said |= {name for name in ("application", "cost_center") if any(getattr(one, name) for one in targets)}
    return Needs(frozenset(keys), frozenset(said), sku, bool(view.projects))


def pieces(session: Session, months: Collection[str], cost: Cost, wanted: Needs) -> list[Piece]:
    """Of all current charges of these billing months. `visible`: whether the session's view holds the charges."""
    store = _store(session)
    about = ("pieces", frozenset(months), cost, wanted, view_of(session))
    if about not in store:
        store[about] = _pieces(session, months, cost, wanted)
    return list(store[about])


def _pieces(session: Session, months: Collection[str], cost: Cost, wanted: Needs) -> list[Piece]:
    seen, columns = view_of(session), _columns(session, wanted)
    columns["linked"] = cast(Charge.resource_id.is_not(None), Integer)
    columns["unit"] = Charge.consumed_unit
    amount = COSTS[cost]
    sums = (
        exact_sum(amount), exact_sum(Charge.consumed_quantity), func.count(), func.count(amount),
        func.count(Charge.consumed_quantity),
    )  # fmt: skip
    with everything(session):
        found = list(_rows(session, months, columns, sums, labelled=bool(wanted.said)))
    return [_piece(list(columns), row, seen) for row in found]


def days(session: Session, months: Collection[str], cost: Cost, wanted: Needs) -> list[tuple[Piece, date]]:
    """By day, of what the session sees itself, before anything is shared. A charge counts on the day it begins, and
    within its billing month; what was metered, and use that a bill tells by the month, counts evenly on its days, until
    the bill came in."""
    store = _store(session)
    about = ("days", frozenset(months), cost, wanted, view_of(session))
    if about not in store:
        store[about] = _days(session, months, cost, wanted)
    return list(store[about])


def _days(session: Session, months: Collection[str], cost: Cost, wanted: Needs) -> list[tuple[Piece, date]]:
    columns = _columns(session, wanted)
    columns["day"] = _day(session)
    whole = _of_many_days(session)
    columns["until"] = case((whole, Charge.charge_end), else_=None)
    columns["known"] = case((whole, ChargePart.created_at), else_=None)
    amount = COSTS[cost]
    sums = (exact_sum(amount), func.count(), func.count(amount))
    found: list[tuple[Piece, date]] = []
    for row in _rows(session, months, columns, sums, labelled=bool(wanted.said)):
        told = dict(zip(columns, row, strict=False))
        day, until, known_at = date.fromisoformat(told.pop("day")), told.pop("until"), told.pop("known")
        until = None if until is None else min(until, known_at)
        total, number, known = row[len(columns) :]
        piece = _made(told, amount=total or ZERO, charges=number, unknown=number - known)
        found += _by_day(piece, _within(day, piece.month), until)
    return found


def _by_day(piece: Piece, first: date, until: datetime | None) -> Iterator[tuple[Piece, date]]:
    """On the first day alone, half a month that was metered would be foretold as all there will be of it."""
    last = first if until is None else _within((until - timedelta(microseconds=1)).date(), piece.month)
    number = max((last - first).days, 0) + 1
    for index, amount in enumerate(shares(piece.amount, [_ONE] * number) if number > 1 else [piece.amount]):
        part = replace(piece, amount=amount) if index == 0 else replace(piece, amount=amount, charges=0, unknown=0)
        yield part, first + timedelta(days=index)


@contextmanager
def kept(session: Session) -> Iterator[None]:
    """Within the block the same is summed once, however often it is asked for."""
    session.info[_KEPT] = {}
    try:
        yield
    finally:
        del session.info[_KEPT]


def _store(session: Session) -> dict[Any, Any]:
    found: dict[Any, Any] = session.info.get(_KEPT, {})
    return found


@contextmanager
def everything(session: Session) -> Iterator[None]:
    """Within the block the session sees everything: for what is told to nobody as it is."""
    seen = view_of(session)
    limit(session, EVERYTHING)
    try:
        yield
    finally:
        limit(session, seen)


def _rows(
    session: Session, months: Collection[str], columns: dict[str, Any], sums: Sequence[Any], *, labelled: bool
) -> Iterator[Sequence[Any]]:
    # By label: two renderings of one expression with bound values are two expressions to a database.
    labels = [f"key_{number}" for number in range(len(columns))]
    keys = [column.label(label) for column, label in zip(columns.values(), labels, strict=True)]
    query: Any = visible(session, select(*keys, *sums).select_from(Charge), months)
    if labelled:
        query = query.outerjoin(ResourceRow, ResourceRow.id == Charge.resource_id)
    yield from session.execute(query.group_by(*labels))


def _columns(session: Session, wanted: Needs) -> dict[str, Any]:
    """What a piece is made of, by its attribute; tags as `tag:KEY`."""
    columns: dict[str, Any] = {name: expression(session, dimension) for name, dimension in _ALWAYS.items()}
    columns |= {name: _said(session, name) for name in sorted(wanted.said)}
    columns |= {f"tag:{key}": expression(session, f"tag:{key}") for key in sorted(wanted.tags)}
    if wanted.sku:
        columns["sku"] = expression(session, "sku")
    if wanted.project:
        columns["project"] = expression(session, "sub_account")
    return columns


def _said(session: Session, name: str) -> ColumnElement[Any]:
    keys = SAID_BY[name]
    found = [expression(session, f"{kind}:{key}") for kind in ("label", "tag") for key in keys]
    return func.coalesce(*(func.nullif(cast(one, Text), "") for one in found))


def _day(session: Session) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(type_coerce(Charge.charge_start, Text), 1, 10)
    return func.to_char(func.timezone("UTC", Charge.charge_start), "YYYY-MM-DD")


def _of_many_days(session: Session) -> ColumnElement[bool]:
    """What was metered, and use that is told for more than a day. Fees and credits count when they are due."""
    start, end = Charge.charge_start, Charge.charge_end
    if session.get_bind().dialect.name == "sqlite":
        longer = func.julianday(type_coerce(end, Text)) - func.julianday(type_coerce(start, Text)) > literal(1.5)
    else:
        longer = end - start > literal(timedelta(hours=36), Interval())
    return or_(ChargePart.basis == "modelled", and_(Charge.charge_category == "Usage", longer))


def _within(day: date, month: str) -> date:
    return min(max(day, date.fromisoformat(f"{month}-01")), last_day(month))


def _piece(names: Sequence[str], row: Sequence[Any], seen: View) -> Piece:
    amount, quantity, number, known, measured = row[len(names) :]
    told = dict(zip(names, row, strict=False))
    linked = bool(told.pop("linked"))
    found = _made(
        told,
        linked=linked,
        amount=ZERO if amount is None else amount,
        quantity=quantity if measured == number else None,
        charges=number,
        unknown=number - known,
    )
    if seen.everything:
        return found
    inside = found.tenant_id in seen.tenants or (found.account_id or "", found.project or "") in seen.projects
    return replace(found, visible=inside)


def _made(told: dict[str, Any], **counted: Any) -> Piece:
    """A tag's value may be a number or a truth value."""
    tags = {name: told.pop(name) for name in list(told) if name.startswith("tag:")}
    values: dict[str, Any] = {name: None if value is None else str(value) for name, value in told.items()}
    kept = tuple((name.removeprefix("tag:"), str(value)) for name, value in tags.items() if value is not None)
    return Piece(**values, **counted, tags=kept, owner=values["tenant_id"])
