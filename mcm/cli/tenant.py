"""mcm tenant …"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.client import quoted
from mcm.cli.escaping import escaped
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, print_one, print_rows

if TYPE_CHECKING:
    from mcm.cli.client import Client

app = typer.Typer(help="Whose is what: a tree of tenants.", no_args_is_help=True, rich_markup_mode=None)
rules = typer.Typer(help="Rules that give resources to tenants.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules, name="rules")

_COLUMNS = [
    Column("PATH", "path"),
    Column("KIND", "kind"),
    Column("ID", "id"),
    Column("VERSION", "version", wide=True),
    Column("AGE", "created_at", show=age),
]
_RULES = [
    Column("ACCOUNT", "account"),
    Column("PROJECT", "project"),
    Column("TAG", "tag_key"),
    Column("VALUE", "tag_value"),
    Column("TENANT", "tenant"),
]
_MOVES = [Column("FROM", "source"), Column("TO", "target"), Column("RESOURCES", "count"), Column("SUCH AS", "such_as")]
_RULE_KEYS = ("account", "project", "tag_key", "tag_value", "tenant")
Name = typer.Argument(..., help="Id, name, or path: group/subsidiary.")
Kind = typer.Option(None, "--kind", help="group, subsidiary or department.")
DryRun = typer.Option(False, "--dry-run", help="Say what would change; change nothing.")


def located(client: "Client", reference: str) -> str:
    """An id where a path is given, which cannot stand in a URL; else the reference itself."""
    if "/" not in reference:
        return quoted(reference)
    for row in client.pages("/tenants", limit=None):
        if row["path"] == reference:
            return str(row["id"])
    raise Failure(f"there is no tenant '{reference}'", next_step="`mcm tenant list` shows those there are")


@app.command("list")
def list_tenants(output: Format = Output, columns: str | None = Columns) -> None:
    """List the tenants you may see, parents before their children."""
    from mcm.cli.client import connected

    with connected() as client:
        print_rows(client.pages("/tenants", limit=None), _COLUMNS, output, columns, name_key="path")


@app.command("show")
def show(tenant: str = Name, output: Format = Output) -> None:
    """Show one tenant."""
    from mcm.cli.client import connected

    with connected() as client:
        print_one(client.get(f"/tenants/{located(client, tenant)}"), output, name_key="path")


@app.command("create")
def create(
    name: str = typer.Argument(..., help="Unique among the tenants of its parent."),
    parent: str | None = typer.Option(None, "--parent", help="Id, name or path; default: at the top."),
    kind: str | None = Kind,
    output: Format = Output,
) -> None:
    """Make a tenant."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.post("/tenants", {"name": name, "parent": parent, "kind": kind})
    _print(answer, output, f"tenant {answer['path']} created")


@app.command("update")
def update(
    tenant: str = Name,
    rename: str | None = typer.Option(None, "--name", help="A new name."),
    kind: str | None = Kind,
    output: Format = Output,
) -> None:
    """Rename a tenant or say what it is."""
    from mcm.cli.client import connected

    body = {key: value for key, value in (("name", rename), ("kind", kind)) if value is not None}
    if not body:
        raise Failure("there is nothing to change", next_step="see `mcm tenant update --help`", exit_code=USAGE)
    with connected() as client:
        stored = client.get(f"/tenants/{located(client, tenant)}")
        answer = client.patch(f"/tenants/{stored['id']}", body, version=stored["version"])
    _print(answer, output, f"tenant {answer['path']} updated")


@app.command("move")
def move(
    tenant: str = Name,
    parent: str | None = typer.Option(None, "--below", help="Id, name or path."),
    top: bool = typer.Option(False, "--top", help="To the top: nothing is above it."),
    dry_run: bool = DryRun,
    output: Format = Output,
) -> None:
    """Put a tenant, with all below it, below another one. Who may see it changes at once."""
    from mcm.cli.client import connected

    if (parent is None) != top:
        raise Failure("say where to: --below TENANT or --top", exit_code=USAGE)
    with connected() as client:
        if dry_run:
            answer = client.get(f"/tenants/{located(client, tenant)}")
            over = client.get(f"/tenants/{located(client, parent)}")["path"] if parent else "the top"
            _print(answer, output, f"tenant {answer['path']} would be moved below {over}")
            return
        answer = client.post(f"/tenants/{located(client, tenant)}/move", {"parent": parent})
    _print(answer, output, f"tenant {answer['path']} moved")


