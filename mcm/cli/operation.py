"""mcm operation …"""

from typing import Any

import typer

from mcm.cli.acting import OPERATIONS, DryRun, Wait, Yes, act, finish, follow, make
from mcm.cli.asking import LimitOption, given_params, print_listing, resolved
from mcm.cli.client import quoted
from mcm.cli.escaping import escaped
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, print_one, print_rows

app = typer.Typer(help="What was asked of the clouds.", no_args_is_help=True, rich_markup_mode=None)
Id = typer.Argument(..., metavar="ID", help="The operation's id.")
Ids = typer.Argument(..., metavar="ID...", help="Operations' ids.")
_VERDICTS = [
    Column("ACTION", "action"),
    Column("ALLOWED", "allowed"),
    Column("REASON", "reason", show=lambda value: str(value or ""), whole=True),
    Column("HOW-TO-FIX", "how_to_fix", wide=True, show=lambda value: str(value or ""), whole=True),
]
_ACTIONS = [
    Column("ACTION", "id"),
    Column("DESTRUCTIVE", "destructive"),
    Column("MAKES", "makes"),
    Column("PARAMS", "params", show=lambda value: ", ".join((value or {}).get("properties", {})) or "-", whole=True),
    Column("PROVIDERS", "providers", show=lambda value: _offered(value), whole=True),
]


@app.command("run")
def run(
    action: str = typer.Argument(
        ..., metavar="ACTION", help="Such as security_group.add_rule; `mcm operation actions`."
    ),
    ids: list[str] = typer.Argument(None, metavar="[ID]...", help="On what: ids, native ids or names."),
    account: str | None = typer.Option(None, "--account", help="Where something new is made."),
    region: str | None = typer.Option(None, "--region", help="Needed where the account has several."),
    param: list[str] = typer.Option([], "--param", help="KEY=VALUE, VALUE as JSON or plain text; may be repeated."),
    dry_run: bool = DryRun,
    wait: bool = Wait,
    yes: bool = Yes,
    output: Format = Output,
) -> None:
    """Ask for any action of the table, also those without a command of their own."""
    from mcm.cli.client import connected

    params = given_params(param)
    with connected() as client:
        known = {one["id"]: one for one in client.get("/actions")}
    if action not in known:
        raise Failure(f"there is no action '{action}'", next_step="`mcm operation actions` lists all", exit_code=USAGE)
    if bool(ids) == (account is not None):
        raise Failure("give either IDs to act on, or --account for something new", exit_code=USAGE)
    if account is not None:
        make(action, account, region, params, dry_run=dry_run, wait=wait, output=output)
        return
    destructive = bool(known[action]["destructive"])
    act(action, ids, params, dry_run=dry_run, wait=wait, yes=yes, output=output, destructive=destructive)


@app.command("actions")
def actions(output: Format = Output) -> None:
    """List the actions of the table: their parameters, and which providers offer them."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.get("/actions"), _ACTIONS, output, name_key="id")


@app.command("list")
def list_operations(
    status: list[str] = typer.Option([], "--status", help="Only these; may be repeated."),
    resource: str | None = typer.Option(None, "--resource", help="Of this resource only."),
    account: str | None = typer.Option(None, "--account", help="Of this account only."),
    limit: int = LimitOption,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List operations, newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        question: dict[str, Any] = {"status": status or None}
        if resource is not None:
            question["resource"] = resolved(client, resource)
        if account is not None:
            question["account"] = client.get(f"/accounts/{quoted(account)}")["id"]
        print_listing(client, "/operations", OPERATIONS, output, limit=limit, chosen=columns, **question)


@app.command("show")
def show(id: str = Id, output: Format = Output) -> None:
    """Show an operation with its log."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/operations/{quoted(id)}")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    lines = answer.pop("log")
    print_one(answer, output)
    typer.echo()
    for line in lines:
        typer.echo(f"{line['at']}  {escaped(line['text'])}")


@app.command("wait")
def wait(ids: list[str] = Ids, output: Format = Output) -> None:
    """Wait until operations have ended. Exit code: 0 succeeded, 1 failed, 5 partly failed, 6 in doubt."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = follow(client, [client.get(f"/operations/{quoted(id)}") for id in ids])
        finish(rows, output)


@app.command("cancel")
def cancel(id: str = Id, output: Format = Output) -> None:
    """Cancel an operation that was not sent yet."""
    _post(id, "cancel", None, output)


@app.command("retry")
def retry(id: str = Id, output: Format = Output) -> None:
    """Ask again for what failed or is in doubt, from the step it stands at."""
    _post(id, "retry", None, output, wait=True)


@app.command("resolve")
def resolve(
    id: str = Id,
    outcome: str = typer.Option(..., "--as", help="succeeded or failed: what you found at the cloud."),
    output: Format = Output,
) -> None:
    """Say how an operation in doubt ended, after a look at the cloud."""
    if outcome not in ("succeeded", "failed"):
        raise Failure(f"--as takes succeeded or failed, not '{outcome}'", exit_code=USAGE)
    _post(id, "resolve", {"outcome": outcome}, output)


@app.command("allowed")
def allowed(
    resource: str = typer.Argument(..., metavar="ID", help="A resource: id, native id or name."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Which actions a resource allows now, and why not the others."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = client.get(f"/resources/{resolved(client, resource)}/actions")
    print_rows(rows, _VERDICTS, output, columns, name_key="action")


def _post(id: str, verb: str, body: Any, output: Format, *, wait: bool = False) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post(f"/operations/{quoted(id)}/{verb}", body)
        if wait and client.local:
            finish(follow(client, [answer]), output)
            return
    print_rows([answer], OPERATIONS, output)


def _offered(providers: dict[str, Any]) -> str:
    return ", ".join(name for name, offer in providers.items() if offer["support"] != "unsupported") or "-"
