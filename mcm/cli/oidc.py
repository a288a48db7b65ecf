"""mcm oidc …"""

from pathlib import Path
from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.escaping import escaped
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, note, print_one, print_rows

app = typer.Typer(help="OpenID providers people sign in with.", no_args_is_help=True, rich_markup_mode=None)

_COLUMNS = [
    Column("NAME", "name"),
    Column("TITLE", "title"),
    Column("ISSUER", "issuer"),
    Column("CLIENT", "client_id"),
    Column("ENABLED", "enabled"),
    Column("SIGN UP", "sign_up"),
    Column("DOMAINS", "domains", wide=True),
    Column("ID", "id", wide=True),
]
Name = typer.Argument(..., help="Name or id.")
_SECRET = "env:VAR, file:PATH or - (standard input)."  # noqa: S105
_CA = "Certificates of the provider's own authority, PEM."
_DOMAIN = "E-mail domain whose people may come; may be repeated."
_MAP = "GROUP=ROLE or GROUP=ROLE@TENANT-ID; may be repeated."
_GROUPS = "Claim with a person's groups, such as groups or realm_access.roles."


@app.command("add")
def add(
    name: str = typer.Argument(..., help="Lower-case letters, digits, '-'; part of the redirect URI."),
    issuer: str = typer.Option(..., "--issuer", help="As the provider states it, letter by letter."),
    client_id: str = typer.Option(..., "--client-id"),
    client_secret: str = typer.Option("", "--client-secret", help=f"{_SECRET} None: a public client."),
    title: str | None = typer.Option(None, "--title", help="What the login page shows."),
    scope: list[str] = typer.Option([], "--scope", help="Beside openid; default: profile, email."),
    ca_file: Path | None = typer.Option(None, "--ca-file", help=_CA),
    domain: list[str] = typer.Option([], "--domain", help=_DOMAIN),
    groups_claim: str = typer.Option("", "--groups-claim", help=_GROUPS),
    mapping: list[str] = typer.Option([], "--map", help=_MAP),
    userinfo: bool = typer.Option(False, "--userinfo/--no-userinfo", help="Ask the userinfo endpoint too."),
    sign_up: bool = typer.Option(False, "--sign-up/--no-sign-up", help="Whether somebody unknown becomes a user."),
    output: Format = Output,
) -> None:
    """Let people sign in with an OpenID provider."""
    from mcm.cli.client import connected

    body: dict[str, Any] = {
        "name": name, "issuer": issuer, "client_id": client_id, "title": title, "ca_pem": _text(ca_file),
        "domains": domain, "groups_claim": groups_claim, "mappings": _mappings(mapping), "userinfo": userinfo,
        "sign_up": sign_up,
    }  # fmt: skip
    if client_secret:
        body["client_secret"] = _secret(client_secret)
    if scope:
        body["scopes"] = scope
    with connected() as client:
        answer = client.post("/oidc-providers", body)
    _print(answer, output, f"OpenID provider {name} added; try it with: mcm oidc check {name}")
    note(f"register this redirect URI there: your public address, then {answer['callback_path']}")


@app.command("list")
def list_providers(output: Format = Output, columns: str | None = Columns) -> None:
    """List the OpenID providers."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/oidc-providers", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str = Name, output: Format = Output) -> None:
    """Show one, without its secret."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/oidc-providers/{quoted(name)}"), output, name_key="name")


@app.command("check")
def check(name: str = Name, output: Format = Output) -> None:
    """Read what the provider publishes: is it there, is it the one, does it have keys."""
    from mcm.cli.client import connected
    from mcm.cli.system import remedy

    with connected() as client:
        answer = client.post(f"/oidc-providers/{quoted(name)}/check")
    print_one(answer, output)
    if not answer["ok"]:
        raise Failure(answer["problem"] or "", next_step=remedy("oidc_unavailable"), code="oidc_unavailable")


@app.command("update")
def update(
    name: str = Name,
    issuer: str | None = typer.Option(None, "--issuer"),
    client_id: str | None = typer.Option(None, "--client-id"),
    client_secret: str = typer.Option("", "--client-secret", help=_SECRET),
    title: str | None = typer.Option(None, "--title"),
    scope: list[str] = typer.Option([], "--scope", help="These replace all there are."),
    ca_file: Path | None = typer.Option(None, "--ca-file", help=_CA),
    domain: list[str] = typer.Option([], "--domain", help=f"{_DOMAIN} These replace all there are."),
    groups_claim: str | None = typer.Option(None, "--groups-claim", help=_GROUPS),
    mapping: list[str] = typer.Option([], "--map", help=f"{_MAP} These replace all there are."),
    userinfo: bool | None = typer.Option(None, "--userinfo/--no-userinfo"),
    sign_up: bool | None = typer.Option(None, "--sign-up/--no-sign-up"),
    enabled: bool | None = typer.Option(None, "--enable/--disable"),
    output: Format = Output,
) -> None:
    """Change what is given; the rest stays. Another issuer, client or authority needs the secret again."""
    from mcm.cli.client import connected

    given: dict[str, Any] = {
        "issuer": issuer, "client_id": client_id, "title": title, "groups_claim": groups_claim, "userinfo": userinfo,
        "sign_up": sign_up, "enabled": enabled, "ca_pem": _text(ca_file) or None, "scopes": scope or None,
        "domains": domain or None, "mappings": _mappings(mapping) or None,
        "client_secret": _secret(client_secret) if client_secret else None,
    }  # fmt: skip
    body = {key: value for key, value in given.items() if value is not None}
    if not body:
        raise Failure("there is nothing to change", next_step="see `mcm oidc update --help`", exit_code=USAGE)
    with connected() as client:
        stored = client.get(f"/oidc-providers/{quoted(name)}")
        answer = client.patch(f"/oidc-providers/{quoted(name)}", body, version=stored["version"])
    _print(answer, output, f"OpenID provider {answer['name']} updated")


@app.command("remove")
def remove(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be removed; change nothing."),
    output: Format = Output,
) -> None:
    """Forget a provider. Its users stay, and cannot sign in by it any more."""
    from mcm.cli.client import connected
    from mcm.cli.confirm import confirmed

    with connected() as client:
        told = client.delete(f"/oidc-providers/{quoted(name)}", dry_run=True)
        if dry_run:
            _print(told, output, f"OpenID provider {told['name']} would be removed")
            return
        confirmed(f"Remove the OpenID provider {told['name']}?", yes)
        answer = client.delete(f"/oidc-providers/{quoted(name)}")
    _print(answer, output, f"OpenID provider {answer['name']} removed")


def _secret(source: str) -> str:
    from mcm.cli.secrets import read_secrets

    return read_secrets([f"client_secret={source}"])["client_secret"]


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: {error}", exit_code=USAGE) from error


def _mappings(given: list[str]) -> list[dict[str, str]]:
    made = []
    for pair in given:
        value, sign, held = pair.rpartition("=")
        role, _, tenant = held.partition("@")
        if not sign or not value or not role:
            raise Failure(f"--map takes GROUP=ROLE or GROUP=ROLE@TENANT-ID, not '{pair}'", exit_code=USAGE)
        made.append({"value": value, "role": role} | ({"tenant_id": tenant} if tenant else {}))
    return made


def _print(answer: dict[str, Any], output: Format, sentence: str) -> None:
    if output in (Format.TABLE, Format.WIDE):
        typer.echo(escaped(sentence))
    else:
        print_one(answer, output, name_key="name")
