"""mcm finding …"""

from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="What could be saved, and by which action.", no_args_is_help=True, rich_markup_mode=None)
Id = typer.Argument(..., metavar="ID", help="The finding's id.")
_COLUMNS = [
    Column("KIND", "kind"),
    Column("NAME", "name"),
    Column("ACCOUNT", "account"),
    Column("SAVING/MONTH", "saving", show=lambda value: "unknown" if value is None else str(value)),
    Column("CURRENCY", "currency"),
    Column("BASIS", "basis", wide=True),
    Column("CONFIDENCE", "confidence"),
    Column("ACTION", "action", show=lambda value: str(value or "at the cloud")),
    Column("STATUS", "status", wide=True),
    Column("RESOURCE", "resource_id", wide=True),
    Column("ID", "id", whole=True),
    Column("AGE", "since", show=age),
]
_PLANS = [
    Column("ID", "id", whole=True),
    Column("ACTION", "action"),
    Column("PARAMS", "params"),
    Column("STATUS", "status"),
    Column("COUNTS", "counts"),
    Column("APPROVAL", "approval", wide=True),
]


@app.command("list")
def list_findings(
    kind: str | None = typer.Option(
        None,
        "--kind",
        metavar="KIND",
        help="idle_instance, oversized_instance, uncommitted_instance, orphaned_volume, orphaned_address or "
        "old_snapshot.",
    ),
    account: str | None = typer.Option(None, "--account", help="Only in this account."),
    resource: str | None = typer.Option(None, "--resource", help="Only of the resource with this id."),
    status: str = typer.Option("open", "--status", metavar="open|dismissed|resolved|all"),
    check: bool = typer.Option(False, "--check", help="Look first, instead of when mcm does so by itself."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List what could be saved, newest first; the sums by kind stand below."""
    from mcm.cli.client import connected

    with connected() as client:
        if check:
            done = client.post("/findings/check")
            note(f"{done['open']} found: {done['new']} new, {done['resolved']} resolved")
        asked = {"kind": kind, "account": account, "resource": resource, "status": status}
        print_rows(client.pages("/findings", limit=None, **asked), _COLUMNS, output, columns)
        if output in (Format.TABLE, Format.WIDE):
            _sums(client.get("/findings/summary", account=account))


@app.command("show")
def show(id: str = Id, output: Format = Output) -> None:
    """Show one finding with its evidence, and what carries it out."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/findings/{quoted(id)}"), output)


@app.command("dismiss")
def dismiss(
    id: str = Id,
    reason: str = typer.Option(..., "--reason", help="Why nothing is to be done."),
    until: str | None = typer.Option(None, "--until", help="RFC 3339; after that it is shown again. Default: never."),
    output: Format = Output,
) -> None:
    """Say that a finding is not to be shown, and why."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.post(f"/findings/{quoted(id)}/dismiss", {"reason": reason, "until": until}), output)


@app.command("reopen")
def reopen(id: str = Id, output: Format = Output) -> None:
    """Take a dismissal back."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.post(f"/findings/{quoted(id)}/reopen"), output)


@app.command("plan")
def plan(
    ids: list[str] = typer.Argument(..., metavar="ID...", help="Ids of findings."),
    note_text: str = typer.Option("", "--note", help="What it is for; whoever approves reads it."),
    output: Format = Output,
) -> None:
    """Make plans that carry findings out, one for each action. Nothing is sent before they are applied."""
    from mcm.cli.client import connected

    with connected() as client:
        made = client.post("/findings/plan", {"findings": ids, "note": note_text})["plans"]
    print_rows(made, _PLANS, output)
    if output in (Format.TABLE, Format.WIDE):
        note("nothing was sent; `mcm plan show ID`, then `mcm plan apply ID`")


def _sums(told: dict[str, Any]) -> None:
    for one in told["kinds"]:
        saving = f"{one['saving']} {one['currency']} a month" if one["saving"] is not None else "saving unknown"
        missing = one["count"] - one["priced"]
        rest = f", {missing} without a price" if one["saving"] is not None and missing else ""
        note(f"{one['count']} {one['kind']}: {saving}{rest}")
    note(f"as of {told['as_of'] or 'never'}")
