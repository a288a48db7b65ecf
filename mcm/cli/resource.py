"""mcm resource …"""

import codecs
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mcm.cli.asking import (
    All,
    AsOf,
    Filter,
    Kind,
    LimitOption,
    One,
    OrderBy,
    Search,
    path_of,
    print_listing,
    with_kinds,
)
from mcm.cli.escaping import numbered
from mcm.cli.failures import USAGE, Failure
from mcm.cli.files import write_file
from mcm.cli.output import Column, Columns, Format, Output, age, note, plain, print_one, print_rows
from mcm.cli.viewing import View, widened

app = typer.Typer(help="Every resource of every cloud.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("KIND", "kind"),
    Column("STATE", "state"),
    Column("PRESENCE", "presence"),
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("ZONE", "zone", wide=True),
    Column("PROJECT-NAME", "project_name", wide=True),
    Column("NATIVE-ID", "native_id", wide=True),
    Column("TAGS", "tags", wide=True),
    Column("ID", "id"),
    Column("AGE", "as_of", show=age),
]
_RELATIONS = [
    Column("NAME", "resource.name"),
    Column("DIRECTION", "direction"),
    Column("TYPE", "type"),
    Column("KIND", "resource.kind"),
    Column("STATE", "resource.state"),
    Column("PRESENCE", "resource.presence", wide=True),
    Column("ACCOUNT", "resource.account", wide=True),
    Column("REGION", "resource.region", wide=True),
    Column("NATIVE-ID", "resource.native_id"),
    Column("ID", "resource.id"),
]


def _changes(value: Any) -> str:
    shown = (f"{change['field']}: {plain(change['before'])} → {plain(change['after'])}" for change in value or [])
    return "; ".join(shown) or "-"


_VERSIONS = [
    Column("FROM", "valid_from"),
    Column("TO", "valid_to"),
    Column("STATE", "state"),
    Column("NATIVE-STATE", "native_state", wide=True),
    Column("PRESENCE", "presence"),
    Column("CHANGES", "changes", show=_changes, whole=True),
]
_FACETS = [Column("FIELD", "field"), Column("VALUE", "value"), Column("COUNT", "count")]


@app.command("list")
def list_resources(
    kind: list[str] = Kind,
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    order_by: str | None = OrderBy,
    view: str | None = View,
    limit: int = LimitOption,
    all: bool = All,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List resources. AGE is the age of what is shown: when the cloud last said so."""
    from mcm.cli.client import connected

    given = {"filter": with_kinds(kind, filter), "search": search, "order_by": order_by, "columns": columns}
    with connected() as client:
        asked = widened(client, view, given)
        print_listing(
            client,
            "/resources",
            _COLUMNS,
            output,
            limit=None if all else limit,
            chosen=asked.pop("columns"),
            judged=True,
            as_of=as_of,
            **asked,
        )


@app.command("show")
def show(id: str = One, output: Format = Output) -> None:
    """Show one resource."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(path_of(client, id)), output)


@app.command("history")
def history(
    id: str = One, limit: int = LimitOption, all: bool = All, output: Format = Output, columns: str | None = Columns
) -> None:
    """What changed, when: newest first."""
    _list(id, "history", _VERSIONS, output, columns, None if all else limit)


@app.command("relations")
def relations(
    id: str = One, limit: int = LimitOption, all: bool = All, output: Format = Output, columns: str | None = Columns
) -> None:
    """What it is connected with, in both directions."""
    _list(id, "relations", _RELATIONS, output, columns, None if all else limit)


@app.command("facets")
def facets(
    fields: str = typer.Option("kind,account,state,region", "--fields", help="Fields, comma separated; tags.KEY too."),
    kind: list[str] = Kind,
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    output: Format = Output,
) -> None:
    """Count resources by account, kind, state, region, tag …"""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(
            "/resources/facets", filter=with_kinds(kind, filter), search=search, as_of=as_of, fields=fields
        )
    if output in (Format.JSON, Format.YAML):
        print_one(answer, output)
        return
    print_rows(_counted(answer), _FACETS, output, name_key="value")
    note(f"{'at least ' if answer['at_least'] else ''}{answer['total']} resources")
    if as_of and not answer["total"] and (said := answer["freshness"]["sentence"]):
        note(said)


@app.command("native")
def native(id: str = One) -> None:
    """The cloud's own document, as JSON."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"{path_of(client, id)}/native"), Format.JSON)


@app.command("export")
def export(
    file: Path = typer.Argument(..., help="Ends in .csv, .json or .xlsx; - for standard output."),
    kind: list[str] = Kind,
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    order_by: str | None = OrderBy,
    view: str | None = View,
    format: str | None = typer.Option(None, "--format", help="csv, json or xlsx; default: by the file's name."),
    columns: str | None = Columns,
) -> None:
    """Write exactly what is filtered to a file."""
    from mcm.cli.client import connected

    piped = str(file) == "-"
    chosen = format or file.suffix.lstrip(".").lower()
    if chosen not in ("csv", "json", "xlsx"):
        said = f"'{chosen}' is no format" if chosen else f"{file}: the name does not say which format is meant"
        raise Failure(
            said, next_step="name the file .csv, .json or .xlsx, or add --format csv, json or xlsx", exit_code=USAGE
        )
    given = {"filter": with_kinds(kind, filter), "search": search, "order_by": order_by, "columns": columns}
    options: dict[str, Any] = {
        "format": chosen, "as_of": as_of,
        # Excel needs the mark at a file's start; in a pipe it would become part of the first column's name.
        "bom": False if piped else None,
    }  # fmt: skip
    with connected() as client, client.stream("/resources/export", **options, **widened(client, view, given)) as parts:
        if piped:
            for part in _shown(parts) if chosen == "json" else parts:
                sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            return
        write_file(file, parts)
    note(f"written: {file}")


def _shown(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same JSON without a character that a terminal would obey."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for part in parts:
        yield numbered(decoder.decode(part)).encode()
    yield numbered(decoder.decode(b"", True)).encode()


def _list(id: str, what: str, columns: list[Column], output: Format, chosen: str | None, limit: int | None) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        print_listing(client, f"{path_of(client, id)}/{what}", columns, output, limit=limit, chosen=chosen)


def _counted(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field, facet in answer["facets"].items():
        for value in facet["values"]:
            yield {"field": field, "value": value["value"], "count": value["count"]}
        if facet.get("other_values"):
            yield {"field": field, "value": f"({facet['other_values']} others)", "count": facet["other_count"]}
        if facet.get("unknown"):
            yield {"field": field, "value": "(unknown)", "count": facet["unknown"]}
