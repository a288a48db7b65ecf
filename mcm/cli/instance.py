"""mcm instance …"""

from typing import Any

import typer

from mcm.cli.asking import All, AsOf, Filter, LimitOption, OneInstance, OrderBy, Search, path_of, print_listing
from mcm.cli.output import Column, Columns, Format, Output, age, print_one
from mcm.cli.viewing import View, widened

app = typer.Typer(help="Instances of every cloud.", no_args_is_help=True, rich_markup_mode=None)


def _memory(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value} MiB" if value < 1024 else f"{value / 1024:.4g} GiB"


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
    Column("PROJECT-NAME", "project_name", wide=True),
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
    view: str | None = View,
    limit: int = LimitOption,
    all: bool = All,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List instances. AGE is the age of what is shown."""
    from mcm.cli.client import connected

    given = {"filter": filter, "search": search, "order_by": order_by, "columns": columns}
    with connected() as client:
        asked = widened(client, view, given)
        print_listing(
            client,
            "/instances",
            COLUMNS,
            output,
            limit=None if all else limit,
            chosen=asked.pop("columns"),
            judged=True,
            as_of=as_of,
            **asked,
        )


@app.command("show")
def show(id: str = OneInstance, output: Format = Output) -> None:
    """Show one instance."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(path_of(client, id, kind="instance", under="instances")), output)
