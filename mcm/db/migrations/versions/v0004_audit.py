"""The audit trail as a keyed chain in segments. What was written before becomes segment 0."""

import sqlalchemy as sa
from alembic import op

from mcm.db.types import UtcTime, key_text
from mcm.errors import Conflict

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event "
    "BEGIN SELECT RAISE(ABORT, 'audit rows do not change'); END",
    # INSERT OR REPLACE deletes without asking the trigger below.
    "CREATE TRIGGER audit_event_insert BEFORE INSERT ON audit_event "
    "WHEN EXISTS (SELECT 1 FROM audit_event e WHERE e.seq = NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'audit rows do not change'); END",
    "CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event WHEN NOT EXISTS "
    "(SELECT 1 FROM audit_segment s WHERE s.number = OLD.segment AND s.pruned_at IS NOT NULL) "
    "BEGIN SELECT RAISE(ABORT, 'audit rows are kept'); END",
    "CREATE TRIGGER audit_segment_delete BEFORE DELETE ON audit_segment "
    "BEGIN SELECT RAISE(ABORT, 'audit segments are kept'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION mcm_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'the audit trail is kept as it was written' USING ERRCODE = 'integrity_constraint_violation'; "
    "END $$",
    "CREATE FUNCTION mcm_audit_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF EXISTS (SELECT 1 FROM audit_segment s WHERE s.number = OLD.segment AND s.pruned_at IS NOT NULL) "
    "THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION 'the audit trail is kept as it was written' USING ERRCODE = 'integrity_constraint_violation'; "
    "END $$",
    "CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION mcm_audit_refuse()",
    "CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION mcm_audit_delete()",
    "CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION mcm_audit_refuse()",
    "CREATE TRIGGER audit_segment_delete BEFORE DELETE ON audit_segment "
    "FOR EACH ROW EXECUTE FUNCTION mcm_audit_refuse()",
    "CREATE TRIGGER audit_segment_truncate BEFORE TRUNCATE ON audit_segment "
    "FOR EACH STATEMENT EXECUTE FUNCTION mcm_audit_refuse()",
)
_ADDED = ("principal_name", "method", "token_id", "provider_request_id", "segment", "mac")


def upgrade() -> None:
    for name in ("principal_name", "method"):
        op.add_column("audit_event", sa.Column(name, key_text(), nullable=False, server_default=""))
    for name in ("token_id", "provider_request_id"):
        op.add_column("audit_event", sa.Column(name, key_text(), nullable=True))
    op.add_column("audit_event", sa.Column("segment", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("audit_event", sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.create_index("ix_audit_event_request", "audit_event", ["request_id"], unique=False)
    op.create_table(
        "audit_segment",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("master_key_id", key_text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=True),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("former_seal", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", UtcTime(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=True),
        sa.Column("pruned_at", UtcTime(), nullable=True),
        sa.Column("pruned_mac", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_segment")),
    )
    op.create_index(op.f("ix_audit_segment_master_key_id"), "audit_segment", ["master_key_id"], unique=False)
    # Until now there were two principals, whose names never changed.
    op.execute(
        "UPDATE audit_event SET method = CASE principal_id WHEN 'prn_local' THEN 'local' ELSE 'system' END, "
        "principal_name = coalesce((SELECT p.name FROM principal p WHERE p.id = audit_event.principal_id), '')"
    )
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    _refuse_unchaining()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION mcm_audit_refuse() CASCADE")
        op.execute("DROP FUNCTION mcm_audit_delete() CASCADE")
    else:
        for name in ("audit_event_update", "audit_event_insert", "audit_event_delete", "audit_segment_delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
    op.drop_index(op.f("ix_audit_segment_master_key_id"), table_name="audit_segment")
    op.drop_table("audit_segment")
    op.drop_index("ix_audit_event_request", table_name="audit_event")
    for name in _ADDED:
        op.drop_column("audit_event", name)


def _refuse_unchaining() -> None:
    """Rows without their chain prove nothing: going back and up again would pass for a trail nobody has touched."""
    table = sa.table("audit_event", sa.column("segment"))
    chained = op.get_bind().scalar(sa.select(sa.func.count()).select_from(table).where(table.c.segment > 0))
    if chained:
        raise Conflict(
            f"going back from schema {revision} would lose the seals of {chained} row{'s' if chained > 1 else ''} of "
            "audit_event; nothing was changed",
            next_step="restore a backup from before the upgrade, or start with an empty database",
        )
