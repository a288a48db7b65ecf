"""Which master keys may be in use, and whether this database may act on clouds.

What is stored already is sealed with keys that are in use, as far as anybody knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

from mcm.db.types import UtcTime, key_text
from mcm.errors import Conflict
from mcm.kit import clock

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SEALED = ("secret", "identity_secret", "audit_segment")


def upgrade() -> None:
    keys = op.create_table(
        "vault_key",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("retired_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_key")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", key_text(), nullable=False),
        sa.Column("restored_at", UtcTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    used: sa.CompoundSelect[Any] = sa.union(
        *(sa.select(sa.column("master_key_id")).select_from(sa.table(name)) for name in _SEALED)
    )
    now = clock.now()
    known = [{"id": key_id, "created_at": now} for key_id in sorted(op.get_bind().scalars(used))]
    if known:
        op.bulk_insert(keys, known)
    for name in _SEALED:
        with _altered(name) as table:
            table.create_foreign_key(op.f(f"fk_{name}_master_key_id"), "vault_key", ["master_key_id"], ["id"])


def downgrade() -> None:
    _refuse_forgetting()
    for name in _SEALED:
        with _altered(name) as table:
            table.drop_constraint(op.f(f"fk_{name}_master_key_id"), type_="foreignkey")
    op.drop_table("installation")
    op.drop_table("vault_key")


def _refuse_forgetting() -> None:
    """An older mcm would not know that this is a copy, and read the clouds beside the original."""
    table = sa.table("installation", sa.column("state"))
    copied = sa.select(sa.func.count()).select_from(table).where(table.c.state != "confirmed")
    if op.get_bind().scalar(copied):
        raise Conflict(
            f"going back from schema {revision} would lose 1 row of installation: that this is a copy nobody has "
            "confirmed; nothing was changed",
            next_step="run `mcm db confirm` first",
        )


@contextmanager
def _altered(name: str) -> Iterator[Any]:
    """SQLite makes the table anew: its triggers go with it, and those of others that name it would be in the way."""
    bind = op.get_bind()
    triggers: list[str] = []
    if bind.dialect.name == "sqlite":
        found = bind.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for trigger, sql in found:
            triggers.append(sql)
            op.execute(f'DROP TRIGGER "{trigger}"')
    with op.batch_alter_table(name) as table:
        yield table
    for sql in triggers:
        op.execute(sa.text(sql))
