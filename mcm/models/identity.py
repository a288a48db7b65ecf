"""Users and how they prove who they are. What nobody is shown twice is a hash here, or sealed by the vault."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


def _principal(*, key: bool = False, index: bool = False) -> Any:
    owner = ForeignKey("principal.id", ondelete="CASCADE")
    return mapped_column(key_text(), owner, primary_key=True) if key else mapped_column(key_text(), owner, index=index)


class User(Base):
    """A principal of the kind user. password_hash: None for one who signs in elsewhere only.

    must_change: somebody else chose the password, so it opens nothing but the way to a new one.
    totp_step: of the last code that was taken, so that none is taken twice; totp_since: None until it is confirmed."""

    __tablename__ = "principal_user"

    principal_id: Mapped[str] = _principal(key=True)
    full_name: Mapped[str | None] = mapped_column(key_text())
    email: Mapped[str | None] = mapped_column(key_text())
    password_hash: Mapped[str | None] = mapped_column(key_text())
    password_at: Mapped[datetime | None] = mapped_column(UtcTime)
    must_change: Mapped[bool] = mapped_column(Boolean)
    totp_since: Mapped[datetime | None] = mapped_column(UtcTime)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer)


class IdentitySecret(Base):
    """One value sealed by the vault, which must be readable again: a user's `totp` key, or mcm's own `pepper`."""

    __tablename__ = "identity_secret"

    owner: Mapped[str] = mapped_column(key_text(), primary_key=True)
    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    master_key_id: Mapped[str] = mapped_column(key_text(), ForeignKey("vault_key.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class RecoveryCode(Base):
    __tablename__ = "recovery_code"

    principal_id: Mapped[str] = _principal(key=True)
    code_hash: Mapped[str] = mapped_column(key_text(), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ExternalIdentity(Base):
    """Who a user is at an identity provider. The pair never changes its user."""

    __tablename__ = "external_identity"

    issuer: Mapped[str] = mapped_column(key_text(), primary_key=True)
    subject: Mapped[str] = mapped_column(key_text(), primary_key=True)
    principal_id: Mapped[str] = _principal(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LoginSession(Base):
    """method: password, external or setup. confirmed_at: when the person last proved who they are.

    external_sid: the session at the identity provider, whose end there may end this one."""

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text(), unique=True)
    principal_id: Mapped[str] = _principal(index=True)
    method: Mapped[str] = mapped_column(key_text())
    issuer: Mapped[str | None] = mapped_column(key_text())
    external_sid: Mapped[str | None] = mapped_column(key_text())
    source: Mapped[str] = mapped_column(key_text())
    client: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class ApiToken(Base):
    """permissions: None for all that its owner holds. parent_id: the token it was made with, whose end is its own.

    The parent is looked for at the end of a transaction: a copy brings the rows in any order."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text())
    principal_id: Mapped[str] = _principal(index=True)
    parent_id: Mapped[str | None] = mapped_column(
        key_text(), ForeignKey("api_token.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"), index=True
    )
    name: Mapped[str] = mapped_column(key_text())
    permissions: Mapped[list[str] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_from: Mapped[str | None] = mapped_column(key_text())


class DeviceRequest(Base):
    """A command line that waits for somebody signed in to say yes. status: pending, approved, denied."""

    __tablename__ = "device_request"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    device_hash: Mapped[str] = mapped_column(key_text(), unique=True)
    user_code_hash: Mapped[str] = mapped_column(key_text(), unique=True)
    status: Mapped[str] = mapped_column(key_text())
    principal_id: Mapped[str | None] = _principal()
    source: Mapped[str] = mapped_column(key_text(), index=True)
    client: Mapped[str] = mapped_column(key_text())
    hours: Mapped[int] = mapped_column(Integer)
    interval_s: Mapped[int] = mapped_column(Integer)
    polled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class LoginThrottle(Base):
    """Failed attempts under one name, or from one source; key is a keyed hash of a name, or the source."""

    __tablename__ = "login_throttle"

    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    failed_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcTime)


class SetupLink(Base):
    """The way to the first administrator; a row goes when it is used or when there is a user."""

    __tablename__ = "setup_link"

    token_hash: Mapped[str] = mapped_column(key_text(), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class Setting(Base):
    """A switch of the installation that people turn while it runs."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class RoleBinding(Base):
    """held_in: `whole`, `tenant:ID` or `project:ACCOUNT ID:NATIVE ID`, what the other columns say in one word, so that
    nobody holds the same twice. issuer: the identity provider that gave it, None for one that a person gave."""

    __tablename__ = "role_binding"
    __table_args__ = (UniqueConstraint("principal_id", "role", "held_in"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    principal_id: Mapped[str] = _principal(index=True)
    role: Mapped[str] = mapped_column(key_text(), index=True)
    held_in: Mapped[str] = mapped_column(key_text())
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), index=True)
    project: Mapped[str | None] = mapped_column(key_text())
    issuer: Mapped[str | None] = mapped_column(key_text())
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_by: Mapped[str] = mapped_column(key_text())
