"""mcm recycle …"""

import typer

from mcm.cli.asking import OneInstance, resolved
from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="What is stopped and waits to be deleted.", no_args_is_help=True, rich_markup_mode=None)
Try = typer.Option(False, "--dry-run", help="Say what would be done; send and store nothing.")
Id = typer.Argument(..., metavar="ID", help="Its id in the recycle bin.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("STATUS", "status"),
    Column("ACCOUNT", "account"),
    Column("WAS", "was"),
    Column("DELETE-AT", "delete_at"),
    Column("REQUESTED-BY", "requested_by"),
    Column("RESOURCE", "resource_id", wide=True),
    Column("ID", "id"),
    Column("REASON", "reason", show=lambda value: str(value or ""), whole=True),
]


@app.command("list")
def list_recycled(
    ended: bool = typer.Option(False, "--ended", help="Also what is deleted, restored or left."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """What waits to be deleted, the next first."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/recycled", limit=None, ended=ended), _COLUMNS, output, columns)


@app.command("put")
def put(
    id: str = OneInstance,
    days: int | None = typer.Option(None, "--days", min=1, max=365, help="Default: what its account keeps, else 7."),
    note_: str = typer.Option("", "--note", help="Why."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done."),
    output: Format = Output,
) -> None:
    """Stop an instance now and delete it some days later."""
    from mcm.cli.client import connected

    with connected() as client:
        body = {"resource": resolved(client, id, "instance"), "days": days, "note": note_}
        answer = client.post("/recycled", body, dry_run=dry_run)
        if dry_run:
            typer.echo(answer["sentence"])
            return
        print_one(answer, output)
        if client.local:
            note("nobody deletes it while no server runs: `mcm serve` does when its time has come")


@app.command("restore")
def restore(id: str = Id, dry_run: bool = Try, output: Format = Output) -> None:
    """Take an instance out again; what ran before is started."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.post(f"/recycled/{quoted(id)}/restore", dry_run=dry_run or None), output)


@app.command("delete")
def delete(
    id: str = Id,
    dry_run: bool = Try,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    output: Format = Output,
) -> None:
    """Delete it now instead of later. This cannot be taken back."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/recycled/{quoted(id)}")
        if not dry_run:
            confirmed(f"delete '{found['name']}' ({found['account']}) now? It cannot be taken back.", yes)
        print_one(client.post(f"/recycled/{quoted(id)}/delete", dry_run=dry_run or None), output)


@app.command("keep")
def keep(
    account: str = typer.Argument(..., help="Name or id."),
    days: int = typer.Option(..., "--days", min=0, max=365, help="0: what is deleted is deleted at once."),
) -> None:
    """How many days an account keeps instances that are deleted."""
    from mcm.cli.client import connected

    with connected() as client:
        client.put(f"/accounts/{quoted(account)}/recycling", {"days": days})
    typer.echo(
        f"account {account} keeps what is deleted for {days} days" if days else f"account {account} keeps nothing"
    )
