"""Points of a price list between the cloud that names them and the transaction that takes them: on disk, in order."""

import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from types import TracebackType
from typing import Self

from mcm.contract import PricePoint
from mcm.prices.offers import Item, Option, Unit
from mcm.prices.points import PointIn

# Small lists stay in memory.
_SPOOLED = 8 << 20
_WORDS = {"item", "option", "unit"}
# What a point of the contract and one that is taken have in common, but for the words that are enumerated.
_SAME = tuple(sorted({one.name for one in fields(PricePoint)} & {one.name for one in fields(PointIn)} - _WORDS))


class Spool:
    """strange: points whose item, option or unit mcm has no word for; foreign: those in another currency."""

    def __init__(self, currency: str) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115
        self._currency = currency
        self.points = self.strange = self.foreign = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, point: PricePoint) -> None:
        try:
            words = (Item(point.item), Option(point.option), Unit(point.unit))
        except ValueError:
            self.strange += 1
            return
        if point.currency != self._currency:
            self.foreign += 1
            return
        self.points += 1
        values = tuple(getattr(point, name) for name in _SAME)
        pickle.dump((*(str(word) for word in words), *values), self._file, pickle.HIGHEST_PROTOCOL)

    def read(self) -> Iterator[PointIn]:
        """Only of what `add` wrote into this process's own nameless file."""
        self._file.seek(0)
        for _ in range(self.points):
            item, option, unit, *values = pickle.load(self._file)  # noqa: S301
            same = dict(zip(_SAME, values, strict=True))
            yield PointIn(item=Item(item), option=Option(option), unit=Unit(unit), **same)
