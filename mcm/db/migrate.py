"""Brings the schema to this version, or says how it differs; Alembic run from code, no ini file."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.schema import SchemaItem

from mcm.db.session import translated
from mcm.errors import Unavailable
from mcm.models import Base

# Any number, the same in every mcm: two processes that start together must not migrate at once.
_ADVISORY_LOCK = 6_383_102_117


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    made.set_main_option("path_separator", "os")
    return made


def head() -> str:
    found = ScriptDirectory.from_config(config()).get_current_head()
    assert found is not None
    return found


def current(engine: Engine) -> str | None:
    """The database's revision; None for an empty database."""
    with translated(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """In one transaction: a kill leaves the old schema. Refuses a database that a newer mcm wrote."""
    _refuse_newer(engine)
    _migrate(engine, revision, down=False)


def downgrade(engine: Engine, revision: str) -> None:
    """For tests and for going back after a failed upgrade; a step that would lose data refuses and names it."""
    _refuse_newer(engine)
    _migrate(engine, revision, down=True)


def require_current(engine: Engine) -> None:
    """Raises Unavailable with the way out when the schema is not this version's."""
    _refuse_newer(engine)
    found = current(engine)
    if found != head():
        raise Unavailable(
            f"the database's schema is {found or 'empty'}, this mcm needs {head()}", next_step="run `mcm db upgrade`"
        )


def differences(engine: Engine) -> list[str]:
    """How the tables differ from the models; empty when they agree."""
    with translated(), engine.connect() as connection:
        dialect = connection.dialect.name

        def belongs(item: SchemaItem, *_: object) -> bool:
            return bool(item.info.get("dialect", dialect) == dialect)

        opts = {"compare_type": True, "include_object": belongs}
        context = MigrationContext.configure(connection, opts=opts)
        return [str(item) for item in compare_metadata(context, Base.metadata)]


def damage(engine: Engine) -> list[str]:
    """What the database itself finds wrong with its file; empty when it is sound or has no such check."""
    if engine.dialect.name != "sqlite":
        return []
    with translated(), engine.connect() as connection:
        found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check(20)"))]
        orphans = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    return [item for item in found if item != "ok"] + [f"a row of {row[0]} refers to nothing" for row in orphans[:20]]


def _refuse_newer(engine: Engine) -> None:
    found = current(engine)
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if found is not None and found not in known:
        raise Unavailable(
            f"the database was written by a newer mcm (schema {found}); this one would damage it",
            next_step="install the newer mcm again, or restore a backup from before the upgrade",
        )


def _migrate(engine: Engine, revision: str, *, down: bool) -> None:
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
