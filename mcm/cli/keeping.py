"""mcm resource protect, unprotect and retire: what keeps a resource, and until when."""

from collections.abc import Sequence

import typer

from mcm.cli.asking import One, path_of
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, print_one, print_rows
from mcm.cli.resource import app

Many = typer.Argument(..., metavar="ID...", help="Ids, native ids, or names where only one has it.")
_RETIREMENTS = [
    Column("NAME", "name"),
    Column("STATE", "state"),
    Column("OWNER", "owner"),
    Column("RETIRES", "retire_at"),
    Column("REMINDED", "reminded_at"),
    Column("STOPPED", "stopped_at"),
    Column("SET-BY", "set_by"),
    Column("ID", "resource_id", wide=True),
    Column("NOTE", "note", wide=True),
    Column("REASON", "reason", show=lambda value: str(value or ""), whole=True),
]


@app.command("protect")
def protect(ids: list[str] = Many) -> None:
    """Nothing destroys it until the protection is taken off: no person, plan or schedule."""
    _manage(ids, "protected")


@app.command("unprotect")
def unprotect(ids: list[str] = Many) -> None:
    """Take the protection off."""
    _manage(ids, "observed")


@app.command("retire")
def retire(
    id: str = One,
    at: str | None = typer.Option(None, "--at", help="When it is stopped: a date, or RFC 3339. Renews it too."),
    never: bool = typer.Option(False, "--never", help="It does not retire."),
    note: str = typer.Option("", "--note", help="Why."),
    output: Format = Output,
) -> None:
    """Set, renew or clear the date at which an instance is stopped. It is never deleted for it."""
    from mcm.cli.client import connected

    if (at is None) == (not never):
        raise Failure("give either --at DATE or --never", exit_code=USAGE)
    when = _instant(at) if at is not None else ""
    with connected() as client:
        path = f"{path_of(client, id)}/retirement"
        if never:
            client.delete(path)
            typer.echo(f"{id} does not retire")
        else:
            print_one(client.put(path, {"retire_at": when, "note": note}), output)


@app.command("retirements")
def retirements(
    before: str | None = typer.Option(None, "--before", help="Only what retires by this date."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """What retires, the next first."""
    from mcm.cli.client import connected

    with connected() as client:
        until = _instant(before) if before is not None else None
        print_rows(client.pages("/retirements", limit=None, before=until), _RETIREMENTS, output, columns)


def _manage(ids: Sequence[str], managed: str) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        for one in ids:
            answer = client.patch(path_of(client, one), {"managed": managed})
            typer.echo(f"{answer['kind']} {answer['name']} is {answer['managed']}")


def _instant(text: str) -> str:
    """A date without a time zone is meant here, by this machine's clock."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except (ValueError, OverflowError) as error:
        raise Failure(f"'{text}' is no date", next_step="write it like 2027-03-31", exit_code=USAGE) from error
