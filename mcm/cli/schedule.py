"""mcm schedule …"""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="Actions by the calendar.", no_args_is_help=True, rich_markup_mode=None)
Name = typer.Argument(..., help="The schedule's name.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("ACTION", "action"),
    Column("FILTER", "filter"),
    Column("CRON", "cron"),
    Column("TIME-ZONE", "time_zone"),
    Column("ENABLED", "enabled"),
    Column("NEXT", "next_at"),
    Column("ACTS-AS", "acts_as", wide=True),
    Column("SUSPENDED", "suspended", wide=True),
]
_RUNS = [
    Column("DUE", "due_at"),
    Column("OUTCOME", "outcome"),
    Column("TARGETS", "targets"),
    Column("ASKED", "asked"),
    Column("LEFT", "left"),
    Column("REASON", "reason", show=lambda value: str(value or ""), whole=True),
]
_TARGETS = [
    Column("NAME", "name"),
    Column("ACCOUNT", "account"),
    Column("STATE", "state"),
    Column("WOULD-ASK", "allowed"),
    Column("REASON", "reason", show=lambda value: str(value or ""), whole=True),
    Column("ID", "id", wide=True),
]


@app.command("list")
def list_schedules(output: Format = Output, columns: str | None = Columns) -> None:
    """List schedules with when they are next."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/schedules", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str = Name, output: Format = Output) -> None:
    """Show a schedule, its next times and what came of the last ones."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/schedules/{quoted(name)}")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output, name_key="name")
        return
    runs = answer.pop("runs")
    print_one(answer, output)
    typer.echo()
    print_rows(runs, _RUNS, output)


@app.command("apply")
def apply(
    file: Path = typer.Option(..., "--file", "-f", help="YAML: one schedule, or a list under `schedules`."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what each would do now; store nothing."),
    output: Format = Output,
) -> None:
    """Make or replace the schedules of a file; others stay."""
    from mcm.cli.client import connected

    wanted = _read(file)
    with connected() as client:
        answers = [
            client.put(f"/schedules/{quoted(one['name'])}", _body(one), dry_run=dry_run) | {"name": one["name"]}
            for one in wanted
        ]
    if not dry_run:
        print_rows(answers, _COLUMNS, output, name_key="name")
        return
    if output not in (Format.TABLE, Format.WIDE):
        print_rows(answers, _COLUMNS, output, name_key="name")
        return
    for answer in answers:
        note(
            f"{answer['name']}: {answer['matching']} match, {answer['would_ask']} would be asked for; "
            f"next {', '.join(answer['next_times'][:3])}"
        )
        print_rows(answer["targets"], _TARGETS, output)
    note("nothing was stored")


@app.command("delete")
def delete(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be deleted."),
) -> None:
    """Delete a schedule. What it has asked for goes on."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/schedules/{quoted(name)}")
        if dry_run:
            typer.echo(f"schedule {found['name']} would be deleted; it is next at {found['next_at']}")
            return
        confirmed(f"delete schedule '{found['name']}'?", yes)
        client.delete(f"/schedules/{quoted(name)}")
    typer.echo(f"schedule {name} deleted")


def _read(file: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        found = yaml.safe_load(file.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(f"cannot read {file}: {error}", exit_code=USAGE) from error
    listed = found.get("schedules") if isinstance(found, dict) and "schedules" in found else found
    wanted: list[dict[str, Any]] = []
    for one in listed if isinstance(listed, list) else [listed]:
        if not isinstance(one, dict) or not one.get("name"):
            raise Failure(
                f"{file}: a schedule is a mapping with at least name, action, filter and cron",
                next_step="docs/schedules.md has an example",
                exit_code=USAGE,
            )
        wanted.append(one)
    return wanted


def _body(one: dict[str, Any]) -> dict[str, Any]:
    body = {key: value for key, value in one.items() if key != "name"}
    # YAML reads a date for itself.
    body["skip"] = [str(day) for day in body.get("skip") or []]
    return body
