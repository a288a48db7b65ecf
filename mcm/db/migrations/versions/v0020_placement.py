"""Places, decisions where work runs, and room held for them."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = (
    "location_setting",
    "latency",
    "location_generation",
    "placement",
    "placement_instance",
    "capacity_reservation",
)


def upgrade() -> None:
    op.create_table(
        "location_setting",
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("zone", key_text(), nullable=False),
        sa.Column("site", key_text(), nullable=True),
        sa.Column("city", key_text(), nullable=True),
        sa.Column("jurisdiction", key_text(), nullable=True),
        sa.Column("cpu_overcommit", sa.Float(53), nullable=True),
        sa.Column("memory_overcommit", sa.Float(53), nullable=True),
        sa.Column("vcpus", sa.Float(53), nullable=True),
        sa.Column("memory_gib", sa.Float(53), nullable=True),
        sa.Column("disk_gib", sa.Float(53), nullable=True),
        sa.Column("gpus", sa.Float(53), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_by", key_text(), nullable=False),
        sa.Column("set_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_location_setting_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "region", "zone", name=op.f("pk_location_setting")),
    )
    op.create_table(
        "latency",
        sa.Column("level", key_text(), nullable=False),
        sa.Column("one", key_text(), nullable=False),
        sa.Column("other", key_text(), nullable=False),
        sa.Column("ms", sa.Float(53), nullable=False),
        sa.Column("source", key_text(), nullable=False),
        sa.Column("set_by", key_text(), nullable=False),
        sa.Column("set_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("level", "one", "other", name=op.f("pk_latency")),
    )
    op.create_table(
        "location_generation",
        sa.Column("place", key_text(), nullable=False),
        sa.Column("generation", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_location_generation")),
    )
    op.create_table(
        "placement",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("workload", key_text(), nullable=False),
        sa.Column("workload_version", sa.Integer(), nullable=True),
        sa.Column("workload_hash", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("inputs", Json(), nullable=False),
        sa.Column("outcome", Json(), nullable=False),
        sa.Column("hash", key_text(), nullable=False),
        sa.Column("chosen", Json(), nullable=False),
        sa.Column("params", Json(), nullable=False),
        sa.Column("spilled", sa.Boolean(), nullable=False),
        sa.Column("needs", Json(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("requested_by", key_text(), nullable=False),
        sa.Column("caller", Json(), nullable=False),
        sa.Column("decided_by", key_text(), nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("applied_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_placement_principal_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_placement_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index("ix_placement_created", "placement", ["created_at", "id"], unique=False)
    op.create_index("ix_placement_status", "placement", ["status"], unique=False)
    op.create_index("ix_placement_tenant_id", "placement", ["tenant_id"], unique=False)
    op.create_index("ix_placement_workload", "placement", ["workload"], unique=False)
    op.create_table(
        "placement_instance",
        sa.Column("placement_id", key_text(), nullable=False),
        sa.Column("tier", key_text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("location", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("operation_id", key_text(), nullable=True),
        sa.Column("tried", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_placement_instance_placement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("placement_id", "tier", "number", name=op.f("pk_placement_instance")),
    )
    op.create_index("ix_placement_instance_operation", "placement_instance", ["operation_id"], unique=False)
    op.create_table(
        "capacity_reservation",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("placement_id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("location", key_text(), nullable=False),
        sa.Column("place", key_text(), nullable=False),
        sa.Column("area", key_text(), nullable=False),
        sa.Column("tier", key_text(), nullable=False),
        sa.Column("instances", sa.Integer(), nullable=False),
        sa.Column("vcpus", sa.Float(53), nullable=False),
        sa.Column("memory_gib", sa.Float(53), nullable=False),
        sa.Column("disk_gib", sa.Float(53), nullable=False),
        sa.Column("gpus", sa.Float(53), nullable=False),
        sa.Column("generation", _BIG, nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_capacity_reservation_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_capacity_reservation_placement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_capacity_reservation_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_reservation")),
    )
    op.create_index("ix_capacity_reservation_account_id", "capacity_reservation", ["account_id"], unique=False)
    op.create_index("ix_capacity_reservation_placement", "capacity_reservation", ["placement_id"], unique=False)
    op.create_index("ix_capacity_reservation_status", "capacity_reservation", ["status", "until"], unique=False)
    op.create_index("ix_capacity_reservation_tenant_id", "capacity_reservation", ["tenant_id"], unique=False)


def downgrade() -> None:
    # What was held, and how often, is no loss by itself.
    refuse_loss(revision, ("location_setting", "latency", "placement"))
    for name in reversed(_TABLES):
        op.drop_table(name)