@app.command("remove")
def remove(
    tenant: str = Name,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what it still holds; change nothing."),
    output: Format = Output,
) -> None:
    """Remove a tenant that holds nothing any more."""
    from mcm.cli.client import connected
    from mcm.cli.confirm import confirmed

    with connected() as client:
        ident = located(client, tenant)
        told = client.delete(f"/tenants/{ident}", dry_run=True)
        held = ", ".join(f"{number} {name}" for name, number in told["holds"].items())
        if dry_run:
            _print(told, output, f"tenant {told['tenant']} holds {held or 'nothing'}")
            return
        if not held:
            confirmed(f"remove tenant {told['tenant']}?", yes)
        answer = client.delete(f"/tenants/{ident}")
    _print(answer, output, f"tenant {answer['tenant']} removed")


@rules.command("show")
def show_rules(output: Format = Output) -> None:
    """Show the rules in order; with -o yaml as a file for `mcm tenant rules apply`."""
    from mcm.cli.client import connected

    with connected() as client:
        answer = client.get("/tenant-rules")
    if output in (Format.JSON, Format.YAML):
        listed = [{key: value for key, value in rule.items() if value is not None} for rule in answer["rules"]]
        print_one({"rules": listed}, output)
    else:
        print_rows(answer["rules"], _RULES, output, name_key="tenant")


@rules.command("apply")
def apply(
    file: Path = typer.Argument(
        ..., help="YAML: `rules:` and a list; each account, project, tag_key, tag_value, tenant."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say which resources would move; change nothing."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    output: Format = Output,
) -> None:
    """Replace all rules. Every resource goes where they say, at once."""
    from mcm.cli.client import connected
    from mcm.cli.confirm import confirmed

    body = read_rules(file)
    with connected() as client:
        told = client.put("/tenant-rules", body, dry_run=True)
        if dry_run:
            _print_moves(told, output)
            return
        if told["resources"]:
            _print_moves(told, Format.TABLE, err=True)
            confirmed("apply these rules?", yes)
        answer = client.put("/tenant-rules", body)
    _print(answer, output, f"{answer['rules']} rules applied; {answer['resources']} resources moved")


def read_rules(file: Path) -> dict[str, Any]:
    """Raises Failure that says which rule and which key."""
    import difflib

    import yaml

    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}", exit_code=USAGE) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise Failure(
            f"{file} is not YAML{place}: {getattr(error, 'problem', None) or 'it cannot be read'}",
            next_step="it holds `rules:` and a list; `mcm tenant rules show -o yaml` shows the form",
            exit_code=USAGE,
        ) from error
    if not isinstance(given, dict) or set(given) != {"rules"} or not isinstance(given["rules"], list | None):
        raise Failure(f"{file} must hold `rules:` and a list, and nothing else", exit_code=USAGE)
    listed = given["rules"] or []
    for number, rule in enumerate(listed, 1):
        if not isinstance(rule, dict):
            raise Failure(f"rule {number} is no mapping", next_step=f"keys: {', '.join(_RULE_KEYS)}", exit_code=USAGE)
        for key, value in rule.items():
            if key not in _RULE_KEYS:
                near = difflib.get_close_matches(str(key), _RULE_KEYS, 1)
                hint = f"did you mean '{near[0]}'?" if near else f"keys: {', '.join(_RULE_KEYS)}"
                raise Failure(f"rule {number} has an unknown key '{key}'", next_step=hint, exit_code=USAGE)
            if value is not None and not isinstance(value, str):
                raise Failure(
                    f"rule {number}: {key} is not a text: {value}", next_step="put it in quotes", exit_code=USAGE
                )
        if not rule.get("tenant"):
            raise Failure(f"rule {number} names no tenant", exit_code=USAGE)
    return {"rules": listed}


def _print_moves(told: dict[str, Any], output: Format, *, err: bool = False) -> None:
    import sys

    for warning in told["warnings"]:
        note(f"note: {warning}")
    if output in (Format.JSON, Format.YAML):
        print_one(told, output)
        return
    rows = [
        move | {"such_as": ", ".join(one["name"] or one["id"] for one in move["examples"])} for move in told["moves"]
    ]
    print_rows(rows, _MOVES, output, name_key="target", stream=sys.stderr if err else None)
    note(f"{told['resources']} resources would move")


def _print(answer: dict[str, Any], output: Format, sentence: str) -> None:
    if output in (Format.TABLE, Format.WIDE):
        typer.echo(escaped(sentence))
    else:
        print_one(answer, output, name_key="path" if "path" in answer else "tenant")
