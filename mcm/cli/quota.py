"""mcm quota …"""

from typing import Any

import typer

from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Format, Output, note, print_one, print_rows
from mcm.cli.tenant import Name, located
from mcm.kit.text import counted

app = typer.Typer(help="How much a tenant may have.", no_args_is_help=True, rich_markup_mode=None)

_MONEY = "money_per_month"
_RESOURCES = ("instances", "vcpus", "memory_mib", "storage_gib")
_COLUMNS = [
    Column("RESOURCE", "resource"),
    Column("LIMIT", "limit"),
    Column("USED", "used"),
    Column("RESERVED", "reserved"),
    Column("UNKNOWN", "unknown"),
]


@app.command("show")
def show(
    tenant: str = Name,
    currency: str = typer.Option(None, "--currency", help="What it costs, in this one; default: the limit's."),
    output: Format = Output,
) -> None:
    """Show limits and usage of a tenant with all below it. UNKNOWN: resources whose amount or price nobody told."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/tenants/{located(client, tenant)}/usage", **({"currency": currency} if currency else {}))
    if output in (Format.JSON, Format.YAML):
        print_one(answer, output, name_key="tenant")
        return
    rows = [
        {"resource": name, "limit": answer["limits"][name]}
        | {column: answer[column][name] for column in ("used", "reserved", "unknown")}
        for name in _RESOURCES
    ]
    print_rows([*rows, *_money_row(answer)], _COLUMNS, output, name_key="resource")
    for one in (answer["money"] or {}).get("reasons", ()):
        note(f"{counted(one['count'], 'resource')} without a price: {one['reason']}; {one['how']}")


def _money_row(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """None where there is nothing to say: no limit, and no currency was asked for."""
    limit, found = answer["limits"][_MONEY], answer["money"]
    if limit is None and found is None:
        return []
    row: dict[str, Any] = {"resource": _MONEY, "limit": _said(limit["amount"], limit["currency"]) if limit else None}
    if found is None:
        return [row | dict.fromkeys(("used", "reserved", "unknown"))]
    least = "≥ " if found["unpriced"] else ""
    return [
        row
        | {
            "used": least + _said(found["used"], found["currency"]),
            "reserved": ("≥ " if found["unpriced_reserved"] else "") + _said(found["reserved"], found["currency"]),
            "unknown": found["unpriced"] + found["unpriced_reserved"],
        }
    ]


def _said(amount: str, currency: str) -> str:
    from decimal import Decimal

    from mcm.kit.money import presented

    return f"{presented(Decimal(amount), currency):f} {currency}"


@app.command("set")
def set_quota(
    tenant: str = Name,
    limit: list[str] = typer.Option([], "--limit", help="RESOURCE=NUMBER, or RESOURCE=none; others stay."),
    money_per_month: str = typer.Option(None, "--money-per-month", help="An amount, or none."),
    currency: str = typer.Option(None, "--currency", help="Of the amount, such as EUR; default: the limit's of now."),
    output: Format = Output,
) -> None:
    """Set limits: instances, vcpus, memory_mib, storage_gib, and money. They hold for the tenant and all below it."""
    from mcm.cli.client import connected

    wanted: dict[str, Any] = dict(_pair(text) for text in limit)
    if not wanted and money_per_month is None:
        raise Failure("there is nothing to set", next_step="such as: --limit vcpus=200", exit_code=USAGE)
    with connected() as client:
        path = f"/tenants/{located(client, tenant)}/quota"
        before: dict[str, Any] = client.get(path)
        if money_per_month is not None:
            wanted[_MONEY] = _money(money_per_month, currency, before[_MONEY])
        answer: dict[str, Any] = client.put(path, before | wanted)
    print_one(answer, output, name_key="instances")


def _money(amount: str, currency: str | None, before: dict[str, str] | None) -> dict[str, str] | None:
    if amount == "none":
        return None
    named = currency or (before["currency"] if before else None)
    if named is None:
        raise Failure("--money-per-month needs a currency", next_step="such as: --currency EUR", exit_code=USAGE)
    return {"amount": amount, "currency": named.upper()}


def _pair(text: str) -> tuple[str, int | None]:
    name, _, value = text.partition("=")
    if name not in _RESOURCES or not (value == "none" or (value.isascii() and value.isdecimal())):
        raise Failure(
            f"'{text}' is no limit", next_step=f"write RESOURCE=NUMBER; resources: {', '.join(_RESOURCES)}",
            exit_code=USAGE,
        )  # fmt: skip
    return name, None if value == "none" else int(value)
