"""mcm optimize …, mcm optimization …"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED, PARTLY_FAILED, USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(
    help="What searches for better places came to.", no_args_is_help=True, rich_markup_mode=None
)  # fmt: skip
Id = typer.Argument(..., metavar="ID", help="The optimization's id.")
_GOALS = ("cost", "rebalance", "consolidate", "evacuate")
_COLUMNS = [
    Column("ID", "id"),
    Column("GOAL", "goal"),
    Column("STATUS", "status"),
    Column("METHOD", "method"),
    Column("MOVES", "moves"),
    Column("LEFT", "left"),
    Column("SAVING", "saving"),
    Column("CURRENCY", "currency"),
    Column("GAP", "gap", wide=True),
    Column("REQUESTED-BY", "requested_by", wide=True),
    Column("CREATED", "created_at"),
]
_ROWS = [
    Column("NO", "number", wide=True),
    Column("NAME", "subject.name"),
    Column("FROM", "origin.location"),
    Column("FROM-HOST", "origin.host", wide=True),
    Column("TO", "target.location"),
    Column("TO-HOST", "target.host"),
    Column("HOW", "how"),
    Column("SAVING", "saving"),
    Column("BASIS", "basis", wide=True),
    Column("DOWNTIME", "risk.downtime"),
    Column("PLAN", "plan_id", wide=True),
    Column("WHY", "reasons", show=lambda told: "; ".join(one["text"] for one in told or ()), whole=True),
]
_PLANS = [
    Column("PLAN", "plan_id"),
    Column("HOST", "host"),
    Column("RESOURCES", "resources"),
    Column("NEEDS-APPROVAL", "requires_approval"),
]
_MOVES = [
    Column("NO", "row"),
    Column("POSSIBLE", "possible"),
    Column("MOVE", "move_id"),
    Column("AGAINST", "against", show=lambda told: "; ".join(one["text"] for one in told or ()), whole=True),
]
_POLL_S = 0.5
_OVER = ("done", "failed", "cancelled", "abandoned")


def optimize(
    workload: list[str] = typer.Option([], "--workload", "-w", help="Only this stored workload; may be repeated."),
    plan: Path | None = typer.Option(None, "--plan", help="Write the result to this file: .json, or else YAML."),
    goal: str = typer.Option("cost", "--goal", help="cost, rebalance, consolidate or evacuate."),
    account: str | None = typer.Option(None, "--account", help="Only what runs there; with evacuate: what leaves."),
    site: str | None = typer.Option(None, "--site", help="With evacuate: the site that is to be emptied."),
    level: str = typer.Option("host", "--level", help="With rebalance: over hosts, or over locations."),
    currency: str | None = typer.Option(None, "--currency", help="Of the amounts; default MCM_CURRENCY."),
    least_saving: str = typer.Option("1", "--least-saving", help="What a move must save in a month at least."),
    time_limit: int = typer.Option(60, "--time-limit", help="How long to search, seconds."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Find better places for many workloads at once, and show who would move and why. Nothing moves by it."""
    from mcm.cli.client import connected

    if goal not in _GOALS:
        raise Failure(f"--goal: '{goal}' is none of {', '.join(_GOALS)}", exit_code=USAGE)
    if plan is not None and not plan.parent.is_dir():
        raise Failure(f"{plan.parent} is no folder", next_step="make it, or name another one", exit_code=USAGE)
    body = {
        "goal": goal, "workloads": workload, "account": account, "site": site, "level": level, "currency": currency,
        "least_saving": least_saving, "time_limit_s": time_limit,
    }  # fmt: skip
    with connected() as client:
        answer = _followed(client, client.post("/optimizations", body))
        rows = list(client.pages(f"/optimizations/{quoted(answer['id'])}/rows", limit=None))
    if plan is not None and answer["status"] == "done":
        _write(plan, answer, rows)
    if output in (Format.TABLE, Format.WIDE):
        print_rows(rows, _ROWS, output, columns)
        _said(answer, plan)
    elif output is Format.JSON or output is Format.YAML:
        print_one(answer | {"rows": rows}, output)
    else:
        print_rows(rows, _ROWS, output, columns, name_key="subject.name")
    _end(answer)


