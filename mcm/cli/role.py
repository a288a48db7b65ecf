"""mcm role …"""

from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="Who may do what, and where.", no_args_is_help=True, rich_markup_mode=None)

_BINDINGS = [
    Column("USER", "user"),
    Column("ROLE", "role"),
    Column("HELD IN", "place"),
    Column("BY IDS", "held_in", wide=True),
    Column("GIVEN BY", "given_by", wide=True),
    Column("ISSUER", "issuer", wide=True),
    Column("ID", "id", whole=True),
]
_ROLES = [Column("NAME", "name"), Column("SEPARATED", "separated"), Column("PERMISSIONS", "permissions", whole=True)]
User = typer.Argument(..., help="Name or id.")


@app.command("list")
def list_bindings(
    user: str | None = typer.Option(None, "--user", help="Only this one's."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List who holds which role where."""
    from mcm.cli.client import connected

    with connected() as client:
        rows = client.pages("/role-bindings", limit=None, user=user)
        print_rows(rows, _BINDINGS, output, columns, name_key="id")


@app.command("explain")
def explain(output: Format = Output, columns: str | None = Columns) -> None:
    """List the roles and what each may do."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/roles", limit=None), _ROLES, output, columns, name_key="name")


@app.command("bind")
def bind(
    user: str = User,
    role: str = typer.Argument(..., help="`mcm role explain` lists them."),
    tenant: str | None = typer.Option(None, "--tenant", help="In this tenant and all below it."),
    account: str | None = typer.Option(None, "--account", help="In one project of this account."),
    project: str | None = typer.Option(None, "--project", help="The cloud's own id of the project."),
    unknown_project: bool = typer.Option(
        False, "--unknown-project", help="Also where nothing of this project was ever read: it may come."
    ),
    output: Format = Output,
) -> None:
    """Give a role, in the whole unless a part is named. The user signs in again."""
    from mcm.cli.client import connected

    body: dict[str, Any] = {"user": user, "role": role, "tenant": tenant, "account": account, "project": project}
    with connected() as client:
        given = {key: value for key, value in body.items() if value is not None}
        answer = client.post("/role-bindings", given | ({"allow_unknown_project": True} if unknown_project else {}))
    for warning in answer["warnings"]:
        note(f"note: {warning}")
    print_one(answer, output, name_key="id")


@app.command("unbind")
def unbind(
    binding: str = typer.Argument(..., help="Id, as `mcm role list` shows it."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say which role would be taken away; change nothing."),
    output: Format = Output,
) -> None:
    """Take a role away. The user signs in again."""
    from mcm.cli.client import connected

    with connected() as client:
        told = client.delete(f"/role-bindings/{quoted(binding)}", **({"dry_run": True} if dry_run else {}))
        print_one(told, output, name_key="id")
    if dry_run:
        note("nothing was changed")
