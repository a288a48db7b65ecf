"""mcm placement … and mcm reservation …"""

from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows
from mcm.cli.place import applied, shown

app = typer.Typer(help="Decisions where workloads run.", no_args_is_help=True, rich_markup_mode=None)
reservation = typer.Typer(help="Room held for decisions.", no_args_is_help=True, rich_markup_mode=None)
Ident = typer.Argument(..., help="The placement's id.")
DryRun = typer.Option(False, "--dry-run", help="Say what it would do; store and send nothing.")
Yes = typer.Option(False, "--yes", help="Do not ask.")
_COLUMNS = [
    Column("ID", "id"),
    Column("WORKLOAD", "workload"),
    Column("STATUS", "status"),
    Column("INSTANCES", "instances"),
    Column("AT", "at", whole=True),
    Column("SPILLED", "spilled"),
    Column("BY", "requested_by"),
    Column("AGE", "created_at", show=age),
    Column("EXPIRES", "expires_at", wide=True),
    Column("HASH", "hash", wide=True),
]
_MADE = [
    Column("NAME", "name"),
    Column("TIER", "tier"),
    Column("LOCATION", "location", whole=True),
    Column("STATUS", "status"),
    Column("OPERATION", "operation_id"),
    Column("OPERATION-STATUS", "operation_status"),
    Column("TRIED", "tried", wide=True),
    Column("REASON", "reason", whole=True),
]
_HELD = [
    Column("ID", "id"),
    Column("PLACEMENT", "placement_id"),
    Column("LOCATION", "location", whole=True),
    Column("TIER", "tier"),
    Column("INSTANCES", "instances"),
    Column("VCPUS", "vcpus"),
    Column("MEMORY-GIB", "memory_gib"),
    Column("DISK-GIB", "disk_gib", wide=True),
    Column("STATUS", "status"),
    Column("UNTIL", "until"),
    Column("GENERATION", "generation", wide=True),
]
_WHY = [
    Column("TIER", "tier"),
    Column("ALLOWED", "allowed"),
    Column("CHOSEN", "chosen"),
    Column("BEHIND", "behind"),
    Column("WHY", "sentence", whole=True),
]


@app.command("list")
def list_placements(
    status: list[str] = typer.Option([], "--status", help="Only these; may be repeated."),
    workload: str | None = typer.Option(None, "--workload", help="Only of this workload."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List decisions, the newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = client.pages("/placements", limit=None, status=status or None, workload=workload)
        print_rows(rows, _COLUMNS, output, columns)


@app.command("show")
def show(
    id: str = Ident,
    explain: bool = typer.Option(False, "--explain", help="With every candidate and each rule."),
    output: Format = Output,
) -> None:
    """Show a decision: what was chosen and why, what was made of it."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/placements/{quoted(id)}")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    shown(answer, output, explain=explain)
    if answer["made"]:
        typer.echo()
        print_rows(answer["made"], _MADE, output)
    if answer["reason"]:
        note(answer["reason"])


@app.command("why")
def why(
    id: str = Ident,
    location: str = typer.Option(..., "--location", "-l", help="account/region or account/region/zone."),
    output: Format = Output,
) -> None:
    """Say why not there: each rule with its values, or how much worse it would be."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/placements/{quoted(id)}/why", location=location)
    print_rows(answer["tiers"], _WHY, output, name_key="tier")


@app.command("replay")
def replay(id: str = Ident, output: Format = Output) -> None:
    """Make a decision again of what it was made of, and show what would be decided now."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post(f"/placements/{quoted(id)}/replay")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    same = "leads to the same" if answer["same"] else "leads to ANOTHER outcome"
    note(f"what it was made of {same}: {answer['replayed_hash']}")
    chosen = answer["now"]["chosen"]
    where = ", ".join(f"{one['tier']} at {one['location']}" for one in chosen["parts"]) if chosen else "nowhere"
    note(f"now it would go {'elsewhere' if answer['changed'] else 'to the same place'}: {where}")
    if answer["come_home"]:
        note("there is room again in an earlier group: it could come home")


@app.command("apply")
def apply(
    id: str = Ident,
    wait: bool = typer.Option(False, "--wait", help="Wait until they are there; without a server it always waits."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Make the instances of a decision."""
    from mcm.cli.client import connected

    with connected() as client:
        if dry_run:
            answer = client.post(f"/placements/{quoted(id)}/apply", dry_run=True)
        else:
            answer = applied(client, id, wait=wait)
    if dry_run or output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    print_rows(answer["made"], _MADE, output)


@app.command("approve")
def approve(id: str = Ident, output: Format = Output) -> None:
    """Approve what somebody else wants to make, exactly as it is now."""
    _decide(id, "approve", lambda found: {"hash": found["hash"]}, output)


@app.command("reject")
def reject(id: str = Ident, reason: str = typer.Option(..., "--reason"), output: Format = Output) -> None:
    """Refuse it, with a reason."""
    _decide(id, "reject", lambda _: {"reason": reason}, output)


@app.command("cancel")
def cancel(id: str = Ident, yes: bool = Yes, dry_run: bool = DryRun, output: Format = Output) -> None:
    """Give back the room that a decision holds."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/placements/{quoted(id)}")
        if dry_run:
            typer.echo(f"placement {id} ({found['status']}) would be cancelled, and its room given back")
            return
        confirmed(f"cancel placement {id} of '{found['workload']}'?", yes)
        answer = client.post(f"/placements/{quoted(id)}/cancel")
    print_rows([answer], _COLUMNS, output)


@reservation.command("list")
def list_reservations(
    status: list[str] = typer.Option([], "--status", help="Only these; may be repeated."),
    placement: str | None = typer.Option(None, "--placement", help="Only of this placement."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List what is held, the newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = client.pages("/reservations", limit=None, status=status or None, placement=placement)
        print_rows(rows, _HELD, output, columns)


@reservation.command("release")
def release(
    id: str = typer.Argument(..., help="The reservation's id."), yes: bool = Yes, dry_run: bool = DryRun
) -> None:
    """Give back everything that its placement holds, which is cancelled by that."""
    from mcm.cli.client import connected

    with connected() as client:
        if dry_run:
            typer.echo(f"reservation {id} would be given back, and its placement cancelled")
            return
        confirmed(f"release reservation {id}, and cancel its placement?", yes)
        found = client.post(f"/reservations/{quoted(id)}/release")
    typer.echo(f"reservation {found['id']} released; placement {found['placement_id']} is cancelled")


def _decide(id: str, verb: str, body: Any, output: Format) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/placements/{quoted(id)}")
        answer = client.post(f"/placements/{quoted(id)}/{verb}", body(found))
    print_rows([answer], _COLUMNS, output)
