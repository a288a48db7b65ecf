"""mcm policy violations, exceptions, explain, classify, evidence: what is watched, and what is allowed all the same."""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.asking import One, path_of
from mcm.cli.client import quoted
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows
from mcm.cli.policy import DryRun, app, text_of

exceptions = typer.Typer(
    help="What is allowed all the same, and until when.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(exceptions, name="exceptions")
Id = typer.Argument(..., help="The exception's id.")
Note = typer.Option("", "--note", help="Why.")
_VIOLATIONS = [
    Column("NAME", "name"),
    Column("ACCOUNT", "account"),
    Column("POLICY", "policy"),
    Column("SEVERITY", "severity"),
    Column("STATUS", "status"),
    Column("OWNER", "owner"),
    Column("MESSAGE", "message", whole=True),
    Column("MODE", "mode", wide=True),
    Column("RESOURCE", "resource", wide=True),
    Column("ID", "id", wide=True),
    Column("AGE", "since", show=age),
]
_EXCEPTIONS = [
    Column("ID", "id"),
    Column("POLICY", "policy"),
    Column("FIELD", "field"),
    Column("VALUE", "value"),
    Column("STATUS", "status"),
    Column("EXPIRES", "expires_at"),
    Column("REQUESTED-BY", "requested_by"),
    Column("DECIDED-BY", "decided_by"),
    Column("REASON", "reason", whole=True),
    Column("NOTE", "note", wide=True),
]
_VERDICTS = [
    Column("POLICY", "policy"),
    Column("MODE", "mode"),
    Column("OUTCOME", "outcome"),
    Column("MESSAGE", "message", show=lambda value: str(value or ""), whole=True),
    Column("VALUES", "values", wide=True),
]
_MOVES = [
    Column("FROM", "source", show=lambda value: str(value or "unclassified")),
    Column("TO", "target", show=lambda value: str(value or "unclassified")),
    Column("COUNT", "count"),
    Column("EXAMPLES", "examples"),
]

_WAYS = [
    Column("LOCATION", "location"),
    Column("OWNERSHIP", "ownership"),
    Column("ROOM", "room", show=lambda value: {True: "yes", False: "no"}.get(value, "unknown")),
    Column("COST", "cost.amount", show=lambda value: str(value or "unknown")),
    Column("DIFFERENCE", "difference", show=lambda value: str(value or "unknown")),
    Column("BASIS", "basis"),
    Column("COMPLETE", "complete"),
    Column("SITE", "site", wide=True),
    Column("JURISDICTION", "jurisdiction", wide=True),
]
_RULES = [
    Column("DATA-CLASS", "data_class"),
    Column("ACCOUNT", "account"),
    Column("PROJECT", "project"),
    Column("TAG", "tag_key"),
    Column("VALUE", "tag_value"),
    Column("NAME", "name"),
]


@app.command("violations")
def violations(
    policy: str | None = typer.Option(None, "--policy", help="Only of this policy."),
    account: str | None = typer.Option(None, "--account", help="Only in this account."),
    severity: str | None = typer.Option(None, "--severity", metavar="low|medium|high|critical"),
    owner: str | None = typer.Option(None, "--owner", help="Only what they answer for."),
    status: str = typer.Option("current", "--status", metavar="current|open|excepted|resolved"),
    check: bool = typer.Option(False, "--check", help="Look at what runs first, instead of when mcm does by itself."),
    whole: bool = typer.Option(False, "--whole", help="With --check: also at what has not changed."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List what breaks policies, newest first."""
    from mcm.cli.client import connected

    if whole and not check:
        raise Failure("--whole goes with --check", exit_code=USAGE)
    with connected() as client:
        if check:
            done = client.post("/violations/check", whole=whole or None)
            note(f"{done['looked_at']} looked at: {done['opened']} new, {done['resolved']} resolved")
        asked = {"policy": policy, "account": account, "severity": severity, "owner": owner, "status": status}
        print_rows(client.pages("/violations", limit=None, **asked), _VIOLATIONS, output, columns)
        if output in (Format.TABLE, Format.WIDE):
            told = client.get("/violations/summary")
            note(f"as of {told['as_of'] or 'never'}; {told['unclassified']} of {told['instances']} unclassified")


@app.command("violation")
def violation(
    id: str = typer.Argument(..., help="The violation's id."),
    currency: str | None = typer.Option(None, "--currency", help="What amounts are compared in; default MCM_CURRENCY."),
    output: Format = Output,
) -> None:
    """Show a violation and the ways back: where it may go, what that costs, and what else would do."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/violations/{quoted(id)}/fixes", currency=currency)
    if output is Format.CSV:
        print_rows(found["moves"], _WAYS, output, name_key="location")
        return
    if output not in (Format.TABLE, Format.WIDE):
        print_one(found, output, name_key="violation.id")
        return
    print_one({name: value for name, value in found["violation"].items() if name != "message_zh"}, output)
    typer.echo()
    print_rows(found["moves"], _WAYS, output, name_key="location")
    here, unit = found["here"], f"{found['currency']} a month"
    note(f"at {found['location']} it costs {here['amount'] or 'an unknown amount'} {unit} ({here['basis']})")
    for why in (
        *here["notes"],
        *({each for one in found["moves"][:5] for each in one["cost"]["notes"]} - set(here["notes"])),
    ):
        note(f"  {why}")
    note(f"{found['allowed']} of {found['places']} other places are allowed; taking its disks away costs "
         f"{found['egress'] or 'an unknown amount'} {found['currency']} once")  # fmt: skip
    for one in found["refused"][:10]:
        note(f"  policy {one['policy']} keeps it from {one['places']}")
    if found["amounts_withheld"]:
        note(found["amounts_withheld"])
    if found["reclassify"] is not None:
        note(f"class: {found['reclassify']['text']}")
    asked = found["exception"]
    note(f"exception: {asked['asked']} is {asked['status']}" if asked["asked"] else f"exception: {asked['command']}")


@app.command("explain")
def explain(id: str = One, output: Format = Output) -> None:
    """Say what every policy says to an instance where it is now, and why."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"{path_of(client, id)}/policies")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(found, output, name_key="resource")
        return
    verdicts = found.pop("verdicts")
    print_one(found, output)
    typer.echo()
    print_rows(verdicts, _VERDICTS, output)


@app.command("evidence")
def evidence(
    file: Path = typer.Argument(..., help="Where to write it: .json or .html."),
    framework: str | None = typer.Option(None, "--framework", help="How its tags begin; default: all."),
) -> None:
    """Write a pack for auditors: rule, version, inventory as-of, result and hash of every policy."""
    from mcm.cli.client import connected

    wanted = file.suffix.lower().removeprefix(".")
    if wanted not in ("json", "html"):
        raise Failure(f"'{file}' ends neither in .json nor in .html", exit_code=USAGE)
    with connected() as client, client.stream("/policies/evidence", framework=framework, format=wanted) as parts:
        content = b"".join(parts)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Failure(f"cannot write {file}: {error}", exit_code=USAGE) from error
    note(f"{file}: {len(content)} bytes")


@app.command("classify")
def classify(
    file: Path | None = typer.Option(None, "--file", "-f", help="YAML: a list under `rules`; else they are shown."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Show or replace the rules that give discovered resources the class of their data."""
    from mcm.cli.client import connected

    with connected() as client:
        if file is None:
            print_rows(client.get("/classification-rules")["rules"], _RULES, output)
            return
        answer = client.put("/classification-rules", _rules(file), dry_run=dry_run)
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    would = "would change" if dry_run else "changed"
    note(f"{answer['rules']} rules; {answer['resources']} resources {would} their class")
    print_rows(answer["moves"], _MOVES, output)


@exceptions.command("list")
def list_exceptions(
    policy: str | None = typer.Option(None, "--policy", help="Only of this policy."),
    status: str | None = typer.Option(None, "--status", metavar="requested|approved|rejected|revoked|expired"),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List exceptions, newest first."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/exceptions", limit=None, policy=policy, status=status), _EXCEPTIONS, output, columns)


@exceptions.command("ask")
def ask(
    policy: str = typer.Argument(..., help="The policy's id."),
    resource: str | None = typer.Option(None, "--resource", help="Id of the resource."),
    workload: str | None = typer.Option(None, "--workload", help="Name of the workload."),
    application: str | None = typer.Option(None, "--application", help="All of an application."),
    reason: str = typer.Option(..., "--reason", help="Why."),
    expires: str = typer.Option(..., "--expires", help="A date, or RFC 3339."),
    approver: str | None = typer.Option(None, "--approver", help="Who is to decide; default anybody who may."),
    output: Format = Output,
) -> None:
    """Ask for an exception. It holds once somebody else has agreed."""
    from mcm.cli.client import connected

    given = {"resource": resource, "workload": workload, "application": application, "approver": approver}
    body = {"policy": policy, "reason": reason, "expires": expires} | {k: v for k, v in given.items() if v is not None}
    with connected() as client:
        print_rows([client.post("/exceptions", body)], _EXCEPTIONS, output)


@exceptions.command("approve")
def approve(id: str = Id, note: str = Note, output: Format = Output) -> None:
    """Agree to an exception that somebody else asked for."""
    _decide(id, "approve", note, output)


@exceptions.command("reject")
def reject(id: str = Id, note: str = Note, output: Format = Output) -> None:
    """Say no to an exception."""
    _decide(id, "reject", note, output)


@exceptions.command("revoke")
def revoke(id: str = Id, note: str = Note, output: Format = Output) -> None:
    """Take an exception back: from now on it holds no more."""
    _decide(id, "revoke", note, output)


def _decide(id: str, what: str, note: str, output: Format) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        print_rows([client.post(f"/exceptions/{quoted(id)}/{what}", {"note": note})], _EXCEPTIONS, output)


def _rules(file: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(text_of(file))
    except yaml.YAMLError as error:
        raise Failure(f"cannot read {file}: {error}", exit_code=USAGE) from error
    listed = found.get("rules") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise Failure(f"{file}: a list under `rules` is wanted", next_step="docs/policies.md has one", exit_code=USAGE)
    return {"rules": listed}
