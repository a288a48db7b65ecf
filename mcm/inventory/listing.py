"""The SQL of listings: one page behind a cursor, or all rows as a stream, in a stable order."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import Session

from mcm.inventory import ordering, planner
from mcm.inventory.asof import Branch, branches, unindexed
from mcm.inventory.estate import Estate
from mcm.inventory.ordering import SortKey
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
    ids = None
    if limit is not None:
        ids = planner.candidates(session, query, estate, context(dialect, branch, estate), limit)
    if dialect == "sqlite":
        branch = unindexed(branch, ("id",) if ids is not None else _kept(query))
    statement, keys = _selected(branch, query, estate, dialect, after)
    if ids is not None:
        statement = statement.where(branch.columns["id"].in_(ids))
    return statement.order_by(*_clauses(keys)).limit(limit), keys


def _selected(
    branch: Branch, query: Query, estate: Estate, dialect: str, after: Sequence[Any] | None
) -> tuple[Select[Any], list[SortKey]]:
    filter_context = context(dialect, branch, estate)
    keys = ordering.sort_keys(query.order, filter_context)
    conditions = restrictions(query, branch, filter_context)
    if after is not None:
        conditions.append(ordering.behind(keys, ordering.from_cursor(keys, after), dialect))
    columns: list[ColumnElement[Any]] = [branch.columns[name].label(name) for name in ITEM_COLUMNS]
    columns += [key.value.label(f"s{n}") for n, key in enumerate(keys)]
    return select(*columns).select_from(branch.source).where(*conditions), keys


def _kept(query: Query) -> tuple[str, ...]:
    return ("id", "valid_from") if query.order[0].field == "last_changed" else _BY_NAME


def _clauses(keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [clause for key in keys for clause in key.clauses]
