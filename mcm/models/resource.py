"""The inventory: current rows, superseded rows kept whole, and the clouds' own documents beside both."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from mcm.db.types import Json, UtcTime, key_text
from mcm.models.base import Base

# Lists leave out what is gone, which may be most of the table. The condition is written out where it is asked for.
_LIVING = text("presence <> 'gone'")
_OF_THE_LIVING = {
    "kind_name": ("kind", "name", "id"),
    "kind_state_name": ("kind", "state", "name", "id"),
    "scope_name": ("scope_id", "name", "id"),
    "project": ("project", "id"),
    "project_name": ("project_name", "id"),
}
# PostgreSQL finds what a tenant sees of a scope without a look at the rows; SQLite has no such columns.
_BESIDE = {"scope_name": ["tenant_id"]}


def _only(dialect: str, index: Index) -> Index:
    """An index that the other database has no use for; `info` tells it to whoever compares schemas."""
    index.info["dialect"] = dialect
    return index.ddl_if(dialect=dialect)


class _Envelope:
    """The columns a current row and a superseded one share. `valid_from`: since when this content holds.

    account_id, scope_id: whose sighting the content is. presence: present, missing or gone (stale and unreachable are
    derived when read). search: lower-case name, native id, addresses and tags, for substring search.
    """

    tenant_id: Mapped[str] = mapped_column(key_text())
    realm: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    native_scope: Mapped[str] = mapped_column(key_text())
    native_id: Mapped[str] = mapped_column(key_text())
    native_kind: Mapped[str] = mapped_column(key_text())
    provider: Mapped[str] = mapped_column(key_text())
    account_id: Mapped[str] = mapped_column(key_text())
    scope_id: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(key_text())
    region: Mapped[str] = mapped_column(key_text())
    zone: Mapped[str | None] = mapped_column(key_text())
    project: Mapped[str | None] = mapped_column(key_text())
    project_name: Mapped[str | None] = mapped_column(key_text())
    state: Mapped[str] = mapped_column(key_text())
    native_state: Mapped[str] = mapped_column(key_text())
    task_state: Mapped[str | None] = mapped_column(key_text())
    presence: Mapped[str] = mapped_column(key_text())
    missing_since: Mapped[datetime | None] = mapped_column(UtcTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcTime)
    tags: Mapped[dict[str, str]] = mapped_column(Json)
    attributes: Mapped[dict[str, Any]] = mapped_column(Json)
    relations: Mapped[list[list[str]]] = mapped_column(Json)
    locator: Mapped[str] = mapped_column(key_text())
    created_at: Mapped[datetime | None] = mapped_column(UtcTime)
    first_seen: Mapped[datetime] = mapped_column(UtcTime)
    valid_from: Mapped[datetime] = mapped_column(UtcTime)
    fingerprint: Mapped[str] = mapped_column(key_text())
    search: Mapped[str] = mapped_column(key_text())


class ResourceRow(_Envelope, Base):
    """What is known now. labels, owner, data_class and managed are mcm's own: a sync never touches them."""

    __tablename__ = "resource"

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    labels: Mapped[dict[str, str]] = mapped_column(Json)
    owner: Mapped[str | None] = mapped_column(key_text())
    data_class: Mapped[str | None] = mapped_column(key_text())
    managed: Mapped[str] = mapped_column(key_text())
    version: Mapped[int] = mapped_column(Integer)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            *(
                Index(
                    f"ix_resource_{name}",
                    *columns,
                    sqlite_where=_LIVING,
                    postgresql_where=_LIVING,
                    postgresql_include=_BESIDE.get(name),
                )
                for name, columns in _OF_THE_LIVING.items()
            ),
            # SQLite finds a part of a text by reading this index in order, instead of the whole table; PostgreSQL's
            # index entries cannot hold texts of that length (2,704 bytes).
            _only("postgresql", Index("ix_resource_name", "name", "id", postgresql_where=_LIVING)),
            _only("sqlite", Index("ix_resource_name_search", "name", "id", "kind", "search", sqlite_where=_LIVING)),
            Index("ix_resource_scope", "scope_id", "presence"),
            Index("ix_resource_native_id", "native_id"),
            Index("ix_resource_presence", "presence", "gone_at"),
            Index("ix_resource_valid_from", "valid_from", "id"),
        )


class ResourceVersion(_Envelope, Base):
    """A superseded row: it held from valid_from until valid_to (exclusive)."""

    __tablename__ = "resource_version"

    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    valid_to: Mapped[datetime] = mapped_column(UtcTime, primary_key=True)
    native: Mapped[Any] = mapped_column(Json, nullable=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (Index("ix_resource_version_valid", "valid_to", "valid_from"),)


class ResourceNative(Base):
    """The cloud's own document as of `at`, size-capped, without secrets. Apart, so that lists stay narrow."""

    __tablename__ = "resource_native"

    resource_id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    document: Mapped[Any] = mapped_column(Json)
