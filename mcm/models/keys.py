"""Which master keys values may be sealed with, and whether this database may act on clouds."""

from datetime import datetime

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import UtcTime, key_text
from mcm.models.base import Base


class VaultKey(Base):
    """A key in use. Every sealed value's row refers to one, so that none is stored under a key that was rotated away.

    created_at: when this database learned of it. retired_at: the key is lost; what it sealed stays closed.
    """

    __tablename__ = "vault_key"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Installation(Base):
    """One row, and only in a database that came out of a copy or a backup. state: read_only until a person confirms."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(key_text())
    restored_at: Mapped[datetime] = mapped_column(UtcTime)
    note: Mapped[str] = mapped_column(Text)
