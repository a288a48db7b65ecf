"""mcm sync …"""

import sys
import time
from collections import Counter
from typing import Any

import typer

from mcm.cli.asking import print_listing
from mcm.cli.completing import account_names
from mcm.cli.escaping import escaped
from mcm.cli.failures import FAILED, PARTLY_FAILED, USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

_RUNS = [
    Column("STARTED", "started_at"),
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("KIND", "kind"),
    Column("MODE", "mode"),
    Column("OUTCOME", "outcome"),
    Column("LISTED", "listed"),
    Column("ADDED", "added"),
    Column("CHANGED", "changed"),
    Column("MISSING", "missing"),
    Column("GONE", "gone"),
    Column("CALLS", "calls"),
    Column("API-MS", "api_ms"),
    Column("DB-MS", "db_ms", wide=True),
    Column("BYTES", "received_bytes", wide=True),
    Column("WAITED-MS", "waited_ms", wide=True),
    Column("RUN", "id", wide=True),
    Column("ERROR", "error_message", show=lambda value: str(value or ""), whole=True),
]
_SCOPES = [
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("KIND", "kind"),
    Column("MODE", "mode"),
    Column("OUTCOME", "outcome"),
    Column("LISTED", "listed"),
    Column("ADDED", "added"),
    Column("CHANGED", "changed"),
    Column("MISSING", "missing"),
    Column("GONE", "gone"),
    Column("SCOPE", "scope_id", wide=True),
    Column("ERROR", "error_message", show=lambda value: str(value or ""), whole=True),
]
# More of one account that failed for one reason are told in one line.
_FEW = 3
_POLL_S = 0.3
# Without a server: how long nothing may be read while scopes wait.
_PATIENCE_S = 10.0


