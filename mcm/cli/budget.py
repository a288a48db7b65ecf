"""mcm budget …"""

from pathlib import Path

import typer

from mcm.cli.allocation import read
from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="What may be spent in a month, and who is told.", no_args_is_help=True, rich_markup_mode=None)
Name = typer.Argument(..., help="The budget's name.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("TENANT", "tenant"),
    Column("AMOUNT", "amount"),
    Column("CURRENCY", "currency"),
    Column("COST", "cost"),
    Column("THRESHOLDS", "thresholds", show=lambda value: thresholds(value)),
    Column("ENABLED", "enabled"),
    Column("SINCE", "since", wide=True),
    Column("UNTIL", "until", wide=True),
]
_ALERTS = [
    Column("MONTH", "month"),
    Column("OF", "of"),
    Column("PERCENT", "percent"),
    Column("SPENT", "spent"),
    Column("AMOUNT", "amount"),
    Column("CURRENCY", "currency"),
    Column("AT", "at"),
]


@app.command("list")
def list_budgets(output: Format = Output, columns: str | None = Columns) -> None:
    """List budgets."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/budgets", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(
    name: str = Name,
    month: str | None = typer.Option(None, "--month", metavar="YYYY-MM", help="Default the current one."),
    output: Format = Output,
) -> None:
    """Show a budget, what is spent of it, what the month is forecast to cost, and what was told."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/budgets/{quoted(name)}", month=month)
    if output not in (Format.TABLE, Format.WIDE):
        print_one(found, output, name_key="name")
        return
    alerts, standing = found.pop("alerts"), found.pop("standing")
    found["thresholds"] = thresholds(found["thresholds"])
    found["only"] = {key: value for key, value in found["only"].items() if value is not None}
    print_one(found, output)
    typer.echo()
    gaps, _ = standing.pop("gaps"), standing.pop("rates")
    print_one(standing, output)
    for gap in gaps:
        note(f"! {gap['about']}: {', '.join(f'{key} {value}' for key, value in gap['params'].items())}")
    if alerts:
        typer.echo()
        print_rows(alerts, _ALERTS, output)


@app.command("apply")
def apply(
    file: Path = typer.Option(..., "--file", "-f", help="YAML with a list under `budgets`."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done; store nothing."),
    output: Format = Output,
) -> None:
    """Make or replace the budgets of a file, all or none; others stay."""
    from mcm.cli.client import connected

    body = {"document": read(file)}
    with connected() as client:
        found = client.put("/budgets", body, dry_run=dry_run or None)
    if dry_run:
        note(f"{', '.join(found['changed'])} would be made or replaced; nothing was stored")
        return
    print_rows(found["budgets"], _COLUMNS, output, name_key="name")


@app.command("delete")
def delete(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be deleted."),
) -> None:
    """Delete a budget, with what was said about it."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/budgets/{quoted(name)}")
        if dry_run:
            typer.echo(f"budget {found['name']} would be deleted")
            return
        confirmed(f"delete budget '{found['name']}'?", yes)
        client.delete(f"/budgets/{quoted(name)}")
    typer.echo(f"budget {name} deleted")


def thresholds(value: object) -> str:
    listed = value if isinstance(value, list) else []
    return ", ".join(f"{one['percent']} %{' (forecast)' if one['of'] == 'forecast' else ''}" for one in listed) or "-"
