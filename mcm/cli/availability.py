"""mcm availability …: how often clouds answered, and what of an application stands at one place only."""

from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(
    help="How often clouds answered, and what of an application stands at one place only.", no_args_is_help=True,
    rich_markup_mode=None,
)  # fmt: skip
Days = typer.Option(30, "--days", min=1, max=366, help="How far back from now.")


def _percent(value: Any) -> str:
    """Of a share; what is not known is no number."""
    if value is None:
        return "unknown"
    whole, _, rest = str(value).partition(".")
    digits = f"{rest}000000"
    text = f"{whole}{digits[:2]}".lstrip("0") or "0"
    more = digits[2:].rstrip("0")
    return f"{text}.{more} %" if more else f"{text} %"


def _promised(value: Any) -> str:
    return "unknown" if value is None else f"{value} %"


_ACCOUNTS = [
    Column("ACCOUNT", "account"),
    Column("ANSWERED", "available", show=_percent),
    Column("COVERAGE", "coverage", show=_percent),
    Column("OUTAGES", "outages"),
    Column("UNANSWERED-S", "unanswered_s"),
    Column("PROMISED", "promised_percent", show=_promised),
    Column("SOURCE", "promised_source", wide=True),
    Column("READS", "reads", wide=True),
    Column("FIRST", "first", wide=True),
    Column("LAST", "last", wide=True),
]
_TIERS = [
    Column("TIER", "tier"),
    Column("RUNNING", "running"),
    Column("STOPPED", "stopped"),
    Column("AT", "at", whole=True),
    Column("ONLY-ONE", "only", whole=True),
    Column("OBSERVED", "observed.value", show=_percent),
    Column("PROMISED", "promised.value", show=_percent),
]


@app.command("accounts")
def accounts(
    account: str | None = typer.Option(None, "--account", help="Only this one."),
    days: int = Days,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List the share of time in which each account's API answered; COVERAGE: how much of the time mcm looked."""
    from mcm.cli.client import connected

    with connected() as client:
        asked = {"days": days} | ({"account": account} if account else {})
        found = client.get("/availability/accounts", **asked)
    if output in (Format.JSON, Format.YAML):
        print_one(found, output, name_key="basis")
        return
    print_rows(found["items"], _ACCOUNTS, output, columns, name_key="account")
    if output in (Format.TABLE, Format.WIDE):
        note(f"{found['since']} to {found['until']}: {found['text']}")


@app.command("application")
def application(
    name: str = typer.Argument(..., help="As its instances are labelled: application, app or workload."),
    days: int = Days,
    output: Format = Output,
) -> None:
    """Show what an application's availability comes to, with the formula, and what stands at one place only."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/availability/applications/{quoted(name)}", days=days)
    if output in (Format.JSON, Format.YAML):
        print_one(found, output, name_key="application")
        return
    rows = [
        one
        | {
            "at": ", ".join(f"{each['instances']} × {each['location']}" for each in one["places"]),
            "only": ", ".join(f"{level}: {where or 'unknown'}" for level, where in one["single"].items()),
        }
        for one in found["tiers"]
    ]
    print_rows(rows, _TIERS, output, name_key="tier")
    if output not in (Format.TABLE, Format.WIDE):
        return
    for basis in ("observed", "promised"):
        whole = found[basis]
        note(f"{basis}: {_percent(whole['value'])} = {whole['formula']}")
        for one in found["tiers"]:
            note(f"  {one['tier']} = {one[basis]['formula']}")
    note(f"{found['since']} to {found['until']}, inventory as of {found['as_of'] or 'unknown'}; {found['text']}")
