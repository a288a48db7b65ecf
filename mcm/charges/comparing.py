"""What a newer bill of a month changes, and what stands in one twice: counted by hashes, in the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from mcm.models import Charge, ChargePart


def compared(session: Session, older: Sequence[int], newer: Sequence[int]) -> dict[str, int]:
    """Parts by id. changed: the same charge with other amounts. Rows that are equal in all are counted off singly."""
    if not older:
        rows = select(func.count()).select_from(Charge).where(Charge.part_id.in_(newer))
        return {"added": int(session.scalar(rows) or 0), "removed": 0, "changed": 0, "unchanged": 0}
    is_new = case((Charge.part_id.in_(newer), 1), else_=0)
    lines: Any = (
        select(Charge.row_key.label("key"), func.sum(is_new).label("new"), func.sum(1 - is_new).label("old"))
        .where(Charge.part_id.in_([*older, *newer]))
        .group_by(Charge.row_key, Charge.line_hash)
        .subquery()
    )
    keys: Any = (
        select(
            func.sum(_least(lines.c.new, lines.c.old)).label("same"),
            func.sum(lines.c.new).label("new"),
            func.sum(lines.c.old).label("old"),
        )
        .group_by(lines.c.key)
        .subquery()
    )
    changed = _least(keys.c.new - keys.c.same, keys.c.old - keys.c.same)
    new, old, same, other = session.execute(
        select(func.sum(keys.c.new), func.sum(keys.c.old), func.sum(keys.c.same), func.sum(changed))
    ).one()
    new, old, same, other = (int(one or 0) for one in (new, old, same, other))
    return {"added": new - same - other, "removed": old - same - other, "changed": other, "unchanged": same}


def repeated(session: Session, parts: Sequence[int]) -> list[tuple[str, int, bool]]:
    """(month, how many charges equal an earlier one, whether every charge is there at least twice), by part."""
    lines: Any = (
        select(Charge.part_id, Charge.line_hash, func.count().label("number"))
        .where(Charge.part_id.in_(parts))
        .group_by(Charge.part_id, Charge.line_hash)
        .subquery()
    )
    query = (
        select(ChargePart.month, func.sum(lines.c.number), func.count(), func.min(lines.c.number))
        .join(ChargePart, ChargePart.id == lines.c.part_id)
        .group_by(ChargePart.id, ChargePart.month)
    )
    return [
        (month, int(rows) - int(distinct), int(least) > 1 and int(distinct) > 1)
        for month, rows, distinct, least in session.execute(query)
    ]


def current_parts(session: Session, account_id: str, months: Sequence[str]) -> list[int]:
    """What an import that replaces would supersede."""
    query = select(ChargePart.id).where(
        ChargePart.account_id == account_id,
        ChargePart.month.in_(months),
        ChargePart.status == "current",
        ChargePart.kind != "correction",
    )
    return list(session.scalars(query.order_by(ChargePart.id)))


def _least(one: Any, other: Any) -> Any:
    return case((one < other, one), else_=other)
