"""Reads a price list from CSV, line by line; docs/prices.md describes the columns."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any, TypeVar

from mcm.kit.documents import close
from mcm.kit.money import NotAnAmount, exact
from mcm.prices.errors import Faults
from mcm.prices.offers import Item, Option, Unit
from mcm.prices.points import COLUMNS, ListMeta, PointIn, faults_of_list

# The same on every line, or given beside the file.
OF_THE_LIST = ("provider", "currency", "priced_on", "source", "version")
_REQUIRED = ("region", "item", "sku", "option", "unit", "unit_price")
_AMOUNTS = ("unit_price", "upfront", "tier_from", "vcpus", "memory_gib")
_DATES = ("valid_from", "valid_to")
_NUMBERS = ("term_months", "gpus")
_ENUMS: dict[str, type[StrEnum]] = {"item": Item, "option": Option, "unit": Unit}
_LONGEST_FIELD, _LONGEST_LINE = 4096, 1 << 16
Enum = TypeVar("Enum", bound=StrEnum)


class PriceFile:
    """One list. `meta` is known once it is made; `points` reads the rest, but for the lines it finds fault with."""

    def __init__(
        self, file: IO[bytes], faults: Faults, *, sha256: str, fetched_at: datetime, given: Mapping[str, str],
        seed: bool = False, complete: bool = False,
    ) -> None:  # fmt: skip
        """given: values of OF_THE_LIST from beside the file. Raises InvalidPriceList where the header or the list's own
        columns are not as they must be."""
        self._faults, self._given = faults, {name: value for name, value in given.items() if value}
        self._lines = Lines(file)
        self._reader = csv.reader(self._lines, strict=True)
        self._names = self._header()
        first = self._next()
        faults.check()
        if first is None:
            faults.add(2, "there is no line below the header")
            faults.check()
        self._first: list[str] | None = first
        line = self._reader.line_num
        told = dict(zip(self._names, first or (), strict=False)) | self._given
        self._shared = {name: told.get(name, "").strip() for name in OF_THE_LIST}
        for name in ("provider", "currency", "priced_on"):
            if not self._shared[name]:
                faults.add(line, f"{name} is neither a column of the file nor given beside it", name)
        priced_on = self._date(line, "priced_on", self._shared["priced_on"]) or fetched_at.date()
        self.meta = ListMeta(
            provider=self._shared["provider"], source=self._shared["source"] or "file",
            currency=self._shared["currency"], priced_on=priced_on, fetched_at=fetched_at,
            version=self._shared["version"], sha256=sha256, seed=seed, complete=complete,
        )  # fmt: skip
        faults.check()
        for sentence in faults_of_list(self.meta):
            faults.add(line, sentence)
        faults.check()

    def points(self) -> Iterator[PointIn]:
        row = self._first
        while row is not None:
            line = self._reader.line_num
            point = self._point(line, row)
            if point is not None:
                yield point
            row = self._next()

    def _header(self) -> list[str]:
        row = self._next()
        if row is None:
            self._faults.add(1, "the file is empty; its first line names the columns")
            self._faults.check()
        names = [name.strip() for name in row or ()]
        known = (*OF_THE_LIST, *COLUMNS)
        for name in names:
            if name not in known:
                hint = close(name, known) or f"known: {', '.join(known)}"
                self._faults.add(1, f"there is no column '{name[:60]}' ({hint})", name[:60])
            elif names.count(name) > 1:
                self._faults.add(1, f"the column {name} comes twice", name)
        for name in _REQUIRED:
            if name not in names:
                self._faults.add(1, f"the column {name} is missing", name)
        for name in OF_THE_LIST:
            if name in names and name in self._given:
                self._faults.add(1, f"{name} is a column of the file, and given beside it too", name)
        self._faults.check()
        return names

    def _next(self) -> list[str] | None:
        """The next line that holds something. What is no CSV or no UTF-8 ends the reading."""
        while True:
            try:
                row = next(self._reader, None)
            except (csv.Error, UnicodeDecodeError) as error:
                said = "is no UTF-8" if isinstance(error, UnicodeDecodeError) else f"is no CSV: {error}"
                self._faults.add(max(self._lines.number, 1), f"the line {said}")
                self._faults.check()
            if row is None or any(cell.strip() for cell in row):
                return row

    def _point(self, line: int, row: list[str]) -> PointIn | None:
        before = len(self._faults.found)
        if len(row) != len(self._names):
            self._faults.add(line, f"{len(row)} fields where the header names {len(self._names)}")
            return None
        told = {name: cell.strip() for name, cell in zip(self._names, row, strict=True)}
        if any(len(cell) > _LONGEST_FIELD for cell in row):
            self._faults.add(line, f"a field has more than {_LONGEST_FIELD} characters")
            return None
        for name in OF_THE_LIST:
            if name in told and told[name] != self._shared[name]:
                said = f"{name} is '{told[name][:60]}' here and '{self._shared[name]}' on the first line: one list each"
                self._faults.add(line, said, name)
        values: dict[str, Any] = {name: self._value(line, name, told[name]) for name in COLUMNS if told.get(name)}
        for name in _REQUIRED:
            if not told[name]:
                self._faults.add(line, f"{name} is empty", name)
        return PointIn(line=line, **values) if len(self._faults.found) == before else None

    def _value(self, line: int, name: str, text: str) -> object:
        if name in _AMOUNTS:
            return self._amount(line, name, text)
        if name in _DATES:
            return self._date(line, name, text)
        if name in _NUMBERS:
            if not (text.isascii() and text.isdigit() and len(text) < 6):
                self._faults.add(line, f"{name} is '{text[:60]}': a whole number is wanted", name)
                return None
            return int(text)
        if name in _ENUMS:
            return self._enum(line, name, text, _ENUMS[name])
        return text

    def _amount(self, line: int, name: str, text: str) -> Decimal | None:
        try:
            return exact(text)
        except NotAnAmount as error:
            self._faults.add(line, f"{name}: {error}", name)
            return None

    def _date(self, line: int, name: str, text: str) -> date | None:
        if not text:
            return None
        try:
            if len(text) != 10:
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self._faults.add(line, f"{name} is '{text[:60]}': a day is written 2026-01-31", name)
            return None

    def _enum(self, line: int, name: str, text: str, kind: type[Enum]) -> Enum | None:
        try:
            return kind(text)
        except ValueError:
            known = [one.value for one in kind]
            hint = close(text, known) or f"known: {', '.join(known)}"
            self._faults.add(line, f"there is no {name} '{text[:60]}' ({hint})", name)
            return None


class Lines:
    """The lines of a file as text, each decoded by itself, so that a wrong letter is found on its line."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.number = file, 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        raw = self._file.readline(_LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) == _LONGEST_LINE:
            raise csv.Error(f"it has more than {_LONGEST_LINE} bytes")
        text = raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
        if "\0" in text:
            raise csv.Error("it holds a NUL character")
        return text
