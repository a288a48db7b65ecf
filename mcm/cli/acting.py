"""What every command that acts on clouds shares: asking, the dry run, the yes, waiting, and what comes out."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.asking import resolved
from mcm.cli.confirm import confirmed
from mcm.cli.failures import FAILED, IN_DOUBT, NEEDS_APPROVAL, PARTLY_FAILED, USAGE, Failure
from mcm.cli.output import Column, Format, note, print_rows
from mcm.kit.text import counted

if TYPE_CHECKING:
    from mcm.cli.client import Client

DryRun = typer.Option(False, "--dry-run", help="Say what would be asked of the cloud; send nothing.")
Wait = typer.Option(False, "--wait", help="Wait for the end; without a server it always waits.")
Yes = typer.Option(False, "--yes", help="Do not ask.")
Account = typer.Option(..., "--account", help="Where it is made: name or id.")
Region = typer.Option(None, "--region", help="Needed where the account has several.")
Tag = typer.Option([], "--tag", help="KEY=VALUE; may be repeated.")

OPERATIONS = [
    Column("ID", "id"),
    Column("ACTION", "action"),
    Column("NAME", "resource_name"),
    Column("STATUS", "status"),
    Column("ACCOUNT", "account"),
    Column("REGION", "region", wide=True),
    Column("REQUESTED-BY", "requested_by", wide=True),
    Column("RESOURCE", "resource_id", wide=True),
    Column("MADE", "made_id", wide=True),
    Column("CREATED", "created_at"),
    Column("ERROR", "error_message", show=lambda value: str(value or ""), whole=True),
]
_PLANNED = [
    Column("ACTION", "action"),
    Column("NAME", "resource_name"),
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("DESTRUCTIVE", "destructive"),
    Column("BILL", "bill"),
    Column("PARAMS", "params", show=lambda value: _given(value)),
    Column("RESOURCE", "resource_id", wide=True),
]
_ENDED = ("succeeded", "failed", "cancelled", "in_doubt")
_POLL_S = 0.25


def act(
    action: str,
    names: Sequence[str],
    params: dict[str, Any],
    *,
    dry_run: bool,
    wait: bool,
    yes: bool,
    output: Format,
    destructive: bool = False,
) -> None:
    """One action on each of the named resources. What cannot be asked for is told, and the others go on."""
    from mcm.cli.client import connected

    kind = action.partition(".")[0]
    with connected() as client:
        ids = list(dict.fromkeys(resolved(client, name, kind) for name in names))
        if destructive and not dry_run:
            _within_belt(client, action, ids)
        bodies = [{"action": action, "resource": ident, "params": params} for ident in ids]
        _ask(client, bodies, dry_run=dry_run, wait=wait, yes=yes, output=output, destructive=destructive)


def _within_belt(client: "Client", action: str, ids: Sequence[str]) -> None:
    """Each would be a request of its own, and pass. Raises Failure that shows the way by a plan."""
    allowed = client.get("/plans/limits")["destroy_per_request"]
    if len(ids) > allowed:
        raise Failure(
            f"{action} on {len(ids)} at once: {allowed} may be without an approved plan; nothing was asked for",
            next_step=f"make a plan: mcm plan create --action {action} ID…",
            exit_code=NEEDS_APPROVAL,
            code="destroy_belt",
        )


def make(
    action: str,
    account: str,
    region: str | None,
    params: dict[str, Any],
    *,
    dry_run: bool,
    wait: bool,
    output: Format,
) -> None:
    """Something new in an account."""
    from mcm.cli.client import connected

    body = {"action": action, "account": account, "region": region, "params": params}
    with connected() as client:
        _ask(client, [body], dry_run=dry_run, wait=wait, yes=True, output=output, destructive=False)


def follow(client: "Client", started: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Waits for all of them. Ctrl-C leaves them to the server and says how to look again."""
    latest = {one["id"]: one for one in started}
    show = _Progress()
    try:
        while waiting := [ident for ident, one in latest.items() if one["status"] not in _ENDED]:
            time.sleep(_POLL_S)
            for ident in waiting:
                latest[ident] = client.get(f"/operations/{ident}")
                show.update(latest[ident])
    except KeyboardInterrupt:
        ids = " ".join(ident for ident, one in latest.items() if one["status"] not in _ENDED)
        if client.local:
            note(f"it goes on at the cloud; mcm looks again with the next command or `mcm serve`: {ids}")
        else:
            note(f"detached; the server goes on: mcm operation wait {ids}")
        raise
    return list(latest.values())


def finish(rows: Sequence[dict[str, Any]], output: Format, refused: int = 0) -> None:
    """Prints them and raises the exit code they come to."""
    print_rows(rows, OPERATIONS, output)
    for row in rows:
        if row["error_message"] and output in (Format.TABLE, Format.WIDE) and row["next_step"]:
            note(f"next: {row['next_step']}")
    statuses = {row["status"] for row in rows}
    bad = refused + sum(row["status"] in ("failed", "cancelled") for row in rows)
    if "in_doubt" in statuses:
        raise typer.Exit(IN_DOUBT)
    if bad:
        raise typer.Exit(PARTLY_FAILED if len(rows) + refused > bad else FAILED)


