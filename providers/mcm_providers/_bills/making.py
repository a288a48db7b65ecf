"""What dialects make values of: sums that keep every digit, days and months by a bill's own clock, tags, words.

What cannot be understood is handed on as it stands, so that it is refused by name and line as in any bill.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from mcm.contract.bills import Column, Columns, nothing

# No bill has as many digits: nothing is rounded here.
EXACT = Context(prec=80)
SHANGHAI = timezone(timedelta(hours=8))


def number(raw: Any) -> Decimal | None:
    """None: nothing, or no number."""
    if nothing(raw):
        return None
    try:
        return EXACT.create_decimal(repr(raw) if isinstance(raw, float) else str(raw).strip())
    except InvalidOperation:
        return None


def combined(work: Callable[..., Decimal | None], *columns: Column) -> list[Any]:
    """`work` on the numbers of each row. What is no number is handed on, and nothing of nothing is None."""
    made: list[Any] = []
    for row in zip(*columns, strict=True):
        found = [number(raw) for raw in row]
        odd = next((raw for raw, one in zip(row, found, strict=True) if one is None and not nothing(raw)), None)
        made.append(odd if odd is not None else None if all(one is None for one in found) else work(*found))
    return made


def total(*amounts: Decimal | None) -> Decimal:
    """What is absent adds nothing."""
    found = Decimal(0)
    for one in amounts:
        if one is not None:
            found = EXACT.add(found, one)
    return found


def timed(raw: Any, forms: Sequence[str], zone: tzinfo) -> Any:
    """A moment of the bill's own clock, in any of the forms (as strptime has them), or ISO 8601."""
    if nothing(raw):
        return None
    if isinstance(raw, datetime):
        return raw if raw.tzinfo else raw.replace(tzinfo=zone)
    text = str(raw).strip().removesuffix(" UTC")
    for form in forms:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return raw
    return found if found.tzinfo else found.replace(tzinfo=zone)


def times(column: Column, *forms: str, zone: tzinfo = UTC) -> list[Any]:
    """A bill has few times: each is understood once a batch."""
    known: dict[Any, Any] = {}
    for raw in column:
        if raw not in known:
            known[raw] = timed(raw, forms, zone)
    return [known[raw] for raw in column]


def months(column: Column, *forms: str, zone: tzinfo = UTC) -> tuple[list[Any], list[Any]]:
    """(beginning, end) of the month that each value lies in."""
    starts, ends = [], []
    for found in times(column, *forms, zone=zone):
        if isinstance(found, datetime):
            first = found.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            starts.append(first)
            ends.append((first + timedelta(days=32)).replace(day=1))
        else:
            starts.append(found)
            ends.append(found)
    return starts, ends


def days(column: Sequence[Any]) -> list[Any]:
    """The end of the day that begins then."""
    return [one + timedelta(days=1) if isinstance(one, datetime) else one for one in column]


def first(*columns: Column) -> list[Any]:
    """Of each row the first value there is."""
    return [next((one for one in row if not nothing(one)), None) for row in zip(*columns, strict=True)]


def or_else(value: Any, bill: Columns, *names: str) -> Column:
    """The column, or the same value throughout where the bill has none such."""
    return bill.take(*names) if bill.place(*names) is not None else [value] * bill.number


def words(column: Column, known: Mapping[str, str], other: str | None = None) -> list[Any]:
    """By the word in lower case; `other` for those that are not known, or else themselves."""
    return [
        None if nothing(raw) else known.get(str(raw).strip().lower(), raw if other is None else other) for raw in column
    ]


def tagged(columns: Mapping[str, Column], number: int) -> list[str | None]:
    """JSON text of the tags that have a column each."""
    made: list[str | None] = []
    for at in range(number):
        found = {key: str(column[at]) for key, column in columns.items() if not nothing(column[at])}
        made.append(json_text(found) if found else None)
    return made


def paired(raw: Any, outer: str, inner: str) -> Any:
    """JSON text of tags written as `key inner value outer key inner value`; whatever else it is, as it stands."""
    if nothing(raw) or not isinstance(raw, str) or raw.lstrip().startswith(("{", "[", '"')):
        return raw
    found = [part.partition(inner) for part in raw.split(outer) if part.strip()]
    if not all(middle for _, middle, _ in found):
        return raw
    return json_text({key.strip(): value.strip() for key, _, value in found})


def json_text(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def listed(raw: Any) -> list[dict[str, Any]]:
    """The objects of a list that came as JSON text; none when it is none."""
    if nothing(raw):
        return []
    try:
        found = json.loads(raw)
    except (ValueError, TypeError):
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
