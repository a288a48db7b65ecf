"""A scratch table with one column of each of our types, beside the real ones, on both databases."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from mcm.db.session import Database
from mcm.db.types import Json, UtcTime, key_text


class ScratchBase(DeclarativeBase):
    pass


class Scratch(ScratchBase):
    __tablename__ = "scratch"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str | None] = mapped_column(key_text(), unique=True)
    at: Mapped[datetime | None] = mapped_column(UtcTime)
    data: Mapped[Any] = mapped_column(Json, nullable=True)


@pytest.fixture
def scratch(database: Database) -> Database:
    with database.engine.begin() as connection:
        ScratchBase.metadata.create_all(connection)
    return database
