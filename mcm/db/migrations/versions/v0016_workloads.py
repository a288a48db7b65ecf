"""Workload documents and estimates."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workload",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_workload_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workload")),
        sa.UniqueConstraint("name", name=op.f("uq_workload_name")),
    )
    op.create_index(op.f("ix_workload_tenant_id"), "workload", ["tenant_id"], unique=False)
    op.create_table(
        "workload_version",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("workload_id", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workload_id"], ["workload.id"], name=op.f("fk_workload_version_workload_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_workload_version_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workload_version")),
        sa.UniqueConstraint("workload_id", "version", name=op.f("uq_workload_version_workload_id_version")),
    )
    op.create_table(
        "estimate",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("title", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("asked", Json(), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("accounts", Json(), nullable=False),
        sa.Column("resources", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_estimate_tenant_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_estimate_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate")),
    )
    op.create_index(op.f("ix_estimate_tenant_id"), "estimate", ["tenant_id"], unique=False)
    op.create_index("ix_estimate_created", "estimate", ["created_at", "id"], unique=False)


def downgrade() -> None:
    refuse_loss(revision, ("workload", "estimate"))
    op.drop_index("ix_estimate_created", table_name="estimate")
    op.drop_index(op.f("ix_estimate_tenant_id"), table_name="estimate")
    op.drop_table("estimate")
    op.drop_table("workload_version")
    op.drop_index(op.f("ix_workload_tenant_id"), table_name="workload")
    op.drop_table("workload")
