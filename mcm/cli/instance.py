"""mcm instance …"""

from typing import Any

import typer

from mcm.cli.output import Column, Columns, Format, Output, age, print_one, print_rows
from mcm.cli.resource import All, AsOf, Filter, LimitOption, OrderBy, Search, limited

app = typer.Typer(help="Instances of every cloud.", no_args_is_help=True, rich_markup_mode=None)


def _memory(value: Any) -> str:
    return "-" if value is None else f"{value / 1024:g} GiB"


COLUMNS = [
    Column("NAME", "name"),
    Column("STATE", "state"),
    Column("NATIVE-STATE", "native_state", wide=True),
    Column("PRESENCE", "presence"),
    Column("VCPUS", "vcpus"),
    Column("MEMORY", "memory_mib", show=_memory),
    Column("PRIVATE-IPS", "private_ips"),
    Column("PUBLIC-IPS", "public_ips", wide=True),
    Column("FLAVOR", "flavor", wide=True),
    Column("IMAGE", "image", wide=True),
    Column("HOST", "host", wide=True),
    Column("ACCOUNT", "account"),
    Column("REGION", "region"),
    Column("ZONE", "zone", wide=True),
    Column("PROJECT", "project_name", wide=True),
    Column("NATIVE-ID", "native_id", wide=True),
    Column("ID", "id"),
    Column("AGE", "as_of", show=age),
]


@app.command("list")
def list_instances(
    filter: str | None = Filter,
    search: str | None = Search,
    as_of: str | None = AsOf,
    order_by: str | None = OrderBy,
    limit: int = LimitOption,
    all: bool = All,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List instances. MEMORY in GiB; AGE is the age of what is shown."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = limited(
            client.pages(
                "/instances",
                limit=None if all else limit,
                filter=filter,
                search=search,
                as_of=as_of,
                order_by=order_by,
            )
        )
        print_rows(rows, COLUMNS, output, columns)


@app.command("show")
def show(id: str, output: Format = Output) -> None:
    """Show one instance, by id."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/instances/{id}"), output)
