"""Saved views."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("page", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("query", Json(), nullable=False),
        sa.Column("shared", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_saved_view_principal_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_saved_view_tenant_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("principal_id", "page", "name", name=op.f("uq_saved_view_principal_id_page_name")),
    )
    op.create_index(op.f("ix_saved_view_shared"), "saved_view", ["shared"], unique=False)
    op.create_index(op.f("ix_saved_view_tenant_id"), "saved_view", ["tenant_id"], unique=False)


def downgrade() -> None:
    refuse_loss(revision, ("saved_view",))
    op.drop_index(op.f("ix_saved_view_tenant_id"), table_name="saved_view")
    op.drop_index(op.f("ix_saved_view_shared"), table_name="saved_view")
    op.drop_table("saved_view")
