"""mcm resource …"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="Every resource of every cloud.", no_args_is_help=True, rich_markup_mode=None)

Filter = typer.Option(None, "--filter", "-f", help='Such as: kind = "instance" AND state = "running"')
Search = typer.Option(None, "--search", "-s", help="Part of a name, address, tag or native id.")
AsOf = typer.Option(None, "--as-of", help="As it was at this time (RFC 3339).")
OrderBy = typer.Option(None, "--order-by", help="Field, optionally followed by desc.")
LimitOption = typer.Option(100, "--limit", min=1, help="Rows at most.")
All = typer.Option(False, "--all", help="All rows.")

_COLUMNS = [
    Column("NAME", "name"),
    Column("KIND", "kind"),
    Column("STATE", "state"),
    Column("PRESENCE", "presence"),
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("ZONE", "zone", wide=True),
    Column("PROJECT", "project_name", wide=True),
    Column("NATIVE-ID", "native_id", wide=True),
    Column("TAGS", "tags", wide=True),
    Column("ID", "id"),
    Column("AGE", "as_of", show=age),
]


@app.command("list")
def list_resources(
    kind: list[str] = typer.Option([], "--kind", "-k", help="Only these kinds."),
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    order_by: str | None = OrderBy,
    limit: int = LimitOption,
    all: bool = All,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List resources. AGE is the age of what is shown: when the cloud last said so."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = limited(
            client.pages(
                "/resources",
                limit=None if all else limit,
                filter=with_kinds(kind, filter),
                search=search,
                as_of=as_of,
                order_by=order_by,
            )
        )
        print_rows(rows, _COLUMNS, output, columns)


@app.command("show")
def show(id: str, output: Format = Output) -> None:
    """Show one resource, by id."""
    _show(f"/resources/{id}", output)


@app.command("history")
def history(id: str, output: Format = Output) -> None:
    """What changed, when: newest first."""
    _list(f"/resources/{id}/history", output, [
        Column("FROM", "valid_from"), Column("TO", "valid_to"), Column("STATE", "state"),
        Column("PRESENCE", "presence"), Column("CHANGES", "changes"),
    ])  # fmt: skip


@app.command("relations")
def relations(id: str, output: Format = Output) -> None:
    """What it is connected with, in both directions."""
    _list(f"/resources/{id}/relations", output, [
        Column("NAME", "resource.name"), Column("DIRECTION", "direction"), Column("TYPE", "type"),
        Column("KIND", "resource.kind"), Column("STATE", "resource.state"), Column("ID", "resource.id"),
    ])  # fmt: skip


@app.command("facets")
def facets(
    fields: str = typer.Option("kind,account,state,region", "--fields", help="Fields, comma separated; tags.KEY too."),
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    output: Format = Output,
) -> None:
    """Count resources by account, kind, state, region, tag …"""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get("/resources/facets", filter=filter, search=search, as_of=as_of, fields=fields)
    print_one(answer, Format.YAML if output is Format.TABLE else output)


@app.command("native")
def native(id: str) -> None:
    """The cloud's own document, as JSON."""
    _show(f"/resources/{id}/native", Format.JSON)


@app.command("export")
def export(
    file: Path = typer.Argument(..., help="Ends in .csv, .json or .xlsx; - for standard output."),
    kind: list[str] = typer.Option([], "--kind", "-k"),
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    order_by: str | None = OrderBy,
    format: str | None = typer.Option(None, "--format", help="csv, json or xlsx; default: by the file's name."),
    columns: str | None = Columns,
) -> None:
    """Write exactly what is filtered to a file."""
    from mcm.cli.client import connected

    chosen = format or file.suffix.lstrip(".").lower()
    if chosen not in ("csv", "json", "xlsx"):
        raise Failure("the format is csv, json or xlsx", next_step="name the file so, or add --format", exit_code=USAGE)
    options: dict[str, Any] = {
        "format": chosen, "filter": with_kinds(kind, filter), "search": search, "as_of": as_of,
        "order_by": order_by, "columns": columns,
    }  # fmt: skip
    with connected() as client, client.stream("/resources/export", **options) as parts:
        if str(file) == "-":
            for part in parts:
                sys.stdout.buffer.write(part)
            return
        _write(file, parts)
    note(f"written: {file}")


def with_kinds(kinds: Sequence[str], given: str | None) -> str | None:
    if not kinds:
        return given
    chosen = " OR ".join(f'kind = "{kind}"' for kind in kinds)
    return f"({chosen}) AND ({given})" if given else chosen


def _write(file: Path, parts: Iterator[bytes]) -> None:
    """Aside first: an export that breaks off leaves no half file under the name."""
    aside = file.with_name(f".{file.name}.part")
    try:
        with aside.open("wb") as target:
            for part in parts:
                target.write(part)
        aside.replace(file)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error}") from error
    finally:
        aside.unlink(missing_ok=True)


def limited(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    from mcm.cli.client import MoreRows

    try:
        yield from rows
    except MoreRows:
        note("there are more rows: --all shows them, --limit N more of them")


def _show(path: str, output: Format) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(path), output)


def _list(path: str, output: Format, columns: list[Column]) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.get(path)["items"], columns, output)
