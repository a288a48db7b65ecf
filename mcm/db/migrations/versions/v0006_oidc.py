"""The OpenID providers people may sign in with."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oidc_provider",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("title", key_text(), nullable=False),
        sa.Column("issuer", key_text(), nullable=False),
        sa.Column("client_id", key_text(), nullable=False),
        sa.Column("master_key_id", key_text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("ca_pem", sa.Text(), nullable=False),
        sa.Column("domains", Json(), nullable=False),
        sa.Column("groups_claim", key_text(), nullable=False),
        sa.Column("mappings", Json(), nullable=False),
        sa.Column("userinfo", sa.Boolean(), nullable=False),
        sa.Column("sign_up", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["master_key_id"], ["vault_key.id"], name=op.f("fk_oidc_provider_master_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oidc_provider")),
        sa.UniqueConstraint("name", name=op.f("uq_oidc_provider_name")),
    )
    op.create_index(op.f("ix_oidc_provider_master_key_id"), "oidc_provider", ["master_key_id"], unique=False)
    op.create_table(
        "oidc_used",
        sa.Column("mark", key_text(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_oidc_used")),
    )
    op.create_index(op.f("ix_oidc_used_expires_at"), "oidc_used", ["expires_at"], unique=False)


def downgrade() -> None:
    refuse_loss(revision, ("oidc_provider",))
    op.drop_index(op.f("ix_oidc_used_expires_at"), table_name="oidc_used")
    op.drop_table("oidc_used")
    op.drop_index(op.f("ix_oidc_provider_master_key_id"), table_name="oidc_provider")
    op.drop_table("oidc_provider")