def sync(
    names: list[str] = typer.Argument(
        None,
        help="Accounts; none: all. `mcm sync runs` shows the ledger; `mcm sync undo RUN` brings back what it lost.",
        autocompletion=account_names,
    ),
    kind: list[str] = typer.Option([], "--kind", "-k", help="Only these kinds; may be repeated."),
    full: bool = typer.Option(False, "--full", help="Read everything, not only changes."),
    wait: bool = typer.Option(False, "--wait", help="Wait for a server to finish; without a server it always waits."),
    account: str | None = typer.Option(None, "--account", help="With `runs`: of this account only."),
    limit: int = typer.Option(100, "--limit", min=1, help="With `runs`: rows at most."),
    dry_run: bool = typer.Option(False, "--dry-run", help="With `undo`: say how many would come back."),
    yes: bool = typer.Option(False, "--yes", help="With `undo`: do not ask."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Read the clouds now. Exit code: 0 complete, 5 partly failed, 1 failed."""
    from mcm.cli.client import connected

    undoing = bool(names) and names[0] == "undo"
    if (dry_run or yes) and not undoing:
        raise Failure("--dry-run and --yes go with `mcm sync undo RUN`", exit_code=USAGE)
    with connected() as client:
        if undoing:
            _undo(client, names[1:], output, dry_run=dry_run, yes=yes)
            return
        if names == ["runs"]:
            if len(kind) > 1:
                raise Failure("`mcm sync runs` takes one --kind", exit_code=USAGE)
            only = kind[0] if kind else None
            print_listing(client, "/sync/runs", _RUNS, output, limit=limit, chosen=columns, account=account, kind=only)
            return
        answer = client.post("/sync/requests", {"accounts": names or [], "kinds": kind, "full": full})
        if not (wait or client.local):
            if output in (Format.JSON, Format.YAML, Format.NAME):
                print_one(answer, output)
            else:
                typer.echo(f"requested: {answer['id']}; follow it with `mcm sync runs`, or use --wait")
            return
        answer = _follow(client, answer)
    if output is Format.TABLE and columns is None:
        _summary(answer)
    elif output in (Format.JSON, Format.YAML, Format.NAME):
        print_one(answer, output)
    else:
        print_rows(answer["scopes"], _SCOPES, output, columns)
    if answer["outcome"] != "complete":
        raise typer.Exit(PARTLY_FAILED if answer["outcome"] == "partial" else FAILED)


def _undo(client: Any, runs: list[str], output: Format, *, dry_run: bool, yes: bool) -> None:
    from mcm.cli.client import quoted
    from mcm.cli.confirm import confirmed

    if len(runs) != 1:
        raise Failure("name one run to undo", next_step="`mcm sync runs -o wide` shows their ids", exit_code=USAGE)
    path = f"/sync/runs/{quoted(runs[0])}/undo"
    answer = client.post(path, dry_run=True)
    said = f"{answer['resources']} resources are gone since run {runs[0]} began"
    if not dry_run and answer["resources"]:
        confirmed(f"{said}. Bring them back?", yes)
        answer = client.post(path)
        said = f"{answer['resources']} resources are back, as missing; their scope waits: mcm account quarantine"
    elif not answer["resources"]:
        said = f"nothing is gone since run {runs[0]} began; nothing was changed"
    if output in (Format.TABLE, Format.WIDE):
        typer.echo(escaped(said))
    else:
        print_one(answer, output, name_key="run")


def _follow(client: Any, answer: dict[str, Any]) -> dict[str, Any]:
    show = _bars() if sys.stderr.isatty() else _lines()
    waiting, since = 0, time.monotonic()
    try:
        while True:
            show.update(answer)
            if answer["outcome"] != "running":
                return answer
            if answer["waiting"] != waiting or any(scope["outcome"] == "running" for scope in answer["scopes"]):
                waiting, since = answer["waiting"], time.monotonic()
            elif client.local and time.monotonic() - since > _PATIENCE_S:
                return _given_up(answer)
            time.sleep(_POLL_S)
            answer = client.get(f"/sync/requests/{answer['id']}")
    except KeyboardInterrupt:
        if client.local:
            note("what was read completely is stored; the rest keeps its last good state: run mcm sync again")
        else:
            note(f"detached; the server goes on: mcm sync runs, or GET /api/v1/sync/requests/{answer['id']}")
        raise
    finally:
        show.close()


def _given_up(answer: dict[str, Any]) -> dict[str, Any]:
    """A breaker keeps the rest back. A server tries it again in time; a command that ends is not the one to wait."""
    for scope in answer["scopes"]:
        if scope["outcome"] == "waiting":
            said = "not tried: others of this region or account have failed, and mcm lets it rest"
            scope |= {"outcome": "failed", "error_code": "unreachable", "error_message": said}
    some = any(scope["outcome"] == "complete" for scope in answer["scopes"])
    return answer | {"outcome": "partial" if some else "failed"}


def _summary(answer: dict[str, Any]) -> None:
    totals: dict[str, list[int]] = {}
    failed, fed = [], Counter[str]()
    for scope in answer["scopes"]:
        fed[scope["account"]] += scope.get("mode") == "changes"
        total = totals.setdefault(scope["account"], [0] * 5)
        for n, key in enumerate(("listed", "added", "changed", "missing", "gone")):
            total[n] += scope[key]
        if scope["outcome"] in ("failed", "quarantined"):
            failed.append(scope)
    for account, (listed, added, changed, missing, gone) in totals.items():
        typer.echo(
            f"{escaped(account)}: {listed} listed, {added} new, {changed} changed, {missing} missing, {gone} gone"
            + (f"; {fed[account]} scopes told only what changed (--full lists all)" if fed[account] else "")
        )
    for (account, outcome, said), places in _reasons(failed).items():
        shown = ", ".join(places[:_FEW]) + (f" and {len(places) - _FEW} more" if len(places) > _FEW else "")
        note(f"{outcome}: {account} {shown}: {said}")
    if failed:
        note(
            "why, and what to do: mcm explain "
            + " | ".join(sorted({scope["error_code"] or "error" for scope in failed}))
        )


def _reasons(failed: list[dict[str, Any]]) -> dict[tuple[str, str, str], list[str]]:
    """(account, outcome, why) → the scopes it happened to."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for scope in failed:
        key = (scope["account"], scope["outcome"], scope["error_message"] or scope["error_code"] or "")
        found.setdefault(key, []).append(" ".join(part for part in (scope["region"], scope["kind"]) if part))
    return found


def _bars() -> Any:
    from mcm.cli.progress import Bars

    return Bars()


def _lines() -> Any:
    from mcm.cli.progress import Lines

    return Lines()
