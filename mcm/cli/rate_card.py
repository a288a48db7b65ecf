"""mcm rate-card …"""

import re
from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

app = typer.Typer(help="What the organisation's own clouds cost.", no_args_is_help=True, rich_markup_mode=None)
Name = typer.Argument(..., help="The cost pool's name.")
File = typer.Option(..., "--file", "-f", help="YAML, `kind: RateCard`.")
Month = typer.Option(None, "--month", metavar="YYYY-MM", help="Default this month.")
DryRun = typer.Option(False, "--dry-run", help="Say what would be done; store nothing.")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_PLACES = 6


def _short(value: Any) -> str:
    """For tables; JSON has every digit."""
    from decimal import Decimal

    return "-" if value is None else format(round(Decimal(str(value)), _PLACES), "f")


_POOLS = [
    Column("NAME", "name"),
    Column("CURRENCY", "currency"),
    Column("ACCOUNTS", "accounts"),
    Column("VERSION", "version"),
    Column("PUBLISHED", "published"),
    Column("WRITTEN-BY", "written_by"),
    Column("SHA256", "sha256", wide=True),
    Column("AGE", "changed_at", show=age),
]
_CARDS = [
    Column("POOL", "pool"),
    Column("MONTH", "month"),
    Column("VERSION", "version"),
    Column("CURRENCY", "currency"),
    Column("VCPU-HOUR", "full.vcpu_hour", show=_short),
    Column("GIB-HOUR", "full.memory_gib_hour", show=_short),
    Column("MARGINAL-VCPU-HOUR", "marginal.vcpu_hour", show=_short),
    Column("UTILISATION", "utilisation.vcpu", show=_short),
    Column("MEASURED", "measured_on"),
    Column("ACCOUNTS", "accounts", wide=True),
    Column("REASON", "reason", wide=True),
    Column("ID", "id", wide=True),
    Column("AGE", "published_at", show=age),
]
_TERMS = [
    Column("WHAT", "sentence"),
    Column("AMOUNT", "amount", show=_short),
    Column("UNIT", "unit"),
    Column("FORMULA", "formula", whole=True),
]
_RATES = [
    Column("RATE", "what"),
    Column("VCPU-HOUR", "vcpu_hour", show=_short),
    Column("GIB-HOUR", "memory_gib_hour", show=_short),
    Column("GPU-HOUR", "gpu_hour", show=_short),
    Column(
        "STORAGE-GIB-MONTH", "storage_gib_month",
        show=lambda value: " ".join(f"{name}={_short(one)}" for name, one in (value or {}).items()) or "-",
    ),
]  # fmt: skip


@app.command("apply")
def apply(file: Path = File, dry_run: bool = DryRun, output: Format = Output) -> None:
    """Store the document of a cost pool, or a new version of it. Rates hold once they are published."""
    from mcm.cli.client import connected

    text = _text(file)
    with connected() as client:
        answer = client.put(f"/cost-pools/{_name(file, text)}", {"document": text}, dry_run=dry_run)
    if not dry_run:
        print_rows([answer], _POOLS, output, name_key="name")
        return
    if output in (Format.TABLE, Format.WIDE):
        _explain(answer["calculation"], output)
        note(f"{answer['calculation']['pool']}: {answer['change']}; nothing was stored")
        return
    print_one(answer, output)


@app.command("calculate")
def calculate(file: Path = File, month: str | None = Month, output: Format = Output) -> None:
    """Say what the rates of a document would be, with every term. Nothing is stored."""
    from mcm.cli.client import connected

    text = _text(file)
    with connected() as client:
        body = {"document": text}
        answer = client.put(f"/cost-pools/{_name(file, text)}", body, dry_run=True, month=month)["calculation"]
    _explain(answer, output)


