"""What was billed beside what prices say: of the machines of a place, and of instances that were selected."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tried:
    """What machines of a place were billed as a multiple of what prices say: without the lowest and highest twentieth
    (`left` machines in all), and the middle one."""

    month: str
    count: int
    left: int
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Before:
    """What `count` of `of` instances were billed in a month, and what prices say of these, in the book's currency.
    count 0: no bill names them, and the rest says nothing."""

    month: str
    count: int
    of: int
    billed: Decimal
    estimated: Decimal
