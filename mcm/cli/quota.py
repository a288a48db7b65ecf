"""mcm quota …"""

from typing import Any

import typer

from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Format, Output, print_one, print_rows
from mcm.cli.tenant import Name, located

app = typer.Typer(help="How much a tenant may have.", no_args_is_help=True, rich_markup_mode=None)

_RESOURCES = ("instances", "vcpus", "memory_mib", "storage_gib")
_COLUMNS = [
    Column("RESOURCE", "resource"),
    Column("LIMIT", "limit"),
    Column("USED", "used"),
    Column("RESERVED", "reserved"),
    Column("UNKNOWN", "unknown"),
]


@app.command("show")
def show(tenant: str = Name, output: Format = Output) -> None:
    """Show limits and usage of a tenant with all below it. UNKNOWN: resources whose amount no cloud told."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/tenants/{located(client, tenant)}/usage")
    if output in (Format.JSON, Format.YAML):
        print_one(answer, output, name_key="tenant")
        return
    rows = [
        {"resource": name, "limit": answer["limits"][name]}
        | {column: answer[column][name] for column in ("used", "reserved", "unknown")}
        for name in _RESOURCES
    ]
    print_rows(rows, _COLUMNS, output, name_key="resource")


@app.command("set")
def set_quota(
    tenant: str = Name,
    limit: list[str] = typer.Option([], "--limit", help="RESOURCE=NUMBER, or RESOURCE=none; others stay."),
    output: Format = Output,
) -> None:
    """Set limits: instances, vcpus, memory_mib, storage_gib. They hold for the tenant and all below it."""
    from mcm.cli.client import connected

    wanted = dict(_pair(text) for text in limit)
    if not wanted:
        raise Failure("there is nothing to set", next_step="such as: --limit vcpus=200", exit_code=USAGE)
    with connected() as client:
        path = f"/tenants/{located(client, tenant)}/quota"
        answer: dict[str, Any] = client.put(path, client.get(path) | wanted)
    print_one(answer, output, name_key="instances")


def _pair(text: str) -> tuple[str, int | None]:
    name, _, value = text.partition("=")
    if name not in _RESOURCES or not (value == "none" or (value.isascii() and value.isdecimal())):
        raise Failure(
            f"'{text}' is no limit", next_step=f"write RESOURCE=NUMBER; resources: {', '.join(_RESOURCES)}",
            exit_code=USAGE,
        )  # fmt: skip
    return name, None if value == "none" else int(value)
