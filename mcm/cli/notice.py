"""mcm notice …"""

from typing import Any

import typer

from mcm.cli.client import quoted
from mcm.cli.escaping import escaped
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, print_one, print_rows

app = typer.Typer(help="Webhooks and mail for what went wrong or waits.", no_args_is_help=True, rich_markup_mode=None)
Name = typer.Argument(..., help="The target's name.")
_SIGNED_WITH = "What webhooks are signed with: env:VARIABLE, file:PATH or - (typed)."
_KIND = "Such as operation.failed; may be repeated."
_COLUMNS = [
    Column("NAME", "name"),
    Column("TYPE", "type"),
    Column("ENABLED", "enabled"),
    Column("WAITING", "waiting"),
    Column("DEAD", "dead"),
    Column("FAILURES", "failures"),
    Column("TENANT", "tenant_id", wide=True),
    Column("KINDS", "kinds", wide=True),
    Column("DISABLED", "disabled_reason", wide=True),
]
_DELIVERIES = [
    Column("ID", "id"),
    Column("KIND", "kind"),
    Column("STATUS", "status"),
    Column("ATTEMPTS", "attempts"),
    Column("TRIED", "tried_at"),
    Column("NEXT", "next_at"),
    Column("ANSWER", "answer"),
    Column("PROBLEM", "problem", show=lambda value: str(value or ""), whole=True),
]


@app.command("add")
def add(
    name: str = typer.Argument(..., help="Lower-case letters, digits, '-'."),
    url: str | None = typer.Option(None, "--url", help="Of a webhook, https://…"),
    address: str | None = typer.Option(None, "--address", help="Of a mail target."),
    kind: list[str] = typer.Option([], "--kind", help=f"{_KIND} Default: all but those of single scopes."),
    tenant: str | None = typer.Option(None, "--tenant", help="Whose notices, with all below it; default: all."),
    language: str = typer.Option("both", "--language", help="Of mail: both, en or zh."),
    secret: str = typer.Option("", "--secret", help=_SIGNED_WITH),
    output: Format = Output,
) -> None:
    """Send notices somewhere from now on: --url for a webhook, --address for mail."""
    from mcm.cli.client import connected

    if (url is None) == (address is None):
        raise Failure("give --url for a webhook or --address for mail", exit_code=USAGE)
    body: dict[str, Any] = {"name": name, "type": "mail" if url is None else "webhook", "language": language}
    body |= _given(url=url, address=address, tenant=tenant, kinds=kind or None, signing_secret=_secret(secret))
    with connected() as client:
        answer = client.post("/notice-targets", body)
    _print(answer, output, f"notice target {name} added; try it with: mcm notice test {name}")


@app.command("list")
def list_targets(output: Format = Output, columns: str | None = Columns) -> None:
    """List the targets with how many notices wait, and how many were given up."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/notice-targets", limit=None), _COLUMNS, output, columns, name_key="name")


@app.command("show")
def show(name: str = Name, output: Format = Output) -> None:
    """Show one, without its secret."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/notice-targets/{quoted(name)}"), output, name_key="name")


@app.command("update")
def update(
    name: str = Name,
    url: str | None = typer.Option(None, "--url"),
    address: str | None = typer.Option(None, "--address"),
    kind: list[str] = typer.Option([], "--kind", help=f"{_KIND} These replace all there are."),
    language: str | None = typer.Option(None, "--language", help="Of mail: both, en or zh."),
    secret: str = typer.Option("", "--secret", help=_SIGNED_WITH),
    enabled: bool | None = typer.Option(None, "--enable/--disable"),
    output: Format = Output,
) -> None:
    """Change what is given; the rest stays."""
    from mcm.cli.client import connected

    body = _given(
        url=url, address=address, kinds=kind or None, language=language, signing_secret=_secret(secret), enabled=enabled
    )
    if not body:
        raise Failure("there is nothing to change", next_step="see `mcm notice update --help`", exit_code=USAGE)
    with connected() as client:
        stored = client.get(f"/notice-targets/{quoted(name)}")
        answer = client.patch(f"/notice-targets/{quoted(name)}", body, version=stored["version"])
    _print(answer, output, f"notice target {answer['name']} updated")


@app.command("remove")
def remove(
    name: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be removed; change nothing."),
    output: Format = Output,
) -> None:
    """Forget a target, with what waits for it."""
    from mcm.cli.client import connected
    from mcm.cli.confirm import confirmed

    with connected() as client:
        told = client.delete(f"/notice-targets/{quoted(name)}", dry_run=True)
        if dry_run:
            _print(told, output, f"notice target {told['name']} would be removed, with {told['waiting']} that wait")
            return
        confirmed(f"Remove the notice target {told['name']}, with {told['waiting']} notices that wait?", yes)
        answer = client.delete(f"/notice-targets/{quoted(name)}")
    _print(answer, output, f"notice target {answer['name']} removed")


@app.command("test")
def send_test(name: str = Name, output: Format = Output) -> None:
    """Send a notice of the kind test now, and say what came of it."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post(f"/notice-targets/{quoted(name)}/test")
    print_one(answer, output)
    if not answer["ok"]:
        raise Failure(answer["problem"] or "the notice did not arrive", next_step="correct the target, then try again")


@app.command("deliveries")
def deliveries(
    name: str = Name,
    limit: int = typer.Option(50, "--limit", min=1, help="The newest so many."),
    resend: str | None = typer.Option(None, "--resend", help="Try this delivery again, which has ended."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """List what was sent to a target, or try one of them again."""
    from mcm.cli.client import connected

    path = f"/notice-targets/{quoted(name)}/deliveries"
    with connected() as client:
        if resend is None:
            print_rows(client.get(path, limit=min(limit, 1000))["items"], _DELIVERIES, output, columns, name_key="id")
            return
        answer = client.post(f"{path}/{quoted(resend)}/resend")
    _print(answer, output, f"notice {answer['id']} is tried again")


def _secret(source: str) -> str | None:
    from mcm.cli.secrets import read_secret

    return read_secret(source, "secret", "--secret") if source else None


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _print(answer: dict[str, Any], output: Format, sentence: str) -> None:
    if output in (Format.TABLE, Format.WIDE):
        typer.echo(escaped(sentence))
    else:
        print_one(answer, output, name_key="name")
