"""mcm plan …"""

import time
from typing import Any

import typer

from mcm.cli.asking import Filter, given_params, resolved
from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED, PARTLY_FAILED
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows
from mcm.kit.text import counted

app = typer.Typer(help="Many resources at once: looked at first.", no_args_is_help=True, rich_markup_mode=None)
Id = typer.Argument(..., metavar="ID", help="The plan's id.")
Yes = typer.Option(False, "--yes", help="Do not ask.")
_COLUMNS = [
    Column("ID", "id"),
    Column("ACTION", "action"),
    Column("STATUS", "status"),
    Column("ITEMS", "counts"),
    Column("REQUESTED-BY", "requested_by"),
    Column("DECIDED-BY", "decided_by", wide=True),
    Column("EXPIRES", "expires_at"),
    Column("CREATED", "created_at"),
    Column("NOTE", "note", wide=True),
]
_ITEMS = [
    Column("NAME", "name"),
    Column("ACCOUNT", "account"),
    Column("STATE", "state"),
    Column("STATUS", "status"),
    Column("OPERATION", "operation_id", wide=True),
    Column("OUTCOME", "operation_status"),
    Column("ID", "resource_id", wide=True),
    Column("REASON", "reason", show=lambda value: str(value or ""), whole=True),
]
_PAUSE_S = 0.5


@app.command("create")
def create(
    ids: list[str] = typer.Argument(None, metavar="[ID]...", help="Exactly these; or give --filter."),
    action: str = typer.Option(..., "--action", "-a", help="Such as instance.stop."),
    filter: str | None = Filter,
    param: list[str] = typer.Option([], "--param", help="KEY=VALUE; may be repeated. JSON values are read as such."),
    note_: str = typer.Option("", "--note", help="What it is for."),
    output: Format = Output,
) -> None:
    """Write down what an action would do to many resources. Nothing is asked of any cloud."""
    from mcm.cli.client import connected

    kind = action.partition(".")[0]
    with connected() as client:
        chosen = [resolved(client, one, kind) for one in ids or []]
        body = {"action": action, "filter": filter, "resources": chosen, "params": given_params(param), "note": note_}
        answer = client.post("/plans", body)
    _print(answer, output)


@app.command("list")
def list_plans(
    status: list[str] = typer.Option([], "--status", help="Only these; may be repeated."),
    limit: int = typer.Option(100, "--limit", min=1, max=1000),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List plans, newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get("/plans", status=list(status) or None, limit=limit)
    print_rows(found["items"], _COLUMNS, output, columns)


@app.command("show")
def show(id: str = Id, output: Format = Output) -> None:
    """Show a plan: its targets, what was left and why, what hangs on them, and what came of each."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/plans/{quoted(id)}")
    _print(answer, output)


@app.command("approve")
def approve(
    id: str = Id,
    hash: str | None = typer.Option(None, "--hash", help="Of the plan you have looked at; without it you are shown."),
    yes: bool = Yes,
    output: Format = Output,
) -> None:
    """Say yes to somebody else's plan."""
    from mcm.cli.client import connected

    with connected() as client:
        if hash is None:
            found = client.get(f"/plans/{quoted(id)}")
            _print(found, Format.TABLE)
            confirmed(f"approve {_sentence(found)}, asked for by {found['requested_by']}?", yes)
            hash = found["hash"]
        print_one(client.post(f"/plans/{quoted(id)}/approve", {"hash": hash}), output)


@app.command("reject")
def reject(id: str = Id, reason: str = typer.Option(..., "--reason", help="Why not."), output: Format = Output) -> None:
    """Say no to somebody else's plan."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.post(f"/plans/{quoted(id)}/reject", {"reason": reason}), output)


@app.command("apply")
def apply(
    id: str = Id,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be asked for now."),
    wait: bool = typer.Option(False, "--wait", help="Wait for the end; without a server it always waits."),
    yes: bool = Yes,
    output: Format = Output,
) -> None:
    """Use a plan: ask for one operation for each target."""
    from mcm.cli.client import connected

    path = f"/plans/{quoted(id)}"
    with connected() as client:
        if dry_run:
            typer.echo(client.post(f"{path}/apply", dry_run=True)["sentence"])
            return
        found = client.get(path)
        if found["destructive"] and found["status"] in ("draft", "approved"):
            confirmed(f"{_sentence(found)}: it cannot be taken back. Go on?", yes)
        answer = client.post(f"{path}/apply")
        while (wait or client.local) and _under_way(answer):
            time.sleep(_PAUSE_S)
            answer = client.get(path)
            if client.local and answer["status"] == "applying":
                # Nobody else goes on with it: without a server there are no jobs.
                client.post(f"{path}/apply")
        answer = client.get(path)
    _print(answer, output)
    bad = sum(answer["counts"].get(name, 0) for name in ("failed", "refused", "cancelled", "in_doubt"))
    if bad:
        total = sum(number for name, number in answer["counts"].items() if name != "left")
        raise typer.Exit(FAILED if bad == total else PARTLY_FAILED)


@app.command("retry")
def retry(id: str = Id) -> None:
    """Ask again for each of its operations that failed."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post(f"/plans/{quoted(id)}/retry")
    typer.echo(f"{answer['retried']} operations are asked for again")


@app.command("cancel")
def cancel(id: str = Id) -> None:
    """Take a plan back that was not applied."""
    from mcm.cli.client import connected

    with connected() as client:
        client.post(f"/plans/{quoted(id)}/cancel")
    typer.echo(f"plan {id} is cancelled")


def _print(answer: dict[str, Any], output: Format) -> None:
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    items, impact, drift = answer["items"], answer["impact"], answer["drift"]
    shown = {
        name: answer[name]
        for name in ("id", "status", "action", "params", "note", "requested_by", "approval", "decided_by", "reason")
    }
    hanging = ", ".join(counted(number, kind) for kind, number in impact["by_kind"].items()) or "nothing"
    shown |= {"hanging_on_them": hanging, "data": impact["data_class"], "protected": impact["protected"]}
    shown |= {"money": impact["money_note"], "items": answer["counts"], "expires_at": answer["expires_at"]}
    print_one(shown | {"hash": answer["hash"]}, output)
    typer.echo()
    rows = [item | {"reason": (item["why"] or {}).get("reason") or item["operation_error"]} for item in items]
    print_rows(rows, _ITEMS, output)
    for one in drift:
        note(f"changed since: {one['name']} ({', '.join(one['changed'])})")
    following = {"draft": "apply", "approved": "apply", "awaiting_approval": "approve"}.get(answer["status"])
    if following:
        note(f"next: mcm plan {following} {answer['id']}")


def _sentence(found: dict[str, Any]) -> str:
    hanging = found["impact"]["dependants"]
    return f"{found['action']} on {found['impact']['targets']} resources, with {hanging} others that hang on them"


def _under_way(answer: dict[str, Any]) -> bool:
    open_ = ("target", "queued", "sent", "observed")
    return answer["status"] == "applying" or any(answer["counts"].get(name) for name in open_)
