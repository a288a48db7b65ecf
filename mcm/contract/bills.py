"""What a cloud's own form of bill is to mcm: how it is recognised, and what FOCUS columns are made of it.

Everything that is judged, stored and compared afterwards is FOCUS; a dialect only says what stands where.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Column = Sequence[Any]
_SEPARATORS = str.maketrans("", "", "_ -/:.()（）[]")
# Words that bills write for nothing; the empty text is nothing too, and needs no remark.
SPELLED = frozenset({"NULL", "null", "Null", "None", "none", "NaN", "nan", "\\N", "(null)", "<null>", "N/A", "n/a"})
NOTHING = SPELLED | {"", None}


def folded(name: str) -> str:
    """lineItem/UsageType, line_item_usage_type and lineitem:UsageType are one column."""
    return name.strip().lower().translate(_SEPARATORS)


class Columns:
    """A batch by the folded names of its columns. Notes which are read, and which are read as they stand."""

    def __init__(self, header: Sequence[str], columns: Sequence[Column], number: int, *, padded: bool = False) -> None:
        self._header = header
        self._columns = [_bare(column) for column in columns] if padded else columns
        self._places: dict[str, int] = {}
        for place, name in enumerate(header):
            self._places.setdefault(folded(name), place)
        self.number = number
        self.taken: set[int] = set()
        self._objects: dict[str, list[dict[str, Any]]] = {}

    def place(self, *names: str) -> int | None:
        """Of the first of these that the bill has."""
        return next((self._places[name] for name in names if name in self._places), None)

    def of(self, *names: str) -> Column:
        """The first of these that the bill has; nothing but None when it has none."""
        place = self.place(*names)
        return [None] * self.number if place is None else self._columns[place]

    def take(self, *names: str) -> Column:
        """As `of`, for a column that says what one of FOCUS says: it need not be kept beside that."""
        place = self.place(*names)
        if place is not None:
            self.taken.add(place)
        return self.of(*names)

    def behind(self, *prefixes: str) -> dict[str, Column]:
        """Columns named `prefix/key`, `prefix:key` or `prefix_key`: key → values. They are taken."""
        found: dict[str, Column] = {}
        for place, name in enumerate(self._header):
            for prefix in prefixes:
                if name.lower().startswith(prefix) and len(name) > len(prefix):
                    found[name[len(prefix) :]] = self._columns[place]
                    self.taken.add(place)
                    break
        return found

    def inner(self, outer: str, *keys: str) -> Column:
        """What records hold under the first of these keys: in a column of its own (`outer.key`), or in JSON."""
        place = self.place(*(folded(outer + key) for key in keys))
        if place is not None:
            self.taken.add(place)
            return self._columns[place]
        records = self.records(outer)
        return [next((one[key] for key in keys if not nothing(one.get(key))), None) for one in records]

    def records(self, outer: str) -> list[dict[str, Any]]:
        if outer not in self._objects:
            self._objects[outer] = [_record(raw) for raw in self.of(folded(outer))]
        return self._objects[outer]


@dataclass
class Translation:
    """Of one batch: FOCUS column → values; keep: False for rows that are no charge of their own.
    offset: of amounts that were left out because others take them back; over a whole bill it must come to nothing.
    remarks: (code, one of them) → for each row whether it is to be said."""

    columns: dict[str, Column]
    keep: Sequence[bool] | None = None
    offset: Decimal = Decimal(0)
    remarks: Mapping[tuple[str, str], Sequence[bool]] = field(default_factory=dict)


@dataclass(frozen=True)
class Dialect:
    """name: as the API says it. provider: who bills, as FOCUS names it. needs: each a group of folded columns, of which
    the bill has one at least. renamed: FOCUS column → what it is called in the bill, where it stands as FOCUS wants it.
    translate: what is made of a batch beside those. made_of: FOCUS column → what it is made of, for whoever reads what
    is wrong. padded: values have blanks and tabs around them, and a dash is nothing."""

    name: str
    provider: str
    needs: tuple[tuple[str, ...], ...]
    renamed: Mapping[str, tuple[str, ...]]
    translate: Callable[[Columns], Translation]
    made_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    padded: bool = False

    def recognises(self, names: set[str]) -> bool:
        return all(not names.isdisjoint(group) for group in self.needs)

    def read(self, header: Sequence[str], columns: Sequence[Column], number: int) -> tuple[Columns, Translation]:
        """The FOCUS columns of a batch of so many rows; who bills issues and publishes what nobody else is said to."""
        bill = Columns(header, columns, number, padded=self.padded)
        found = self.translate(bill)
        found.columns = {name: bill.take(*names) for name, names in self.renamed.items()} | found.columns
        for name in ("ProviderName", "PublisherName", "InvoiceIssuerName"):
            given = found.columns.get(name, [None] * bill.number)
            found.columns[name] = [self.provider if nothing(one) else one for one in given]
        return bill, found


def _record(raw: Any) -> dict[str, Any]:
    """An object that came as JSON text; pairs of key and value, as Parquet's maps are, become one."""
    if nothing(raw) or not isinstance(raw, str):
        return {}
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    if isinstance(found, list):
        pairs = [one for one in found if isinstance(one, list) and len(one) == 2]
        return {str(key): value for key, value in pairs}
    return found if isinstance(found, dict) else {}


def _bare(column: Column) -> Column:
    made = [one.strip() if isinstance(one, str) else one for one in column]
    return [None if one in ("-", "--") else one for one in made]


def nothing(value: Any) -> bool:
    return isinstance(value, str | None) and value in NOTHING
