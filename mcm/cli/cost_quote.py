"""mcm cost quote and mcm cost resource: what one thing costs."""

from decimal import Decimal
from typing import Any

import typer

from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

_CURRENCY = typer.Option(None, "--currency", help="Convert to it, such as CNY; default that of the prices.")
_LINES = [
    Column("ITEM", "item"),
    Column("SKU", "sku"),
    Column("QUANTITY", "quantity"),
    Column("UNIT", "unit"),
    Column("PRICE", "unit_price"),
    Column("PRICED-IN", "billed_currency"),
    Column("AMOUNT", "amount"),
    Column("CURRENCY", "currency"),
    Column("BASIS", "basis"),
    Column("SOURCE", "source", wide=True),
]
_MONTHS = [
    Column("MONTH", "month"),
    Column("PAYER", "tenant"),
    Column("BILLED", "billed"),
    Column("EFFECTIVE", "effective"),
    Column("CURRENCY", "currency"),
    Column("BASIS", "basis"),
    Column("CHARGES", "charges"),
    Column("UNKNOWN", "unknown", wide=True),
]


def quote(
    place: str = typer.Argument(..., metavar="ACCOUNT/REGION", help="Where it would be."),
    vcpus: str = typer.Option(..., "--vcpus"),
    memory_mib: str = typer.Option(..., "--memory-mib"),
    sku: str | None = typer.Option(None, "--sku", help="The size's name at the cloud."),
    gpus: int = typer.Option(0, "--gpus", min=0),
    gpu_model: str | None = typer.Option(None, "--gpu-model"),
    architecture: str | None = typer.Option(None, "--architecture", help="x86_64, aarch64 …"),
    operating_system: str = typer.Option("linux", "--os", metavar="linux|windows"),
    disk_gib: str | None = typer.Option(None, "--disk-gib", help="Its disk, beside what the size brings."),
    local_disk: bool = typer.Option(False, "--local-disk", help="The size brings its own disk."),
    currency: str | None = _CURRENCY,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """What one machine of a size would cost in an account's region on demand; stores nothing. 1: it has no price."""
    from mcm.cli.client import connected

    account, slash, region = place.partition("/")
    if not (account and slash and region):
        raise Failure(
            f"'{place}' is not ACCOUNT/REGION", next_step="`mcm location list` shows the places", exit_code=USAGE
        )
    asked: dict[str, Any] = {
        "account": account, "region": region, "vcpus": vcpus, "memory_mib": memory_mib, "sku": sku, "gpus": gpus,
        "gpu_model": gpu_model, "architecture": architecture, "operating_system": operating_system,
        "disk_gib": disk_gib, "local_disk": str(local_disk).lower(), "currency": currency,
    }  # fmt: skip
    with connected() as client:
        found = client.get("/costs/quote", **{name: value for name, value in asked.items() if value is not None})
    lines = [line | {"currency": found["currency"]} for line in found["lines"] if line["state"] != "not_needed"]
    _print(found, lines, _LINES, output, columns, "sku")
    if _for_people(output):
        note(_price(found))
    _refuse_without(found)


def resource(
    resource_id: str = typer.Argument(..., metavar="RESOURCE", help="Its id."),
    months: int = typer.Option(12, "--months", min=1, max=60, help="How many, with this one."),
    currency: str | None = _CURRENCY,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """What was booked to a resource month by month, what it costs by the price of today, and who pays."""
    from mcm.cli.client import connected, quoted

    asked = {"months": months} | ({"currency": currency} if currency else {})
    with connected() as client:
        found = client.get(f"/costs/resources/{quoted(resource_id)}", **asked)
    _print(found, found["months"], _MONTHS, output, columns, "month")
    if not _for_people(output):
        return
    payer = {"paid by": found["tenant"], "application": found["application"], "cost center": found["cost_center"]}
    note("; ".join(f"{what}: {value if value is not None else 'unknown'}" for what, value in payer.items()))
    if found["run_rate"] is not None:
        note(f"by the price of today {_price(found['run_rate'])}")
    elif found["why"] is not None:
        note(f"no price of today: {found['why']['message']}")


def _print(
    found: dict[str, Any],
    rows: list[dict[str, Any]],
    table: list[Column],
    output: Format,
    columns: str | None,
    key: str,
) -> None:
    """A table of its rows; for programs the whole answer."""
    if output in (Format.JSON, Format.YAML) and not columns:
        print_one(found, output)
    else:
        print_rows(rows, table, output, columns, name_key=key)


def _for_people(output: Format) -> bool:
    return output in (Format.TABLE, Format.WIDE)


def _of_hour(amount: Decimal) -> str:
    """What is little keeps two digits: nothing that costs something shows as 0."""
    places = 4 if not amount or abs(amount) >= Decimal("0.001") else 1 - amount.adjusted()
    return f"{amount:.{places}f}"


def _price(found: dict[str, Any]) -> str:
    if found["shown"] is None:
        return "unknown: " + "; ".join(one["message"] for one in found["notes"])
    least = "at least " if found["at_least"] else ""
    said = (
        f"{least}{found['shown']} {found['currency']} a month (730 hours), {_of_hour(Decimal(found['hour']))} an hour"
    )
    return "; ".join([f"{said}; {found['basis']}, {found['on']}", *(one["message"] for one in found["notes"])])


def _refuse_without(found: dict[str, Any]) -> None:
    if found["month"] is None:
        reasons = "; ".join(dict.fromkeys(one["message"] for one in found["notes"]))
        raise Failure(
            f"there is no price for it: {reasons or 'nothing of this size is priced there'}",
            next_step="`mcm price list` shows what prices there are",
        )
