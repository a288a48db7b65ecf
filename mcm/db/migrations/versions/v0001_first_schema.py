"""The first schema: principals, accounts, scopes, inventory with history, ledger, audit."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text
from mcm.kit import clock

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _index_the_living(name: str, *columns: str) -> None:
    """Partial: lists leave out what is gone, which may be most of the table."""
    living = sa.text("presence <> 'gone'")
    op.create_index(
        f"ix_resource_{name}", "resource", list(columns), sqlite_where=living, postgresql_where=living, unique=False
    )


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("source", key_text(), nullable=False),
        sa.Column("action", key_text(), nullable=False),
        sa.Column("target_kind", key_text(), nullable=False),
        sa.Column("target_id", key_text(), nullable=False),
        sa.Column("phase", key_text(), nullable=False),
        sa.Column("outcome", key_text(), nullable=False),
        sa.Column("request_id", key_text(), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"], unique=False)
    op.create_index("ix_audit_event_target", "audit_event", ["target_kind", "target_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("key", key_text(), nullable=False),
        sa.Column("request_hash", key_text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("principal_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("owner", key_text(), nullable=True),
        sa.Column("data_class", key_text(), nullable=True),
        sa.Column("managed", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("realm", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("native_scope", key_text(), nullable=False),
        sa.Column("native_id", key_text(), nullable=False),
        sa.Column("native_kind", key_text(), nullable=False),
        sa.Column("provider", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("zone", key_text(), nullable=True),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("project_name", key_text(), nullable=True),
        sa.Column("state", key_text(), nullable=False),
        sa.Column("native_state", key_text(), nullable=False),
        sa.Column("task_state", key_text(), nullable=True),
        sa.Column("presence", key_text(), nullable=False),
        sa.Column("missing_since", UtcTime(), nullable=True),
        sa.Column("gone_at", UtcTime(), nullable=True),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("attributes", Json(), nullable=False),
        sa.Column("relations", Json(), nullable=False),
        sa.Column("locator", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=True),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=False),
        sa.Column("fingerprint", key_text(), nullable=False),
        sa.Column("search", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    _index_the_living("kind_name", "kind", "name", "id")
    _index_the_living("kind_state_name", "kind", "state", "name", "id")
    _index_the_living("scope_name", "scope_id", "name", "id")
    _index_the_living("project", "project", "id")
    _index_the_living("project_name", "project_name", "id")
    if op.get_bind().dialect.name == "sqlite":
        _index_the_living("name_search", "name", "id", "kind", "search")
    else:
        _index_the_living("name", "name", "id")
    op.create_index("ix_resource_native_id", "resource", ["native_id"], unique=False)
    op.create_index("ix_resource_presence", "resource", ["presence", "gone_at"], unique=False)
    op.create_index("ix_resource_scope", "resource", ["scope_id", "presence"], unique=False)
    op.create_index("ix_resource_valid_from", "resource", ["valid_from", "id"], unique=False)
    op.create_table(
        "resource_version",
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("valid_to", UtcTime(), nullable=False),
        sa.Column("native", Json(), nullable=True),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("realm", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("native_scope", key_text(), nullable=False),
        sa.Column("native_id", key_text(), nullable=False),
        sa.Column("native_kind", key_text(), nullable=False),
        sa.Column("provider", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("zone", key_text(), nullable=True),
        sa.Column("project", key_text(), nullable=True),
        sa.Column("project_name", key_text(), nullable=True),
        sa.Column("state", key_text(), nullable=False),
        sa.Column("native_state", key_text(), nullable=False),
        sa.Column("task_state", key_text(), nullable=True),
        sa.Column("presence", key_text(), nullable=False),
        sa.Column("missing_since", UtcTime(), nullable=True),
        sa.Column("gone_at", UtcTime(), nullable=True),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("attributes", Json(), nullable=False),
        sa.Column("relations", Json(), nullable=False),
        sa.Column("locator", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=True),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=False),
        sa.Column("fingerprint", key_text(), nullable=False),
        sa.Column("search", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", "valid_to", name=op.f("pk_resource_version")),
    )
    op.create_index("ix_resource_version_valid", "resource_version", ["valid_to", "valid_from"], unique=False)
    op.create_table(
        "sync_request",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("principal_id", key_text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("accounts", Json(), nullable=False),
        sa.Column("kinds", Json(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_request")),
    )
    op.create_table(
        "sync_run",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("scope_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("account_name", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("mode", key_text(), nullable=False),
        sa.Column("outcome", key_text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("unknown_states", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("api_ms", sa.Integer(), nullable=False),
        sa.Column("db_ms", sa.Integer(), nullable=False),
        sa.Column("waited_ms", sa.Integer(), nullable=False),
        sa.Column("error_code", key_text(), nullable=True),
        sa.Column("error_message", key_text(), nullable=True),
        sa.Column("missing_permission", key_text(), nullable=True),
        sa.Column("request_id", key_text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    op.create_index(op.f("ix_sync_run_account_id"), "sync_run", ["account_id"], unique=False)
    op.create_index("ix_sync_run_scope", "sync_run", ["scope_id", "started_at"], unique=False)
    op.create_index("ix_sync_run_started", "sync_run", ["started_at"], unique=False)
    op.create_table(
        "tenant",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("parent_id", key_text(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["tenant.id"], name=op.f("fk_tenant_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("name", name=op.f("uq_tenant_name")),
    )
    op.create_table(
        "account",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("provider", key_text(), nullable=False),
        sa.Column("ownership", key_text(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("config", Json(), nullable=False),
        sa.Column("site", key_text(), nullable=True),
        sa.Column("city", key_text(), nullable=True),
        sa.Column("jurisdiction", key_text(), nullable=True),
        sa.Column("realm", key_text(), nullable=True),
        sa.Column("identity", Json(), nullable=True),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("checked_at", UtcTime(), nullable=True),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("error_code", key_text(), nullable=True),
        sa.Column("error_message", key_text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_account_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_index(op.f("ix_account_realm"), "account", ["realm"], unique=False)
    op.create_table(
        "principal",
        sa.Column("id", key_text(), nullable=False),
        sa.Column("tenant_id", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("name", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("disabled_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_principal_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("name", name=op.f("uq_principal_name")),
    )
    op.create_table(
        "relation",
        sa.Column("source_id", key_text(), nullable=False),
        sa.Column("type", key_text(), nullable=False),
        sa.Column("target_id", key_text(), nullable=False),
        sa.Column("target_kind", key_text(), nullable=False),
        sa.Column("target_native_id", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "type", "target_id", name=op.f("pk_relation")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_relation_target", "relation", ["target_id"], unique=False)
    op.create_table(
        "resource_native",
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_resource_native")),
    )
    op.create_table(
        "resource_tag",
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("key", key_text(), nullable=False),
        sa.Column("value", key_text(), nullable=False),
        sa.PrimaryKeyConstraint("resource_id", "key", name=op.f("pk_resource_tag")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_resource_tag_key_value", "resource_tag", ["key", "value"], unique=False)
    op.create_table(
        "scope",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("region", key_text(), nullable=False),
        sa.Column("kind", key_text(), nullable=False),
        sa.Column("status", key_text(), nullable=False),
        sa.Column("reason_code", key_text(), nullable=True),
        sa.Column("reason", key_text(), nullable=True),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("next_due_at", UtcTime(), nullable=True),
        sa.Column("full_due_at", UtcTime(), nullable=True),
        sa.Column("boost_until", UtcTime(), nullable=True),
        sa.Column("as_of", UtcTime(), nullable=True),
        sa.Column("full_as_of", UtcTime(), nullable=True),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error_code", key_text(), nullable=True),
        sa.Column("error_message", key_text(), nullable=True),
        sa.Column("resources", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("lease_owner", key_text(), nullable=True),
        sa.Column("lease_run", key_text(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("feed_cursor", key_text(), nullable=True),
        sa.Column("grants", key_text(), nullable=True),
        sa.Column("held_run", key_text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_scope_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
        sa.UniqueConstraint("account_id", "region", "kind", name=op.f("uq_scope_account_id_region_kind")),
    )
    op.create_index("ix_scope_due", "scope", ["next_due_at"], unique=False)
    op.create_table(
        "secret",
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("key", key_text(), nullable=False),
        sa.Column("master_key_id", key_text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_secret_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_secret")),
    )
    op.create_index(op.f("ix_secret_master_key_id"), "secret", ["master_key_id"], unique=False)
    op.create_table(
        "sighting",
        sa.Column("scope_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("resource_id", key_text(), nullable=False),
        sa.Column("account_id", key_text(), nullable=False),
        sa.Column("fingerprint", key_text(), nullable=False),
        sa.Column("missing_since", UtcTime(), nullable=True),
        sa.Column("absent_confirmed", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_sighting_scope_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scope_id", "resource_id", name=op.f("pk_sighting")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sighting_missing", "sighting", ["scope_id", "missing_since"], unique=False)
    op.create_index("ix_sighting_resource", "sighting", ["resource_id", "account_id"], unique=False)
    _first_rows()


def downgrade() -> None:
    refuse_loss(revision, ("account", "resource", "resource_version", "sync_run", "audit_event"))
    op.drop_index("ix_sighting_resource", table_name="sighting")
    op.drop_index("ix_sighting_missing", table_name="sighting")
    op.drop_table("sighting")
    op.drop_index(op.f("ix_secret_master_key_id"), table_name="secret")
    op.drop_table("secret")
    op.drop_index("ix_scope_due", table_name="scope")
    op.drop_table("scope")
    op.drop_index("ix_resource_tag_key_value", table_name="resource_tag")
    op.drop_table("resource_tag")
    op.drop_table("resource_native")
    op.drop_index("ix_relation_target", table_name="relation")
    op.drop_table("relation")
    op.drop_table("principal")
    op.drop_index(op.f("ix_account_realm"), table_name="account")
    op.drop_table("account")
    op.drop_table("tenant")
    op.drop_index("ix_sync_run_started", table_name="sync_run")
    op.drop_index("ix_sync_run_scope", table_name="sync_run")
    op.drop_index(op.f("ix_sync_run_account_id"), table_name="sync_run")
    op.drop_table("sync_run")
    op.drop_table("sync_request")
    op.drop_index("ix_resource_version_valid", table_name="resource_version")
    op.drop_table("resource_version")
    op.drop_table("resource")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index("ix_audit_event_target", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_table("audit_event")


def _first_rows() -> None:
    """The one tenant and the principals of the embedded mode."""
    tenant = sa.table("tenant", sa.column("id"), sa.column("name"), sa.column("created_at", UtcTime))
    principal = sa.table(
        "principal",
        *(sa.column(name) for name in ("id", "tenant_id", "kind", "name")),
        sa.column("created_at", UtcTime),
    )
    now = clock.now()
    op.bulk_insert(tenant, [{"id": "ten_default", "name": "default", "created_at": now}])
    op.bulk_insert(
        principal,
        [
            {"id": "prn_local", "tenant_id": "ten_default", "kind": "local", "name": "local", "created_at": now},
            {"id": "prn_system", "tenant_id": "ten_default", "kind": "system", "name": "system", "created_at": now},
        ],
    )
