"""mcm allocation …"""

from pathlib import Path

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_rows

app = typer.Typer(
    help="Who pays: rules that share cost among tenants, applications and cost centres.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
File = typer.Option(..., "--file", "-f", help="YAML with a list under `rules`.")
Month = typer.Option(None, "--month", metavar="YYYY-MM", help="What the effect is shown on; default this month.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("POSITION", "position"),
    Column("MATCH", "document.match"),
    Column("METHOD", "document.share.method"),
    Column("BY", "document.share.by"),
    Column("SINCE", "document.since", wide=True),
    Column("UNTIL", "document.until", wide=True),
    Column("MISSING", "missing"),
]
_EFFECTS = [
    Column("RULE", "rule"),
    Column("TENANT", "tenant"),
    Column("APPLICATION", "application"),
    Column("COST-CENTER", "cost_center"),
    Column("CURRENCY", "currency"),
    Column("AMOUNT", "amount"),
    Column("LEFT", "left"),
]


@app.command("list")
def list_rules(output: Format = Output, columns: str | None = Columns) -> None:
    """List allocation rules, the first that applies first."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = list(client.pages("/allocation-rules", limit=None))
    for row in rows:
        row["document"]["match"] = {key: value for key, value in row["document"]["match"].items() if value is not None}
    print_rows(rows, _COLUMNS, output, columns, name_key="name")


@app.command("apply")
def apply(
    file: Path = File,
    replace: bool = typer.Option(False, "--replace", help="Remove the rules that are not in the file."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would change; store nothing."),
    month: str | None = Month,
    output: Format = Output,
) -> None:
    """Make or change the rules of a file, all or none; others stay."""
    from mcm.cli.client import connected

    body = {"document": read(file), "replace": replace, "month": month}
    with connected() as client:
        found = client.put("/allocation-rules", body, dry_run=dry_run or None)
    changed = [{"name": name, "done": "changed"} for name in found["changed"]]
    removed = [{"name": name, "done": "removed"} for name in found["removed"]]
    if not dry_run:
        print_rows([*changed, *removed], [Column("NAME", "name"), Column("DONE", "done")], output, name_key="name")
        return
    print_rows(found["effects"], _EFFECTS, output, name_key="rule")
    told = ", ".join(f"{one['name']} would be {one['done']}" for one in [*changed, *removed]) or "no rule would change"
    note(f"{told}; nothing was stored. The table is {found['month']} with these rules")


@app.command("preview")
def preview(file: Path = File, month: str | None = Month, output: Format = Output) -> None:
    """Show what the rules there are, with those of a file, would give to whom in a month; nothing is stored."""
    apply(file, False, True, month, output)


@app.command("delete")
def delete(
    name: str = typer.Argument(..., help="The rule's name."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be deleted."),
) -> None:
    """Delete a rule. What it shared stays where it was, in every month it held for."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/allocation-rules/{quoted(name)}")
        if dry_run:
            typer.echo(f"allocation rule {found['name']} would be deleted")
            return
        confirmed(f"delete allocation rule '{found['name']}'?", yes)
        client.delete(f"/allocation-rules/{quoted(name)}")
    typer.echo(f"allocation rule {name} deleted")


def read(file: Path) -> str:
    """Raises Failure."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is no UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or error
        raise Failure(f"{file} cannot be read: {reason}", exit_code=USAGE) from error