@app.command("publish")
def publish(
    name: str = Name,
    month: str = typer.Option(..., "--month", metavar="YYYY-MM", help="For which month the rates hold."),
    reason: str | None = typer.Option(None, "--reason", help="Why a published month is corrected."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Freeze the rates of a pool for a month, with everything that made them."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post("/rate-cards", {"pool": name, "month": month, "reason": reason}, dry_run=dry_run)
    if not dry_run:
        print_rows([answer], _CARDS, output)
        return
    if output in (Format.TABLE, Format.WIDE):
        _explain(answer["calculation"], output)
        note(f"version {answer['version']} for {answer['month']} would be published; nothing was stored")
        return
    print_one(answer, output)


@app.command("list")
def list_cards(
    pool: str | None = typer.Option(None, "--pool", help="Of this cost pool only."),
    account: str | None = typer.Option(None, "--account", help="For this account only."),
    month: str | None = typer.Option(None, "--month", metavar="YYYY-MM", help="For this month only."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List published rate cards, the newest of each pool first."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = client.pages("/rate-cards", limit=None, pool=pool, account=account, month=month)
        print_rows(rows, _CARDS, output, columns)


@app.command("pools")
def list_pools(output: Format = Output, columns: str | None = Columns) -> None:
    """List cost pools, published or not."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/cost-pools", limit=None), _POOLS, output, columns, name_key="name")


@app.command("show")
def show(
    name: str = typer.Argument(..., help="A cost pool's name, or a card's id."),
    month: str | None = typer.Option(None, "--month", metavar="YYYY-MM", help="Default the newest."),
    document: bool = typer.Option(False, "--document", help="Print the pool's document as it is stored."),
    output: Format = Output,
) -> None:
    """Show a published card with every term it is made of; or, before one is published, what it would be."""
    from mcm.cli.client import connected

    with connected() as client:
        if document:
            typer.echo(client.get(f"/cost-pools/{quoted(name)}")["document"], nl=False)
            return
        ident = name if name.startswith("rtc_") else _newest(client, name, month)
        if ident is None:
            note(f"no card of '{name}' is published{f' for {month}' if month else ''}: this is what it would be")
            answer = client.get(f"/cost-pools/{quoted(name)}/calculation", month=month)
            _explain(answer, output)
            return
        card = client.get(f"/rate-cards/{quoted(ident)}")
    if output not in (Format.TABLE, Format.WIDE):
        print_one(card, output)
        return
    print_one({key: value for key, value in card.items() if key not in ("document", "calculation")}, output)
    typer.echo()
    _explain(card["calculation"], output)


@app.command("delete")
def delete(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
) -> None:
    """Delete a cost pool. Published cards stay, and hold."""
    from mcm.cli.client import connected

    with connected() as client:
        path = f"/cost-pools/{quoted(name)}"
        found = client.delete(path, dry_run=True)
        told = f"cost pool {found['pool']} (its {found['cards']} published cards stay)"
        if dry_run:
            typer.echo(f"{told} would be deleted")
            return
        confirmed(f"delete {told}?", yes)
        client.delete(path)
    typer.echo(f"{told} deleted")


def _newest(client: Any, name: str, month: str | None) -> str | None:
    found = client.get("/rate-cards", pool=name, month=month, limit=1)["items"]
    return str(found[0]["id"]) if found else None


def _explain(made: dict[str, Any], output: Format) -> None:
    if output not in (Format.TABLE, Format.WIDE):
        print_one(made, output)
        return
    terms = [*made["costs"], made["total"]]
    for name in ("parts", "sellable", "utilisation", "full_terms"):
        terms += made[name].values()
    print_rows([*terms, *made["marginal_costs"], *made["marginal_terms"].values()], _TERMS, output)
    typer.echo()
    rates = [
        {"what": "full (reports)"} | made["full"],
        {"what": "marginal (placement)"} | made["marginal"],
        *({"what": f"full at {one['utilisation']}"} | one["rates"] for one in made["at"]),
    ]
    print_rows(rates, _RATES, output)
    for one in [*made["warnings"], *made["measured"]["missing"]]:
        note(one["sentence"])


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read {file}: {error}", exit_code=USAGE) from error


def _name(file: Path, text: str) -> str:
    """What the document calls itself; one that has no name of use is refused with everything else that is wrong."""
    from mcm.kit.documents import DocumentError, read

    try:
        data = read(text).data
    except DocumentError as error:
        raise Failure(f"{file}: {error}", next_step="docs/rate-cards.md has an example", exit_code=USAGE) from error
    found = data.get("name") if isinstance(data, dict) else None
    return found if isinstance(found, str) and _NAME.fullmatch(found) else "unnamed"
