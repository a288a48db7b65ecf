"""Cold moves of instances to another cloud."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "move",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("ends_as", key_text(), nullable=True),
        *(sa.Column(name, key_text(), nullable=False) for name in ("tenant_id", "account_id", "account_name")),
        sa.Column("project", key_text(), nullable=True),
        *(sa.Column(name, key_text(), nullable=False) for name in ("region", "resource_id", "resource_name")),
        sa.Column("holds", key_text(), nullable=True),
        *(
            sa.Column(f"target_{name}", key_text(), nullable=False)
            for name in ("tenant_id", "account_id", "account_name", "region")
        ),
        *(sa.Column(name, Json(), nullable=False) for name in ("params", "wanted", "facts")),
        sa.Column("made_id", key_text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error_code", key_text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("error_message", "next_step")),
        sa.Column("caller", Json(), nullable=False),
        sa.Column("requested_by", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        *(sa.Column(name, UtcTime(), nullable=True) for name in ("started_at", "finished_at", "cancel_at", "next_at")),
        sa.Column("lease_owner", key_text(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("turn", "waits", "version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
        sa.UniqueConstraint("holds", name=op.f("uq_move_holds")),
    )
    op.create_index(op.f("ix_move_next"), "move", ["next_at"], unique=False)
    op.create_index(op.f("ix_move_created"), "move", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_move_tenant_id"), "move", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_move_resource_id"), "move", ["resource_id"], unique=False)
    op.create_table(
        "move_step",
        sa.Column("move_id", key_text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, key_text(), nullable=False) for name in ("name", "status")),
        *(sa.Column(name, key_text(), nullable=True) for name in ("operation_id", "undo_operation_id")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("done_bytes", "total_bytes")),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *(sa.Column(name, UtcTime(), nullable=True) for name in ("started_at", "finished_at")),
        sa.ForeignKeyConstraint(["move_id"], ["move.id"], name=op.f("fk_move_step_move_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("move_id", "number", name=op.f("pk_move_step")),
    )


def downgrade() -> None:
    refuse_loss(revision, ("move",))
    op.drop_table("move_step")
    op.drop_table("move")
