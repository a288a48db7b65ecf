"""The schema goes up, down and up again; with data a step that would lose it refuses, names it and changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, Table, inspect, select, text

from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.errors import Conflict, Unavailable
from mcm.models.every import Base
from tests import lab as labs
from tests.guards import unchain, unguarded


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = build_engine(database_url)
    yield made
    made.dispose()


def _revisions() -> list[str]:
    """Oldest first."""
    walked = ScriptDirectory.from_config(migrate.config()).walk_revisions()
    return [script.revision for script in walked][::-1]


def _kept(table: Table) -> list[Column[Any]]:
    """A step back forgets since when a key is known, and nothing asks for it."""
    return [column for column in table.columns if (table.name, column.name) != ("vault_key", "created_at")]


def _dump(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(*_kept(table))))
            for table in Base.metadata.sorted_tables
        }


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_the_schema_equals_the_models(engine: Engine) -> None:
    assert migrate.current(engine) == migrate.head()
    assert migrate.differences(engine) == []
    assert migrate.damage(engine) == []
    assert _tables(engine) == {table.name for table in Base.metadata.sorted_tables} | {"alembic_version"}


def test_a_difference_would_be_found(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE account DROP COLUMN city"))
        connection.execute(text("CREATE TABLE stray (id INTEGER PRIMARY KEY)"))
    found = " ".join(migrate.differences(engine))
    assert "city" in found
    assert "stray" in found


def test_every_step_goes_up_down_and_up_again(engine: Engine) -> None:
    """On a database nobody has used yet."""
    migrate.downgrade(engine, "base")
    assert _tables(engine) <= {"alembic_version"}
    for before, revision in zip(["base", *_revisions()], _revisions(), strict=False):
        migrate.upgrade(engine, revision)
        first = _tables(engine)
        migrate.downgrade(engine, before)
        migrate.upgrade(engine, revision)
        assert _tables(engine) == first
    assert migrate.differences(engine) == []
    migrate.require_current(engine)


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    before = _dump(engine)
    migrate.upgrade(engine)
    assert _dump(engine) == before


# Where something is let go or refused; what is between is taken in strides here and step by step in the soak run.
SPECIAL = ("0011", "0003")
STRIDE = 6


@pytest.mark.parametrize("stride", [STRIDE, pytest.param(1, marks=pytest.mark.soak)])
def test_with_data_every_step_keeps_it_or_refuses(
    database_url: str, engine: Engine, tmp_path: Path, stride: int
) -> None:
    lab = labs.make(database_url, tmp_path)
    try:
        lab.account(instances=10, regions="1")
        assert set(lab.sync()) == {"complete"}
        lab.world().remove(lab.resources()[0].native_id)
        lab.run("instance")
        before = _dump(engine)
        assert before["event"]
        steps = _revisions()[-2::-1]
        for lower in [one for number, one in enumerate(steps, 1) if number % stride == 0 or one in SPECIAL]:
            if lower == "0011":
                # What happened is told for a week only, and says nothing that its tables do not say: it is let go.
                before |= {"event": []}
            if lower == "0003":
                with pytest.raises(Conflict, match=r"lose the seals of \d+ rows? of audit_event"):
                    migrate.downgrade(engine, lower)
                assert _dump(engine) == before
                unchain(engine)
                before = _dump(engine)
            migrate.downgrade(engine, lower)
            migrate.upgrade(engine)
            assert _dump(engine) == before
        with pytest.raises(Conflict) as refusal:
            migrate.downgrade(engine, "base")
        assert all(name in refusal.value.message for name in ("account", "resource", "audit_event"))
        assert refusal.value.next_step
        assert _dump(engine) == before
        migrate.upgrade(engine)
        assert migrate.differences(engine) == []
        assert set(lab.sync(kinds=("instance",))) == {"complete"}
    finally:
        lab.close()


def test_the_first_schema_is_not_left_while_there_is_something_to_lose(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    lab = labs.make(database_url, tmp_path)
    lab.account(instances=10, regions="1")
    lab.sync(kinds=("instance",))
    lab.world().remove(lab.resources()[0].native_id)
    lab.run("instance")
    lab.close()
    left = ["account", "resource", "resource_version", "audit_event", "sync_run"]
    kept = {name: _rows(engine, name) for name in left}
    for table in left:
        with unguarded(engine) as connection:
            for other in reversed(Base.metadata.sorted_tables):
                if other.name not in ("tenant", "principal"):
                    connection.execute(other.delete())
            connection.execute(Base.metadata.tables[table].insert(), kept[table])
        with pytest.raises(Conflict, match=f"{len(kept[table])} rows? of {table}"):
            migrate.downgrade(engine, "base")
        assert migrate.current(engine) == migrate.head()


def _rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(Base.metadata.tables[table])).mappings()]


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (migrate.upgrade, migrate.require_current):
        with pytest.raises(Unavailable, match="newer mcm"):
            attempt(engine)
    with pytest.raises(Unavailable, match="newer mcm"):
        migrate.downgrade(engine, "base")
    assert migrate.current(engine) == "9999"


def test_an_older_or_empty_schema_says_how_to_go_on(engine: Engine) -> None:
    migrate.downgrade(engine, "base")
    with pytest.raises(Unavailable) as refusal:
        migrate.require_current(engine)
    assert "mcm db upgrade" in refusal.value.next_step


def test_head_is_the_newest_migration() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(migrate.config()).get_current_head() == migrate.HEAD
