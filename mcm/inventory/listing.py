"""The SQL of listings: one page behind a cursor, or all rows as a stream, in a stable order."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, literal, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from mcm.db.types import Json
from mcm.inventory import ordering, planner
from mcm.inventory.asof import Branch, branches, under_alias, unindexed
from mcm.inventory.estate import Estate
from mcm.inventory.ordering import SortKey
from mcm.inventory.planner import Plan
from mcm.inventory.query import ITEM_COLUMNS, AnyRow, Query, context, restrictions

_BY_NAME = ("id", "kind", "state", "name")
_STREAM_ROWS = 500


def page(
    session: Session, query: Query, estate: Estate, limit: int, after: Sequence[Any] | None
) -> tuple[list[AnyRow], list[Any] | None]:
    """At most `limit` rows, and the cursor's values when there are more."""
    statement, keys = _statement(session, query, estate, limit + 1, after)
    rows = list(session.execute(statement))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], ordering.to_cursor(keys, [last._mapping[f"s{n}"] for n in range(len(keys))])


def stream(session: Session, query: Query, estate: Estate) -> Iterator[AnyRow]:
    """Every row, in memory that does not grow with them; the session's transaction stays open meanwhile."""
    statement, _ = _statement(session, query, estate, None, None)
    result = session.execute(statement, execution_options={"yield_per": _STREAM_ROWS})
    yield from result


def cursor_length(query: Query) -> int:
    """How many values a cursor of this listing has."""
    return len(query.order) + (query.order[-1].field != "id")


def _statement(
    session: Session, query: Query, estate: Estate, limit: int | None, after: Sequence[Any] | None
) -> tuple[Select[Any], list[SortKey]]:
    dialect = session.get_bind().dialect.name
    parts = branches(query.at)
    if query.at is not None:
        selects = [_selected(part, query, estate, dialect, after) for part in parts]
        # Each part ordered and cut by itself, so that an index can serve it; a bare ORDER BY would sort everything.
        cut = [one.order_by(*_clauses(keys)).limit(limit).subquery() for one, keys in selects]
        both = union_all(*(select(*part.c) for part in cut)).subquery("both")
        outer = [
            SortKey(both.c[f"s{n}"], key.kind, key.nullable, key.descending) for n, key in enumerate(selects[0][1])
        ]
        return select(*both.c).order_by(*_clauses(outer)).limit(limit), outer
    (branch,) = parts
    plan = Plan()
    if limit is not None:
        plan = planner.plan(session, query, estate, context(dialect, branch, estate), limit)
        if plan.scopes is not None:
            return _merged(branch, query, estate, dialect, plan.scopes, limit, after)
    if dialect == "sqlite":
        branch = unindexed(branch, ("id",) if plan.ids is not None else _kept(query))
    statement, keys = _selected(branch, query, estate, dialect, after)
    if plan.ids is not None:
        statement = statement.where(branch.columns["id"].in_(plan.ids))
    return statement.order_by(*_clauses(keys)).limit(limit), keys


def _merged(
    branch: Branch,
    query: Query,
    estate: Estate,
    dialect: str,
    scopes: Sequence[int],
    limit: int,
    after: Sequence[Any] | None,
) -> tuple[Select[Any], list[SortKey]]:
    """The first `limit` rows of each scope by their index, and of those the first `limit`."""
    inner = under_alias("x")
    if dialect == "sqlite":
        each = func.json_each(literal(list(scopes), Json())).table_valued("value", name="each")
        inner = unindexed(inner, ("id", "name", "scope_id"), "x")
    else:
        each = func.unnest(cast(list(scopes), ARRAY(Integer()))).table_valued("value", name="each")
    where, inner_keys = _conditions(inner, query, estate, dialect, after)
    first: Select[Any] = select(inner.columns["id"].label("id")).select_from(inner.source)
    first = first.where(inner.columns["scope_id"] == each.c.value, *where).order_by(*_clauses(inner_keys)).limit(limit)
    statement, keys = _row(branch, query, estate, dialect)
    if dialect == "sqlite":
        statement = statement.select_from(each.join(branch.source, true()))
        statement = statement.where(branch.columns["id"].in_(first.correlate(each)))
    else:
        found = first.correlate(each).lateral("found")
        joined = each.join(found, true()).join(branch.source, branch.columns["id"] == found.c.id)
        statement = statement.select_from(joined)
    return statement.order_by(*_clauses(keys)).limit(limit), keys


def _selected(
    branch: Branch, query: Query, estate: Estate, dialect: str, after: Sequence[Any] | None
) -> tuple[Select[Any], list[SortKey]]:
    statement, keys = _row(branch, query, estate, dialect)
    where, _ = _conditions(branch, query, estate, dialect, after)
    return statement.select_from(branch.source).where(*where), keys


def _row(branch: Branch, query: Query, estate: Estate, dialect: str) -> tuple[Select[Any], list[SortKey]]:
    keys = ordering.sort_keys(query.order, context(dialect, branch, estate))
    columns: list[ColumnElement[Any]] = [branch.columns[name].label(name) for name in ITEM_COLUMNS]
    columns += [key.value.label(f"s{n}") for n, key in enumerate(keys)]
    return select(*columns), keys


def _conditions(
    branch: Branch, query: Query, estate: Estate, dialect: str, after: Sequence[Any] | None
) -> tuple[list[ColumnElement[bool]], list[SortKey]]:
    filter_context = context(dialect, branch, estate)
    keys = ordering.sort_keys(query.order, filter_context)
    conditions = restrictions(query, branch, filter_context)
    if after is not None:
        conditions.append(ordering.behind(keys, ordering.from_cursor(keys, after), dialect))
    return conditions, keys


def _kept(query: Query) -> tuple[str, ...]:
    return ("id", "valid_from") if query.order[0].field == "last_changed" else _BY_NAME


def _clauses(keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [clause for key in keys for clause in key.clauses]
