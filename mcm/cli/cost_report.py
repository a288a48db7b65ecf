"""mcm cost report, forecast and anomalies: what a month cost, will cost, and which days are odd."""

from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from mcm.cli.cost import app
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_rows

__all__ = ["app"]
_FILES = {".xlsx": "xlsx", ".html": "html", ".csv": "csv"}


class Cost(StrEnum):
    BILLED = "billed"
    EFFECTIVE = "effective"


class Language(StrEnum):
    ENGLISH = "en"
    CHINESE = "zh-CN"


Kind = typer.Option(Cost.BILLED, "--cost", help="billed: cash; effective: amortised.")
Currency = typer.Option(None, "--currency", help="Convert to this one; default as billed.")
Only = typer.Option([], "--only", metavar="WHAT=VALUE", help="Only this: tenant=shop, service=…, tag:team=red. Repeat.")
_NAMES = ("tenant", "account", "application", "cost_center", "environment", "service", "region", "category", "rule")
_FORECASTS = [
    Column("MONTH", "month"),
    Column("CURRENCY", "currency"),
    Column("FORECAST", "presented"),
    Column("LOW", "low"),
    Column("HIGH", "high"),
    Column("METHOD", "method"),
    Column("ERROR", "mape", show=lambda value: f"{float(value) * 100:.1f} %"),
    Column("SO-FAR", "so_far"),
    Column("UNTIL", "known_until"),
    Column("MONTHS", "whole_months", wide=True),
]
_ANOMALIES = [
    Column("SERVICE", "service"),
    Column("ACCOUNT", "account"),
    Column("SINCE", "since"),
    Column("ON", "on"),
    Column("CURRENCY", "currency"),
    Column("AMOUNT", "amount"),
    Column("EXPECTED", "expected"),
    Column("EXCESS", "presented"),
]


@app.command("report")
def report(
    month: str | None = typer.Option(None, "--month", metavar="YYYY-MM", help="Default the current one."),
    group_by: str = typer.Option("tenant", "--group-by", help="tenant, application, account, service, tag:KEY, …"),
    cost: Cost = Kind,
    currency: str | None = Currency,
    only: list[str] = Only,
    compare: bool = typer.Option(False, "--compare", help="With the month before, and why it changed."),
    save: Path | None = typer.Option(None, "--save", metavar="FILE", help="Write an .xlsx, .html or .csv file."),
    lang: Language = typer.Option(Language.ENGLISH, "--lang", help="Of the file."),
    output: Format = Output,
) -> None:
    """What a month cost, shared by the allocation rules, and what it is known from."""
    from mcm.cli.client import connected
    from mcm.cli.files import write_file

    asked = {"month": month, "group_by": group_by, "cost": cost.value, "currency": currency} | narrowed(only)
    if compare:
        asked["compare"] = "true"
    if save is not None and save.suffix.lower() not in _FILES:
        raise Failure(
            f"{save} is none of the files there are", next_step=f"end it in {', '.join(_FILES)}", exit_code=USAGE
        )
    with connected() as client:
        if save is not None:
            format = _FILES[save.suffix.lower()]
            with client.stream("/cost-reports/export", **asked, format=format, lang=lang.value) as parts:
                write_file(save, parts)
            note(f"{save} written")
            return
        found = client.get("/cost-reports", **asked)
    print_rows([_row(line) for line in found["lines"]], _columns(found), output)
    if output in (Format.TABLE, Format.WIDE):
        _told(found)


@app.command("forecast")
def forecast(
    cost: Cost = Kind,
    currency: str | None = Currency,
    only: list[str] = Only,
    ahead: int = typer.Option(0, "--ahead", min=0, max=3, help="Months from this one."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """What a month will cost, by the method that was nearest in the months before, and its error there."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get("/forecasts", cost=cost.value, currency=currency, ahead=ahead, **narrowed(only))
    print_rows(found["items"], _FORECASTS, output, columns)
    for one in found["too_short"]:
        note(f"{one}: too few whole months to tell")


@app.command("anomalies")
def anomalies(
    days: int = typer.Option(14, "--days", min=1, max=92, help="How far back."),
    cost: Cost = Kind,
    only: list[str] = Only,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Days on which a service of an account cost far more than in the weeks before."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get("/anomalies", days=days, cost=cost.value, **narrowed(only))
    print_rows(found["items"], _ANOMALIES, output, columns)


def narrowed(only: list[str]) -> dict[str, Any]:
    """`tenant=shop` as the parameters of the request. What is given twice may be either."""
    found: dict[str, Any] = {}
    for one in only:
        name, _, value = one.partition("=")
        if name.startswith("tag:") and len(name) > len("tag:") and value:
            found.setdefault("tag", []).append(f"{name.removeprefix('tag:')}={value}")
        elif name in _NAMES and value:
            found.setdefault(name, []).append(value)
        else:
            raise Failure(
                f"--only {one}: it is WHAT=VALUE", next_step=f"WHAT: {', '.join(_NAMES)}, tag:KEY", exit_code=USAGE
            )
    return found


def _row(line: dict[str, Any]) -> dict[str, Any]:
    keys = {key["by"]: key["name"] or key["id"] for key in line["keys"]}
    parts = {f"change.{part['reason']}": part["amount"] for part in line["change"]}
    return {**keys, **{name: value for name, value in line.items() if name not in ("keys", "change")}, **parts}


def _columns(found: dict[str, Any]) -> list[Column]:
    columns = [Column(by.upper().replace("_", "-"), by) for by in found["by"]]
    columns += [Column("CURRENCY", "currency"), Column("AMOUNT", "presented")]
    if found["by"] == ["tenant"]:
        columns.append(Column("WITH-BELOW", "total"))
    columns += [Column("BY-RULES", "by_rules"), Column("IDLE", "idle"), Column("CHARGES", "charges")]
    if found["against"]:
        columns += [Column("BEFORE", "before"), Column("DIFFERENCE", "difference")]
    return [*columns, Column("EXACT", "amount", wide=True), Column("UNKNOWN", "unknown", wide=True)]


def _told(found: dict[str, Any]) -> None:
    """What stands below the table: totals, coverage, why it changed, rates, gaps."""
    for total in found["totals"]:
        unknown = f", and {total['unknown']} charges that do not say" if total["unknown"] else ""
        least = "at least " if total["unknown"] else ""
        note(f"total {least}{total['currency']} {total['presented']} (rounding {total['rounding']}){unknown}")
        covered = ", ".join(f"{one['of']} {_percent(one['share'])}" for one in total["coverage"])
        note(f"  coverage: {covered}; unallocated {total['unallocated']}")
        if found["against"]:
            why = ", ".join(f"{part['reason']} {part['amount']}" for part in total["change"]) or "nothing"
            note(f"  since {found['against']}: {total['difference']} ({why})")
    for rate in found["rates"]:
        seed = ", an example that came with mcm" if rate["seed"] else ""
        note(f"1 {rate['currency']} = {rate['rate']} {rate['to']} on {rate['on']} ({rate['source']}{seed})")
    for gap in found["gaps"]:
        params = ", ".join(f"{name} {value}" for name, value in gap["params"].items())
        note(f"! {gap['about']}: {params}")
    if not found["whole"]:
        note("only the part of the cost that you may see")


def _percent(share: str | None) -> str:
    return "-" if share is None else f"{float(share) * 100:.1f} %"
