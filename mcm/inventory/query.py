"""What is asked of the inventory, and its SQL conditions on one branch of rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, func, literal_column, select, union_all

from mcm.auth.service import EVERYTHING, View
from mcm.errors import BadRequest
from mcm.filters import FIELDS, Condition, Expression, FilterContext, canonical, compile_filter, conditions, conjuncts
from mcm.filters.matching import matching as choices_matching
from mcm.filters.text_sql import contains
from mcm.inventory.asof import Branch, branches
from mcm.inventory.estate import Estate
from mcm.inventory.ordering import DEFAULT, OrderTerm
from mcm.tenancy import sight

MAX_SEARCH = 200
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
_ASKS_FOR_GONE = ("presence", "gone_at")
_HIDDEN = ("search", "fingerprint", "relations", "tenant_id", "realm", "locator")
ITEM_COLUMNS = tuple(name for name in branches(None)[0].columns if name not in _HIDDEN)


@dataclass(frozen=True)
class Query:
    """at: the instant that is asked about, None for now. gone: resources whose absence was confirmed are listed too.

    seen: what whoever asks may see; nothing else is listed or counted."""

    expression: Expression | None = None
    search: str = ""
    order: tuple[OrderTerm, ...] = DEFAULT
    at: datetime | None = None
    gone: bool = False
    seen: View = EVERYTHING

    @cached_property
    def with_gone(self) -> bool:
        """False too where the filter itself leaves out what is gone, so that indexes of living resources serve."""
        if any(_leaves_out_gone(term) for term in conjuncts(self.expression)):
            return False
        return self.gone or any(item.field in _ASKS_FOR_GONE for item in conditions(self.expression))

    @property
    def digest(self) -> str:
        """Binds a cursor to what it was given out for."""
        at = self.at.isoformat() if self.at else ""
        order = ",".join(term.text for term in self.order)
        parts = [canonical(self.expression), self.search, order, at, str(self.with_gone)]
        if not self.seen.everything:
            parts.append(sight.mark(self.seen))
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=9).hexdigest()


def _leaves_out_gone(term: Expression) -> bool:
    if not isinstance(term, Condition) or term.field != "presence":
        return False
    return "gone" not in choices_matching(FIELDS["presence"].choices, term.operator, term.operand)


def clean_search(text: str | None) -> str:
    """Lower case, as the search column is. Raises BadRequest for what no name can hold."""
    search = (text or "").strip().lower()
    if len(search) > MAX_SEARCH:
        raise BadRequest(f"search has more than {MAX_SEARCH} characters", next_step="search for a part of it")
    if "\0" in search or any("\ud800" <= char <= "\udfff" for char in search):
        raise BadRequest("search holds a character that no name can hold")
    return search


def context(dialect: str, branch: Branch, estate: Estate) -> FilterContext:
    columns = branch.columns
    if estate.limited:
        # A row may name an account of somebody else, through whom it was read once: no order, facet or filter tells it.
        known = columns["account_id"].in_(sorted(estate.accounts))
        columns = {**columns, "account_id": case((known, columns["account_id"]))}
    return FilterContext(
        dialect=dialect,
        columns=columns,
        current=branch.current,
        now=estate.at,
        accounts=tuple(estate.accounts.values()),
        fresh=estate.fresh,
        unreachable=estate.unreachable,
        limited=estate.limited,
    )


def restrictions(query: Query, branch: Branch, filter_context: FilterContext) -> list[ColumnElement[bool]]:
    """Everything a row must fulfil."""
    found = list(branch.holds)
    if not query.with_gone:
        found.append(branch.living)
    if query.expression is not None:
        found.append(compile_filter(query.expression, filter_context))
    if query.search:
        found.append(contains(branch.columns["search"], query.search))
    visible = sight.resources(query.seen, filter_context.dialect, branch.owner or branch.columns)
    if visible is not None:
        found.append(visible)
    return found


def matching(
    query: Query, dialect: str, estate: Estate, columns: dict[str, Any] | None = None, *, names: Sequence[str] = ()
) -> Subquery:
    """All matching rows, now or then, with the named envelope columns and the given expressions.

    columns: label → function of (branch, filter context) giving an expression.
    """
    parts: list[Select[Any]] = []
    for branch in branches(query.at):
        filter_context = context(dialect, branch, estate)
        chosen = [branch.columns[name].label(name) for name in names]
        chosen += [make(branch, filter_context).label(label) for label, make in (columns or {}).items()]
        part = select(*chosen) if chosen else select(literal_column("1").label("one"))
        parts.append(part.select_from(branch.source).where(*restrictions(query, branch, filter_context)))
    return parts[0].subquery("m") if len(parts) == 1 else union_all(*parts).subquery("m")


def count_of(rows: Subquery) -> Select[int]:
    return select(func.count()).select_from(rows)
