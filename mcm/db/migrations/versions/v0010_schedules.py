"""Actions by the calendar, and what came of each time."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("permissions", Json(), nullable=True),
        sa.Column("action", key_text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("cron", key_text(), nullable=False),
        sa.Column("time_zone", key_text(), nullable=False),
        sa.Column("skip", Json(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_schedule_tenant_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_schedule_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("name", name=op.f("uq_schedule_name")),
    )
    op.create_index("ix_schedule_next", "schedule", ["next_at"], unique=False)
    op.create_index(op.f("ix_schedule_tenant_id"), "schedule", ["tenant_id"], unique=False)
    op.create_table(
        "schedule_run",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("schedule_id", key_text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("outcome", key_text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("targets", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("left", Json(), nullable=False),
        sa.Column("operations", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_schedule_run_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_run")),
    )
    op.create_index("ix_schedule_run_schedule", "schedule_run", ["schedule_id", "due_at"], unique=True)


def downgrade() -> None:
    refuse_loss(revision, ("schedule",))
    op.drop_index("ix_schedule_run_schedule", table_name="schedule_run")
    op.drop_table("schedule_run")
    op.drop_index(op.f("ix_schedule_tenant_id"), table_name="schedule")
    op.drop_index("ix_schedule_next", table_name="schedule")
    op.drop_table("schedule")
