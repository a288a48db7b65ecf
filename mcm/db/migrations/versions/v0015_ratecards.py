"""What the organisation's own clouds cost."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cost_pool",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_by", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_pool")),
        sa.UniqueConstraint("name", name=op.f("uq_cost_pool_name")),
    )
    op.create_table(
        "cost_pool_version",
        sa.Column("pool_id", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", key_text(), nullable=False),
        sa.Column("written_by", key_text(), nullable=False),
        sa.Column("written_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["cost_pool.id"], name=op.f("fk_cost_pool_version_pool_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pool_id", "version", name=op.f("pk_cost_pool_version")),
    )
    op.create_table(
        "cost_pool_account",
        sa.Column("pool_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cost_pool_account_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"], ["cost_pool.id"], name=op.f("fk_cost_pool_account_pool_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_cost_pool_account")),
    )
    op.create_index(op.f("ix_cost_pool_account_pool_id"), "cost_pool_account", ["pool_id"], unique=False)
    op.create_table(
        "rate_card",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("pool", key_text(), nullable=False),
        sa.Column("month", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("pool_version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", key_text(), nullable=False),
        sa.Column("calculation", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_by", key_text(), nullable=False),
        sa.Column("published_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_card")),
        sa.UniqueConstraint("pool", "month", "version", name=op.f("uq_rate_card_pool_month_version")),
    )
    op.create_table(
        "rate_card_account",
        sa.Column("card_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["rate_card.id"], name=op.f("fk_rate_card_account_card_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("card_id", "account_id", name=op.f("pk_rate_card_account")),
    )
    op.create_index("ix_rate_card_account_account", "rate_card_account", ["account_id"], unique=False)


def downgrade() -> None:
    refuse_loss(revision, ("cost_pool", "rate_card"))
    op.drop_index("ix_rate_card_account_account", table_name="rate_card_account")
    op.drop_table("rate_card_account")
    op.drop_table("rate_card")
    op.drop_index(op.f("ix_cost_pool_account_pool_id"), table_name="cost_pool_account")
    op.drop_table("cost_pool_account")
    op.drop_table("cost_pool_version")
    op.drop_table("cost_pool")
