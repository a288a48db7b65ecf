"""Users, their sessions, tokens and roles."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Json, UtcTime, key_text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Children before their parents. What ends by itself (sessions, pauses, waiting devices) is no loss.
_LOST = ("principal_user", "identity_secret", "external_identity", "api_token", "role_binding", "setting")
_TABLES = (
    "role_binding", "setting", "setup_link", "login_throttle", "device_request", "api_token", "login_session",
    "external_identity", "recovery_code", "identity_secret", "principal_user",
)  # fmt: skip


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, key_text(), nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcTime(), nullable=null)


def _table(name: str, *parts: sa.Column[Any] | sa.Constraint, key: tuple[str, ...]) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))


def _refers(table: str, column: str, to: str = "principal") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def upgrade() -> None:
    _people()
    _doors()
    _rules()


def downgrade() -> None:
    refuse_loss(revision, _LOST)
    for name in _TABLES:
        op.drop_table(name)
    # Nothing refers to them any more; the audit trail keeps their ids.
    principal = sa.table("principal", sa.column("kind"))
    op.execute(principal.delete().where(principal.c.kind.in_(("user", "removed"))))


def _people() -> None:
    _table(
        "principal_user", _text("principal_id"), _text("full_name", null=True), _text("email", null=True),
        _text("password_hash", null=True), _time("password_at", null=True),
        sa.Column("must_change", sa.Boolean(), nullable=False), _time("totp_since", null=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True), _time("last_login_at", null=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers("principal_user", "principal_id"), key=("principal_id",),
    )  # fmt: skip
    _table(
        "identity_secret", _text("owner"), _text("key"), _text("master_key_id"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False), key=("owner", "key"),
    )  # fmt: skip
    _index("identity_secret", "master_key_id")
    _table(
        "recovery_code", _text("principal_id"), _text("code_hash"), _time("used_at", null=True),
        _refers("recovery_code", "principal_id"), key=("principal_id", "code_hash"),
    )  # fmt: skip
    _table(
        "external_identity", _text("issuer"), _text("subject"), _text("principal_id"), _time("created_at"),
        _time("last_login_at", null=True), _refers("external_identity", "principal_id"), key=("issuer", "subject"),
    )  # fmt: skip
    _index("external_identity", "principal_id")


def _doors() -> None:
    _table(
        "login_session", _text("id"), _text("token_hash"), _text("principal_id"), _text("method"),
        _text("issuer", null=True), _text("external_sid", null=True), _text("source"), _text("client"),
        _time("created_at"), _time("seen_at"), _time("confirmed_at"), _time("expires_at"),
        _refers("login_session", "principal_id"), _unique("login_session", "token_hash"), key=("id",),
    )  # fmt: skip
    _index("login_session", "principal_id", "expires_at")
    _table(
        "api_token", _text("id"), _text("token_hash"), _text("principal_id"), _text("name"),
        sa.Column("permissions", Json(), nullable=True), _time("created_at"), _time("expires_at"),
        _time("used_at", null=True), _text("used_from", null=True), _refers("api_token", "principal_id"), key=("id",),
    )  # fmt: skip
    _index("api_token", "principal_id", "expires_at")
    _table(
        "device_request", _text("id"), _text("device_hash"), _text("user_code_hash"), _text("status"),
        _text("principal_id", null=True), _text("source"), _text("client"),
        sa.Column("hours", sa.Integer(), nullable=False), sa.Column("interval_s", sa.Integer(), nullable=False),
        _time("polled_at", null=True), _time("created_at"), _time("expires_at"),
        _refers("device_request", "principal_id"), _unique("device_request", "device_hash"),
        _unique("device_request", "user_code_hash"), key=("id",),
    )  # fmt: skip
    _index("device_request", "source", "expires_at")
    _table(
        "login_throttle", _text("key"), sa.Column("failures", sa.Integer(), nullable=False), _time("failed_at"),
        _time("blocked_until", null=True), key=("key",),
    )  # fmt: skip
    _index("login_throttle", "failed_at")
    _table("setup_link", _text("token_hash"), _time("expires_at"), key=("token_hash",))


def _rules() -> None:
    _table("setting", _text("key"), sa.Column("value", Json(), nullable=False), _time("changed_at"), key=("key",))
    _table(
        "role_binding", _text("id"), _text("principal_id"), _text("role"), _text("held_in"),
        _text("tenant_id", null=True), _text("account_id", null=True), _text("project", null=True),
        _text("issuer", null=True), _time("created_at"), _text("created_by"),
        _refers("role_binding", "principal_id"), _refers("role_binding", "tenant_id", "tenant"),
        _refers("role_binding", "account_id", "account"),
        _unique("role_binding", "principal_id", "role", "held_in"), key=("id",),
    )  # fmt: skip
    _index("role_binding", "principal_id", "role", "tenant_id", "account_id")
