"""mcm place: where a workload goes, and why; the table candidate × rule."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.failures import FAILED, USAGE, Failure
from mcm.cli.output import Column, Format, Output, note, print_rows

if TYPE_CHECKING:
    from mcm.cli.client import Client

_NEEDS_APPROVAL = "it waits for the approval of somebody else: mcm placement approve {id}"


def _score(value: Any) -> str:
    return "-" if value is None else f"{value['total']:.3f}"


def _cost(row: dict[str, Any]) -> str:
    if row.get("cost") is None:
        return "not known"
    return f"{'' if row['complete'] else '≥'}{row['cost']} {row['currency']}"


CANDIDATES = [
    Column("TIER", "tier"),
    Column("LOCATION", "location", whole=True),
    Column("VERDICT", "verdict"),
    Column("SCORE", "score", show=_score),
    Column("COST/MONTH", "cost_shown"),
    Column("WHY", "why", whole=True),
    Column("AS-OF", "as_of", wide=True),
]
PARTS = [
    Column("TIER", "tier"),
    Column("COUNT", "count"),
    Column("LOCATION", "location", whole=True),
    Column("IMAGE", "image"),
    Column("FLAVOR", "flavor"),
    Column("COST/MONTH", "cost"),
    Column("GROUP", "group", wide=True),
]


def place(
    name: str | None = typer.Argument(None, metavar="[WORKLOAD]", help="Name of a stored workload."),
    file: Path | None = typer.Option(None, "--file", "-f", help="YAML or JSON, `kind: Workload`; - reads stdin."),
    workload: str | None = typer.Option(None, "--workload", help="The same as the argument."),
    explain: bool = typer.Option(False, "--explain", help="Show every candidate with each rule, chosen or not."),
    apply: bool = typer.Option(False, "--apply", help="Make the instances at once, where nobody has to approve."),
    wait: bool = typer.Option(False, "--wait", help="With --apply, wait until they are there; alone it always waits."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Decide; store and hold nothing."),
    groups: str | None = typer.Option(
        None, "--groups", help="In order, the first that has room: ownerships, accounts, locations, label:NAME."
    ),
    only: list[str] = typer.Option([], "--only", help="Only there: location, account or ownership; may be repeated."),
    besides: list[str] = typer.Option([], "--besides", help="Not there; may be repeated."),
    users_at: str | None = typer.Option(None, "--users-at", help="Site or city of the users."),
    weight: list[str] = typer.Option(
        [], "--weight", help="NAME=NUMBER: cost, headroom, steadiness, spread, preference."
    ),
    param: list[str] = typer.Option([], "--param", help="WHERE:NAME=VALUE, such as beijing:networks=NET; * for all."),
    currency: str | None = typer.Option(None, "--currency", help="Default that of the budget, or MCM_CURRENCY."),
    minutes: int = typer.Option(60, "--minutes", help="How long the room is held."),
    output: Format = Output,
) -> None:
    """Decide where a workload goes, hold the room there, and with --apply make it. 1: nothing fits."""
    from mcm.cli.client import connected
    from mcm.cli.workload import text_of

    if sum(given is not None for given in (name, file, workload)) != 1:
        raise Failure("give either the name of a stored workload or --file", exit_code=USAGE)
    if apply and dry_run:
        raise Failure("--apply and --dry-run exclude each other", exit_code=USAGE)
    body: dict[str, Any] = {
        "groups": [one.strip() for one in (groups or "").split(",") if one.strip()],
        "only": only,
        "besides": besides,
        "minutes": minutes,
        "params": _params(param),
        "weights": _weights(weight),
    }
    body |= {"text": text_of(file)} if file is not None else {"workload": name or workload}
    body |= {key: value for key, value in (("users_at", users_at), ("currency", currency)) if value is not None}
    with connected() as client:
        answer = client.post("/placements", body, dry_run=dry_run)
        shown(answer, output, explain=explain)
        outcome = answer["outcome"]
        if outcome["chosen"] is None or answer.get("status") == "impossible":
            raise typer.Exit(FAILED)
        if answer.get("status") == "awaiting_approval":
            note(_NEEDS_APPROVAL.format(id=answer["id"]))
        elif apply:
            applied(client, answer["id"], wait=wait)


def applied(client: "Client", ident: str, *, wait: bool) -> dict[str, Any]:
    """Asks for the instances; without a server it stays until they are there. 1: not all of them could be made."""
    from mcm.cli.acting import follow
    from mcm.cli.client import quoted

    made: dict[str, Any] = client.post(f"/placements/{quoted(ident)}/apply")
    while (wait or client.local) and made["status"] == "binding":
        waiting = [client.get(f"/operations/{one['operation_id']}") for one in made["made"] if one["status"] == "asked"]
        if any(one["status"] == "in_doubt" for one in follow(client, waiting)):
            break
        made = client.post(f"/placements/{quoted(ident)}/apply")
    if made["status"] == "awaiting_approval":
        note(_NEEDS_APPROVAL.format(id=ident))
    elif made["status"] == "bound":
        note(f"{len(made['made'])} instances were made: mcm placement show {ident}")
    elif made["status"] == "binding":
        note(f"{len(made['made'])} instances are being made: mcm placement show {ident}")
    else:
        note(str(made["reason"]))
        raise typer.Exit(FAILED)
    return made


def shown(answer: dict[str, Any], output: Format, *, explain: bool) -> None:
    """JSON, YAML and CSV: every candidate, as rows."""
    outcome = answer["outcome"]
    rows = [_told(one) for one in outcome["candidates"]]
    if output not in (Format.TABLE, Format.WIDE):
        print_rows(rows, CANDIDATES, output, name_key="location")
        return
    chosen = outcome["chosen"]
    if explain:
        print_rows(rows, CANDIDATES, output)
        typer.echo()
    if chosen is not None:
        print_rows(chosen["parts"], PARTS, output)
        at_least = "" if chosen["complete"] else "at least "
        cost = "not known" if chosen["cost"] is None else f"{at_least}{chosen['cost']} {chosen['currency']} in a month"
        note(f"score {chosen['score']:.3f}; costs {cost}")
        second = outcome["runner_up"]
        if second is not None:
            where = ", ".join(f"{one['tier']} at {one['location']}" for one in second["parts"])
            note(f"runner-up: {where} (score {second['score']:.3f})")
    for sentence in (outcome["impossible"] or {}).get("sentences", []):
        note(sentence)
    if outcome["cut"]:
        note("the search was cut short: what was found is good, and may not be the best")
    for sentence in outcome["stale"]:
        note(f"old: {sentence}")
    if answer.get("dry_run"):
        note("nothing was stored or held")
    else:
        note(f"placement {answer['id']} is {answer['status'].replace('_', ' ')}, hash {answer['hash']}")


def _told(one: dict[str, Any]) -> dict[str, Any]:
    verdict = "chosen" if one["chosen"] else "runner-up" if one["runner_up"] else "may" if one["allowed"] else "may not"
    why = "; ".join(f"{each['rule']}: {each['reason']}" for each in one["failed"])
    if not why and one["unknown"]:
        why = "; ".join(f"{each['rule']}: {each['reason']}" for each in one["unknown"])
    return one | {"verdict": verdict, "why": why, "cost_shown": _cost(one)}


def _weights(given: list[str]) -> dict[str, float]:
    found = {}
    for one in given:
        name, _, value = one.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError as error:
            raise Failure(f"--weight {one}: write NAME=NUMBER", exit_code=USAGE) from error
    return found


def _params(given: list[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in given:
        where, _, rest = one.partition(":")
        name, equals, value = rest.partition("=")
        if not equals or not where or not name:
            raise Failure(f"--param {one}: write WHERE:NAME=VALUE", exit_code=USAGE)
        listed = name in ("networks", "security_groups")
        found.setdefault(where, {})[name] = value.split(",") if listed else value
    return found
