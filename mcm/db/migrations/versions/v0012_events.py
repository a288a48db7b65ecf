"""Events, and notices of them."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("subject_kind", key_text(), nullable=False),
        sa.Column("subject_id", key_text(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index("ix_event_subject", "event", ["subject_id", "id"], unique=False)
    op.create_table(
        "notice_target",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("type", key_text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("kinds", Json(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=True),
        sa.Column("language", key_text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("master_key_id", key_text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_notice_target_tenant_id")),
        sa.ForeignKeyConstraint(["master_key_id"], ["vault_key.id"], name=op.f("fk_notice_target_master_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_target")),
        sa.UniqueConstraint("name", name=op.f("uq_notice_target_name")),
    )
    op.create_index(op.f("ix_notice_target_tenant_id"), "notice_target", ["tenant_id"], unique=False)
    op.create_index(op.f("ix_notice_target_master_key_id"), "notice_target", ["master_key_id"], unique=False)
    op.create_table(
        "notice_delivery",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("target_id", key_text(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("tried_at", UtcTime(), nullable=True),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("lease_owner", key_text(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notice_target.id"], name=op.f("fk_notice_delivery_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
    )
    op.create_index("ix_notice_delivery_next", "notice_delivery", ["next_at"], unique=False)
    op.create_index("ix_notice_delivery_event", "notice_delivery", ["target_id", "event_id"], unique=True)


def downgrade() -> None:
    refuse_loss(revision, ("notice_target",))
    op.drop_index("ix_notice_delivery_event", table_name="notice_delivery")
    op.drop_index("ix_notice_delivery_next", table_name="notice_delivery")
    op.drop_table("notice_delivery")
    op.drop_index(op.f("ix_notice_target_master_key_id"), table_name="notice_target")
    op.drop_index(op.f("ix_notice_target_tenant_id"), table_name="notice_target")
    op.drop_table("notice_target")
    # Events say nothing that the tables they tell of do not say, and would be gone within a week.
    op.drop_index("ix_event_subject", table_name="event")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_table("event")
