"""The SQL of listings: one page behind a cursor, or all rows as a stream, in a stable order.

A page is found in two steps of one statement: the ids of its rows by whatever index serves, then those few rows whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, cast, func, literal, literal_column, select, true, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from mcm.db.types import Json
from mcm.filters import Condition, Not, Operator, compile_filter
from mcm.filters.syntax import Pattern, also, without
from mcm.inventory import ordering, planner
from mcm.inventory.asof import Branch, branches, subset, under_alias, unindexed
from mcm.inventory.estate import Estate
from mcm.inventory.ordering import SortKey
from mcm.inventory.query import ITEM_COLUMNS, AnyRow, Query, context, restrictions

_BY_NAME = ("id", "kind", "state", "name")
_STREAM_ROWS = 500
# PostgreSQL reads this many entries of the ordering index; then it is cheaper to read everything and sort the matches.
_WINDOW = 20_000

Statement = Select[*tuple[Any, ...]]


class Listing:
    """One question, ready to be asked on a session. after: the values of a cursor."""

    def __init__(
        self,
        session: Session,
        query: Query,
        estate: Estate,
        limit: int | None = None,
        after: Sequence[Any] | None = None,
    ) -> None:
        self.session, self.query, self.estate, self.limit, self.after = session, query, estate, limit, after
        self.dialect = session.get_bind().dialect.name

    def page(self) -> tuple[list[AnyRow], list[Any] | None]:
        """At most `limit` - 1 rows, and the cursor's values when there are more."""
        assert self.limit is not None
        if self.query.order[0].field == ordering.RELEVANCE and self.query.at is None:
            return self._by_relevance()
        rows = self._rows()
        if len(rows) < self.limit:
            return rows, None
        return rows[:-1], self._cursor(rows[-2])

    def _by_relevance(self) -> tuple[list[AnyRow], list[Any] | None]:
        """Names that begin with what is searched are one stretch of the order by name; all others come behind."""
        assert self.limit is not None
        first, *behind = self.after or (None,)
        if first not in (None, "0", "1"):
            raise ordering.wrong_cursor()
        begins = Condition("name", None, Operator.EQ, Pattern((self.query.order[0].key or "", "")))
        found: list[tuple[str, Listing, AnyRow]] = []
        for rank, condition in (("0", begins), ("1", Not(begins))):
            if (first is not None and rank < first) or len(found) >= self.limit:
                continue
            query = replace(self.query, expression=also(condition, self.query.expression), order=self.query.order[1:])
            after = behind if rank == first else None
            part = Listing(self.session, query, self.estate, self.limit - len(found), after)
            found += [(rank, part, row) for row in part._rows()]
        rows = [row for _, _, row in found]
        if len(rows) < self.limit:
            return rows, None
        rank, part, last = found[-2]
        return rows[:-1], [rank, *part._cursor(last)]

    def _cursor(self, row: AnyRow) -> list[Any]:
        keys = self._keys(branches(self.query.at)[0])
        return ordering.to_cursor(keys, [row._mapping[f"s{n}"] for n in range(len(keys))])

    def stream(self) -> Iterator[AnyRow]:
        """Every row, in memory that does not grow with them; the session's transaction stays open meanwhile."""
        yield from self.session.execute(self._sorted_parts(), execution_options={"yield_per": _STREAM_ROWS})

    def _rows(self) -> list[AnyRow]:
        if self.query.at is not None:
            return list(self.session.execute(self._sorted_parts()))
        (branch,) = branches(None)
        assert self.limit is not None
        plan = planner.plan(
            self.session, self.query, self.estate, context(self.dialect, branch, self.estate), self.limit
        )
        if plan.merge is not None:
            return self._whole(self._merged(plan.merge))
        if plan.ids is not None:
            kept = unindexed(branch, ("id",)) if self.dialect == "sqlite" else branch
            return self._whole(self._chosen(kept).where(kept.columns["id"].in_(plan.ids)))
        if self.dialect == "sqlite":
            return self._whole(self._chosen(unindexed(branch, _kept(self.query))))
        return self._walked_or_sorted(branch)

    def _walked_or_sorted(self, branch: Branch) -> list[AnyRow]:
        """PostgreSQL: a window of the order first. Its own choice between walk and sort is a guess about the filter."""
        walk = planner.walked(self.query)
        if walk is not None and walk.all:
            return self._whole(self._chosen(branch))
        if walk is not None:
            # Only plans that follow an index in its order, and no compilation, which costs more than pages.
            with planner.without_plans(self.session, "sort", "seqscan", "bitmapscan", "jit"):
                found = self._whole(self._chosen(self._window(branch, walk.conditions)))
            if len(found) == self.limit or self._seen_all(branch, walk.conditions):
                return found
        where, keys = self._conditions(branch)
        # OFFSET 0 keeps the order out of the subquery, so that it is read in whatever way is fastest.
        everything = self._keyed(branch, keys).where(*where).offset(0).subquery("m")
        return self._whole(select(*everything.c).order_by(*_clauses(_renamed(keys, everything.c))).limit(self.limit))

    def _seen_all(self, branch: Branch, conditions: Sequence[Condition]) -> bool:
        """Whether the window held everything there is to walk."""
        start = self._start(branch, conditions)
        few = select(literal_column("1")).select_from(branch.source).where(*start).limit(_WINDOW).subquery()
        return (self.session.scalar(select(func.count()).select_from(few)) or 0) < _WINDOW

    def _start(self, branch: Branch, conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
        filter_context = context(self.dialect, branch, self.estate)
        start = [branch.living, *(compile_filter(condition, filter_context) for condition in conditions)]
        if self.after is not None:
            keys = self._keys(branch)
            start.append(ordering.behind(keys, ordering.from_cursor(keys, self.after), self.dialect))
        return start

    def _window(self, branch: Branch, conditions: Sequence[Condition]) -> Branch:
        keys, start = self._keys(branch), self._start(branch, conditions)
        entries = select(*branch.columns.values()).where(*start).order_by(*_clauses(keys)).limit(_WINDOW)
        return subset(entries.subquery("w"))

    def _chosen(self, branch: Branch) -> Statement:
        """The first ids with the values they are sorted by."""
        where, keys = self._conditions(branch)
        return self._keyed(branch, keys).where(*where).order_by(*_clauses(keys)).limit(self.limit)

    def _keyed(self, branch: Branch, keys: Sequence[SortKey]) -> Statement:
        return select(branch.columns["id"].label("id"), *_labels(keys)).select_from(branch.source)

    def _merged(self, merge: planner.Merge) -> Statement:
        """The first rows of each scope by its index, and of those the first."""
        scopes = merge.scopes
        inner = under_alias("x")
        keys = self._keys(inner)
        if self.dialect == "sqlite":
            each = func.json_each(literal(list(scopes), Json())).table_valued("value", name="each")
            inner = unindexed(inner, ("id", "name", "scope_id"), "x")
        else:
            numbers = cast(list(scopes), ARRAY(Integer()))
            each = func.unnest(numbers).table_valued("value", name="each").render_derived()
        rest = replace(self.query, expression=without(self.query.expression, merge.settled))
        asked = Listing(self.session, rest, self.estate, self.limit, self.after)
        first = asked._chosen(inner).where(inner.columns["scope_id"] == each.c.value).correlate(each)
        if self.dialect == "sqlite":
            # It has no LATERAL, but the table of a function sees what stands before it. So name and id come from the
            # index, of which a scope and a page give thousands; to look up their rows would take six times as long.
            few = first.subquery("few")
            pairs = select(func.json_group_object(few.c.id, few.c.s0)).scalar_subquery()
            found = func.json_each(pairs).table_valued("key", "value", name="found", joins_implicitly=True)
            every = select(found.c.key.label("id"), found.c.value.label("s0"), found.c.key.label("s1"))
            every = every.select_from(each.join(found, true()))
            return every.order_by(*_clauses(_renamed(keys, every.selected_columns))).limit(self.limit)
        lateral = first.lateral("found")
        every = select(*lateral.c).select_from(each.join(lateral, true()))
        return every.order_by(*_clauses(_renamed(keys, lateral.c))).limit(self.limit)

    def _whole(self, chosen: Statement) -> list[AnyRow]:
        """Sorted by the values that came with the ids, so that their order is kept and nothing is sorted twice."""
        (branch,) = branches(None)
        ids = chosen.subquery("chosen")
        keys = _renamed(self._keys(branch), ids.c)
        statement = self._columns(branch, keys).select_from(ids.join(branch.source, branch.columns["id"] == ids.c.id))
        return list(self.session.execute(statement.order_by(*_clauses(keys))))

    def _sorted_parts(self) -> Statement:
        """All branches in one order. Each is ordered and cut by itself, so that an index can serve it."""
        statements: list[Statement] = []
        keys: list[SortKey] = []
        parts = branches(self.query.at)
        for branch in parts:
            where, keys = self._conditions(branch)
            rows = self._columns(branch, keys).select_from(branch.source).where(*where)
            if len(parts) == 1 or self.limit is not None:
                rows = rows.order_by(*_clauses(keys)).limit(self.limit)
            statements.append(rows)
        if len(parts) == 1:
            return statements[0]
        both = union_all(*(select(*one.subquery().c) for one in statements)).subquery("both")
        return select(*both.c).order_by(*_clauses(_renamed(keys, both.c))).limit(self.limit)

    def _columns(self, branch: Branch, keys: Sequence[SortKey]) -> Statement:
        columns: list[ColumnElement[Any]] = [branch.columns[name].label(name) for name in ITEM_COLUMNS]
        return select(*columns, *_labels(keys))

    def _conditions(self, branch: Branch) -> tuple[list[ColumnElement[bool]], list[SortKey]]:
        keys = self._keys(branch)
        conditions = restrictions(self.query, branch, context(self.dialect, branch, self.estate))
        if self.after is not None:
            conditions.append(ordering.behind(keys, ordering.from_cursor(keys, self.after), self.dialect))
        return conditions, keys

    def _keys(self, branch: Branch) -> list[SortKey]:
        return ordering.sort_keys(self.query.order, context(self.dialect, branch, self.estate))


def cursor_length(query: Query) -> int:
    """How many values a cursor of this listing has."""
    return len(query.order) + (query.order[-1].field != "id")


def _labels(keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [key.value.label(f"s{n}") for n, key in enumerate(keys)]


def _renamed(keys: Sequence[SortKey], columns: Any) -> list[SortKey]:
    """The keys as a subquery named them."""
    return [SortKey(columns[f"s{n}"], key.kind, key.nullable, key.descending) for n, key in enumerate(keys)]


def _kept(query: Query) -> tuple[str, ...]:
    return ("id", "valid_from") if query.order[0].field == "last_changed" else _BY_NAME


def _clauses(keys: Sequence[SortKey]) -> list[ColumnElement[Any]]:
    return [clause for key in keys for clause in key.clauses]
