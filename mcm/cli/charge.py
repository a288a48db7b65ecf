"""mcm charge … (what changes months is in `charge_months`)"""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED, USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="What was used and billed.", no_args_is_help=True, rich_markup_mode=None)
Import = typer.Argument(..., metavar="IMPORT", help="The import's id.")
DryRun = typer.Option(False, "--dry-run", help="Say what would be done; store nothing.")
AccountName = typer.Option(..., "--account", help="Whose bill it is.")
Filters = typer.Option(None, "--filter", metavar="DIMENSION=VALUE", help="Such as service=Compute or tag:env=prod.")
_IMPORTS = [
    Column("ID", "id", whole=True),
    Column("ACCOUNT", "account"),
    Column("KIND", "kind"),
    Column("STATUS", "status"),
    Column("MONTHS", "months"),
    Column("ROWS", "rows"),
    Column("WARNINGS", "warnings"),
    Column("FILE", "file_name"),
    Column("FOCUS", "focus", wide=True),
    Column("DIALECT", "dialect", wide=True),
    Column("BASIS", "basis", wide=True),
    Column("REASON", "reason", wide=True),
    Column("BY", "imported_by", wide=True),
    Column("AGE", "imported_at", show=age),
]
PARTS = [
    Column("MONTH", "month"),
    Column("CURRENCY", "currency"),
    Column("STATUS", "status"),
    Column("ROWS", "rows"),
    Column("BILLED", "billed"),
    Column("EFFECTIVE", "effective"),
    Column("LIST", "list", wide=True),
    Column("CONTRACTED", "contracted", wide=True),
    Column("WITHOUT-COST", "unknown"),
]


def _lines(value: Any) -> str:
    shown = [str(line) for line in value or ()]
    return ",".join(shown[:5]) + (",…" if len(shown) > 5 else "") or "-"


FINDINGS = [
    Column("LEVEL", "level"),
    Column("COUNT", "count"),
    Column("COLUMN", "column"),
    Column("IN-THE-BILL", "source", wide=True),
    Column("WHAT", "text", whole=True),
    Column("LINES", "lines", show=_lines),
    Column("EXAMPLE", "example"),
    Column("CODE", "code", wide=True),
]
_CHARGES = [
    Column("START", "charge_start"),
    Column("ACCOUNT", "account"),
    Column("SERVICE", "service_name"),
    Column("RESOURCE", "native_id"),
    Column("CATEGORY", "charge_category"),
    Column("BILLED", "billed_cost"),
    Column("EFFECTIVE", "effective_cost"),
    Column("CURRENCY", "currency"),
    Column("BASIS", "basis"),
    Column("DESCRIPTION", "charge_description", wide=True),
    Column("REGION", "region_id", wide=True),
    Column("LINE", "line", wide=True),
    Column("FLAGS", "flags", wide=True),
    Column("ID", "id", wide=True),
]


