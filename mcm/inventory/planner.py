"""How to find the first page without reading everything, as neither database's own planner reliably does.

Three ways. *Walk* the index that gives the order and keep what matches: fast when matches are frequent. *Start* from
the few rows that a selective condition names (a tag, a project): fast when they are rare; candidates are counted up to
√(page × resources), which keeps either way cheap. *Merge* the beginnings of a few scopes, each walked in order: for
accounts, regions and the like, whose names tend to stand together in the order, so that a walk would come to them late.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from math import isqrt
from typing import Any

from sqlalchemy import Select, func, literal_column, select, text, union_all
from sqlalchemy.orm import Session

from mcm.filters import (
    FIELDS,
    Condition,
    Expression,
    FilterContext,
    Operator,
    Source,
    compile_filter,
    conditions,
    conjuncts,
)
from mcm.filters.matching import matching, text_matches
from mcm.filters.syntax import Moment, Pattern
from mcm.filters.text_sql import starts_with, text_condition
from mcm.inventory.asof import branches
from mcm.inventory.estate import Estate, ScopeState
from mcm.inventory.query import Query
from mcm.models import MAX_TAG_KEY, MAX_TAG_VALUE, ResourceRow, ResourceTag, Sighting

Ids = Select[str]

_RESOURCE = ResourceRow.__table__
_TAG = ResourceTag.__table__
_SIGHTING = Sighting.__table__
_ANY_PRESENCE = ("id", "native_id", "last_changed")
_LIVING_ONLY = ("project_id", "project_name", "name", "kind")
_FEWEST, _MOST = 200, 5000
_MOST_MERGED = 4000
_LITTLE = 4
_OF_SIGHTINGS = ("account", "account_id")
_OF_SCOPES = frozenset({"account", "account_id", "ownership", "provider", "region"})
_FACTS = _OF_SCOPES | {"kind"}
_ALL_KINDS = FIELDS["kind"].choices


@dataclass(frozen=True)
class Merge:
    """settled: terms of the filter that hold for all of these scopes, so that no row need be asked."""

    scopes: tuple[int, ...]
    settled: tuple[Expression, ...]


@dataclass(frozen=True)
class Plan:
    """ids: start from these, which hold all matches and others. Neither: walk."""

    ids: Ids | None = None
    merge: Merge | None = None


@dataclass(frozen=True)
class Walk:
    """conditions: those that the ordering index answers by itself. all: there are no others."""

    conditions: tuple[Condition, ...]
    all: bool


def plan(session: Session, query: Query, estate: Estate, filter_context: FilterContext, limit: int) -> Plan:
    """filter_context: of today's rows, with columns that indexes serve. limit: rows wanted."""
    merge = _merge(query, estate, limit)
    if merge is not None and not merge.scopes:
        return Plan(merge=merge)
    ids = _few(session, query, estate, filter_context, limit, merging=merge is not None)
    return Plan(ids=ids) if ids is not None else Plan(merge=merge)


def _merge(query: Query, estate: Estate, limit: int) -> Merge | None:
    """The scopes that can hold matches, when they are few and fewer than the index by kind stands for."""
    small = _sees_little(estate)
    if query.with_gone or (query.expression is None and not small) or [term.field for term in query.order] != ["name"]:
        return None
    terms = [term for term in conjuncts(query.expression) if isinstance(term, Condition)]
    ambiguous = _ambiguous_accounts(query, estate)
    found = [
        scope
        for scope in estate.concerned(query.expression, _OF_SIGHTINGS, ambiguous)
        if all(_presence_possible(term, estate, scope) for term in terms)
    ]
    kinds = {scope.kind for scope in found}
    fewer = not found or small or len(found) < sum(scope.kind in kinds for scope in estate.scopes.values())
    if not fewer or len(found) * limit > _MOST_MERGED:
        return None
    settled = tuple(term for term in terms if _settled(term, estate, found, ambiguous))
    return Merge(tuple(sorted(scope.id for scope in found)), settled)


def _sees_little(estate: Estate) -> bool:
    """Whether a walk would mostly come by what whoever asks may not see."""
    return estate.outside is not None and estate.resources * _LITTLE < estate.outside


def _presence_possible(term: Condition, estate: Estate, scope: ScopeState) -> bool:
    """present, stale and unreachable say how fresh the scope is."""
    if term.field != "presence":
        return True
    asked = set(matching(FIELDS["presence"].choices, term.operator, term.operand))
    return bool(asked & {"missing", "gone", estate.presence("present", scope.id)})


def _settled(term: Condition, estate: Estate, scopes: Sequence[ScopeState], ambiguous: Collection[str]) -> bool:
    if term.field not in _FACTS or not isinstance(term.operand, Pattern):
        return False
    if term.field in _OF_SIGHTINGS and any(scope.account_id in ambiguous for scope in scopes):
        return False
    values = {estate.facts(scope).get(term.field) for scope in scopes}
    return all(value is not None and text_matches(value, term.operator, term.operand) for value in values)


