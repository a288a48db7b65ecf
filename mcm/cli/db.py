"""mcm db …"""

from pathlib import Path

import typer

app = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)


@app.command("upgrade")
def upgrade() -> None:
    """Bring the schema to this version; the data stays."""
    from mcm.db import migrate
    from mcm.db.engine import build_engine, shown
    from mcm.settings import Settings

    settings = Settings()
    engine = build_engine(settings.database)
    before = migrate.current(engine)
    migrate.upgrade(engine)
    after = migrate.current(engine)
    typer.echo(
        f"{shown(settings.database)}: schema {before or 'empty'} → {after}" if before != after else f"already {after}"
    )


@app.command("check")
def check() -> None:
    """Check that the database answers, has this version's schema, and is sound."""
    from mcm.cli.failures import Failure
    from mcm.db import migrate
    from mcm.db.engine import build_engine, shown
    from mcm.settings import Settings

    settings = Settings()
    engine = build_engine(settings.database)
    migrate.require_current(engine)
    problems = migrate.differences(engine) + migrate.damage(engine)
    if problems:
        raise Failure(f"the database is not as it should be: {'; '.join(problems[:5])}", next_step="restore a backup")
    typer.echo(f"{shown(settings.database)}: schema {migrate.head()}, sound")


@app.command("copy")
def copy(to: str = typer.Option(..., "--to", help="URL of an empty database, SQLite or PostgreSQL.")) -> None:
    """Copy everything into another, empty database."""
    from mcm.db import transfer
    from mcm.db.engine import build_engine, shown
    from mcm.settings import Settings

    counts = transfer.copy(build_engine(Settings().database), to)
    typer.echo(f"{sum(counts.values())} rows copied to {shown(to)}")


@app.command("backup")
def backup(file: Path) -> None:
    """Write everything into one file; mcm may go on meanwhile. The master key is not in it: keep its file apart."""
    from mcm.cli.output import note
    from mcm.db import transfer
    from mcm.db.engine import build_engine
    from mcm.settings import Settings

    settings = Settings()
    counts = transfer.backup(build_engine(settings.database), file)
    typer.echo(f"{sum(counts.values())} rows written to {file}")
    note(f"the secrets in it open only with the master key: back up {settings.master_key} too, somewhere else")


@app.command("restore")
def restore(file: Path) -> None:
    """Read a backup into an empty database (MCM_DATABASE_URL or the data directory)."""
    from mcm.cli.output import note
    from mcm.db import transfer
    from mcm.settings import Settings

    settings = Settings()
    counts = transfer.restore(file, settings.database)
    typer.echo(f"{sum(counts.values())} rows restored")
    if counts.get("secret") and not settings.master_key.exists():
        note(f"the secrets need their master key: put its file at {settings.master_key} before the next sync")
