"""mcm move …"""

import time
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.asking import OneInstance, given_params, resolved
from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

if TYPE_CHECKING:
    from mcm.cli.client import Client

app = typer.Typer(
    help="Instances that go to another cloud while they are off.", no_args_is_help=True, rich_markup_mode=None
)  # fmt: skip
Id = typer.Argument(..., metavar="ID", help="The move's id.")
Wait = typer.Option(False, "--wait", help="Wait for the end; without a server it always waits.")
_COLUMNS = [
    Column("ID", "id"),
    Column("NAME", "resource_name"),
    Column("STATUS", "status"),
    Column("STEP", "step"),
    Column("FROM", "account"),
    Column("TO", "target_account"),
    Column("REGION", "target_region", wide=True),
    Column("RETIRE", "retire", wide=True),
    Column("MADE", "made_id", wide=True),
    Column("REQUESTED-BY", "requested_by", wide=True),
    Column("CREATED", "created_at"),
    Column("ERROR", "error_message", show=lambda value: str(value or ""), whole=True),
]
_STEPS = [
    Column("NO", "number"),
    Column("STEP", "name"),
    Column("STATUS", "status"),
    Column("DONE", "done_bytes", show=lambda value: _mib(value)),
    Column("OF", "total_bytes", show=lambda value: _mib(value)),
    Column("OPERATION", "operation_id", wide=True),
    Column("UNDONE-BY", "undo_operation_id", wide=True),
    Column("NOTE", "note", show=lambda value: str(value or ""), whole=True),
]
_POLL_S = 1.0
_MIB = 2**20


@app.command("start")
def start(
    id: str = OneInstance,
    to: str = typer.Option(..., "--to", metavar="ACCOUNT", help="Where to: name or id of an account."),
    region: str | None = typer.Option(None, "--region", help="Needed where the account has several."),
    flavor: str | None = typer.Option(None, "--flavor", help="Default: the smallest there that holds it."),
    network: list[str] = typer.Option([], "--network", help="May be repeated; default: the only one there is."),
    param: list[str] = typer.Option([], "--param", help="KEY=VALUE of the new instance, as for instance create."),
    stop: bool = typer.Option(False, "--stop", help="Stop it first, so that its disks are whole."),
    retire: bool = typer.Option(False, "--retire", help="Put the source into the recycle bin when all is verified."),
    days: int = typer.Option(7, "--days", min=1, max=365, help="With --retire: how long the bin keeps it."),
    leave_volumes: bool = typer.Option(False, "--leave-volumes", help="What is on its further volumes stays behind."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done, or what a person has to do."),
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Move an instance to another cloud: image, copy, conversion, new instance, proof."""
    from mcm.cli.client import connected

    params = given_params(param) | ({"flavor": flavor} if flavor else {}) | ({"networks": network} if network else {})
    with connected() as client:
        body = {
            "resource": resolved(client, id, "instance"), "account": to, "region": region, "params": params,
            "stop": stop, "retire": retire, "days": days, "leave_volumes": leave_volumes,
        }  # fmt: skip
        shown = client.post("/moves", body, dry_run=True)
        if dry_run:
            _preview(shown, output)
            return
        if shown["how"] == "cold" and (stop or retire):
            for one in shown["warnings"]:
                note(f"mind: {one['text']}")
            note(f"downtime: {shown['downtime']['text']}")
            confirmed(f"move '{shown['resource_name']}' to {shown['account']}, {shown['region']}?", yes)
        answer = client.post("/moves", body)
        _finish(client, answer, wait, output)


@app.command("list")
def list_moves(
    status: list[str] = typer.Option([], "--status", help="Only these; may be repeated."),
    limit: int = typer.Option(100, "--limit", min=1, help="Rows at most."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List moves, the newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/moves", limit=limit, status=status), _COLUMNS, output, columns)


@app.command("show")
def show(move: str = Id, output: Format = Output, columns: str | None = Columns) -> None:
    """Show its steps, how far copies are, and what was compared."""
    from mcm.cli.client import connected

    with connected() as client:
        _shown(client.get(f"/moves/{quoted(move)}"), output, columns)


@app.command("cancel")
def cancel(
    move: str = Id,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    wait: bool = Wait,
    output: Format = Output,
) -> None:
    """Undo what it did so far; not once the new instance is verified."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/moves/{quoted(move)}")
        confirmed(f"cancel the move of '{found['resource_name']}' and undo what it did?", yes)
        _finish(client, client.post(f"/moves/{quoted(move)}/cancel"), wait, output, wanted="cancelled")


@app.command("retry")
def retry(move: str = Id, wait: bool = Wait, output: Format = Output) -> None:
    """Of one that failed or was cancelled: again, from its first step that is not done."""
    from mcm.cli.client import connected

    with connected() as client:
        _finish(client, client.post(f"/moves/{quoted(move)}/retry"), wait, output)


def _finish(client: "Client", answer: dict[str, Any], wait: bool, output: Format, wanted: str = "succeeded") -> None:
    if not wait and not client.local:
        _shown(answer, output, None)
        note(f"it goes on by itself: mcm move show {answer['id']}")
        return
    path = f"/moves/{quoted(answer['id'])}"
    try:
        while answer["finished_at"] is None:
            time.sleep(_POLL_S)
            answer = client.get(path)
    except KeyboardInterrupt:
        note(f"it is not over, and goes on where mcm serves: mcm move show {answer['id']}")
        raise
    _shown(answer, output, None)
    if answer["status"] != wanted:
        raise typer.Exit(FAILED)


def _shown(answer: dict[str, Any], output: Format, columns: str | None) -> None:
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    print_rows(answer["steps"], _STEPS, output, columns)
    note(f"{answer['id']}: {answer['status']}" + (f"; {answer['error_message']}" if answer["error_message"] else ""))
    if answer["next_step"]:
        note(answer["next_step"])


def _preview(shown: dict[str, Any], output: Format) -> None:
    if output not in (Format.TABLE, Format.WIDE):
        print_one(shown, output)
        return
    if shown["how"] == "person":
        typer.echo(f"mcm cannot move '{shown['resource_name']}' to {shown['account']}:")
        _listed(shown["against"])
        typer.echo("a person can:")
        _listed(shown["person"])
        return
    typer.echo(f"would move '{shown['resource_name']}' to {shown['account']}, {shown['region']}; nothing was sent:")
    _listed(shown["steps"])
    typer.echo(f"downtime: {shown['downtime']['text']}")
    needed = "not known" if shown["staging_bytes"] is None else f"{_mib(shown['staging_bytes'])} at most"
    typer.echo(f"room in the data directory: {needed}, {_mib(shown['staging_free_bytes'])} free")
    for one in shown["warnings"]:
        typer.echo(f"mind: {one['text']}")
    typer.echo("left for a person:")
    _listed(shown["person"])


def _listed(told: list[dict[str, Any]]) -> None:
    for number, one in enumerate(told, 1):
        typer.echo(f"  {number}. {one['text']}")


def _mib(value: int | None) -> str:
    return "-" if value is None else f"{value / _MIB:.1f} MiB" if value < 2**30 else f"{value / 2**30:.1f} GiB"
