"""mcm provider …"""

import typer

from mcm.cli.client import quoted
from mcm.cli.output import Column, Columns, Format, Output, print_one, print_rows

app = typer.Typer(help="Kinds of clouds that can be connected.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("TITLE", "title.en"),
    Column("INSTALLED", "installed"),
    Column("CAPABILITIES", "capabilities"),
    Column("MISSING", "missing", wide=True),
]

_KEYS = [
    Column("KEY", "key"),
    Column("GIVEN-AS", "given_as"),
    Column("REQUIRED", "required"),
    Column("TYPE", "type"),
    Column("DEFAULT", "default"),
    Column("HELP", "help", show=lambda value: str(value or ""), whole=True),
]


@app.command("list")
def list_providers(output: Format = Output, columns: str | None = Columns) -> None:
    """List providers, and what is missing for those that cannot be used yet."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/providers", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str = typer.Argument(..., help="See `mcm provider list`."), output: Format = Output) -> None:
    """Show what a provider needs to connect and which kinds it reads."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get(f"/providers/{quoted(name)}")
    if output in (Format.JSON, Format.YAML, Format.NAME):
        print_one(answer, output, name_key="name")
        return
    keys = [field | {"given_as": "secret" if field["secret"] else "config"} for field in answer.pop("connection")]
    if output is not Format.CSV:
        # One line for each cadence instead of the whole table of kinds.
        kinds: dict[str, str] = {}
        for kind, support in answer.pop("kinds").items():
            cadence = f"{support['cadence']} kinds"
            kinds[cadence] = f"{kinds[cadence]}, {kind}" if cadence in kinds else kind
        print_one({**answer, "title": answer["title"]["en"], **kinds}, output)
        typer.echo()
    print_rows(keys, _KEYS, output)
