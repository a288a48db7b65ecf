"""Who pays: rules that share cost, budgets and their alerts."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Exact, Json, UtcTime, key_text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allocation_rule",
        sa.Column("name", key_text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_allocation_rule")),
    )
    op.create_table(
        "budget",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=True),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_budget_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint("name", name=op.f("uq_budget_name")),
    )
    op.create_index(op.f("ix_budget_tenant_id"), "budget", ["tenant_id"], unique=False)
    op.create_table(
        "budget_alert",
        sa.Column("budget_id", key_text(), nullable=False),
        sa.Column("month", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("percent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("spent", Exact(), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id"], ["budget.id"], name=op.f("fk_budget_alert_budget_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("budget_id", "month", "kind", "percent", name=op.f("pk_budget_alert")),
    )


def downgrade() -> None:
    refuse_loss(revision, ("allocation_rule", "budget", "budget_alert"))
    op.drop_table("budget_alert")
    op.drop_index(op.f("ix_budget_tenant_id"), table_name="budget")
    op.drop_table("budget")
    op.drop_table("allocation_rule")
