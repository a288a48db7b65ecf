"""Order and cursors: `name desc, created_at` → SQL, and the place behind the last row of a page.

Ties are broken by id; what is missing comes last in both directions, on both databases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, tuple_
from sqlalchemy.types import Float, Numeric, String

from mcm.contract.errors import clean_text
from mcm.db.types import UtcTime
from mcm.errors import BadRequest
from mcm.filters.checking import find_field
from mcm.filters.compile import FilterContext
from mcm.filters.errors import closest
from mcm.filters.fields import FIELDS, FieldType, Source
from mcm.filters.text_sql import starts_with
from mcm.inventory.errors import InvalidOrder
from mcm.kit import clock
from mcm.models import Account

MAX_TERMS = 5
_NEVER_NULL = frozenset(
    {"id", "kind", "name", "native_id", "native_kind", "provider", "region", "state", "native_state", "managed"}
    | {"first_seen", "last_changed", "presence"}
)


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """field: a name in the filters' table of fields, or RELEVANCE. key: of tags or labels; what was searched."""

    field: str
    key: str | None
    descending: bool

    @property
    def text(self) -> str:
        name = self.field if self.key is None else f"{self.field}.{self.key}"
        return f"{name} desc" if self.descending else name


@dataclass(frozen=True)
class SortKey:
    """kind: text, number or time, which is how its values travel in a cursor."""

    value: ColumnElement[Any]
    kind: str
    nullable: bool
    descending: bool

    @property
    def clauses(self) -> list[ColumnElement[Any]]:
        ordered = self.value.desc() if self.descending else self.value.asc()
        return [self.value.is_(None), ordered] if self.nullable else [ordered]


RELEVANCE = "relevance"
DEFAULT = (OrderTerm("name", None, False),)


def parse_order(text: str | None, *, typed: str = "") -> tuple[OrderTerm, ...]:
    """AIP-132: comma-separated fields, each with an optional `asc` or `desc`. Raises InvalidOrder.

    Without any, what is searched (`typed`) comes first where a name begins with it; then, or else, by name.
    """
    if text is None or not text.strip():
        return (OrderTerm(RELEVANCE, typed, False), *DEFAULT) if typed else DEFAULT
    terms: list[OrderTerm] = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise InvalidOrder(
                f"order_by has a part that is no order: '{clean_text(part.strip()[:60])}'",
                next_step="write fields with an optional asc or desc, as in: name desc, created_at",
            )
        field, key = _sortable(words[0])
        term = OrderTerm(field, key, len(words) == 2 and words[1].lower() == "desc")
        if all((term.field, term.key) != (known.field, known.key) for known in terms):
            terms.append(term)
    if len(terms) > MAX_TERMS:
        raise InvalidOrder(f"order_by names more than {MAX_TERMS} fields")
    return tuple(terms)


def _sortable(path: str) -> tuple[str, str | None]:
    found = find_field(path) if len(path) <= 200 and "\0" not in path else None
    if found is None:
        near = closest(path, FIELDS)
        raise InvalidOrder(
            f"order_by names a field that does not exist: '{clean_text(path[:60])}'",
            next_step=f'did you mean "{near}"?' if near else "use a field of the filter grammar",
        )
    field, key = found
    whole_map = field.type is FieldType.MAP and not key
    if whole_map or field.many or field.source is Source.OWNERSHIP or field.type in (FieldType.OBJECTS, FieldType.AGE):
        raise InvalidOrder(f"nothing can be ordered by {field.name}: it has no single value")
    return field.name, key


def sort_keys(terms: Sequence[OrderTerm], context: FilterContext) -> list[SortKey]:
    """One for each term, and the id as the last, which goes the way of the term before it."""
    keys = [_sort_key(term, context) for term in terms]
    if terms[-1].field != "id":
        keys.append(SortKey(context.columns["id"], "text", False, terms[-1].descending))
    return keys


