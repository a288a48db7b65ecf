"""Price lists of clouds, exchange rates, negotiated rates."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Exact, Json, UtcTime, key_text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_list",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("provider", key_text(), nullable=False),
        sa.Column("source", key_text(), nullable=False),
        sa.Column("version", key_text(), nullable=False),
        sa.Column("currency", key_text(), nullable=False),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("fetched_at", UtcTime(), nullable=False),
        sa.Column("sha256", key_text(), nullable=False),
        sa.Column("live_key", key_text(), nullable=True),
        sa.Column("seed", sa.Boolean(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("imported_at", UtcTime(), nullable=False),
        sa.Column("withdrawn_at", UtcTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("live_key", name=op.f("uq_price_list_live_key")),
    )
    op.create_index(op.f("ix_price_list_provider"), "price_list", ["provider"], unique=False)
    op.create_table(
        "price_coverage",
        sa.Column("list_id", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("item", key_text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["price_list.id"], name=op.f("fk_price_coverage_list_id")),
        sa.PrimaryKeyConstraint("list_id", "region", "item", name=op.f("pk_price_coverage")),
    )
    op.create_table(
        "sku",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("provider", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("item", key_text(), nullable=False),
        sa.Column("code", key_text(), nullable=False),
        sa.Column("family", key_text(), nullable=True),
        sa.Column("vcpus", Exact(), nullable=True),
        sa.Column("memory_gib", Exact(), nullable=True),
        sa.Column("gpus", sa.Integer(), nullable=False),
        sa.Column("gpu_model", key_text(), nullable=True),
        sa.Column("architecture", key_text(), nullable=True),
        sa.Column("operating_system", key_text(), nullable=True),
        sa.Column("storage_class", key_text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku")),
    )
    op.create_index(
        op.f("ix_sku_provider_region_item_code"), "sku", ["provider", "region", "item", "code"], unique=False
    )
    op.create_table(
        "price_point",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("list_id", key_text(), nullable=False),
        sa.Column("sku_id", key_text(), nullable=False),
        sa.Column("key", key_text(), nullable=False),
        sa.Column("option", key_text(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column("tier_from", Exact(), nullable=False),
        sa.Column("unit", key_text(), nullable=False),
        sa.Column("unit_price", Exact(), nullable=False),
        sa.Column("upfront", Exact(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("previous_price", Exact(), nullable=True),
        sa.Column("flags", key_text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["price_list.id"], name=op.f("fk_price_point_list_id")),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name=op.f("fk_price_point_sku_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_point")),
        sa.UniqueConstraint("list_id", "key", "valid_from", name=op.f("uq_price_point_list_id_key_valid_from")),
    )
    op.create_index(op.f("ix_price_point_sku_id_list_id"), "price_point", ["sku_id", "list_id"], unique=False)
    op.create_table(
        "exchange_rate",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("base", key_text(), nullable=False),
        sa.Column("quote", key_text(), nullable=False),
        sa.Column("rate", Exact(), nullable=False),
        sa.Column("source", key_text(), nullable=False),
        sa.Column("quoted_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.Column("superseded_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
    )
    op.create_index(
        op.f("ix_exchange_rate_base_quote_quoted_on"), "exchange_rate", ["base", "quote", "quoted_on"], unique=False
    )
    _create_rules()
    _create_fetches()


def _create_fetches() -> None:
    op.create_table(
        "price_fetch",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("regions", Json(), nullable=False),
        sa.Column("preview", sa.Boolean(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("caller", Json(), nullable=False),
        sa.Column("requested_by", key_text(), nullable=False),
        sa.Column("owner", key_text(), nullable=True),
        sa.Column("error", Json(), nullable=True),
        sa.Column("result", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_price_fetch_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_fetch")),
    )
    op.create_index(op.f("ix_price_fetch_account_id"), "price_fetch", ["account_id"], unique=False)
    op.create_index(op.f("ix_price_fetch_status"), "price_fetch", ["status"], unique=False)
    op.create_index("ix_price_fetch_created", "price_fetch", ["created_at", "id"], unique=False)


def _create_rules() -> None:
    op.create_table(
        "rate_rule",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("percent", Exact(), nullable=True),
        sa.Column("unit_price", Exact(), nullable=True),
        sa.Column("currency", key_text(), nullable=True),
        sa.Column("unit", key_text(), nullable=True),
        sa.Column("provider", key_text(), nullable=True),
        sa.Column("region", key_text(), nullable=True),
        sa.Column("item", key_text(), nullable=True),
        sa.Column("sku", key_text(), nullable=True),
        sa.Column("family", key_text(), nullable=True),
        sa.Column("option", key_text(), nullable=True),
        sa.Column("account_id", key_text(), nullable=True),
        sa.Column("tenant_id", key_text(), nullable=True),
        sa.Column("reference", key_text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rate_rule_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rate_rule_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_rate_rule_name")),
    )
    op.create_index(op.f("ix_rate_rule_account_id"), "rate_rule", ["account_id"], unique=False)
    op.create_index(op.f("ix_rate_rule_tenant_id"), "rate_rule", ["tenant_id"], unique=False)


def downgrade() -> None:
    # What came with mcm comes again.
    own = sa.column("seed", sa.Boolean()).is_(sa.false())
    refuse_loss(revision, ("price_list", "exchange_rate", "rate_rule"), {"price_list": own, "exchange_rate": own})
    for index in ("ix_price_fetch_created", op.f("ix_price_fetch_status"), op.f("ix_price_fetch_account_id")):
        op.drop_index(index, table_name="price_fetch")
    op.drop_table("price_fetch")
    op.drop_index(op.f("ix_rate_rule_tenant_id"), table_name="rate_rule")
    op.drop_index(op.f("ix_rate_rule_account_id"), table_name="rate_rule")
    op.drop_table("rate_rule")
    op.drop_index(op.f("ix_exchange_rate_base_quote_quoted_on"), table_name="exchange_rate")
    op.drop_table("exchange_rate")
    op.drop_index(op.f("ix_price_point_sku_id_list_id"), table_name="price_point")
    op.drop_table("price_point")
    op.drop_index(op.f("ix_sku_provider_region_item_code"), table_name="sku")
    op.drop_table("sku")
    op.drop_table("price_coverage")
    op.drop_index(op.f("ix_price_list_provider"), table_name="price_list")
    op.drop_table("price_list")
