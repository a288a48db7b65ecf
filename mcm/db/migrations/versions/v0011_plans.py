"""Plans, the recycle bin, and dates of retirement."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("action", key_text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("requested_by", key_text(), nullable=False),
        sa.Column("needs", Json(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("decided_by_id", key_text(), nullable=True),
        sa.Column("decided_by", key_text(), nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("impact", Json(), nullable=False),
        sa.Column("drift", Json(), nullable=False),
        sa.Column("caller", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("applied_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index("ix_plan_created", "plan", ["created_at", "id"], unique=False)
    op.create_index("ix_plan_status", "plan", ["status", "expires_at"], unique=False)
    op.create_table(
        "plan_item",
        sa.Column("plan_id", key_text(), nullable=False),
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("account_name", key_text(), nullable=False),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("seen", Json(), nullable=False),
        sa.Column("version", key_text(), nullable=False),
        sa.Column("why", Json(), nullable=True),
        sa.Column("operation_id", key_text(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_item_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "resource_id", name=op.f("pk_plan_item")),
    )
    op.create_index("ix_plan_item_status", "plan_item", ["plan_id", "status"], unique=False)
    op.create_table(
        "recycled",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("holds", key_text(), nullable=True),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("account_name", key_text(), nullable=False),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("was", key_text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("plan_id", key_text(), nullable=True),
        sa.Column("stop_operation", key_text(), nullable=True),
        sa.Column("delete_operation", key_text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("caller", Json(), nullable=False),
        sa.Column("requested_by", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("delete_at", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recycled")),
        sa.UniqueConstraint("holds", name=op.f("uq_recycled_holds")),
    )
    op.create_index("ix_recycled_due", "recycled", ["status", "next_at"], unique=False)
    op.create_index(op.f("ix_recycled_resource_id"), "recycled", ["resource_id"], unique=False)
    op.create_table(
        "recycle_rule",
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recycle_rule_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_recycle_rule")),
    )
    op.create_table(
        "retirement",
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("retire_at", UtcTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("set_by", key_text(), nullable=False),
        sa.Column("set_at", UtcTime(), nullable=False),
        sa.Column("reminded_at", UtcTime(), nullable=True),
        sa.Column("stopped_at", UtcTime(), nullable=True),
        sa.Column("operation_id", key_text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_retirement")),
    )
    op.create_index("ix_retirement_due", "retirement", ["next_at"], unique=False)


def downgrade() -> None:
    refuse_loss(revision, ("plan", "recycled", "recycle_rule", "retirement"))
    op.drop_index("ix_retirement_due", table_name="retirement")
    op.drop_table("retirement")
    op.drop_table("recycle_rule")
    op.drop_index(op.f("ix_recycled_resource_id"), table_name="recycled")
    op.drop_index("ix_recycled_due", table_name="recycled")
    op.drop_table("recycled")
    op.drop_index("ix_plan_item_status", table_name="plan_item")
    op.drop_table("plan_item")
    op.drop_index("ix_plan_status", table_name="plan")
    op.drop_index("ix_plan_created", table_name="plan")
    op.drop_table("plan")