def _ambiguous_accounts(query: Query, estate: Estate) -> set[str]:
    """Accounts through which resources are read that an account the filter names may see as well."""
    asked = [term for term in conditions(query.expression) if term.field in _OF_SIGHTINGS]
    named = {
        account.id
        for account in estate.accounts.values()
        for term in asked
        if text_matches(
            account.name if term.field == "account" else account.id,
            Operator.EQ if term.operator is Operator.NE else term.operator,
            term.operand,
        )
    }
    realms = {estate.accounts[ident].realm for ident in named}
    return {ident for ident, account in estate.accounts.items() if account.realm in realms and named - {ident}}


def _few(
    session: Session, query: Query, estate: Estate, filter_context: FilterContext, limit: int, *, merging: bool
) -> Ids | None:
    bound = min(max(isqrt(limit * max(estate.resources, 1)), _FEWEST), _MOST)
    drivers = list(_drivers(query, estate, filter_context, merging))
    best: tuple[int, Ids] | None = None
    with without_plans(session, "seqscan", "bitmapscan") if drivers else nullcontext():
        for ids in drivers:
            few: Select[Any] = select(literal_column("1")).select_from(ids.limit(bound + 1).subquery())
            number = session.scalar(select(func.count()).select_from(few.subquery())) or 0
            if number <= bound and (best is None or number < best[0]):
                best = (number, ids)
                if number <= _FEWEST:
                    break
    return best[1] if best else None


@contextmanager
def without_plans(session: Session, *names: str) -> Iterator[None]:
    """PostgreSQL plans without these. To find the first few it would read tables, or all entries of an index."""
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    settings = [name if name == "jit" else f"enable_{name}" for name in names]
    session.execute(text("; ".join(f"SET LOCAL {name} = off" for name in settings)))
    yield
    session.execute(text("; ".join(f"RESET {name}" for name in settings)))


def _drivers(query: Query, estate: Estate, filter_context: FilterContext, merging: bool) -> Iterator[Ids]:
    terms = [term for term in conjuncts(query.expression) if isinstance(term, Condition)]
    walk = walked(query)
    in_order = walk.conditions if walk is not None else ()
    for term in sorted(terms, key=lambda term: term.operator is not Operator.EQ):
        served = term in in_order or (merging and term.field in _OF_SCOPES)
        if not served and term.operator is not Operator.NE:
            ids = _ids(term, query, estate, filter_context)
            if ids is not None:
                yield ids


def walked(query: Query) -> Walk | None:
    """None when no index has the order that is asked for."""
    if query.with_gone or [term.field for term in query.order] not in (["name"], ["last_changed"]):
        return None
    terms = conjuncts(query.expression)
    by_name = query.order[0].field == "name"
    served = tuple(term for term in terms if by_name and isinstance(term, Condition) and _by_order(term, terms))
    return Walk(served, all=len(served) == len(terms) and not query.search)


def _by_order(term: Condition, terms: Sequence[Expression]) -> bool:
    """Whether the index that gives the order by name can skip what does not fulfil the condition."""
    if not isinstance(term.operand, Pattern) or term.operator in (Operator.NE, Operator.HAS):
        return False
    if term.field == "name":
        # One wildcard, at the end: the beginning is all there is to fulfil.
        return term.operand.literal is not None or (len(term.operand.parts) == 2 and not term.operand.parts[1])
    one_kind = any(_is_kind(other) for other in terms)
    return _is_kind(term) or (term.field == "state" and one_kind and term.operand.literal is not None)


def _is_kind(term: Expression) -> bool:
    if not isinstance(term, Condition) or term.field != "kind" or term.operator is not Operator.EQ:
        return False
    return isinstance(term.operand, Pattern) and term.operand.literal is not None


def _ids(term: Condition, query: Query, estate: Estate, filter_context: FilterContext) -> Ids | None:
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
    if term.field in _ANY_PRESENCE:
        return ids.where(compile_filter(term, filter_context))
    if query.with_gone:
        return None
    ids = ids.where(branches(None)[0].living)
    if term.field == "project":
        dialect, operator, operand = filter_context.dialect, term.operator, term.operand
        columns = (_RESOURCE.c.project, _RESOURCE.c.project_name)
        return _either(*(ids.where(text_condition(column, operator, operand, dialect)) for column in columns))
    if term.field == "state":
        return ids.where(_RESOURCE.c.kind.in_(_ALL_KINDS), compile_filter(term, filter_context))
    return ids.where(compile_filter(term, filter_context)) if term.field in _LIVING_ONLY else None


def _tagged(term: Condition, dialect: str) -> Ids | None:
    """By key, and by value where the beginning that the rows hold is enough to leave none out."""
    ids = select(_TAG.c.resource_id)
    if term.key is None:
        return ids.where(text_condition(_TAG.c.key, Operator.EQ, term.operand, dialect))
    if len(term.key) > MAX_TAG_KEY:
        return None
    ids = ids.where(_TAG.c.key == term.key)
    if term.operator is not Operator.EQ or not isinstance(term.operand, Pattern):
        return ids
    beginning = term.operand.parts[0][:MAX_TAG_VALUE]
    if term.operand.literal is not None:
        return ids.where(_TAG.c.value == beginning)
    return ids.where(starts_with(_TAG.c.value, beginning)) if beginning else ids


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
