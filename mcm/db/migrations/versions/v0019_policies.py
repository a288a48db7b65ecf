"""Placement policies."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "policy",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("severity", key_text(), nullable=False),
        sa.Column("mode", key_text(), nullable=False),
        sa.Column("framework", Json(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_policy_tenant_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_index(op.f("ix_policy_tenant_id"), "policy", ["tenant_id"], unique=False)
    op.create_table(
        "policy_version",
        sa.Column("policy_id", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("author_id", key_text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_version_policy_id")),
        sa.PrimaryKeyConstraint("policy_id", "version", name=op.f("pk_policy_version")),
    )
    op.create_index("ix_policy_version_created", "policy_version", ["created_at"], unique=False)
    _exceptions()
    _violations()
    op.create_table(
        "policy_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", _BIG, nullable=False),
        sa.Column("audit_seq", _BIG, nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=True),
        sa.Column("fingerprint", key_text(), nullable=False),
        sa.Column("whole_at", UtcTime(), nullable=True),
        sa.Column("checked_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_check")),
    )
    op.create_table(
        "classification_rule",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data_class", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=True),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("tag_key", key_text(), nullable=True),
        sa.Column("tag_value", key_text(), nullable=True),
        sa.Column("name", key_text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_classification_rule")),
    )
    op.create_table(
        "classified",
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("data_class", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_classified")),
    )


def _exceptions() -> None:
    op.create_table(
        "policy_exception",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("policy_id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=True),
        sa.Column("field", key_text(), nullable=False),
        sa.Column("value", key_text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("requested_by_id", key_text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("decided_by_id", key_text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_policy_exception_policy_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_policy_exception_tenant_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_exception")),
    )
    op.create_index(
        "ix_policy_exception_policy", "policy_exception", ["policy_id", "status", "expires_at"], unique=False
    )
    op.create_index(op.f("ix_policy_exception_tenant_id"), "policy_exception", ["tenant_id"], unique=False)


def _violations() -> None:
    op.create_table(
        "violation",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("policy_id", key_text(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("policy_hash", key_text(), nullable=False),
        sa.Column("severity", key_text(), nullable=False),
        sa.Column("mode", key_text(), nullable=False),
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("outcome", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("exception_id", key_text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("values", Json(), nullable=False),
        sa.Column("exposure", Json(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("last_checked", UtcTime(), nullable=False),
        sa.Column("resolved_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violation")),
    )
    op.create_index("ix_violation_status", "violation", ["status", "since", "id"], unique=False)
    op.create_index("ix_violation_resource", "violation", ["resource_id", "policy_id"], unique=False)
    op.create_index(
        "ix_violation_current", "violation", ["policy_id", "resource_id"], unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"), postgresql_where=sa.text("resolved_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    # What is derived from the inventory comes again.
    refuse_loss(revision, ("policy", "policy_exception", "violation", "classification_rule"))
    for table in ("classified", "classification_rule", "policy_check", "violation", "policy_exception"):
        op.drop_table(table)
    op.drop_table("policy_version")
    op.drop_table("policy")
