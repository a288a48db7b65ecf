"""Limits of money per month, and what a reservation is for, so that it can be priced."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Exact, Json, key_text

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quota_money",
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_quota_money_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_quota_money")),
    )
    with op.batch_alter_table("quota_reservation") as table:
        table.add_column(sa.Column("change", Json(), nullable=True))


def downgrade() -> None:
    """What a reservation is for ends with it within hours, and only limits of money ask for it."""
    refuse_loss(revision, ("quota_money",))
    with op.batch_alter_table("quota_reservation") as table:
        table.drop_column("change")
    op.drop_table("quota_money")
