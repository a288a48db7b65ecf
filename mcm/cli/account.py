"""mcm account …"""

import shlex
from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.completing import account_names
from mcm.cli.escaping import escaped
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="Connections to clouds.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("PROVIDER", "provider"),
    Column("OWNERSHIP", "ownership"),
    Column("STATUS", "status"),
    Column("RESOURCES", "resources"),
    Column("SCOPES", "scopes"),
    Column("LABELS", "labels", wide=True),
    Column("REALM", "realm", wide=True),
    Column("ID", "id", wide=True),
    Column("ERROR", "error_message"),
    Column("AGE", "as_of", show=age),
]
_SCOPES = [
    Column("KIND", "kind"),
    Column("REGION", "region"),
    Column("STATUS", "status"),
    Column("RESOURCES", "resources"),
    Column("SCOPE", "id", wide=True),
    Column("WHY", "why", show=lambda value: str(value or ""), whole=True),
    Column("AGE", "as_of", show=age),
]
Name = typer.Argument(..., help="Name or id.", autocompletion=account_names)
DryRun = typer.Option(False, "--dry-run", help="Say what would change; change nothing.")
_OWNERSHIP = "private, public or hosted"
_SOURCES = "KEY=env:VAR, KEY=file:PATH or KEY=- (standard input)."
_ASKED_FOR = (Format.JSON, Format.YAML)


@app.command("add")
def add(
    name: str = typer.Argument(..., help="What you will call it."),
    provider: str = typer.Option(..., "--provider", help="See `mcm provider list`."),
    ownership: str = typer.Option(..., "--ownership", help=_OWNERSHIP),
    label: list[str] = typer.Option([], "--label", help="Trust label (pci, mlps3, eu …); may be repeated."),
    config: list[str] = typer.Option(
        [], "--config", help="KEY=VALUE; may be repeated; `mcm provider show` has the keys."
    ),
    secret: list[str] = typer.Option([], "--secret", help=_SOURCES),
    from_file: Path | None = typer.Option(None, "--from-file", help="The cloud's own file: clouds.yaml, credentials …"),
    profile: str = typer.Option("", "--profile", help="Which section of that file."),
    site: str | None = typer.Option(None, "--site", help="Data centre."),
    city: str | None = typer.Option(None, "--city"),
    jurisdiction: str | None = typer.Option(None, "--jurisdiction"),
    tenant: str | None = typer.Option(None, "--tenant", help="Whose it is; default your own."),
    check: bool = typer.Option(True, "--check/--no-check", help="Sign in first; wrong credentials are refused."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Sign in and say what it finds; store nothing."),
    output: Format = Output,
) -> None:
    """Connect an account. It is read at the next `mcm sync`, or at once by a running server."""
    from mcm.cli.client import connected
    from mcm.cli.secrets import read_file, read_pairs, read_secrets

    given_config: dict[str, Any] = {}
    given_secrets: dict[str, str] = {}
    if from_file is not None:
        given_config, given_secrets = read_file(provider, from_file, profile)
    given_config |= read_pairs(config, "--config")
    given_secrets |= read_secrets(secret)
    body = {
        "name": name, "provider": provider, "ownership": ownership, "labels": label, "config": given_config,
        "secrets": given_secrets, "site": site, "city": city, "jurisdiction": jurisdiction, "tenant": tenant,
    }  # fmt: skip
    with connected() as client:
        answer = client.post("/accounts", body, check=check, dry_run=dry_run)
    if dry_run:
        print_one(answer, output)
        note(f"nothing was stored; without --dry-run account {name} would be added")
        return
    found = answer.get("check") or {}
    _notes(found)
    who = f" as {found['principal']}" if found.get("principal") else ""
    _print(answer, output, f"account {name} added{who}; read it with: mcm sync {shlex.quote(name)}")


@app.command("list")
def list_accounts(output: Format = Output, columns: str | None = Columns) -> None:
    """List accounts with their health."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/accounts", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str = Name, output: Format = Output) -> None:
    """Show an account and every scope: when it was read, or why not."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/accounts/{quoted(name)}")
    if output in _ASKED_FOR:
        print_one(answer, output)
        return
    scopes = [scope | {"why": scope["error_message"] or scope["reason"]} for scope in answer.pop("scope_list")]
    if output is Format.NAME:
        print_one(answer, output, name_key="name")
    elif output is Format.CSV:
        print_rows(scopes, _SCOPES, output)
    else:
        print_one(answer, output)
        typer.echo()
        print_rows(scopes, _SCOPES, output)


@app.command("check")
def check(name: str = Name, output: Format = Output) -> None:
    """Sign in now and say who we are and what is missing."""
    from mcm.cli.client import connected
    from mcm.cli.system import remedy

    with connected() as client:
        answer = client.post(f"/accounts/{quoted(name)}/check")
    print_one(answer, output)
    if not answer["ok"]:
        code = answer["error_code"] or ""
        raise Failure(answer["error_message"] or "the check failed", next_step=remedy(code), code=code)


