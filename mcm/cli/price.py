"""mcm price …"""

from datetime import UTC, datetime
from pathlib import Path

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="What clouds ask for what.", no_args_is_help=True, rich_markup_mode=None)
DryRun = typer.Option(False, "--dry-run", help="Say what would change; change nothing.")
Provider = typer.Option(None, "--provider", help="Of this provider.")
_LISTS = [
    Column("PROVIDER", "provider"),
    Column("CURRENCY", "currency"),
    Column("PRICED-ON", "priced_on"),
    Column("STATUS", "status"),
    Column("SEED", "seed"),
    Column("POINTS", "points"),
    Column("FLAGGED", "flagged"),
    Column("WARNING", "age_warning"),
    Column("SOURCE", "source", wide=True),
    Column("VERSION", "version", wide=True),
    Column("SHA256", "sha256", wide=True),
    Column("ID", "id", whole=True),
    Column("AGE", "imported_at", show=age),
]
TAKEN = [
    Column("PROVIDER", "provider"),
    Column("CURRENCY", "currency"),
    Column("PRICED-ON", "priced_on"),
    Column("POINTS", "points"),
    Column("NEW", "new"),
    Column("CHANGED", "changed"),
    Column("UNCHANGED", "unchanged"),
    Column("GONE", "gone"),
    Column("FLAGGED", "flagged"),
    Column("ALREADY", "already"),
    Column("ID", "list_id", whole=True),
]
FLAGS = [
    Column("LINE", "line"),
    Column("REGION", "region"),
    Column("ITEM", "item"),
    Column("SKU", "sku"),
    Column("FLAG", "flag"),
    Column("PREVIOUS", "previous"),
    Column("PRICE", "price"),
    Column("PERCENT", "percent"),
]
_POINTS = [
    Column("SKU", "sku"),
    Column("PROVIDER", "provider"),
    Column("REGION", "region"),
    Column("ITEM", "item"),
    Column("OPTION", "option"),
    Column("TERM", "term_months"),
    Column("FROM", "tier_from", wide=True),
    Column("VCPUS", "vcpus"),
    Column("MEMORY-GIB", "memory_gib"),
    Column("UNIT", "unit"),
    Column("PRICE", "unit_price"),
    Column("UPFRONT", "upfront"),
    Column("LIST-PRICE", "list_price", wide=True),
    Column("CURRENCY", "currency"),
    Column("BASIS", "basis"),
    Column("PRICED-ON", "priced_on"),
    Column("SEED", "seed"),
    Column("WARNING", "age_warning"),
    Column("RULES", "rules", wide=True),
    Column("ID", "point_id", wide=True),
]