def tags_of(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key:
            raise Failure(f"--tag takes KEY=VALUE, not '{one}'", exit_code=USAGE)
        found[key] = value
    return found


def without_none(**params: Any) -> dict[str, Any]:
    """Only what was given, so that the server's defaults hold."""
    return {name: value for name, value in params.items() if value not in (None, [], {})}


def _ask(
    client: "Client",
    bodies: list[dict[str, Any]],
    *,
    dry_run: bool,
    wait: bool,
    yes: bool,
    output: Format,
    destructive: bool,
) -> None:
    previews: list[dict[str, Any]] = []
    refused: list[Failure] = []
    if dry_run or (destructive and not yes):
        previews, refused = _each(client, bodies, dry_run=True)
        if dry_run:
            print_rows(previews, _PLANNED, output)
            _tell(refused)
            for warning in (warning for one in previews for warning in one.get("warnings", ())):
                note(f"{warning['param']}: {warning['reason']}; {warning['how_to_fix']}")
            if told := [one["impact"] for one in previews if one.get("impact")]:
                note(_impact(told))
            note(f"nothing was sent; {len(previews)} would be asked for, {len(refused)} refused")
            if refused:
                raise typer.Exit(FAILED if not previews else PARTLY_FAILED)
            return
        _tell(refused)
        if not previews:
            raise typer.Exit(FAILED)
        names = ", ".join(f"'{one['resource_name']}' ({one['account']})" for one in previews[:10])
        more = f" and {len(previews) - 10} more" if len(previews) > 10 else ""
        back = previews[0]["reversible_by"]
        lasting = f"it can be taken back with {back}" if back else "it cannot be taken back"
        note(_impact([one["impact"] for one in previews if one.get("impact")]))
        confirmed(f"{previews[0]['action']} on {names}{more}: {lasting}. Go on?", yes)
        bodies = [body for body in bodies if any(one["resource_id"] == body["resource"] for one in previews)]
    started, failures = _each(client, bodies, dry_run=False)
    _tell(failures)
    refused += failures
    if not started:
        codes = {failure.exit_code for failure in refused}
        raise typer.Exit(codes.pop() if len(codes) == 1 and (len(refused) == 1 or NEEDS_APPROVAL in codes) else FAILED)
    if wait or client.local:
        finish(follow(client, started), output, len(refused))
        return
    print_rows(started, OPERATIONS, output)
    if output in (Format.TABLE, Format.WIDE):
        note(f"follow it with: mcm operation show {started[0]['id']}, or use --wait")
    if refused:
        raise typer.Exit(PARTLY_FAILED)


def _impact(told: Sequence[dict[str, Any]]) -> str:
    """What hangs on the targets, what data is in them, and money; one line for all of them together."""
    kinds: Counter[str] = Counter()
    data: Counter[str] = Counter()
    for one in told:
        kinds.update(one["by_kind"])
        data.update(one["data_class"])
    hanging = ", ".join(counted(number, kind) for kind, number in sorted(kinds.items())) or "nothing"
    classes = ", ".join(f"{number} {name}" for name, number in sorted(data.items()))
    money = _money(told)
    return f"hanging on {'it' if len(told) == 1 else 'them'}: {hanging}; data class: {classes or 'unknown'}; {money}"


def _money(told: Sequence[dict[str, Any]]) -> str:
    """One sentence for all; where some cannot be priced, what is known of the others and why."""
    from decimal import Decimal

    from mcm.kit.money import EXACT, presented

    if len(told) == 1:
        return str(told[0]["money_note"])
    sums: dict[str, Decimal] = {}
    for one in told:
        if one["money"] is not None:
            sums[one["currency"]] = EXACT.add(sums.get(one["currency"], Decimal(0)), Decimal(one["money"]))
    said = " + ".join(f"{presented(amount, currency):f} {currency}" for currency, amount in sorted(sums.items()))
    unknown = [one["money_note"] for one in told if one["money"] is None]
    if not unknown:
        return f"they cost {said} a month while they run"
    why = f"{len(unknown)} of {len(told)} without a price, such as: {unknown[0]}"
    return f"they cost at least {said} a month while they run; {why}" if said else why


def _each(
    client: "Client", bodies: Sequence[dict[str, Any]], *, dry_run: bool
) -> tuple[list[dict[str, Any]], list[Failure]]:
    answers, failures = [], []
    for body in bodies:
        try:
            answers.append(client.post("/operations", body, dry_run=dry_run))
        except Failure as failure:
            if failure.exit_code not in (FAILED, USAGE, NEEDS_APPROVAL):
                raise
            failures.append(failure)
    return answers, failures


def _tell(failures: Sequence[Failure]) -> None:
    from mcm.cli.failures import tell

    for failure in failures:
        tell(failure)


def _given(params: dict[str, Any]) -> str:
    shown = {name: value for name, value in params.items() if value not in (None, [], {}, "")}
    return ", ".join(f"{name}={value}" for name, value in shown.items()) or "-"


class _Progress:
    """A line on stderr for each change of status; on a terminal with the percentage."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._terminal = sys.stderr.isatty()

    def update(self, row: dict[str, Any]) -> None:
        percent = f" {row['percent']}%" if self._terminal and row["percent"] is not None else ""
        said = row["status"] + percent
        if self._told.get(row["id"]) != said:
            self._told[row["id"]] = said
            note(f"{row['action']} {row['resource_name']}: {said}")