@app.command("update")
def update(
    name: str = Name,
    rename: str | None = typer.Option(None, "--name", help="A new name."),
    ownership: str | None = typer.Option(None, "--ownership", help=_OWNERSHIP),
    label: list[str] = typer.Option([], "--label", help="Trust labels; these replace all there are."),
    config: list[str] = typer.Option([], "--config", help="KEY=VALUE; KEY= removes it. Others stay."),
    secret: list[str] = typer.Option([], "--secret", help=_SOURCES),
    site: str | None = typer.Option(None, "--site", help="Data centre."),
    city: str | None = typer.Option(None, "--city"),
    jurisdiction: str | None = typer.Option(None, "--jurisdiction"),
    tenant: str | None = typer.Option(None, "--tenant", help="Hands it over, with what is read through it."),
    output: Format = Output,
) -> None:
    """Enter new secrets or change how an account connects; what is known of the cloud stays."""
    from mcm.cli.client import connected
    from mcm.cli.secrets import read_pairs, read_secrets

    given = {
        "name": rename, "ownership": ownership, "site": site, "city": city, "jurisdiction": jurisdiction,
        "tenant": tenant,
    }  # fmt: skip
    body: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if label:
        body["labels"] = label
    if secret:
        body["secrets"] = read_secrets(secret)
    pairs = read_pairs(config, "--config")
    if not body and not pairs:
        raise Failure("there is nothing to change", next_step="see `mcm account update --help`", exit_code=USAGE)
    with connected() as client:
        stored = client.get(f"/accounts/{quoted(name)}")
        if pairs:
            merged = stored["config"] | pairs
            body["config"] = {key: value for key, value in merged.items() if value != ""}
        answer = client.patch(f"/accounts/{quoted(name)}", body, version=stored["version"])
    _print(answer, output, f"account {answer['name']} updated; try it with: mcm account check {answer['name']}")


@app.command("pause")
def pause(name: str = Name, dry_run: bool = DryRun, output: Format = Output) -> None:
    """Stop reading an account; what is known stays and ages."""
    _post(name, "pause", "paused", dry_run, output)


@app.command("resume")
def resume(name: str = Name, dry_run: bool = DryRun, output: Format = Output) -> None:
    """Read a paused account again."""
    _post(name, "resume", "resumed", dry_run, output)


@app.command("remove")
def remove(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be forgotten; change nothing."),
    output: Format = Output,
) -> None:
    """Forget an account and its credentials. Nothing happens in the cloud."""
    from mcm.cli.client import connected
    from mcm.cli.confirm import confirmed

    with connected() as client:
        told = client.delete(f"/accounts/{quoted(name)}", dry_run=True)
        sentence = f"{told['resources']} resources that only '{told['account']}' sees would become gone"
        if dry_run:
            _print(told, output, sentence)
            return
        confirmed(f"{sentence}. Forget this account?", yes)
        answer = client.delete(f"/accounts/{quoted(name)}")
    _print(answer, output, f"account {answer['account']} removed; {answer['resources']} resources became gone")


@app.command("quarantine")
def quarantine(
    name: str = Name,
    decision: str = typer.Argument(..., help="accept: let go what the cloud no longer lists. reject: keep it."),
    kind: list[str] = typer.Option([], "--kind", help="Only these kinds."),
    region: str | None = typer.Option(None, "--region"),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
) -> None:
    """Decide scopes in which too much disappeared at once to be believed without a person."""
    from mcm.cli.client import connected
    from mcm.cli.confirm import confirmed

    if decision not in ("accept", "reject"):
        raise Failure(f"the decision is 'accept' or 'reject', not '{decision}'", exit_code=USAGE)
    with connected() as client:
        scopes = [
            scope
            for scope in client.get(f"/accounts/{quoted(name)}")["scope_list"]
            if scope["status"] == "quarantined"
            and (not kind or scope["kind"] in kind)
            and region in (None, scope["region"])
        ]
        if not scopes:
            raise Failure(f"no scope of '{name}' waits for a decision")
        for scope in scopes:
            note(f"{scope['kind']} in {scope['region']}: {scope['error_message']}")
        if dry_run:
            typer.echo(f"{len(scopes)} scopes would be {decision}ed")
            return
        confirmed(f"{decision} {len(scopes)} scopes?", yes)
        for scope in scopes:
            client.post(f"/sync/scopes/{scope['id']}/quarantine", {"decision": decision})
    typer.echo(f"{len(scopes)} scopes: {decision}ed")


def _post(name: str, verb: str, done: str, dry_run: bool, output: Format) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        if dry_run:
            answer = client.get(f"/accounts/{quoted(name)}")
            _print(answer, output, f"account {answer['name']} is {answer['status']} and would be {done}")
            return
        answer = client.post(f"/accounts/{quoted(name)}/{verb}")
    _print(answer, output, f"account {answer['name']} {done}")


def _print(answer: dict[str, Any], output: Format, sentence: str) -> None:
    """A sentence for people; what the server answered for programs."""
    if output in (Format.TABLE, Format.WIDE):
        typer.echo(escaped(sentence))
    else:
        print_one(answer, output, name_key="name" if "name" in answer else "account")


def _notes(found: dict[str, Any]) -> None:
    for permission in found.get("missing_permissions", []):
        note(f"missing permission: {permission}")
    for warning in found.get("warnings", []):
        note(f"note: {warning}")