@app.command("list")
def list_optimizations(
    limit: int = typer.Option(100, "--limit", min=1, help="Rows at most."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List optimizations, the newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/optimizations", limit=limit), _COLUMNS, output, columns)


@app.command("show")
def show(optimization: str = Id, output: Format = Output, columns: str | None = Columns) -> None:
    """Show what one came to: who would move, why, and who is left over."""
    from mcm.cli.client import connected

    with connected() as client:
        path = f"/optimizations/{quoted(optimization)}"
        answer = client.get(path)
        rows = list(client.pages(f"{path}/rows", limit=None))
    if output in (Format.TABLE, Format.WIDE):
        print_rows(rows, _ROWS, output, columns)
        _said(answer, None)
    else:
        print_one(answer | {"rows": rows}, output)


@app.command("apply")
def apply(
    optimization: str = Id,
    row: list[int] = typer.Option([], "--row", help="Only this move, by its number; may be repeated."),
    moves: str = typer.Option("none", "--moves", help="Those between clouds: none, copy, or stop and then copy."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what plans would be made."),
    output: Format = Output,
) -> None:
    """Make plans of the moves that mcm can carry out; `mcm plan apply` then carries them out."""
    from mcm.cli.client import connected

    if moves not in ("none", "copy", "stop"):
        raise Failure(f"--moves: '{moves}' is none of none, copy, stop", exit_code=USAGE)
    path, body = f"/optimizations/{quoted(optimization)}/apply", {"rows": row, "moves": moves}
    with connected() as client:
        answer = client.post(path, body, dry_run=True)
        possible = sum(one["possible"] for one in answer["moves"])
        if not dry_run:
            number = sum(one["resources"] for one in answer["plans"])
            also = f", and {'stop and ' if moves == 'stop' else ''}copy {possible} to other clouds"
            asked = f"make {len(answer['plans'])} plans that move {number} instances"
            confirmed(f"{asked}{also if moves != 'none' and possible else ''}?", yes)
            answer = client.post(path, body)
    if output in (Format.TABLE, Format.WIDE):
        print_rows(answer["plans"], _PLANS, output)
        if answer["moves"]:
            print_rows(answer["moves"], _MOVES, output)
        note(f"{answer['person']} moves are for a person, {answer['place']} for mcm place: mcm optimization show")
        note("nothing was made" if dry_run else "nothing has moved yet: mcm plan show, mcm plan apply")
    else:
        print_one(answer, output)


@app.command("cancel")
def cancel(optimization: str = Id, output: Format = Output) -> None:
    """End a search without a result."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.post(f"/optimizations/{quoted(optimization)}/cancel"), output)


def _followed(client: Any, answer: dict[str, Any]) -> dict[str, Any]:
    path = f"/optimizations/{quoted(answer['id'])}"
    try:
        while answer["status"] not in _OVER:
            time.sleep(_POLL_S)
            answer = client.get(path)
    except KeyboardInterrupt:
        if client.local:
            client.post(f"{path}/cancel")
        else:
            note(f"detached; the server goes on: mcm optimization show {answer['id']}")
        raise
    found: dict[str, Any] = answer
    return found


def _said(answer: dict[str, Any], plan: Path | None) -> None:
    result = answer["result"]
    if result is None:
        return
    gap = "not known" if result["gap"] is None else f"{result['gap'] * 100:.3f} %"
    note(
        f"{result['subjects']} looked at, {result['moves']} would move, {result['left']} are left over; "
        f"saving {result['saving']} {result['currency']} a month"
        + (f" and {result['unpriced']} whose saving nobody knows" if result["unpriced"] else "")
    )
    note(f"method {result['method']}; at most {gap} dearer than the best possible")
    for told in [result["why"], *result["warnings"]]:
        if told:
            note(told["text"])
    emptied = [one["host"] or one["location"] for one in result["places"] if one["emptied"]]
    if emptied:
        note(f"could be switched off: {', '.join(emptied)}")
    note(f"written to {plan}" if plan is not None else f"nothing has moved: mcm optimization apply {answer['id']}")


def _end(answer: dict[str, Any]) -> None:
    if answer["status"] != "done":
        why = answer["error"]["text"] if answer["error"] else ""
        note(f"{answer['status']}: {why}")
        raise typer.Exit(FAILED)
    if answer["result"]["left"]:
        raise typer.Exit(PARTLY_FAILED)


def _write(file: Path, answer: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    from mcm.cli.files import write_file

    write_file(file, _parts(file, answer | {"rows": rows}))


def _parts(file: Path, found: dict[str, Any]) -> Iterator[bytes]:
    import json

    import yaml

    if file.suffix == ".json":
        yield json.dumps(found, indent=2, ensure_ascii=False).encode() + b"\n"
    else:
        yield yaml.safe_dump(found, allow_unicode=True, sort_keys=False).encode()
