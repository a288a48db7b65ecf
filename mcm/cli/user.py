"""mcm user …"""

import sys
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.confirm import confirmed
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="Who may sign in.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("ENABLED", "enabled"),
    Column("ROLES", "roles"),
    Column("2ND FACTOR", "second_factor"),
    Column("FULL NAME", "full_name", wide=True),
    Column("EMAIL", "email", wide=True),
    Column("ISSUERS", "issuers", wide=True),
    Column("ID", "id", wide=True),
    Column("LAST LOGIN", "last_login_at"),
]
_ADMIN = ("system_admin", "security_admin", "auditor")
Name = typer.Argument(..., help="Name or id.")
Yes = typer.Option(False, "--yes", "-y", help="Do not ask.")
PasswordFrom = typer.Option(None, "--password-from", help="env:VAR, file:PATH or -; default: it is asked for.")
MustChange = typer.Option(
    True,
    "--must-change/--own",
    help="Whether the user must choose another at the first sign-in; --own counts beside the database only.",
)


@app.command("create")
def create(
    name: str = typer.Argument(..., help="What they sign in as."),
    admin: bool = typer.Option(False, "--admin", help="An administrator whose own password this is."),
    role: list[str] = typer.Option([], "--role", help="Held in the whole; may be repeated."),
    password_from: str | None = PasswordFrom,
    password: bool = typer.Option(
        True, "--password/--no-password", help="Without one: for those who sign in elsewhere."
    ),
    must_change: bool = MustChange,
    full_name: str | None = typer.Option(None, "--full-name"),
    email: str | None = typer.Option(None, "--email"),
    tenant: str | None = typer.Option(None, "--tenant", help="Where they belong; default: where you do."),
    output: Format = Output,
) -> None:
    """Make a user. The password is asked for, or read from elsewhere; it never stands in the arguments."""
    from mcm.cli.client import connected

    body: dict[str, Any] = {"name": name, "must_change": must_change and not admin}
    body |= {key: value for key, value in (("full_name", full_name), ("email", email), ("tenant", tenant)) if value}
    if password:
        body["password"] = _password(password_from, f"password of {name}")
    with connected() as client:
        separated = admin and client.get("/roles/separation")["on"]
        body["roles"] = [*role, *(("security_admin",) if separated else _ADMIN if admin else ())]
        answer = client.post("/users", body)
    print_one(answer, output, name_key="name")
    if tenant and role:
        cure = f"`mcm role bind {name} ROLE --tenant {tenant}` gives one there only"
        note(f"{', '.join(role)}: held in the whole, not only in {tenant}; {cure}")
    if separated:
        note("duties are separated: make the system administrator and the auditor for two other people")


@app.command("list")
def list_users(output: Format = Output, columns: str | None = Columns) -> None:
    """List users with their roles."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/users", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str = Name, output: Format = Output) -> None:
    """Show a user."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/users/{quoted(name)}"), output, name_key="name")


@app.command("update")
def update(
    name: str = Name,
    full_name: str | None = typer.Option(None, "--full-name"),
    email: str | None = typer.Option(None, "--email"),
    output: Format = Output,
) -> None:
    """Change what is known of a user."""
    from mcm.cli.client import connected

    body = {key: value for key, value in (("full_name", full_name), ("email", email)) if value is not None}
    if not body:
        raise Failure("nothing to change", next_step="--full-name or --email", exit_code=USAGE)
    with connected() as client:
        print_one(client.patch(f"/users/{quoted(name)}", body), output, name_key="name")


@app.command("password")
def password(
    name: str = Name,
    password_from: str | None = PasswordFrom,
    must_change: bool = MustChange,
) -> None:
    """Set a password: sessions end, API tokens are revoked. Your own you change on the server's page /password."""
    from mcm.cli.client import connected

    with connected() as client:
        fresh = {"password": _password(password_from, f"new password of {name}"), "must_change": must_change}
        client.patch(f"/users/{quoted(name)}", fresh)
    note("the password is set; sessions have ended")


@app.command("disable")
def disable(name: str = Name, output: Format = Output) -> None:
    """Keep a user out: sessions end, tokens are dead until `enable`."""
    _act(f"/users/{quoted(name)}/disable", output)


@app.command("enable")
def enable(name: str = Name, output: Format = Output) -> None:
    """Let a user in again."""
    _act(f"/users/{quoted(name)}/enable", output)


@app.command("reset-totp")
def reset_totp(name: str = Name, output: Format = Output) -> None:
    """Take the second factor off, for somebody who has lost phone and recovery codes."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.delete(f"/users/{quoted(name)}/totp"), output, name_key="name")


@app.command("remove")
def remove(
    name: str = Name,
    yes: bool = Yes,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say whether it would be removed; change nothing."),
) -> None:
    """Remove a user with sessions, tokens and roles. The audit trail still knows who it was."""
    from mcm.cli.client import connected

    with connected() as client:
        if dry_run:
            client.delete(f"/users/{quoted(name)}", dry_run=True)
            note(f"user {name} would be removed; nothing was changed")
            return
        confirmed(f"Remove the user {name}?", yes)
        client.delete(f"/users/{quoted(name)}")
    note(f"user {name} removed")


@app.command("separation")
def separation(switch: str = typer.Argument("show", help="on, off or show."), output: Format = Output) -> None:
    """Separation of duties: nobody holds two of system_admin, security_admin and auditor."""
    from mcm.cli.client import connected

    if switch not in ("on", "off", "show"):
        raise Failure(f"'{switch}' is not on, off or show", exit_code=USAGE)
    with connected() as client:
        path = "/roles/separation"
        print_one(client.get(path) if switch == "show" else client.put(path, {"on": switch == "on"}), output)


def _act(path: str, output: Format) -> None:
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.post(path), output, name_key="name")


def _password(source: str | None, what: str) -> str:
    if source:
        return _secret(source, what)
    typed = _asked(what)
    if _asked(f"{what}, again") != typed:
        raise Failure("the two are not the same; nothing was changed")
    return typed


def _secret(source: str, what: str) -> str:
    from mcm.cli.secrets import read_secret

    return read_secret(source, what, "--password-from")


def _asked(what: str) -> str:
    from getpass import getpass

    if not sys.stdin.isatty():
        raise Failure(
            f"the {what} is asked for, and there is no terminal",
            next_step="--password-from env:VARIABLE, file:PATH or -",
            exit_code=USAGE,
        )
    return getpass(f"{what}: ")
