"""Many workloads at once."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "optimization",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=True),
        sa.Column("goal", key_text(), nullable=False),
        sa.Column("asked", Json(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("tenants", Json(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("caller", Json(), nullable=False),
        sa.Column("requested_by", key_text(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("owner", key_text(), nullable=True),
        sa.Column("error", Json(), nullable=True),
        sa.Column("result", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_optimization_tenant_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_optimization_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_optimization")),
    )
    op.create_index("ix_optimization_created", "optimization", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_optimization_status"), "optimization", ["status"], unique=False)
    op.create_index(op.f("ix_optimization_tenant_id"), "optimization", ["tenant_id"], unique=False)
    only = sa.text("runs = 1")
    op.create_index(
        "uq_optimization_runs", "optimization", ["runs"], unique=True, sqlite_where=only, postgresql_where=only
    )
    op.create_table(
        "optimization_row",
        sa.Column("optimization_id", key_text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("resource_id", key_text(), nullable=True),
        sa.Column("data", Json(), nullable=False),
        sa.Column("plan_id", key_text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["optimization_id"], ["optimization.id"], name=op.f("fk_optimization_row_optimization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("optimization_id", "number", name=op.f("pk_optimization_row")),
    )  # fmt: skip


def downgrade() -> None:
    refuse_loss(revision, ("optimization",))
    op.drop_table("optimization_row")
    op.drop_index("uq_optimization_runs", table_name="optimization")
    op.drop_index(op.f("ix_optimization_tenant_id"), table_name="optimization")
    op.drop_index(op.f("ix_optimization_status"), table_name="optimization")
    op.drop_index("ix_optimization_created", table_name="optimization")
    op.drop_table("optimization")
