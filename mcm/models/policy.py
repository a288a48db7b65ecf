"""Placement policies, exceptions from them, what breaks them, and the rules that say of what class data is."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")


class Policy(Base):
    """What a policy is now. tenant_id: whose it is, with all below; None: the whole installation's. removed: its
    versions stay, as decisions were made with them."""

    __tablename__ = "policy"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(key_text())
    mode: Mapped[str] = mapped_column(key_text())
    framework: Mapped[list[str]] = mapped_column(Json)
    removed: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class PolicyVersion(Base):
    """Written once and never changed. text: as its author wrote it; document: what it says, as JSON; hash: of that.
    removed: from here on there is no policy of this id; text, document and hash are those of the version before."""

    __tablename__ = "policy_version"
    __table_args__ = (Index("ix_policy_version_created", "created_at"),)

    policy_id: Mapped[str] = mapped_column(key_text(), ForeignKey("policy.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    removed: Mapped[bool] = mapped_column(Boolean)
    text: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(key_text())
    author_id: Mapped[str] = mapped_column(key_text())
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class PolicyException(Base):
    """field, value: `resource` and an id, or a variable and its value. status: requested, approved, rejected, revoked.
    approver: who is meant to decide, by name; None: anybody who may. Over at expires_at, whatever its status says.
    tenant_id: whose subject it is about; None: nobody knows, or it was
    removed."""

    __tablename__ = "policy_exception"
    __table_args__ = (Index("ix_policy_exception_policy", "policy_id", "status", "expires_at"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    policy_id: Mapped[str] = mapped_column(key_text(), ForeignKey("policy.id"))
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="SET NULL"), index=True)
    field: Mapped[str] = mapped_column(key_text())
    value: Mapped[str] = mapped_column(key_text())
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(key_text())
    requested_by_id: Mapped[str] = mapped_column(key_text())
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UtcTime)
    approver: Mapped[str | None] = mapped_column(Text)
    decided_by_id: Mapped[str | None] = mapped_column(key_text())
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    note: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class Violation(Base):
    """A resource that breaks a policy, from `since` until `resolved_at`. status: open, excepted, resolved.

    owner: who answers for the resource; else the policy's. exposure: how it can be reached and what runs there. values:
    of what the rule asked for. hash: of policy, version, resource, facts and result, for whoever proves it."""

    __tablename__ = "violation"
    __table_args__ = (
        Index("ix_violation_status", "status", "since", "id"),
        Index("ix_violation_resource", "resource_id", "policy_id"),
        Index(
            "ix_violation_current", "policy_id", "resource_id", unique=True,
            sqlite_where=text("resolved_at IS NULL"), postgresql_where=text("resolved_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    policy_id: Mapped[str] = mapped_column(key_text())
    policy_version: Mapped[int] = mapped_column(Integer)
    policy_hash: Mapped[str] = mapped_column(key_text())
    severity: Mapped[str] = mapped_column(key_text())
    mode: Mapped[str] = mapped_column(key_text())
    resource_id: Mapped[str] = mapped_column(key_text())
    outcome: Mapped[str] = mapped_column(key_text())
    status: Mapped[str] = mapped_column(key_text())
    exception_id: Mapped[str | None] = mapped_column(key_text())
    owner: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    message_zh: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    exposure: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(key_text())
    since: Mapped[datetime] = mapped_column(UtcTime)
    last_checked: Mapped[datetime] = mapped_column(UtcTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcTime)


class PolicyCheck(Base):
    """How far the running inventory has been checked: one row. event_id, audit_seq: the last ones that were looked at;
    valid_from: of the newest resource then. fingerprint: of the policies, exceptions, places and tenants it was checked
    against. instances: how many were looked at in whole; checked_at: as of when all of it holds."""

    __tablename__ = "policy_check"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(_BIG)
    audit_seq: Mapped[int] = mapped_column(_BIG)
    valid_from: Mapped[datetime | None] = mapped_column(UtcTime)
    fingerprint: Mapped[str] = mapped_column(key_text())
    whole_at: Mapped[datetime | None] = mapped_column(UtcTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ClassificationRule(Base):
    """What a resource must be for its data to be of a class; the lowest position that fits wins. None asks nothing.
    tag_value, name: whole, or with a `*` at the end their beginning."""

    __tablename__ = "classification_rule"

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    data_class: Mapped[str] = mapped_column(key_text())
    account_id: Mapped[str | None] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    tag_key: Mapped[str | None] = mapped_column(key_text())
    tag_value: Mapped[str | None] = mapped_column(key_text())
    name: Mapped[str | None] = mapped_column(key_text())


class Classified(Base):
    """The class that a rule gave a resource. Where the resource has another one, somebody has set it since."""

    __tablename__ = "classified"

    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    data_class: Mapped[str] = mapped_column(key_text())
