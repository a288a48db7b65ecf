"""How much of what runs is used, and what could be saved."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Exact, Json, UtcTime, key_text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "utilisation_day",
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("metric", key_text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("coverage_s", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("min", "p50", "p95", "max", "mean")),
        sa.Column("read_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", "metric", "day", name=op.f("pk_utilisation_day")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_utilisation_day_day"), "utilisation_day", ["day"], unique=False)
    op.create_table(
        "utilisation_read",
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=True),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.Column("resources", sa.Integer(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=False),
        sa.Column("error_code", key_text(), nullable=True),
        sa.Column("error_message", key_text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_utilisation_read_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_utilisation_read")),
    )
    op.create_index(op.f("ix_utilisation_read_due_at"), "utilisation_read", ["due_at"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("last_checked", UtcTime(), nullable=False),
        sa.Column("resolved_at", UtcTime(), nullable=True),
        sa.Column("confidence", key_text(), nullable=False),
        sa.Column("saving", Exact(), nullable=True),
        sa.Column("currency", key_text(), nullable=True),
        sa.Column("basis", key_text(), nullable=False),
        sa.Column("evidence", Json(), nullable=False),
        sa.Column("notes", Json(), nullable=False),
        sa.Column("action", key_text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("dismissed_at", UtcTime(), nullable=True),
        sa.Column("dismissed_until", UtcTime(), nullable=True),
        sa.Column("dismissed_by", key_text(), nullable=True),
        sa.Column("dismissed_why", key_text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("resource_id", "kind", name=op.f("uq_finding_resource_id_kind")),
    )
    op.create_index(op.f("ix_finding_kind"), "finding", ["kind"], unique=False)
    op.create_index(op.f("ix_finding_since"), "finding", ["since", "id"], unique=False)


def downgrade() -> None:
    """What was measured can be read again for some days only; what somebody dismissed cannot."""
    refuse_loss(revision, ("utilisation_day", "finding"))
    op.drop_table("finding")
    op.drop_table("utilisation_read")
    op.drop_table("utilisation_day")
