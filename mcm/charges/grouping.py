"""Sums of charges by whatever they are asked by, exact, one for each currency and basis."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mcm.charges.dimensions import COSTS, Cost, Dimension, Filters, conditions, expression, needs_resource, visible
from mcm.charges.errors import InvalidDimension
from mcm.db.exact import exact_sum
from mcm.models import Charge, ChargePart, ResourceRow


@dataclass(frozen=True, slots=True)
class Group:
    """key: one value for each dimension asked for, None where the charges have none. amount: None when no charge in it
    has the cost; unknown: how many of its charges (rows) have not. basis: billed or modelled."""

    key: tuple[str | None, ...]
    currency: str
    basis: str
    amount: Decimal | None
    rows: int
    unknown: int


def grouped(
    session: Session,
    *,
    months: Collection[str],
    by: Sequence[Dimension] = (),
    cost: Cost = "effective",
    filters: Filters | None = None,
) -> list[Group]:
    """Over current charges that the session sees, in the order of the keys. months: as 2026-11.

    Amounts of different currencies or bases are never added up. Raises InvalidDimension."""
    if cost not in COSTS:
        raise InvalidDimension(f"there is no cost '{cost}'", next_step=f"one of {', '.join(COSTS)}")
    # By label: two renderings of one expression with bound values are two expressions to a database.
    labels = [f"key_{number}" for number in range(len(by))]
    keys = [expression(session, dimension).label(label) for dimension, label in zip(by, labels, strict=True)]
    amount = COSTS[cost]
    query: Any = select(
        *keys, ChargePart.currency, ChargePart.basis, exact_sum(amount), func.count(), func.count(amount)
    )
    query = visible(session, query.select_from(Charge), months)
    if needs_resource([*by, *(filters or {})]):
        query = query.outerjoin(ResourceRow, ResourceRow.id == Charge.resource_id)
    query = query.where(*conditions(session, filters)).group_by(*labels, ChargePart.currency, ChargePart.basis)
    found = [_group(row, len(keys)) for row in session.execute(query)]
    return sorted(found, key=lambda one: ([(value is None, value or "") for value in one.key], one.currency, one.basis))


def _group(row: Any, keys: int) -> Group:
    currency, basis, amount, rows, known = row[keys:]
    # A tag's value may be a number or a truth value.
    key = tuple(None if value is None else str(value) for value in row[:keys])
    return Group(key, currency, basis, amount, rows, rows - known)
