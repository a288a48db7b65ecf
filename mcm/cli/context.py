"""mcm context …"""

from typing import TYPE_CHECKING

import typer

from mcm.cli.output import Column, Format, Output, note, print_one, print_rows

if TYPE_CHECKING:
    from mcm.cli import contexts

app = typer.Typer(help="Servers you are signed in to.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("CURRENT", "current"),
    Column("SERVER", "server"),
    Column("USER", "user"),
    Column("EXPIRES", "expires_at"),
]
LOCAL = "local"
Name = typer.Argument(..., help="Name of a context.")


@app.command("list")
def list_contexts(output: Format = Output) -> None:
    """List them; no token is shown."""
    from mcm.cli import contexts

    found = contexts.load()
    rows = [_row(found, name) for name in sorted(found.all)]
    print_rows(rows, _COLUMNS, output, name_key="name")


@app.command("show")
def show(name: str | None = typer.Argument(None, help="Default: the current one."), output: Format = Output) -> None:
    """Show one, without its token."""
    from mcm.cli import contexts

    found = contexts.load()
    chosen = name or found.current
    if not chosen:
        print_one({"name": LOCAL, "current": True, "server": None, "user": "local", "expires_at": None}, output)
        return
    contexts.get(found, chosen)
    print_one(_row(found, chosen), output, name_key="name")


@app.command("use")
def use(name: str = typer.Argument(..., help="Name of a context; `local` for the local database.")) -> None:
    """Commands go there from now on, unless MCM_SERVER says otherwise or a server runs on the data directory."""
    from mcm.cli import contexts

    found = contexts.load()
    if name != LOCAL:
        contexts.get(found, name)
    found.current = "" if name == LOCAL else name
    contexts.save(found)
    note(f"commands go to {found.all[name].server if found.current else 'the local database'} now")


@app.command("remove")
def remove(name: str = Name) -> None:
    """Forget one. Its token goes on until it expires: `mcm logout` ends it too."""
    from mcm.cli import contexts

    found = contexts.load()
    contexts.get(found, name)
    del found.all[name]
    found.current = "" if found.current == name else found.current
    contexts.save(found)
    note(f"context {name} is forgotten; its token still holds until it expires or is revoked")


def _row(found: "contexts.Contexts", name: str) -> dict[str, object]:
    one = found.all[name]
    return {
        "name": name,
        "current": name == found.current,
        "server": one.server,
        "user": one.user,
        "expires_at": one.expires_at or None,
    }
