"""mcm token …"""

import typer

from mcm.cli.client import quoted
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="API tokens for programs.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("USER", "user"),
    Column("PERMISSIONS", "permissions", show=lambda value: ",".join(value) if value else "all of the user's"),
    Column("USED FROM", "used_from", wide=True),
    Column("MADE WITH", "made_with", wide=True),
    Column("USED", "used_at"),
    Column("EXPIRES", "expires_at"),
    Column("ID", "id", whole=True),
]
Id = typer.Argument(..., help="Id, as `mcm token list` shows it.")
Users = typer.Option(False, "--all-users", help="Everybody's, for who administers users.")


@app.command("create")
def create(
    name: str = typer.Argument(..., help="What it is for."),
    permission: list[str] = typer.Option(
        [], "--permission", help="Only this one; may be repeated. Default: all yours."
    ),
    days: int = typer.Option(90, "--days", min=1, max=366, help="How long it holds."),
    output: Format = Output,
) -> None:
    """Make a token for a program. It is shown this one time, on stdout. After `mcm login` it ends with that login."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post("/tokens", {"name": name, "permissions": permission or None, "days": days})
    if output in (Format.TABLE, Format.WIDE, Format.NAME):
        typer.echo(answer["token"])
        note(f"the token {answer['id']} holds until {answer['expires_at']}; it is not shown again")
        if answer.get("made_with"):
            note(
                f"it was made with the token {answer['made_with']} of this command line and ends with it, at "
                "`mcm logout` too; one that outlives it is made on the server's page /security"
            )
        return
    print_one(answer, output)


@app.command("list")
def list_tokens(all_users: bool = Users, output: Format = Output, columns: str | None = Columns) -> None:
    """List tokens, with when and from where each was last used."""
    from mcm.cli.client import connected

    with connected() as client:
        items = list(client.pages("/users/-/tokens" if all_users else "/tokens", limit=None))
    print_rows(items, _COLUMNS, output, columns, name_key="id")


@app.command("revoke")
def revoke(
    token: str = Id,
    all_users: bool = Users,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say which it would be."),
    output: Format = Output,
) -> None:
    """End a token at once."""
    from mcm.cli.client import connected

    with connected() as client:
        path = "/users/-/tokens" if all_users else "/tokens"
        print_one(client.delete(f"{path}/{quoted(token)}", dry_run=dry_run or None), output, name_key="id")
