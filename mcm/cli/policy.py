"""mcm policy …: documents, the starter library, lint and simulation (violations and exceptions: policy_watch.py)."""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED, USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="Where work may run, and what breaks that.", no_args_is_help=True, rich_markup_mode=None)
library = typer.Typer(help="Policies to begin with.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(library, name="library")
Name = typer.Argument(..., help="The policy's id.")
File = typer.Option(..., "--file", "-f", help="YAML, `kind: PlacementPolicy`; - reads standard input.")
DryRun = typer.Option(False, "--dry-run", help="Say what would be done; store nothing.")
Accept = typer.Option(
    False, "--accept-warnings", help="Store it although it would refuse everything or contradicts another policy."
)
Days = typer.Option(30, "--days", min=1, max=366, help="How far to look back.")
_COLUMNS = [
    Column("ID", "id"),
    Column("TITLE", "title"),
    Column("SEVERITY", "severity"),
    Column("MODE", "mode"),
    Column("VERSION", "version"),
    Column("VIOLATIONS", "violations"),
    Column("TENANT", "tenant", wide=True),
    Column("FRAMEWORK", "framework", wide=True),
    Column("OWNER", "owner", wide=True),
    Column("AUTHOR", "author", wide=True),
    Column("HASH", "hash", wide=True),
    Column("AGE", "changed_at", show=age),
]
_VERSIONS = [
    Column("VERSION", "version"),
    Column("REMOVED", "removed"),
    Column("AUTHOR", "author"),
    Column("HASH", "hash"),
    Column("AGE", "created_at", show=age),
]
_STARTERS = [
    Column("NAME", "name"),
    Column("TITLE", "title"),
    Column("SEVERITY", "severity"),
    Column("MODE", "mode"),
    Column("APPLIES", "applies"),
    Column("INSTALLED", "installed"),
]
_FINDINGS = [
    Column("LINE", "line"),
    Column("COLUMN", "column"),
    Column("SEVERITY", "severity"),
    Column("MESSAGE", "message", whole=True),
    Column("SUGGESTION", "suggestion", whole=True),
]
_SIMULATED = [
    Column("NAME", "name"),
    Column("ACCOUNT", "account"),
    Column("AT", "at"),
    Column("OUTCOME", "outcome"),
    Column("MESSAGE", "message", whole=True),
    Column("ID", "id", wide=True),
]


@app.command("list")
def list_policies(
    mode: str | None = typer.Option(None, "--mode", metavar="enforce|warn|audit"),
    severity: str | None = typer.Option(None, "--severity", metavar="low|medium|high|critical"),
    search: str | None = typer.Option(None, "--search", help="Part of the id or title."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List policies."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.pages("/policies", limit=None, mode=mode, severity=severity, search=search)
        print_rows(found, _COLUMNS, output, columns)


@app.command("show")
def show(
    name: str = Name,
    version: int | None = typer.Option(None, "--version", help="An older one."),
    versions: bool = typer.Option(False, "--versions", help="List them."),
    output: Format = Output,
) -> None:
    """Show a policy: its document, its rule as CEL, its examples."""
    from mcm.cli.client import connected

    path = f"/policies/{quoted(name)}"
    with connected() as client:
        if versions:
            print_rows(client.pages(f"{path}/versions", limit=None), _VERSIONS, output, name_key="version")
            return
        found = client.get(path if version is None else f"{path}/versions/{version}")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(found, output)
        return
    document = found.pop("document")
    print_one(found, output)
    typer.echo(f"\n{document.rstrip()}")


@app.command("apply")
def apply(file: Path = File, dry_run: bool = DryRun, accept_warnings: bool = Accept, output: Format = Output) -> None:
    """Store a policy, or a new version of it. What would refuse everything is not stored unless it is meant."""
    from mcm.cli.client import connected

    text = text_of(file)
    with connected() as client:
        lint_of = _linted(client, text)
        _told(lint_of, str(file))
        if not lint_of["ok"]:
            raise _refused(file, lint_of)
        if dry_run:
            note("nothing was stored")
            if output not in (Format.TABLE, Format.WIDE):
                print_one(lint_of, output)
        else:
            answer = client.post("/policies", {"document": text}, accept_warnings=accept_warnings or None)
            print_rows([answer], _COLUMNS, output)


@app.command("lint")
def lint(
    files: list[Path] = typer.Argument(..., metavar="FILE...", help="YAML files; - reads standard input."),
    output: Format = Output,
) -> None:
    """Say what is wrong with policies, with line, column and what may be meant. Exit status 1 if something is."""
    from mcm.cli.client import connected

    broken = 0
    rows: list[dict[str, Any]] = []
    with connected() as client:
        for file in files:
            found = _linted(client, text_of(file))
            broken += not found["ok"]
            rows += [one | {"file": str(file)} for one in found["findings"]]
            if output in (Format.TABLE, Format.WIDE):
                _told(found, str(file))
                if found["ok"]:
                    typer.echo(f"{file}: {found['id']} is fine, {len(found['examples'])} examples hold")
    if output not in (Format.TABLE, Format.WIDE):
        print_rows(rows, _FINDINGS, output, name_key="file")
    if broken:
        raise Failure(
            f"{broken} of {len(files)} could not be stored",
            next_step="docs/policies.md describes every field",
            exit_code=FAILED,
        )


@app.command("simulate")
def simulate(file: Path = File, days: int = Days, output: Format = Output) -> None:
    """Say what a draft would have refused lately, and what runs now that would violate it. Nothing is stored."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.post("/policies", {"document": text_of(file)}, dry_run=True, simulate=True, days=days)
    if not found["ok"]:
        _told(found, str(file))
        raise _refused(file, found)
    if output not in (Format.TABLE, Format.WIDE):
        print_one(found["simulation"], output)
        return
    _told(found, str(file))
    told = found["simulation"]
    requests, running = told["requests"], told["running"]
    typer.echo(
        f"would refuse {requests['refused']} of the {requests['total']} requests of the last {days} days; "
        f"{running['violating']} of {running['total']} running instances would violate it, {running['new']} newly"
    )
    for part in (requests, running):
        if part["items"]:
            typer.echo()
            print_rows(part["items"], _SIMULATED, output)


@app.command("delete")
def delete(
    name: str = Name, yes: bool = typer.Option(False, "--yes", help="Do not ask."), dry_run: bool = DryRun
) -> None:
    """Delete a policy. Its versions stay, as decisions were made with them."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/policies/{quoted(name)}")
        if dry_run:
            typer.echo(f"policy {name} (version {found['version']}) would be deleted")
            return
        confirmed(f"delete policy '{name}': {found['title']}?", yes)
        client.delete(f"/policies/{quoted(name)}")
    typer.echo(f"policy {name} deleted")


@library.command("list")
def list_library(output: Format = Output, columns: str | None = Columns) -> None:
    """List the policies of the starter library."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/policies/library", limit=None), _STARTERS, output, columns, name_key="name")


@library.command("show")
def show_library(name: str = typer.Argument(..., help="Its name in the library.")) -> None:
    """Print a policy of the library, to be changed and applied as your own."""
    from mcm.cli.client import connected

    with connected() as client:
        found = next((one for one in client.pages("/policies/library", limit=None) if one["name"] == name), None)
    if found is None:
        raise Failure(
            f"the library has no policy '{name}'", next_step="`mcm policy library list`", code="policy_not_found"
        )
    typer.echo(found["document"].rstrip())


@library.command("install")
def install(
    names: list[str] = typer.Argument(..., metavar="NAME...", help="Their names in the library."),
    dry_run: bool = DryRun,
    accept_warnings: bool = Accept,
    output: Format = Output,
) -> None:
    """Store policies as they are in the library."""
    from mcm.cli.client import connected

    rows = []
    with connected() as client:
        for name in names:
            path = f"/policies/library/{quoted(name)}"
            if dry_run:
                _told(client.post(path, dry_run=True), name)
            else:
                rows.append(client.post(path, accept_warnings=accept_warnings or None))
    if dry_run:
        note("nothing was stored")
    else:
        print_rows(rows, _COLUMNS, output)


def text_of(file: Path) -> str:
    import sys

    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read {file}: {error}", exit_code=USAGE) from error


def _linted(client: Any, text: str) -> dict[str, Any]:
    if not text:
        raise Failure("there is nothing in it", next_step="docs/policies.md has examples", exit_code=USAGE)
    found: dict[str, Any] = client.post("/policies", {"document": text}, dry_run=True)
    return found


def _told(found: dict[str, Any], file: str) -> None:
    """On stderr: each place with its line and a caret."""
    for one in found["findings"]:
        hint = f" ({one['suggestion']})" if one["suggestion"] else ""
        note(f"{file}:{one['line']}:{one['column']}: {one['severity']}: {one['message']}{hint}")
        for line in one["excerpt"].splitlines():
            note(f"    {line}")
    for one in found["warnings"]:
        note(f"{file}: warning: {one['message']}")


def _refused(file: Path, found: dict[str, Any]) -> Failure:
    number = sum(one["severity"] == "error" for one in found["findings"])
    return Failure(
        f"{file} could not be stored: {number} {'error' if number == 1 else 'errors'}",
        next_step="docs/policies.md describes every field",
        exit_code=USAGE,
    )
