"""OpenID Connect: the providers people may sign in with, and which answers of theirs were used already."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base


class OidcProvider(Base):
    """sealed: the client secret, by the vault; NULL for a public client. ca_pem: certificates, not a path.

    domains: e-mail domains whose people may come, with a verified address; empty: all. groups_claim and mappings:
    which values of a claim give which role where. sign_up: whether somebody unknown becomes a user.
    """

    __tablename__ = "oidc_provider"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text(), unique=True)
    title: Mapped[str] = mapped_column(key_text())
    issuer: Mapped[str] = mapped_column(key_text())
    client_id: Mapped[str] = mapped_column(key_text())
    master_key_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("vault_key.id"), index=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(Json)
    ca_pem: Mapped[str] = mapped_column(Text)
    domains: Mapped[list[str]] = mapped_column(Json)
    groups_claim: Mapped[str] = mapped_column(key_text())
    mappings: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    userinfo: Mapped[bool] = mapped_column(Boolean)
    sign_up: Mapped[bool] = mapped_column(Boolean)
    enabled: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class OidcUsed(Base):
    """The hash of a login's state, so that its answer counts once in all processes; kept until the state expires."""

    __tablename__ = "oidc_used"

    mark: Mapped[str] = mapped_column(key_text(), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
