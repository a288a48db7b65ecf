"""Counts by the values of a field, over everything that matches: one scan for the fields with few values together."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from mcm.contract.errors import clean_text
from mcm.filters import FIELDS, Field, FieldType, FilterContext, Source
from mcm.filters.checking import find_field
from mcm.filters.errors import closest
from mcm.inventory.asof import Branch
from mcm.inventory.errors import InvalidColumn
from mcm.inventory.estate import Estate
from mcm.inventory.query import Query, matching
from mcm.inventory.schemas import Facet, FacetValue
from mcm.models import ResourceTag, Sighting

MAX_FIELDS = 20
_TOGETHER = ("account", "provider", "ownership", "kind", "region", "state", "presence")
_STORED = ("account_id", "scope_id", "provider", "kind", "region", "state", "presence")
_TAG = ResourceTag.__table__
_SIGHTING = Sighting.__table__

Asked = tuple[str, Field, str | None]


def parse_fields(text: str) -> list[Asked]:
    """(as written, field, key). Raises InvalidColumn for what has no values to count."""
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if len(names) > MAX_FIELDS:
        raise InvalidColumn(f"more than {MAX_FIELDS} facets")
    asked: list[Asked] = []
    for name in names:
        found = find_field(name) if len(name) <= 300 and "\0" not in name else None
        if found is None:
            near = closest(name, FIELDS)
            raise InvalidColumn(
                f"there is no field '{clean_text(name[:60])}' to count by",
                next_step=f'did you mean "{near}"?' if near else "use a field of the filter grammar",
            )
        field, key = found
        whole_map = field.type is FieldType.MAP and not key and field.name != "tags"
        if whole_map or field.many or field.type in (FieldType.OBJECTS, FieldType.AGE, FieldType.TIME):
            raise InvalidColumn(f"nothing can be counted by {name}: it has no single value for each resource")
        asked.append((name, field, key))
    return asked


def count(
    session: Session, query: Query, estate: Estate, asked: Sequence[Asked], top: int
) -> tuple[int, dict[str, Facet]]:
    """(number of matching resources, facets). `top`: how many values each shows."""
    dialect = session.get_bind().dialect.name
    together = _joint(session, query, dialect, estate)
    total = sum(together.values())
    facets: dict[str, Facet] = {}
    for name, field, key in asked:
        if field.name in _TOGETHER:
            facets[name] = _facet(_folded(session, query, dialect, estate, field.name, together), top)
        elif field.name == "tags" and not key:
            facets[name] = _keys(session, query, dialect, estate, total, top)
        else:
            facets[name] = _single(session, query, dialect, estate, field, key, total, top)
    return total, facets


def _joint(session: Session, query: Query, dialect: str, estate: Estate) -> Counter[tuple[Any, ...]]:
    rows = matching(query, dialect, estate, names=_STORED)
    columns = [rows.c[name] for name in _STORED]
    groups = session.execute(select(*columns, func.count()).group_by(*columns))
    return Counter({tuple(row[:-1]): row[-1] for row in groups})


def _folded(
    session: Session, query: Query, dialect: str, estate: Estate, name: str, together: Counter[tuple[Any, ...]]
) -> Counter[str | None]:
    counts: Counter[str | None] = Counter()
    for group, number in together.items():
        stored = dict(zip(_STORED, group, strict=True))
        counts[_value(stored, name, estate)] += number
    if name == "account" and query.at is None:
        for account_id, number in _seen_by_others(session, query, dialect, estate):
            if account_id in estate.accounts:
                counts[estate.account_name(account_id)] += number
    return counts


def _value(stored: dict[str, Any], name: str, estate: Estate) -> str | None:
    if name == "presence":
        return estate.presence(stored["presence"], stored["scope_id"])
    if name in ("account", "ownership"):
        account = estate.accounts.get(stored["account_id"])
        return None if account is None else account.name if name == "account" else account.ownership
    value: str | None = stored[name]
    return value


def _seen_by_others(session: Session, query: Query, dialect: str, estate: Estate) -> Sequence[Any]:
    """(account, resources it sees that are read through another one). Only where accounts share a realm at all."""
    realms = [account.realm for account in estate.accounts.values()]
    if len(set(realms)) == len(realms) and None not in realms:
        return ()
    rows = matching(query, dialect, estate, names=("id", "account_id"))
    return session.execute(
        select(_SIGHTING.c.account_id, func.count(rows.c.id.distinct()))
        .join(rows, rows.c.id == _SIGHTING.c.resource_id)
        .where(_SIGHTING.c.account_id != rows.c.account_id)
        .group_by(_SIGHTING.c.account_id)
    ).all()


def _facet(counts: Counter[str | None], top: int) -> Facet:
    unknown = counts.pop(None, 0)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0] or ""))
    rest = ordered[top:]
    return Facet(
        values=[FacetValue(value=value, count=number) for value, number in ordered[:top]],
        other_values=len(rest),
        other_count=sum(number for _, number in rest),
        unknown=unknown,
    )


def _single(
    session: Session, query: Query, dialect: str, estate: Estate, field: Field, key: str | None, total: int, top: int
) -> Facet:
    rows = matching(query, dialect, estate, {"value": _expression(field, key)})
    groups = select(rows.c.value, func.count().label("n")).group_by(rows.c.value).subquery()
    return _top(session, groups, total, top)


def _top(session: Session, groups: Subquery, total: int, top: int) -> Facet:
    """The largest groups; what has no value is what the others leave over."""
    ranked = session.execute(
        select(groups.c.value, groups.c.n, func.count().over(), func.sum(groups.c.n).over())
        .where(groups.c.value.is_not(None))
        .order_by(groups.c.n.desc(), groups.c.value)
        .limit(top)
    ).all()
    distinct, known = (int(ranked[0][2]), int(ranked[0][3])) if ranked else (0, 0)
    return Facet(
        values=[FacetValue(value=_text(row[0]), count=row[1]) for row in ranked],
        other_values=distinct - len(ranked),
        other_count=known - sum(row[1] for row in ranked),
        unknown=total - known,
    )


def _keys(session: Session, query: Query, dialect: str, estate: Estate, total: int, top: int) -> Facet:
    """By tag key; a resource counts once under each of its keys, so the counts do not add up to the total."""
    if query.at is not None:
        raise InvalidColumn("tag keys cannot be counted for a past instant", next_step="count by tags.KEY")
    rows = matching(query, dialect, estate, names=("id",))
    groups = (
        select(_TAG.c.key.label("value"), func.count().label("n"))
        .join(rows, rows.c.id == _TAG.c.resource_id)
        .group_by(_TAG.c.key)
        .subquery()
    )
    tagged = session.scalar(
        select(func.count(_TAG.c.resource_id.distinct())).join(rows, rows.c.id == _TAG.c.resource_id)
    )
    facet = _top(session, groups, total, top)
    facet.unknown = total - int(tagged or 0)
    return facet


def _expression(field: Field, key: str | None) -> Callable[[Branch, FilterContext], ColumnElement[Any]]:
    def make(branch: Branch, context: FilterContext) -> ColumnElement[Any]:
        if field.source is Source.ATTRIBUTE:
            return context.json.scalar(branch.columns["attributes"], field.column, str(field.type))
        if field.source is Source.MAP:
            own = field.column in ("tags", "labels")
            column = branch.columns[field.column if own else "attributes"]
            return context.json.entry(column, "" if own else field.column, key or "")
        if field.source is Source.PROJECT:
            return func.coalesce(branch.columns["project_name"], branch.columns["project"])
        return context.columns[field.column]

    return make


def _text(value: Any) -> str:
    """8 and 8.0 are one value, shown as 8."""
    if isinstance(value, float | Decimal):
        return str(int(value)) if value == int(value) else str(float(value))
    return str(value)