def _sort_key(term: OrderTerm, context: FilterContext) -> SortKey:
    if term.field == RELEVANCE:
        begins = case((starts_with(context.columns["name"], term.key or ""), 0), else_=1)
        return SortKey(begins, "number", False, False)
    field, columns = FIELDS[term.field], context.columns
    value: ColumnElement[Any]
    kind = "text"
    if field.source is Source.ATTRIBUTE:
        value = context.json.scalar(columns["attributes"], field.column, str(field.type))
        kind = "number" if field.type is FieldType.NUMBER else "text"
    elif field.source is Source.MAP:
        own = field.column in ("tags", "labels")
        column = columns[field.column if own else "attributes"]
        value = context.json.entry(column, "" if own else field.column, term.key or "")
    elif field.source is Source.ACCOUNT:
        account = Account.__table__.alias()
        name = select(account.c.name).where(account.c.id == columns["account_id"])
        if context.limited:
            # The name of one that is not seen must not stand in a cursor.
            name = name.where(context.among(account.c.id, [known.id for known in context.accounts]))
        value = name.scalar_subquery()
    elif field.source is Source.PROJECT:
        value = func.coalesce(columns["project_name"], columns["project"], type_=String())
    else:
        value = columns[field.column]
        kind = "time" if field.type is FieldType.TIME else "text"
    return SortKey(value, kind, term.field not in _NEVER_NULL, term.descending)


def behind(keys: Sequence[SortKey], values: Sequence[Any], dialect: str) -> ColumnElement[bool]:
    """The rows that come after the row with these values."""
    others = [None if value is None else _literal(key, value, dialect) for key, value in zip(keys, values, strict=True)]
    if not any(key.nullable for key in keys) and len({key.descending for key in keys}) == 1:
        mine, theirs = tuple_(*(key.value for key in keys)), tuple_(*others)
        return mine < theirs if keys[0].descending else mine > theirs
    terms: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for key, other in zip(keys, others, strict=True):
        terms.append(and_(*equal, _after(key, other)))
        equal.append(key.value.is_(None) if other is None else key.value == other)
    return or_(*terms)


def _after(key: SortKey, other: ColumnElement[Any] | None) -> ColumnElement[bool]:
    if other is None:
        return false()
    after = key.value < other if key.descending else key.value > other
    return or_(after, key.value.is_(None)) if key.nullable else after


def _literal(key: SortKey, value: Any, dialect: str) -> ColumnElement[Any]:
    if key.kind == "time":
        return literal(value, UtcTime())
    if key.kind == "number":
        whole = value == value.to_integral_value()
        return (
            literal(int(value) if whole else float(value), Float())
            if dialect == "sqlite"
            else literal(value, Numeric())
        )
    return literal(value, String())


def to_cursor(keys: Sequence[SortKey], values: Sequence[Any]) -> list[Any]:
    """Values of a row as JSON can carry them."""
    carried: list[Any] = []
    for key, value in zip(keys, values, strict=True):
        if value is None:
            carried.append(None)
        elif key.kind == "time":
            carried.append(clock.to_text(value))
        else:
            carried.append(str(value) if key.kind == "number" else value)
    return carried


def from_cursor(keys: Sequence[SortKey], values: Sequence[Any]) -> list[Any]:
    """Raises BadRequest for values no row can have had."""
    try:
        return [_carried(key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, InvalidOperation, OverflowError) as error:
        raise wrong_cursor() from error


def wrong_cursor() -> BadRequest:
    return BadRequest("the cursor is not one that this listing gave out", next_step="start without one")


def _carried(key: SortKey, value: Any) -> Any:
    if value is None and key.nullable:
        return None
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text")
    value.encode()
    if key.kind == "time":
        at = clock.from_text(value)
        if at.year < 1000:
            raise ValueError("no time of ours")
        return at
    if key.kind == "number":
        number = Decimal(value)
        if not number.is_finite() or number.adjusted() > 300:
            raise ValueError("not a number")
        return number
    return value
