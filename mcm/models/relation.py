"""Current relations and tags as rows, so that both can be searched; the resource row holds the same, whole.

Written by the ten thousand, so: without SQLite's row ids (one b-tree instead of two), and without a foreign key, whose
check would cost as much as the row. Both are written and dropped with their resource, in `mcm.sync.statements` alone.
"""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import key_text
from mcm.models.base import Base


class RelationRow(Base):
    """source → target. target_id is derived from the target's identity, so the target need not be known yet."""

    __tablename__ = "relation"
    __table_args__ = (Index("ix_relation_target", "target_id"), {"sqlite_with_rowid": False})

    source_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    type: Mapped[str] = mapped_column(key_text(), primary_key=True)
    target_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    target_kind: Mapped[str] = mapped_column(key_text())
    target_native_id: Mapped[str] = mapped_column(key_text())


# An index entry of PostgreSQL holds 2,704 bytes, and a character takes up to four.
MAX_TAG_KEY = 256
MAX_TAG_VALUE = 400


class ResourceTag(Base):
    """For searching: a value's first MAX_TAG_VALUE characters, and no tag whose key is longer than MAX_TAG_KEY."""

    __tablename__ = "resource_tag"
    __table_args__ = (Index("ix_resource_tag_key_value", "key", "value"), {"sqlite_with_rowid": False})

    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    key: Mapped[str] = mapped_column(key_text(), primary_key=True)
    value: Mapped[str] = mapped_column(key_text())
