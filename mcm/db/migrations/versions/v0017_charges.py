"""What was used and billed."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Exact, Json, UtcTime, key_text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LINKED = sa.text("resource_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "charge_import",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("account_name", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("basis", key_text(), nullable=False),
        sa.Column("mode", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("file_name", key_text(), nullable=True),
        sa.Column("file_sha256", key_text(), nullable=True),
        sa.Column("file_format", key_text(), nullable=True),
        sa.Column("focus", key_text(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("reason", key_text(), nullable=True),
        sa.Column("report", Json(), nullable=False),
        sa.Column("imported_by", key_text(), nullable=False),
        sa.Column("imported_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_import")),
    )
    op.create_index(op.f("ix_charge_import_account"), "charge_import", ["account_id", "imported_at"], unique=False)
    op.create_table(
        "charge_part",
        sa.Column("id", _ID, nullable=False),
        sa.Column("import_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("month", key_text(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("basis", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("billed", Exact(), nullable=True),
        sa.Column("effective", Exact(), nullable=True),
        sa.Column("listed", Exact(), nullable=True),
        sa.Column("contracted", Exact(), nullable=True),
        sa.Column("superseded_by", key_text(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_part")),
    )
    op.create_index(op.f("ix_charge_part_import"), "charge_part", ["import_id"], unique=False)
    op.create_index(op.f("ix_charge_part_month"), "charge_part", ["month", "status"], unique=False)
    op.create_table(
        "charge",
        sa.Column("id", _ID, nullable=False),
        sa.Column("part_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("line_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("resource_id", key_text(), nullable=True),
        sa.Column("service_name", key_text(), nullable=True),
        sa.Column("billed_cost", Exact(), nullable=True),
        sa.Column("effective_cost", Exact(), nullable=True),
        sa.Column("list_cost", Exact(), nullable=True),
        sa.Column("contracted_cost", Exact(), nullable=True),
        sa.Column("service_category", key_text(), nullable=True),
        sa.Column("provider_name", key_text(), nullable=True),
        sa.Column("publisher_name", key_text(), nullable=True),
        sa.Column("region_id", key_text(), nullable=True),
        sa.Column("region_name", key_text(), nullable=True),
        sa.Column("zone", key_text(), nullable=True),
        sa.Column("native_id", key_text(), nullable=True),
        sa.Column("resource_name", key_text(), nullable=True),
        sa.Column("resource_type", key_text(), nullable=True),
        sa.Column("billing_account_id", key_text(), nullable=True),
        sa.Column("sub_account_id", key_text(), nullable=True),
        sa.Column("sub_account_name", key_text(), nullable=True),
        sa.Column("charge_category", key_text(), nullable=False),
        sa.Column("charge_class", key_text(), nullable=True),
        sa.Column("charge_frequency", key_text(), nullable=True),
        sa.Column("charge_description", key_text(), nullable=True),
        sa.Column("charge_start", UtcTime(), nullable=False),
        sa.Column("charge_end", UtcTime(), nullable=False),
        sa.Column("sku_id", key_text(), nullable=True),
        sa.Column("sku_price_id", key_text(), nullable=True),
        sa.Column("pricing_category", key_text(), nullable=True),
        sa.Column("pricing_quantity", Exact(), nullable=True),
        sa.Column("pricing_unit", key_text(), nullable=True),
        sa.Column("consumed_quantity", Exact(), nullable=True),
        sa.Column("consumed_unit", key_text(), nullable=True),
        sa.Column("list_unit_price", Exact(), nullable=True),
        sa.Column("contracted_unit_price", Exact(), nullable=True),
        sa.Column("commitment_id", key_text(), nullable=True),
        sa.Column("commitment_status", key_text(), nullable=True),
        sa.Column("tags", Json(), nullable=True),
        sa.Column("rest", Json(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
    )
    op.create_index(op.f("ix_charge_part"), "charge", ["part_id"], unique=False)
    op.create_index(
        op.f("ix_charge_resource"),
        "charge",
        ["resource_id"],
        unique=False,
        sqlite_where=_LINKED,
        postgresql_where=_LINKED,
    )
    op.create_table(
        "cost_month",
        sa.Column("month", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("closed_by", key_text(), nullable=True),
        sa.Column("totals", Json(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_cost_month")),
    )
    op.create_table(
        "cost_reconciliation",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("month", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("account_name", key_text(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("invoice", key_text(), nullable=False),
        sa.Column("invoice_total", Exact(), nullable=False),
        sa.Column("charged_total", Exact(), nullable=False),
        sa.Column("remainder", Exact(), nullable=False),
        sa.Column("remainder_name", key_text(), nullable=True),
        sa.Column("made_by", key_text(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["month"], ["cost_month.month"], name=op.f("fk_cost_reconciliation_month")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_reconciliation")),
    )
    op.create_index(op.f("ix_cost_reconciliation_month"), "cost_reconciliation", ["month"], unique=False)


def downgrade() -> None:
    refuse_loss(revision, ("charge_import", "charge_part", "charge", "cost_month", "cost_reconciliation"))
    op.drop_index(op.f("ix_cost_reconciliation_month"), table_name="cost_reconciliation")
    op.drop_table("cost_reconciliation")
    op.drop_table("cost_month")
    op.drop_index(op.f("ix_charge_part"), table_name="charge")
    op.drop_index(op.f("ix_charge_resource"), table_name="charge")
    op.drop_table("charge")
    op.drop_index(op.f("ix_charge_part_import"), table_name="charge_part")
    op.drop_index(op.f("ix_charge_part_month"), table_name="charge_part")
    op.drop_table("charge_part")
    op.drop_index(op.f("ix_charge_import_account"), table_name="charge_import")
    op.drop_table("charge_import")
