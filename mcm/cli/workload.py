"""mcm workload …"""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED, USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="What is to run, as documents.", no_args_is_help=True, rich_markup_mode=None)
Name = typer.Argument(..., help="The workload's name.")
File = typer.Option(..., "--file", "-f", help="YAML or JSON, `kind: Workload`; - reads standard input.")
DryRun = typer.Option(False, "--dry-run", help="Say what would be done; store nothing.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("TITLE", "title"),
    Column("OWNER", "owner"),
    Column("APPLICATION", "application", wide=True),
    Column("ENVIRONMENT", "environment"),
    Column("DATA-CLASS", "data_class"),
    Column("TIERS", "tiers"),
    Column("INSTANCES", "instances"),
    Column("VCPUS", "vcpus"),
    Column("MEMORY-GIB", "memory_gib"),
    Column("VERSION", "version"),
    Column("HASH", "hash", wide=True),
    Column("AGE", "changed_at", show=age),
]
_FINDINGS = [
    Column("LINE", "line"),
    Column("COLUMN", "column"),
    Column("SEVERITY", "severity"),
    Column("MESSAGE", "message", whole=True),
    Column("SUGGESTION", "suggestion", whole=True),
]
_VERSIONS = [
    Column("VERSION", "version"),
    Column("HASH", "hash"),
    Column("WRITTEN-BY", "written_by"),
    Column("AGE", "created_at", show=age),
]


@app.command("apply")
def apply(file: Path = File, dry_run: bool = DryRun, output: Format = Output) -> None:
    """Store a workload, or its next version; one that says the same as before makes none."""
    from mcm.cli.client import connected

    text = text_of(file)
    name = _named(file, text)
    with connected() as client:
        answer = client.put(f"/workloads/{quoted(name)}", {"text": text}, dry_run=dry_run)
    findings = answer["findings"]
    if output in (Format.TABLE, Format.WIDE):
        shown = {key: value for key, value in answer.items() if key not in ("text", "document", "findings")}
        print_one(shown, output, name_key="name")
        for one in findings:
            note(f"{file}:{one['line']}:{one['column']}: {one['severity']}: {one['message']}")
        if dry_run:
            note("nothing was stored")
    else:
        print_one(answer, output, name_key="name")


@app.command("list")
def list_workloads(
    search: str | None = typer.Option(None, "--search", help="Part of the name."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List stored workloads."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/workloads", limit=None, search=search), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(
    name: str = Name,
    versions: bool = typer.Option(False, "--versions", help="Show its versions, the newest first."),
    text: bool = typer.Option(False, "--text", help="Print the document as it was written."),
    output: Format = Output,
) -> None:
    """Show a stored workload."""
    from mcm.cli.client import connected

    with connected() as client:
        if versions:
            found = client.pages(f"/workloads/{quoted(name)}/versions", limit=None)
            print_rows(found, _VERSIONS, output, name_key="version")
            return
        answer = client.get(f"/workloads/{quoted(name)}")
    if text:
        typer.echo(answer["text"], nl=not answer["text"].endswith("\n"))
        return
    if output in (Format.TABLE, Format.WIDE):
        answer.pop("text")
    print_one(answer, output, name_key="name")


@app.command("delete")
def delete(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be deleted."),
) -> None:
    """Delete a stored workload with all its versions. Estimates of it stay."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.delete(f"/workloads/{quoted(name)}", dry_run=True)
        told = f"workload {found['workload']} with {found['versions']} version{'s' if found['versions'] > 1 else ''}"
        if dry_run:
            typer.echo(f"{told} would be deleted")
            return
        confirmed(f"delete {told}?", yes)
        client.delete(f"/workloads/{quoted(name)}")
    typer.echo(f"{told} deleted")


@app.command("lint")
def lint(file: Path = File, output: Format = Output) -> None:
    """Say what is wrong with a document, by line and column; nothing is asked of a server. 1: there are errors."""
    from mcm.workloads.reading import found_in, told

    workload, findings = found_in(text_of(file))
    if findings or output is Format.JSON:
        print_rows([told(one) for one in findings], _FINDINGS, output)
    if workload is None:
        raise typer.Exit(FAILED)
    if output in (Format.TABLE, Format.WIDE):
        note(f"{file}: workload {workload.name}: {'nothing is wrong' if not findings else 'it can be used'}")


def text_of(file: Path) -> str:
    """What a document's file holds. Raises Failure."""
    import sys

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(
            f"{file} is not UTF-8: {error.reason} at byte {error.start}", next_step="save it as UTF-8", exit_code=USAGE
        ) from error
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror or error}", exit_code=USAGE) from error


def refused(file: Path, findings: list[Any]) -> Failure:
    """All that is wrong with a document, as an editor finds it."""
    first, *others = (f"{file}:{one.line}:{one.column}: {_said(one)}" for one in findings)
    return Failure(
        first, excerpt="\n".join(others), next_step="docs/workloads.md has examples", exit_code=USAGE,
        code="invalid_document",
    )  # fmt: skip


def _named(file: Path, text: str) -> str:
    from mcm.workloads.reading import found_in

    workload, findings = found_in(text)
    if workload is None:
        raise refused(file, findings)
    return workload.name


def _said(one: Any) -> str:
    return f"{one.message}{f' ({one.suggestion})' if one.suggestion else ''}"
