"""mcm db …"""

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
