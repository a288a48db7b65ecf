"""What is asked of the clouds, and its log."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("action", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("account_name", key_text(), nullable=False),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("resource_id", key_text(), nullable=True),
        sa.Column("resource_name", key_text(), nullable=False),
        sa.Column("holds", key_text(), nullable=True),
        sa.Column("target", Json(), nullable=True),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("master_key_id", key_text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token", key_text(), nullable=False),
        sa.Column("steps", Json(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("made", Json(), nullable=True),
        sa.Column("made_id", key_text(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("error_code", key_text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("provider_request_id", key_text(), nullable=True),
        sa.Column("reservation_id", key_text(), nullable=True),
        sa.Column("plan_id", key_text(), nullable=True),
        sa.Column("caller", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("observed_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("deadline", UtcTime(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("lease_owner", key_text(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("cancel_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["master_key_id"], ["vault_key.id"], name=op.f("fk_operation_master_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        sa.UniqueConstraint("holds", name=op.f("uq_operation_holds")),
        sa.UniqueConstraint("token", name=op.f("uq_operation_token")),
    )
    for name, columns in (
        ("ix_operation_next", ["next_at"]),
        ("ix_operation_account", ["account_id", "status"]),
        ("ix_operation_created", ["created_at", "id"]),
        ("ix_operation_resource", ["resource_id", "created_at"]),
    ):
        op.create_index(name, "operation", columns, unique=False)
    for column in ("tenant_id", "master_key_id", "plan_id"):
        op.create_index(op.f(f"ix_operation_{column}"), "operation", [column], unique=False)
    op.create_table(
        "operation_log",
        sa.Column("operation_id", key_text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("code", key_text(), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_operation_log_operation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("operation_id", "number", name=op.f("pk_operation_log")),
    )


def downgrade() -> None:
    refuse_loss(revision, ("operation",))
    op.drop_table("operation_log")
    for column in ("plan_id", "master_key_id", "tenant_id"):
        op.drop_index(op.f(f"ix_operation_{column}"), table_name="operation")
    for name in ("ix_operation_resource", "ix_operation_created", "ix_operation_account", "ix_operation_next"):
        op.drop_index(name, table_name="operation")
    op.drop_table("operation")
