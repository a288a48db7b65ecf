"""mcm view …"""

from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.asking import Filter, OrderBy, Search
from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, print_one, print_rows
from mcm.cli.viewing import named

if TYPE_CHECKING:
    from mcm.cli.client import Client

app = typer.Typer(help="What is asked of the inventory, under a name.", no_args_is_help=True, rich_markup_mode=None)
Name = typer.Argument(..., help="The view's name, or its id.")
DryRun = typer.Option(False, "--dry-run", help="Say what would be done; change nothing.")
_COLUMNS = [
    Column("NAME", "name"),
    Column("FILTER", "query.filter"),
    Column("SEARCH", "query.search", wide=True),
    Column("ORDER-BY", "query.order_by"),
    Column("COLUMNS", "query.columns", wide=True),
    Column("SHARED", "shared"),
    Column("OWNER", "owner"),
    Column("ID", "id", wide=True),
    Column("AGE", "changed_at", show=age),
]


@app.command("list")
def list_views(output: Format = Output, columns: str | None = Columns) -> None:
    """List your own saved views and those that are shared with you."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/views", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("save")
def save(
    name: str = typer.Argument(..., help="The view's name."),
    filter: str | None = Filter,
    search: str | None = Search,
    order_by: str | None = OrderBy,
    columns: str | None = typer.Option(None, "--columns", "-c", help="Columns it shows, comma separated."),
    share: str | None = typer.Option(None, "--share", metavar="tenant|everyone", help="Let others use it."),
    tenant: str | None = typer.Option(None, "--tenant", help="Which tenant it is shared with; default your own."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Save a view, or replace your own of that name."""
    from mcm.cli.client import connected

    if share not in (None, "tenant", "everyone"):
        raise Failure(f"'{share}' is nobody to share with", next_step="--share tenant or everyone", exit_code=USAGE)
    given = {"filter": filter, "search": search, "order_by": order_by, "columns": columns}
    body: dict[str, Any] = {
        "name": name,
        "query": {key: value for key, value in given.items() if value},
        "shared": "tenant" if tenant and share is None else share or "private",
        "tenant": tenant,
    }
    with connected() as client:
        there = _own(client, name)
        if dry_run:
            typer.echo(f"view {name} would be {'replaced' if there else 'saved'}: {body['query']}")
            return
        answer = client.put(f"/views/{there['id']}", body) if there else client.post("/views", body)
    print_one(answer, output, name_key="name")


@app.command("delete")
def delete(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = DryRun,
) -> None:
    """Delete a saved view."""
    from mcm.cli.client import connected

    with connected() as client:
        found = named(client, name)
        told = f"view {found['name']} of {found['owner']}"
        if dry_run:
            typer.echo(f"{told} would be deleted")
            return
        confirmed(f"delete {told}?", yes)
        client.delete(f"/views/{quoted(found['id'])}")
    typer.echo(f"{told} deleted")


def _own(client: "Client", name: str) -> dict[str, Any] | None:
    return next((one for one in client.pages("/views", limit=None, name=name) if one["mine"]), None)
