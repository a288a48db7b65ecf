"""Tenants in a tree, rules that assign resources to them, quotas."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import UtcTime, key_text
from mcm.errors import Conflict

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = ("quota_reservation", "quota_limit", "tenant_scope", "tenant_rule")
_ROOT = sa.text("parent_id IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("tenant") as table:
        table.drop_constraint("uq_tenant_name", type_="unique")
        table.drop_constraint("fk_tenant_parent_id", type_="foreignkey")
        table.create_foreign_key(
            "fk_tenant_parent_id", "tenant", ["parent_id"], ["id"], deferrable=True, initially="DEFERRED"
        )
        table.add_column(sa.Column("kind", key_text(), nullable=True))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ux_tenant_name", "tenant", ["parent_id", "name"], unique=True)
    op.create_index("ux_tenant_root_name", "tenant", ["name"], unique=True, sqlite_where=_ROOT, postgresql_where=_ROOT)
    op.create_table(
        "tenant_rule",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=True),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("tag_key", key_text(), nullable=True),
        sa.Column("tag_value", key_text(), nullable=True),
        sa.Column("tag_prefix", sa.Boolean(), nullable=False),
        _refers("tenant_rule", "tenant_id", "tenant"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_tenant_rule")),
    )
    op.create_index(op.f("ix_tenant_rule_tenant_id"), "tenant_rule", ["tenant_id"], unique=False)
    op.create_table(
        "tenant_scope",
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("scope_id", _BIG, autoincrement=False, nullable=False),
        _refers("tenant_scope", "tenant_id", "tenant", ondelete="CASCADE"),
        _refers("tenant_scope", "scope_id", "scope", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "scope_id", name=op.f("pk_tenant_scope")),
    )
    op.create_index(op.f("ix_tenant_scope_scope_id"), "tenant_scope", ["scope_id"], unique=False)
    _quotas()


def downgrade() -> None:
    refuse_loss(revision, ("quota_reservation", "quota_limit", "tenant_rule"))
    _refuse_tenants()
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("ux_tenant_root_name", table_name="tenant")
    op.drop_index("ux_tenant_name", table_name="tenant")
    with op.batch_alter_table("tenant") as table:
        table.drop_column("version")
        table.drop_column("kind")
        table.drop_constraint("fk_tenant_parent_id", type_="foreignkey")
        table.create_foreign_key("fk_tenant_parent_id", "tenant", ["parent_id"], ["id"])
        table.create_unique_constraint("uq_tenant_name", ["name"])


def _quotas() -> None:
    op.create_table(
        "quota_limit",
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("resource", key_text(), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        _refers("quota_limit", "tenant_id", "tenant", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "resource", name=op.f("pk_quota_limit")),
    )
    op.create_table(
        "quota_reservation",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("key", key_text(), nullable=False),
        sa.Column("for_what", key_text(), nullable=False),
        *(sa.Column(name, _BIG, nullable=False) for name in ("instances", "vcpus", "memory_mib", "storage_gib")),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        _refers("quota_reservation", "tenant_id", "tenant"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_reservation")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_quota_reservation_tenant_id_key")),
    )
    op.create_index("ix_quota_reservation_until", "quota_reservation", ["status", "until"], unique=False)


def _refers(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _refuse_tenants() -> None:
    """Before this schema there was one tenant: others, and what they hold, would mean nothing."""
    tenant = sa.table("tenant", sa.column("id"), sa.column("version"), sa.column("kind"))
    changed = sa.or_(tenant.c.id != "ten_default", tenant.c.version != 1, tenant.c.kind.is_not(None))
    number = op.get_bind().scalar(sa.select(sa.func.count()).select_from(tenant).where(changed))
    if number:
        raise Conflict(
            f"going back from schema {revision} would lose {number} row{'s' if number > 1 else ''} of tenant; "
            "nothing was changed",
            next_step="restore a backup from before the upgrade, or start with an empty database",
        )