@app.command("import")
def import_(
    file: Path = typer.Argument(
        ..., help="CSV, gzipped CSV or Parquet, or a ZIP of one: FOCUS, or a bill in its cloud's own form."
    ),
    account: str = AccountName,
    add: bool = typer.Option(False, "--add", help="Beside what the months have, for a bill in several files."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Import a bill. What it says of a month takes the place of what the account had; the same file changes nothing."""
    from mcm.cli.client import connected

    mode = "add" if add else "replace"
    with connected() as client:
        answer = client.upload(
            "/charge-imports", file, account=account, file_name=file.name, mode=mode, dry_run=dry_run or None
        )
    _show(answer, output)
    if output in (Format.TABLE, Format.WIDE):
        if answer["already"]:
            note("this file was imported before; nothing was changed")
        if dry_run:
            closed = f"; {', '.join(answer['closed'])} is closed, so it would be refused" if answer["closed"] else ""
            note(f"nothing was stored{closed}")


@app.command("imports")
def imports(
    account: str | None = typer.Option(None, "--account", help="Of this account only."),
    month: str | None = typer.Option(None, "--month", metavar="YYYY-MM", help="That have charges of this month."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List imports, metered months and corrections, newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = client.pages("/charge-imports", limit=None, account=account, month=month)
        print_rows(rows, _IMPORTS, output, columns)


@app.command("show")
def show(import_id: str = Import, output: Format = Output) -> None:
    """Show an import with its report: what was found in it, by line."""
    from mcm.cli.client import connected

    with connected() as client:
        _show(client.get(f"/charge-imports/{quoted(import_id)}"), output)


@app.command("remove")
def remove(
    import_id: str = Import,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
) -> None:
    """Remove the charges of an import, as long as their months are open."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.delete(f"/charge-imports/{quoted(import_id)}", dry_run=True)
        told = f"{found['rows']} charges of {', '.join(found['months']) or 'no month'}"
        if dry_run:
            typer.echo(f"{told} would be removed")
            return
        confirmed(f"remove {told}?", yes)
        client.delete(f"/charge-imports/{quoted(import_id)}")
    typer.echo(f"{told} removed")


@app.command("list")
def list_charges(
    month: list[str] = typer.Option(None, "--month", metavar="YYYY-MM", help="Of these months; default all."),
    filters: list[str] = Filters,
    flag: str | None = typer.Option(None, "--flag", help="With this oddity, such as missing_cost."),
    limit: int | None = typer.Option(100, "--limit", help="At most so many; 0: all."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List charges, in the order in which they came in."""
    from mcm.cli.client import MoreRows, connected

    with connected() as client:
        try:
            rows = list(client.pages("/charges", limit=limit or None, month=month, filter=filters, flag=flag))
            more = False
        except MoreRows:
            rows, more = client.get("/charges", limit=limit, month=month, filter=filters, flag=flag)["items"], True
    print_rows(rows, _CHARGES, output, columns)
    if more:
        note(f"there are more than {limit}; --limit 0 shows all")


@app.command("sums")
def sums(
    month: list[str] = typer.Option(..., "--month", metavar="YYYY-MM", help="Of these months."),
    by: list[str] = typer.Option(None, "--by", metavar="DIMENSION", help="Such as service, account, tenant, tag:KEY."),
    cost: str = typer.Option("effective", "--cost", metavar="billed|effective|list|contracted", help="Which cost."),
    filters: list[str] = Filters,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Add charges up, exactly, apart for each currency and basis."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get("/charges/sums", month=month, by=by, cost=cost, filter=filters)
    shown = [Column(name.upper(), f"key.{name}") for name in by or ()]
    rows = [one | {f"key.{name}": value for name, value in one["key"].items()} for one in answer["items"]]
    others = [Column(name.upper(), name) for name in ("amount", "currency", "basis", "rows", "unknown")]
    if output in (Format.JSON, Format.YAML) and not columns:
        rows = answer["items"]
    print_rows(rows, [*shown, *others], output, columns)


@app.command("check")
def check(
    file: Path = typer.Argument(..., help="CSV, gzipped CSV or Parquet, or a ZIP of one."),
    focus: str | None = typer.Option(None, "--focus", metavar="1.0|1.1|1.2|1.3|1.4", help="Default: told by columns."),
    output: Format = Output,
) -> None:
    """Hold a file to FOCUS: columns, types, nulls, allowed values, units. It is read here and sent nowhere."""
    from mcm.charges.checking import check as checked
    from mcm.charges.focus import VERSIONS
    from mcm.errors import McmError

    if focus is not None and focus not in VERSIONS:
        raise Failure(f"FOCUS has no version '{focus}' here", next_step=f"one of {', '.join(VERSIONS)}",
                      exit_code=USAGE)  # fmt: skip
    with _opened(file) as body:
        try:
            found = checked(body, focus)
        except McmError as error:
            raise Failure(error.message, next_step=error.next_step, code=error.code) from error
    print_rows(found.findings, FINDINGS, output, name_key="code")
    note(f"{file.name}: {found.rows} rows held to FOCUS {found.version}: {found.errors} times it is not kept")
    if found.errors:
        raise typer.Exit(FAILED)


def _opened(file: Path) -> Any:
    try:
        return file.open("rb")
    except OSError as error:
        raise Failure(f"cannot read {file}: {error.strerror}", exit_code=USAGE) from error


def _show(answer: dict[str, Any], output: Format) -> None:
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    parts, findings = answer.pop("parts"), answer.pop("findings")
    print_one({name: value for name, value in answer.items() if value is not None}, output)
    typer.echo()
    print_rows(parts, PARTS, output)
    if findings:
        typer.echo()
        print_rows(findings, FINDINGS, output)
