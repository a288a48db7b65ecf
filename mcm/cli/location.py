"""mcm location …"""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="Places that workloads could run.", no_args_is_help=True, rich_markup_mode=None)
latency = typer.Typer(help="How far sites and cities are from each other.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(latency, name="latency")
Ident = typer.Argument(..., help="account/region or account/region/zone; to say something also account alone.")
_RESOURCES = ("vcpus", "memory_gib", "disk_gib", "gpus")


def _used(value: Any) -> str:
    return "not known" if value is None else f"{value * 100:.0f} %"


def _room(name: str) -> Any:
    def told(value: Any) -> str:
        one = next((each for each in value or [] if each["resource"] == name), None)
        if one is None or one["room"] is None:
            return "no limit" if one is not None and one["unlimited"] else "not known"
        return f"{one['room']:g} of {one['total']:g}"

    return told


_COLUMNS = [
    Column("LOCATION", "id", whole=True),
    Column("OWNERSHIP", "ownership"),
    Column("SITE", "site"),
    Column("CITY", "city"),
    Column("JURISDICTION", "jurisdiction"),
    Column("LABELS", "labels"),
    Column("VCPUS", "capacity", show=_room("vcpus")),
    Column("MEMORY-GIB", "capacity", show=_room("memory_gib")),
    Column("DISK-GIB", "capacity", show=_room("disk_gib"), wide=True),
    Column("USED", "used", show=_used),
    Column("STATUS", "status"),
    Column("CLOSED", "closed", wide=True),
    Column("AGE", "as_of", show=age),
    Column("STALE", "stale", wide=True),
]
_LATENCIES = [
    Column("LEVEL", "level"),
    Column("ONE", "one"),
    Column("OTHER", "other"),
    Column("MS", "ms"),
    Column("SOURCE", "source"),
    Column("SET-BY", "set_by"),
    Column("AGE", "set_at", show=age),
]
_MEASURES = [
    Column("RESOURCE", "resource"),
    Column("ROOM", "room"),
    Column("FREE", "free"),
    Column("TOTAL", "total"),
    Column("RESERVED", "reserved"),
    Column("SOURCE", "source"),
    Column("AGE", "as_of", show=age),
]


@app.command("list")
def list_locations(output: Format = Output, columns: str | None = Columns) -> None:
    """List places with the room they have, and how old that is known."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/locations", limit=None), _COLUMNS, output, columns)


@app.command("show")
def show(location: str = Ident, output: Format = Output) -> None:
    """Show one place, every measure with its source, and what people said of it."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/locations/{_path(location)}")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    capacity = answer.pop("capacity")
    print_one(answer, output)
    typer.echo()
    print_rows(capacity, _MEASURES, output)


@app.command("set")
def set_location(
    location: str = Ident,
    site: str | None = typer.Option(None, "--site", help="Data centre."),
    city: str | None = typer.Option(None, "--city"),
    jurisdiction: str | None = typer.Option(None, "--jurisdiction", help="Whose law holds there, such as CN."),
    cpu_overcommit: float | None = typer.Option(None, "--cpu-overcommit", help="vcpus given away for each thread."),
    memory_overcommit: float | None = typer.Option(None, "--memory-overcommit"),
    vcpus: float | None = typer.Option(None, "--vcpus", help="All there are, where the cloud does not tell."),
    memory_gib: float | None = typer.Option(None, "--memory-gib"),
    disk_gib: float | None = typer.Option(None, "--disk-gib"),
    gpus: float | None = typer.Option(None, "--gpus"),
    closed: bool | None = typer.Option(None, "--closed/--open", help="Whether nothing new may come there."),
    sla_percent: str | None = typer.Option(None, "--sla-percent", help="The availability promised, such as 99.95."),
    sla_source: str | None = typer.Option(None, "--sla-source", help="Where that is written."),
    unset: list[str] = typer.Option([], "--unset", help="Say nothing of this any more; may be repeated."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Check it; store nothing."),
    output: Format = Output,
) -> None:
    """Say something of a location, of a region (account/region) or of a whole account; what is not given stays."""
    from mcm.cli.client import connected

    given = {
        "site": site, "city": city, "jurisdiction": jurisdiction, "cpu_overcommit": cpu_overcommit,
        "memory_overcommit": memory_overcommit, "vcpus": vcpus, "memory_gib": memory_gib, "disk_gib": disk_gib,
        "gpus": gpus, "closed": closed, "sla_percent": sla_percent, "sla_source": sla_source,
    }  # fmt: skip
    names = [one.replace("-", "_") for one in unset]
    if unknown := [one for one in names if one not in given]:
        raise Failure(f"--unset {unknown[0]}: known are {', '.join(given)}", exit_code=USAGE)
    body: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    body |= {name: False if name == "closed" else None for name in names}
    if not body:
        raise Failure("there is nothing to say", next_step="mcm location set --help", exit_code=USAGE)
    with connected() as client:
        answer = client.patch(f"/locations/{_path(location)}{'?dry_run=true' if dry_run else ''}", body)
    print_one({"id": location, **answer}, output)
    if dry_run:
        note("nothing was stored")


@latency.command("list")
def list_latencies(output: Format = Output, columns: str | None = Columns) -> None:
    """List how far sites and cities are from each other."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/latencies", limit=None), _LATENCIES, output, columns, name_key="one")


@latency.command("set")
def set_latency(
    one: str = typer.Argument(..., help="Site or city."),
    other: str = typer.Argument(..., help="Site or city."),
    ms: float = typer.Argument(..., help="Round trip in milliseconds."),
    level: str = typer.Option("site", "--level", help="site or city"),
    output: Format = Output,
) -> None:
    """Say how far two places are from each other, both ways."""
    _put([{"level": level, "one": one, "other": other, "ms": ms}], output)


@latency.command("apply")
def apply(
    file: Path = typer.Option(..., "--file", "-f", help="YAML: a list of level, one, other, ms."),
    output: Format = Output,
) -> None:
    """Say it of many pairs; those that are not in the file stay."""
    import yaml

    try:
        found = yaml.safe_load(file.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(f"cannot read {file}: {error}", exit_code=USAGE) from error
    rows = found.get("latencies") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise Failure(f"{file}: write a list of level, one, other and ms", exit_code=USAGE)
    _put(rows, output)


@latency.command("delete")
def delete(
    one: str = typer.Argument(...),
    other: str = typer.Argument(...),
    level: str = typer.Option("site", "--level", help="site or city"),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say whether it would be forgotten; change nothing."),
) -> None:
    """Forget how far two places are from each other."""
    from mcm.cli.client import connected

    with connected() as client:
        client.delete("/latencies", level=level, one=one, other=other, **({"dry_run": True} if dry_run else {}))
    if dry_run:
        typer.echo(f"what is known of {one} and {other} would be forgotten; nothing was changed")
        return
    typer.echo(f"nothing is said of {one} and {other} any more")


def _put(rows: list[dict[str, Any]], output: Format) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.put("/latencies", {"items": rows})
    print_rows(answer["items"], _LATENCIES, output, name_key="one")


def _path(location: str) -> str:
    return "/".join(quoted(one) for one in location.split("/"))
