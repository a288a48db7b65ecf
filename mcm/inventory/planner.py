"""How to find the first page: walk an index in order, or start from the few rows that a selective condition names.

Walking is fast when matches are frequent, starting from a tag or project when they are rare; both planners guess this
wrong often enough. So candidates are counted, up to a bound that keeps either way cheap: √(page × resources) rows.
"""

from collections.abc import Iterator
from math import isqrt
from typing import Any

from sqlalchemy import Select, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from mcm.filters import FIELDS, Condition, FilterContext, Operator, Source, compile_filter, conjuncts
from mcm.filters.matching import matching, text_matches
from mcm.filters.syntax import Known, Moment, Pattern
from mcm.filters.text_sql import text_condition
from mcm.inventory.estate import Estate
from mcm.inventory.query import Query
from mcm.models import ResourceRow, ResourceTag, Sighting

_RESOURCE = ResourceRow.__table__
_TAG = ResourceTag.__table__
_SIGHTING = Sighting.__table__
_INDEXED = ("id", "native_id", "region", "project_id", "project_name", "name", "last_changed", "kind")
_FEWEST, _MOST = 200, 5000
_ALL_KINDS = FIELDS["kind"].choices

Ids = Select[str]


def candidates(session: Session, query: Query, estate: Estate, filter_context: FilterContext, limit: int) -> Ids | None:
    """The ids to start from, when some condition names few enough; None: walk. They hold all matches, and others."""
    bound = min(max(isqrt(limit * max(estate.resources, 1)), _FEWEST), _MOST)
    best: tuple[int, Ids] | None = None
    for ids in _drivers(query, estate, filter_context):
        few: Select[Any] = select(literal_column("1")).select_from(ids.limit(bound + 1).subquery())
        number = session.scalar(select(func.count()).select_from(few.subquery())) or 0
        if number <= bound and (best is None or number < best[0]):
            best = (number, ids)
            if number <= _FEWEST:
                break
    return best[1] if best else None


def _drivers(query: Query, estate: Estate, filter_context: FilterContext) -> Iterator[Ids]:
    terms = [term for term in conjuncts(query.expression) if isinstance(term, Condition)]
    walked = _walked(query, terms)
    for term in sorted(terms, key=lambda term: term.operator is not Operator.EQ):
        if term.field not in walked and term.operator is not Operator.NE:
            ids = _ids(term, estate, filter_context)
            if ids is not None:
                yield ids


def _walked(query: Query, terms: list[Condition]) -> frozenset[str]:
    """Fields whose conditions the index that gives the order answers by itself."""
    if query.order[0].field != "name":
        return frozenset()
    one_kind = any(term.field == "kind" and term.operator is Operator.EQ for term in terms)
    return frozenset({"kind", "name", "state"} if one_kind else {"kind", "name"})


def _ids(term: Condition, estate: Estate, filter_context: FilterContext) -> Ids | None:
    """The ids of what fulfils the condition, where an index can list them."""
    field = FIELDS[term.field]
    if field.source is Source.MAP:
        return _tagged(term, filter_context.dialect) if field.column == "tags" else None
    if field.source in (Source.ACCOUNT, Source.OWNERSHIP):
        return _of_accounts(term, estate, filter_context)
    if term.operator is Operator.HAS or not isinstance(term.operand, Pattern | Moment):
        return None
    if isinstance(term.operand, Pattern) and not term.operand.parts[0]:
        return None
    ids = select(_RESOURCE.c.id)
    if term.field == "presence":
        stored = matching(FIELDS["presence"].choices, term.operator, term.operand)
        return ids.where(_RESOURCE.c.presence.in_(stored)) if set(stored) <= {"missing", "gone"} else None
    if term.field == "project":
        dialect, operator, operand = filter_context.dialect, term.operator, term.operand
        columns = (_RESOURCE.c.project, _RESOURCE.c.project_name)
        return _either(*(ids.where(text_condition(column, operator, operand, dialect)) for column in columns))
    if term.field == "state":
        return ids.where(_RESOURCE.c.kind.in_(_ALL_KINDS), compile_filter(term, filter_context))
    return ids.where(compile_filter(term, filter_context)) if term.field in _INDEXED else None


def _tagged(term: Condition, dialect: str) -> Ids:
    ids = select(_TAG.c.resource_id)
    if term.key is None:
        return ids.where(text_condition(_TAG.c.key, Operator.EQ, term.operand, dialect))
    ids = ids.where(_TAG.c.key == term.key)
    if isinstance(term.operand, Known) or term.operator is Operator.HAS:
        return ids
    return ids.where(text_condition(_TAG.c.value, term.operator, term.operand, dialect))


def _of_accounts(term: Condition, estate: Estate, filter_context: FilterContext) -> Ids:
    """Read through the accounts' scopes, or sighted by them."""
    asked = {
        account.id
        for account in estate.accounts.values()
        if text_matches(account.name if term.field == "account" else account.ownership, term.operator, term.operand)
    }
    scopes = sorted(scope.id for scope in estate.scopes.values() if scope.account_id in asked)
    among = filter_context.among
    read = select(_RESOURCE.c.id).where(among(_RESOURCE.c.scope_id, scopes))
    return _either(read, select(_SIGHTING.c.resource_id).where(among(_SIGHTING.c.scope_id, scopes)))


def _either(*parts: Ids) -> Ids:
    return select(union_all(*parts).subquery().c[0])
