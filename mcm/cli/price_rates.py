"""mcm price rates, set-rate and discounts …"""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, print_one, print_rows
from mcm.cli.price import DryRun, app

discounts = typer.Typer(help="Negotiated discounts, prices and markups.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(discounts, name="discounts")
_RATES = [
    Column("BASE", "base"),
    Column("QUOTE", "quote"),
    Column("RATE", "rate", whole=True),
    Column("ON", "on"),
    Column("SOURCE", "source"),
    Column("SEED", "seed"),
    Column("SUPERSEDED", "superseded_at", wide=True),
    Column("ID", "id", wide=True),
]
_RULES = [
    Column("NAME", "name"),
    Column("KIND", "kind"),
    Column("PERCENT", "percent"),
    Column("PRICE", "unit_price"),
    Column("PROVIDER", "provider"),
    Column("REGION", "region"),
    Column("ITEM", "item"),
    Column("SKU", "sku"),
    Column("FAMILY", "family", wide=True),
    Column("OPTION", "option", wide=True),
    Column("OS", "operating_system", wide=True),
    Column("TERM", "term_months", wide=True),
    Column("TENANT", "tenant"),
    Column("ACCOUNT", "account"),
    Column("FROM", "valid_from"),
    Column("TO", "valid_to"),
    Column("ACTIVE", "active"),
    Column("REFERENCE", "reference", wide=True),
]


@app.command("rates")
def rates(
    base: str | None = typer.Option(None, "--base", help="From this currency."),
    quote: str | None = typer.Option(None, "--quote", help="To this currency."),
    history: bool = typer.Option(False, "--history", help="Also what was corrected."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List exchange rates, the youngest day of each pair first."""
    from mcm.cli.client import connected

    with connected() as client:
        asked = {"base": base, "quote": quote, "history": history or None}
        print_rows(client.pages("/exchange-rates", limit=None, **asked), _RATES, output, columns)


@app.command("set-rate")
def set_rate(
    base: str = typer.Argument(..., help="Of 1 of this currency …"),
    quote: str = typer.Argument(..., help="… how many of this one."),
    rate: str = typer.Argument(..., help="As a decimal number."),
    source: str = typer.Option(..., "--source", help="Who published it."),
    on: str = typer.Option(..., "--on", metavar="DATE", help="The day it is of."),
    output: Format = Output,
) -> None:
    """Enter an exchange rate. Another one for that day and source takes its place; the old one stays known."""
    from mcm.cli.client import connected

    body = {"base": base, "quote": quote, "rate": rate, "source": source, "on": on}
    with connected() as client:
        print_one(client.put("/exchange-rates", body), output)


@discounts.command("list")
def list_discounts(output: Format = Output, columns: str | None = Columns) -> None:
    """List negotiated rates."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/rate-rules", limit=None), _RULES, output, columns, name_key="name")


@discounts.command("apply")
def apply(
    file: Path = typer.Option(..., "--file", "-f", help="YAML: one negotiated rate, or a list under `discounts`."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Make or replace the negotiated rates of a file; others stay."""
    from mcm.cli.client import connected

    wanted = _read(file)
    with connected() as client:
        there = {row["name"] for row in client.pages("/rate-rules", limit=None)}
        if dry_run:
            for one in wanted:
                what = "replaced" if one["name"] in there else "made"
                typer.echo(f"negotiated rate {one['name']} would be {what}")
            return
        answers = [
            client.put(f"/rate-rules/{quoted(one['name'])}", one)
            if one["name"] in there
            else client.post("/rate-rules", one)
            for one in wanted
        ]
    print_rows(answers, _RULES, output, name_key="name")


@discounts.command("delete")
def delete_discount(
    name: str = typer.Argument(..., help="The negotiated rate's name."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
) -> None:
    """Delete a negotiated rate."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/rate-rules/{quoted(name)}")
        if dry_run:
            typer.echo(f"negotiated rate {found['name']} would be deleted")
            return
        confirmed(f"delete negotiated rate '{found['name']}'?", yes)
        client.delete(f"/rate-rules/{quoted(name)}")
    typer.echo(f"negotiated rate {name} deleted")


def _read(file: Path) -> list[dict[str, Any]]:
    """Amounts as they are written: a float would have lost digits on its way."""
    from mcm.kit.documents import DocumentError, read

    try:
        found = read(file.read_text("utf-8")).data
    except (OSError, UnicodeDecodeError, DocumentError) as error:
        raise Failure(f"cannot read {file}: {error}", exit_code=USAGE) from error
    listed = found.get("discounts") if isinstance(found, dict) and "discounts" in found else found
    wanted: list[dict[str, Any]] = []
    for one in listed if isinstance(listed, list) else [listed]:
        if not isinstance(one, dict) or not one.get("name"):
            raise Failure(
                f"{file}: a negotiated rate is a mapping with at least name, kind and valid_from",
                next_step="docs/prices.md has an example",
                exit_code=USAGE,
            )
        amounts = {name: str(one[name]) for name in ("percent", "unit_price") if one.get(name) is not None}
        wanted.append(one | amounts)
    return wanted
