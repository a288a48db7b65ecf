"""mcm keys …"""

import sys
from typing import Any

import typer

from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Format, Output, note, print_one, print_rows

app = typer.Typer(help="The master key that seals stored secrets.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("KEY", "id"),
    Column("STATE", "state"),
    Column("AT HAND", "at_hand"),
    Column("VALUES", "values"),
    Column("SINCE", "created_at"),
]


@app.command("show")
def show(output: Format = Output) -> None:
    """Show which key is in use, where it comes from, and how many values each key has sealed."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get("/keys")
    if output in (Format.JSON, Format.YAML):
        print_one(answer, output)
        return
    print_rows(answer["items"], _COLUMNS, output, name_key="id")
    note(f"the master key comes from: {answer['source']}, {answer['where']}")
    if answer["problem"]:
        note(answer["problem"])
    if answer["unfinished"]:
        note("a rotation was interrupted: `mcm keys rotate` finishes it")


@app.command("rotate")
def rotate(
    dry_run: bool = typer.Option(False, "--dry-run", help="Say how many values would be sealed anew; change nothing."),
    output: Format = Output,
) -> None:
    """Make a new master key and seal every stored value with it; or finish what an interrupted rotation began."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post("/keys/rotation", dry_run=dry_run or None)
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output, name_key="key_id")
        return
    if dry_run:
        typer.echo(f"{answer['values']} values would be sealed anew; key {answer['key_id']} is in use")
        return
    done = "the interrupted rotation is finished" if answer["resumed"] else "rotated"
    typer.echo(f"{done}: {answer['values']} values are sealed with key {answer['key_id']}")
    if answer["source"] == "file":
        note(f"back up {answer['where']} now, apart from the database's backups")
    if answer["former"] and answer["source"] != "transit":
        former = ", ".join(answer["former"])
        note(f"backups made before open only with key {former}: keep its copy as long as you keep them")


@app.command("abandon")
def abandon(
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be given up; change nothing."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask for the database's name."),
    output: Format = Output,
) -> None:
    """Go on without a master key that is lost for good: what it sealed is given up. Beside the database, no server."""
    from mcm.app import build_runtime, prepare
    from mcm.auth.service import local_caller
    from mcm.cli.runfile import running_server
    from mcm.keys.abandonment import Abandonment
    from mcm.kit.ids import new_id
    from mcm.settings import Settings

    settings = Settings()
    if server := running_server(settings.directory):
        raise Failure(f"a server runs on this data directory: {server[0]}", next_step="end it first, and all workers")
    runtime = build_runtime(settings)
    prepare(runtime)
    try:
        abandonment = Abandonment(runtime.database, runtime.vault)
        answer = abandonment.preview().model_dump(mode="json")
        if not dry_run:
            _tell_losses(answer)
            _typed(str(runtime.database.engine.url.database), yes)
            answer = abandonment.run(local_caller("cli", new_id("rq"))).model_dump(mode="json")
    finally:
        runtime.database.dispose()
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output, name_key="key_id")
    elif dry_run:
        _tell_losses(answer)
        typer.echo("nothing was changed")
    else:
        typer.echo(f"key {', '.join(answer['lost'])} is given up; key {answer['key_id']} seals from now on")
        note(f"back up {answer['where']} now, apart from the database's backups; then enter what was lost")


def _tell_losses(answer: dict[str, Any]) -> None:
    note(f"given up is what only key {', '.join(answer['lost'])} opens:")
    for what, names in (
        ("secrets of accounts, which are paused until they are entered again", answer["accounts"]),
        ("second factors (recovery codes still open; else `mcm user reset-totp`)", answer["second_factors"]),
        ("OpenID providers, which are disabled", answer["providers"]),
        ("webhooks, which are disabled", answer["webhooks"]),
    ):
        if names:
            note(f"  {what}: {', '.join(names)}")
    note(f"  the proof of {answer['rows']} rows of the audit trail; they stay, and can be read")


def _typed(database: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("this needs a confirmation and there is no terminal", next_step="add --yes", exit_code=USAGE)
    name = database.rpartition("/")[2]
    if typer.prompt(f"Nothing brings it back. Type the database's name ({name}) to go on", err=True) != name:
        raise Failure("that is not its name; nothing was changed")
