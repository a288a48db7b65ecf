"""For steps back: one that would lose data refuses and names what it would lose."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from alembic import op

from mcm.errors import Conflict


def refuse_loss(
    revision: str, tables: Sequence[str], counting: Mapping[str, sa.ColumnElement[Any]] = MappingProxyType({})
) -> None:
    """Raises Conflict when one of the tables, which the step back from `revision` drops, holds a row.

    counting: by table, which of its rows would be lost; others come again by themselves."""
    connection = op.get_bind()
    counts = {
        name: connection.scalar(
            sa.select(sa.func.count()).select_from(sa.table(name)).where(counting.get(name, sa.true()))
        )
        for name in tables
    }
    lost = [f"{count} row{'s' if count > 1 else ''} of {name}" for name, count in counts.items() if count]
    if lost:
        raise Conflict(
            f"going back from schema {revision} would lose {', '.join(lost)}; nothing was changed",
            next_step="restore a backup from before the upgrade, or start with an empty database",
        )
