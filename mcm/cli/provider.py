"""mcm provider …"""

import typer

from mcm.cli.output import Column, Columns, Format, Output, print_one, print_rows

app = typer.Typer(help="Kinds of clouds that can be connected.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("TITLE", "title.en"),
    Column("INSTALLED", "installed"),
    Column("CAPABILITIES", "capabilities"),
    Column("MISSING", "missing", wide=True),
]


@app.command("list")
def list_providers(output: Format = Output, columns: str | None = Columns) -> None:
    """List providers, and what is missing for those that cannot be used yet."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.get("/providers")["items"], _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str, output: Format = Output) -> None:
    """Show what a provider needs to connect and which kinds it reads."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/providers/{name}"), output)