@app.command("import")
def import_prices(
    file: Path | None = typer.Argument(None, help="A price list in CSV, or a signed bundle."),
    seed: bool = typer.Option(False, "--seed", help="The examples that come with mcm."),
    provider: str | None = typer.Option(None, "--provider", help="Where the file has no such column."),
    currency: str | None = typer.Option(None, "--currency", help="The same: ISO 4217, such as USD."),
    priced_on: str | None = typer.Option(None, "--priced-on", metavar="DATE", help="The same: the day of the list."),
    source: str | None = typer.Option(None, "--source", help="The same: who published it."),
    complete: bool = typer.Option(
        False, "--complete", help="It names all that is sold: what it lacks is sold no more."
    ),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Import a price list: all of it, or nothing where a line is wrong."""
    from mcm.cli.client import connected

    if seed == (file is not None):
        raise Failure("name a file, or say --seed", next_step="mcm price import FILE", exit_code=USAGE)
    if seed and dry_run:
        raise Failure("--seed has no dry run", next_step="`mcm price list` shows what is there", exit_code=USAGE)
    with connected() as client:
        if file is None:
            answer = client.post("/price-lists/seed")
        else:
            answer = client.upload(
                "/price-lists", file, provider=provider, currency=currency, priced_on=priced_on, source=source,
                complete=complete or None, dry_run=dry_run or None,
            )  # fmt: skip
    if output not in (Format.TABLE, Format.WIDE):
        print_one(answer, output)
        return
    print_rows(answer["lists"], TAKEN, output)
    if answer["exchange_rates"]:
        note(f"{answer['exchange_rates']} new exchange rates")
    if answer["signed_by"]:
        note(f"signed by {answer['signed_by']}")
    flags = [flag for one in answer["lists"] for flag in one["flags"]]
    if flags:
        note("kept, but look at these:")
        print_rows(flags, FLAGS, output)
    if dry_run:
        note("nothing was imported")


@app.command("sign")
def sign(
    files: list[Path] = typer.Argument(..., help="Price lists in CSV."),
    key: Path = typer.Option(..., "--key", help="Private key, Ed25519, PEM."),
    out: Path = typer.Option(..., "--out", help="The bundle to write."),
    rates: list[Path] = typer.Option([], "--rates", help="Exchange rates in CSV."),
) -> None:
    """Make a signed bundle of price lists for sites without a way out. Needs no server."""
    from mcm.cli.files import write_file
    from mcm.errors import McmError
    from mcm.prices import bundles

    named = [(path, bundles.LISTS) for path in files] + [(path, bundles.RATES) for path in rates]
    missing = [str(path) for path, _ in named if not path.is_file()]
    if missing:
        raise Failure(f"there is no file {', '.join(missing)}", exit_code=USAGE)
    try:
        private = bundles.private_key(key)
        import tempfile

        with tempfile.TemporaryFile() as aside:
            signer = bundles.sign(named, private, datetime.now(UTC), aside)
            aside.seek(0)
            write_file(out, iter(lambda: aside.read(1 << 20), b""))
    except (McmError, OSError) as error:
        raise Failure(str(error), next_step=getattr(error, "next_step", ""), exit_code=USAGE) from error
    typer.echo(f"{out} signed by {signer}")


@app.command("list")
def list_lists(provider: str | None = Provider, output: Format = Output, columns: str | None = Columns) -> None:
    """List price lists, the youngest import first."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/price-lists", limit=None, provider=provider), _LISTS, output, columns)


@app.command("show")
def show(
    list_id: str = typer.Argument(..., help="The price list's id.", metavar="ID"), output: Format = Output
) -> None:
    """Show a price list: what it speaks of, and what was odd in it."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/price-lists/{quoted(list_id)}"), output)


@app.command("delete")
def delete(
    list_id: str = typer.Argument(..., help="The price list's id.", metavar="ID"),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
) -> None:
    """Withdraw a price list: nothing is priced by it any more, of no day."""
    from mcm.cli.client import connected

    with connected() as client:
        found = client.get(f"/price-lists/{quoted(list_id)}")
        told = f"price list {found['id']} of {found['provider']}, {found['priced_on']}, {found['points']} points"
        if dry_run:
            client.delete(f"/price-lists/{quoted(list_id)}", dry_run=True)
            typer.echo(f"{told}, would be withdrawn")
            return
        confirmed(f"withdraw {told}?", yes)
        client.delete(f"/price-lists/{quoted(list_id)}")
    typer.echo(f"{told}, withdrawn")


@app.command("points")
def points(
    provider: str | None = Provider,
    region: list[str] = typer.Option([], "--region", help="In this region; may be given several times."),
    item: str | None = typer.Option(None, "--item", help="compute, storage, snapshot, egress, public_ip, …"),
    option: str | None = typer.Option(None, "--option", help="on_demand, reserved, savings_plan, spot, subscription."),
    family: str | None = typer.Option(None, "--family", help="Of this family of sizes."),
    sku: str | None = typer.Option(None, "--sku", help="Of this name at the provider."),
    vcpus: str | None = typer.Option(None, "--vcpus", help="With so many."),
    on: str | None = typer.Option(None, "--on", metavar="DATE", help="As they were then; default today."),
    tenant: str | None = typer.Option(None, "--tenant", help="With the rates negotiated for it."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List prices, of the newest list for each region and item."""
    from mcm.cli.client import connected

    asked = {
        "provider": provider, "region": region or None, "item": item, "option": option, "family": family, "sku": sku,
        "vcpus": vcpus, "on": on, "tenant": tenant,
    }  # fmt: skip
    with connected() as client:
        print_rows(
            client.pages("/prices", limit=None, **asked), _POINTS, output, columns, name_key="point_id"
        )  # fmt: skip
