"""mcm db …"""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mcm.settings import Settings

app = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)
_CHECK = "Restore it into a temporary database too, and compare every row."


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
def copy(
    to: str = typer.Option(..., "--to", help="URL of an empty database, SQLite or PostgreSQL."),
    check: bool = typer.Option(False, "--check", help="Read the copy again and compare every row."),
) -> None:
    """Copy everything into another, empty database. The copy is read-only until `mcm db confirm`."""
    from mcm.db import transfer
    from mcm.db.engine import build_engine, shown
    from mcm.settings import Settings

    settings = Settings()
    copied = transfer.copy(build_engine(settings.database), to, f"a copy of {shown(settings.database)}")
    typer.echo(f"{copied.total} rows copied to {shown(to)}")
    if check:
        transfer.check(to, copied)
        typer.echo(f"checked: {len(copied.rows)} tables, row counts and checksums are the same")
    _tell_confirm()


@app.command("backup")
def backup(file: Path, check: bool = typer.Option(False, "--check", help=_CHECK)) -> None:
    """Write everything into one file; mcm may go on meanwhile. The master key is not in it: keep it elsewhere."""
    from mcm.cli.output import note
    from mcm.db import backups
    from mcm.db.engine import build_engine
    from mcm.settings import Settings

    settings = Settings()
    copied = backups.backup(build_engine(settings.database), file)
    typer.echo(f"{copied.total} rows written to {file}")
    if check:
        backups.check(file, copied)
        typer.echo(f"checked by restoring it: {len(copied.rows)} tables, row counts and checksums are the same")
    if copied.keys:
        note(
            f"the master key {', '.join(copied.keys)} is not in it, and without it nobody opens its secrets: "
            f"back up {_key_place(settings)} too, somewhere else"
        )
    else:
        note("it holds no secrets, so it needs no master key")


@app.command("restore")
def restore(
    file: Path,
    check: bool = typer.Option(False, "--check", help="Only try it in a temporary database, and compare every row."),
) -> None:
    """Read a backup into an empty database (MCM_DATABASE_URL). It is read-only until `mcm db confirm`."""
    from mcm.db import backups
    from mcm.settings import Settings

    settings = Settings()
    if check:
        copied = backups.check(file)
        typer.echo(f"{file} restores: {copied.total} rows in {len(copied.rows)} tables, checksums are right")
        _tell_keys(settings, copied.keys)
        return
    copied = backups.restore(file, settings.database)
    typer.echo(f"{copied.total} rows restored")
    _tell_keys(settings, copied.keys)
    _tell_confirm()


@app.command("confirm")
def confirm(
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    revoke_tokens: bool = typer.Option(
        False,
        "--revoke-tokens",
        help="Revoke all API tokens: those that were revoked since would open again.",
    ),
) -> None:
    """Let a restored or copied database act: from then on its clouds are read, and may be changed, from here."""
    from mcm.app import build_runtime, prepare
    from mcm.audit import service as audit
    from mcm.auth.service import local_caller
    from mcm.cli.confirm import confirmed
    from mcm.cli.output import note
    from mcm.db import standing
    from mcm.identity import api_tokens
    from mcm.kit.ids import new_id
    from mcm.settings import Settings

    runtime = build_runtime(Settings())
    prepare(runtime)
    try:
        with runtime.database.reading() as session:
            found = standing.read_only(session)
            tokens = api_tokens.living(session)
        if found is None:
            typer.echo("nothing is waiting to be confirmed")
            return
        if tokens and not revoke_tokens:
            note(
                f"{tokens} API tokens came along and open this one too, even if they were revoked since; "
                "`mcm db confirm --revoke-tokens` revokes them all"
            )
        confirmed(f"{standing.sentence(found)}. Has the original ended, and may this one act on its clouds?", yes)
        revoked = 0
        with runtime.database.writing() as session:
            if standing.confirm(session) is not None:
                caller = local_caller("cli", new_id("rq"))
                audit.record(session, caller, "db.confirm", "installation", "1", details={"was": found.note})
                revoked = api_tokens.revoke_all(session, caller) if revoke_tokens else 0
    finally:
        runtime.database.dispose()
    said = f", and {revoked} API tokens are revoked" if revoke_tokens else ""
    typer.echo(f"confirmed: mcm acts from here now{said}")


def _tell_confirm() -> None:
    from mcm.cli.output import note

    note("it is read-only: no cloud is read and nothing changed until the original has ended and you `mcm db confirm`")


def _tell_keys(settings: "Settings", needed: list[str]) -> None:
    """Whether the master key at hand opens what was restored."""
    from mcm.cli.output import note
    from mcm.db.engine import build_engine
    from mcm.db.session import Database
    from mcm.errors import McmError
    from mcm.vault.opening import open_vault

    if not needed:
        note("it holds no secrets, so it needs no master key")
        return
    vault = open_vault(settings, Database(build_engine(settings.database)))
    if vault.source.kind == "file" and not Path(vault.source.where).exists():
        note(
            f"its secrets need master key {', '.join(needed)}, which is not here: "
            f"there is no key file {vault.source.where}"
        )
        return
    try:
        missing, held = [key_id for key_id in needed if not vault.has(key_id)], vault.key_id
    except McmError as error:
        note(f"its secrets need master key {', '.join(needed)}, which is not here: {error.message}")
        return
    if missing:
        note(
            f"its secrets need master key {', '.join(missing)}, but {vault.source.where} holds {held}: they stay closed"
        )
        return
    note(f"the master key at hand ({', '.join(needed)}) opens its secrets")


def _key_place(settings: "Settings") -> str:
    if settings.transit_url:
        return f"the key server at {settings.transit_url}"
    return "MCM_MASTER_KEY" if settings.master_key.get_secret_value() else str(settings.key_file)
