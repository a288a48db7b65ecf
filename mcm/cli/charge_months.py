"""mcm charge …: months, closing, corrections, reconciliation, metering. Adds to the table of `charge`."""

from typing import Any

import typer

from mcm.cli.charge import FINDINGS, PARTS, AccountName, DryRun, app
from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

__all__ = ["app"]
Month = typer.Argument(..., metavar="YYYY-MM", help="The billing month.")
Currency = typer.Option(..., "--currency", help="As in ISO 4217, such as EUR.")
_MONTHS = [
    Column("MONTH", "month"),
    Column("STATUS", "status"),
    Column("CURRENCY", "currency"),
    Column("BASIS", "basis"),
    Column("ROWS", "rows"),
    Column("BILLED", "billed"),
    Column("EFFECTIVE", "effective"),
    Column("LIST", "list", wide=True),
    Column("CONTRACTED", "contracted", wide=True),
    Column("WITHOUT-COST", "unknown"),
    Column("CLOSED-BY", "closed_by", wide=True),
    Column("CLOSED", "closed_at", wide=True),
]
_METERED = [
    Column("ACCOUNT", "account"),
    Column("SKIPPED", "skipped"),
    Column("ROWS", "rows"),
    Column("CURRENCY", "parts.currency", show=lambda value: str(value or "-")),
    Column("RATE-CARD", "rate_card", wide=True),
    Column("IMPORT", "import_id", whole=True),
]


@app.command("months")
def months(output: Format = Output, columns: str | None = Columns) -> None:
    """List months that have charges, with their totals by currency and basis."""
    from mcm.cli.client import connected

    with connected() as client:
        items = list(client.pages("/cost-months", limit=None))
    if output in (Format.JSON, Format.YAML) and not columns:
        print_rows(items, _MONTHS, output, name_key="month")
        return
    rows = [one | total for one in items for total in one["totals"]]
    print_rows(rows, _MONTHS, output, columns, name_key="month")


@app.command("close")
def close(
    month: str = Month,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Close a month: from then on it changes only by corrections. It cannot be opened again."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/cost-months/{quoted(month)}")
        told = "; ".join(f"{one['billed'] or 'no'} {one['currency']} {one['basis']}" for one in found["totals"])
        if dry_run:
            typer.echo(f"{month} would be closed with {told}")
            return
        confirmed(f"close {month} with {told} for good?", yes)
        answer = client.post(f"/cost-months/{quoted(month)}/close")
    print_one(answer, output, name_key="month")


@app.command("correct")
def correct(
    month: str = Month,
    account: str = AccountName,
    amount: str = typer.Option(..., "--amount", help="What is added; negative for a credit."),
    currency: str = Currency,
    reason: str = typer.Option(..., "--reason", help="Why; it stays with the charge."),
    effective: str | None = typer.Option(None, "--effective", help="The amortised cost, if it is another one."),
    category: str = typer.Option("Adjustment", "--category", help="Usage, Purchase, Tax, Credit or Adjustment."),
    service: str | None = typer.Option(None, "--service", help="Which service it is about."),
    resource: str | None = typer.Option(None, "--resource", help="Which resource it is about, by id."),
    output: Format = Output,
) -> None:
    """Add a correction to a month, open or closed."""
    from mcm.cli.client import connected

    body = {"account": account, "amount": amount, "currency": currency, "reason": reason, "effective": effective,
            "category": category, "service": service, "resource": resource}  # fmt: skip
    with connected() as client:
        answer = client.post(f"/cost-months/{quoted(month)}/corrections", body)
    print_one({name: value for name, value in answer.items() if value is not None}, output)


@app.command("reconcile")
def reconcile(
    month: str = Month,
    account: str = AccountName,
    total: str = typer.Option(..., "--total", help="What the invoice asks for."),
    currency: str = Currency,
    invoice: str = typer.Option(..., "--invoice", help="What the invoice calls itself."),
    remainder_name: str | None = typer.Option(None, "--remainder-name", help="What the difference is, such as tax."),
    output: Format = Output,
) -> None:
    """Hold an invoice beside what was charged; what remains gets a name."""
    from mcm.cli.client import connected

    body = {"account": account, "total": total, "currency": currency, "invoice": invoice,
            "remainder_name": remainder_name}  # fmt: skip
    with connected() as client:
        print_one(client.post(f"/cost-months/{quoted(month)}/reconciliations", body), output)


@app.command("meter")
def meter(
    month: str = typer.Option(..., "--month", metavar="YYYY-MM", help="The month."),
    account: list[str] = typer.Option(None, "--account", help="Default: every one that has a rate card."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Charge what private accounts used, by their rate cards: hours from the history of the inventory."""
    from mcm.cli.client import connected

    body: dict[str, Any] = {"accounts": account or None}
    with connected() as client:
        answer = client.post(f"/cost-months/{quoted(month)}/metering", body, dry_run=dry_run or None)
    if output not in (Format.TABLE, Format.WIDE):
        print_rows(answer["items"], _METERED, output, name_key="account")
        return
    for one in answer["items"]:
        one["parts.currency"] = ",".join(sorted({part["currency"] for part in one["parts"]}))
    print_rows(answer["items"], _METERED, output)
    for one in answer["items"]:
        if one["parts"] or one["findings"]:
            typer.echo(f"\n{one['account']}")
            print_rows(one["parts"], PARTS, output)
            print_rows(one["findings"], FINDINGS, output)
    if dry_run:
        note("nothing was stored")
