"""What may be asked of cost: what it is grouped by, of which part, as billed or spread."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from mcm.allocations.errors import InvalidCostReport
from mcm.allocations.pieces import Piece
from mcm.kit import currencies
from mcm.kit.text import closest

Cost = Literal["billed", "effective"]
# What a line is of, and the attribute of a piece that says it.
DIMENSIONS: Mapping[str, str] = {
    "tenant": "tenant_id",
    "application": "application",
    "cost_center": "cost_center",
    "account": "account_id",
    "provider": "provider",
    "environment": "environment",
    "service": "service",
    "region": "region",
    "category": "category",
    "rule": "trail",
    "kind": "kind",
}
MOST_DIMENSIONS, MOST_TAGS = 4, 20
_TAG = "tag:"


@dataclass(frozen=True, slots=True)
class Question:
    """month: as 2026-11. by: dimensions and `tag:KEY`. currency: to convert to; None: as billed. only: dimension →
    values (ids of tenants, with all below them, and of accounts), one of which it must be. against: the month that it
    is compared with; None: it is not."""

    month: str
    by: tuple[str, ...] = ("tenant",)
    cost: Cost = "billed"
    currency: str | None = None
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    against: str | None = None

    @property
    def tag_keys(self) -> set[str]:
        return {name.removeprefix(_TAG) for name in (*self.by, *self.only) if name.startswith(_TAG)}


def dimensions(text: str) -> tuple[str, ...]:
    """`tenant,service,tag:team` as a tuple. Raises InvalidCostReport."""
    found = tuple(one.strip() for one in text.split(",") if one.strip())
    if not found or len(found) > MOST_DIMENSIONS:
        raise InvalidCostReport(
            f"a report is grouped by 1 to {MOST_DIMENSIONS} things, not by {len(found)}",
            next_step=f"known: {', '.join(DIMENSIONS)}, tag:KEY",
        )
    for name in found:
        require_dimension(name)
    if len(set(found)) < len(found):
        raise InvalidCostReport("the same is grouped by twice", next_step="name it once")
    return found


def require_dimension(name: str) -> None:
    if name.startswith(_TAG):
        key = name.removeprefix(_TAG)
        if not key or len(key) > 256 or not key.isprintable():
            raise InvalidCostReport("'tag:' is followed by the tag's key", next_step="such as tag:team")
    elif name not in DIMENSIONS:
        raise InvalidCostReport(
            f"cost cannot be grouped by '{name[:60]}'", next_step=closest(name, [*DIMENSIONS, "tag:KEY"])
        )


def require_month(text: str) -> str:
    if not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise InvalidCostReport(f"'{text[:20]}' is no month", next_step="write it like 2026-11")
    return text


def require_currency(code: str) -> str:
    if not currencies.known(code):
        raise InvalidCostReport(
            f"'{code[:10]}' is no currency of ISO 4217", next_step="write its three letters, such as EUR or CNY"
        )
    return code


def before(month: str, months: int = 1) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def last_day(month: str) -> date:
    following = before(month, -1)
    return date.fromordinal(date(int(following[:4]), int(following[5:]), 1).toordinal() - 1)


def value(piece: Piece, name: str) -> str | None:
    """What a piece is in a dimension."""
    if name.startswith(_TAG):
        return piece.tag(name.removeprefix(_TAG))
    if name == "rule":
        return " → ".join(piece.trail) or None
    found: str | None = getattr(piece, DIMENSIONS[name])
    return found


def fits(piece: Piece, only: Mapping[str, frozenset[str]], tree: Mapping[str, Sequence[str]]) -> bool:
    for name, wanted in only.items():
        found = value(piece, name)
        if name == "tenant":
            if found is None or not wanted & set(tree.get(found, (found,))):
                return False
        elif found not in wanted:
            return False
    return True
