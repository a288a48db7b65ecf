"""Brings the schema to this version, or says how it differs; Alembic run from code, no ini file.

Alembic is imported only when there is something to migrate: every local command comes past here.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.schema import SchemaItem

from mcm.db.session import translated
from mcm.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

# The newest revision under migrations/versions; a test holds the two together.
HEAD = "0027"
# Kept without a foreign key, as `mcm.models.relation` explains.
_PARTS = (("relation", "source_id"), ("resource_tag", "resource_id"), ("resource_native", "resource_id"))
# Any number, the same in every mcm: two processes that start together must not migrate at once.
_ADVISORY_LOCK = 6_383_102_117


def config() -> "Config":
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    return made


def head() -> str:
    return HEAD


def current(engine: Engine) -> str | None:
    """The database's revision; None for an empty database."""
    with translated(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """In one transaction: a kill leaves the old schema. Refuses a database that a newer mcm wrote."""
    if revision == "head" and current(engine) == HEAD:
        return
    _refuse_newer(engine)
    _migrate(engine, revision, down=False)


def downgrade(engine: Engine, revision: str) -> None:
    """For tests and for going back after a failed upgrade; a step that would lose data refuses and names it."""
    _refuse_newer(engine)
    _migrate(engine, revision, down=True)


def require_current(engine: Engine) -> None:
    """Raises Unavailable with the way out when the schema is not this version's."""
    found = current(engine)
    if found != HEAD:
        _refuse_newer(engine)
        raise Unavailable(
            f"the database's schema is {found or 'empty'}, this mcm needs {HEAD}", next_step="run `mcm db upgrade`"
        )


def differences(engine: Engine) -> list[str]:
    """How the tables differ from the models; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from mcm.models.every import Base

    with translated(), engine.connect() as connection:
        dialect = connection.dialect.name

        def belongs(item: SchemaItem, *_: object) -> bool:
            return bool(item.info.get("dialect", dialect) == dialect)

        opts = {"compare_type": True, "include_object": belongs}
        context = MigrationContext.configure(connection, opts=opts)
        return [str(item) for item in compare_metadata(context, Base.metadata)]


def damage(engine: Engine) -> list[str]:
    """What is wrong with the data itself: a broken file (where the database can tell), rows that belong to nothing."""
    found: list[str] = []
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            answers = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check(20)"))]
            found += [answer for answer in answers if answer != "ok"]
            orphans = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            found += [f"a row of {row[0]} refers to nothing" for row in orphans[:20]]
        for table, column in _PARTS:
            unowned = f"NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = t.{column})"  # noqa: S608
            lost = connection.execute(text(f"SELECT count(*) FROM {table} t WHERE {unowned}")).scalar()  # noqa: S608
            if lost:
                found.append(f"{lost} rows of {table} belong to no resource")
    return found


def _refuse_newer(engine: Engine) -> None:
    from alembic.script import ScriptDirectory

    found = current(engine)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable(
            f"the database was written by a newer mcm (schema {found}); this one would damage it",
            next_step="install the newer mcm again, or restore a backup from before the upgrade",
        )


def _migrate(engine: Engine, revision: str, *, down: bool) -> None:
    from alembic import command

    with translated(), engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        if engine.dialect.name == "sqlite":
            # SQLite rebuilds tables to alter them; foreign keys would cascade into the copies. Outside a transaction.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _lock(connection)
                made = config()
                made.attributes["connection"] = connection
                (command.downgrade if down else command.upgrade)(made, revision)
        finally:
            if engine.dialect.name == "sqlite":
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
