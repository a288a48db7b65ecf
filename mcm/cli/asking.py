"""What the commands about resources share: their options, the listing itself, and finding one by id or by name."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from mcm.cli.client import quoted
from mcm.cli.completing import instance_names, resource_names
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Format, note, picked, print_rows

if TYPE_CHECKING:
    from mcm.cli.client import Client

Kind = typer.Option([], "--kind", "-k", help="Only these kinds; may be repeated.")
Filter = typer.Option(None, "--filter", "-f", help='Such as: state = "running" AND tags.env = "prod"')
Search = typer.Option(None, "--search", "-s", help="Part of a name, address, tag or native id.")
AsOf = typer.Option(None, "--as-of", help="As it was at this time (RFC 3339, or a date).")
OrderBy = typer.Option(None, "--order-by", help="Field, optionally followed by desc.")
LimitOption = typer.Option(100, "--limit", min=1, help="Rows at most.")
All = typer.Option(False, "--all", help="All rows.")
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_WHICH = "Its id, its native id, or its name where only one has it."
One = typer.Argument(..., metavar="ID", help=_WHICH, autocompletion=resource_names)
OneInstance = typer.Argument(..., metavar="ID", help=_WHICH, autocompletion=instance_names)


def print_listing(
    client: "Client",
    path: str,
    columns: Sequence[Column],
    output: Format,
    *,
    limit: int | None,
    chosen: str | None = None,
    judged: bool = False,
    **question: Any,
) -> None:
    """limit None: all rows. judged: the server takes the columns of `-c` and knows every field."""
    if judged and chosen and output is not Format.NAME:
        question["columns"] = ",".join(column.key for column in picked(columns, chosen))
    listing = Listing(client.pages(path, limit=limit, **question))
    number = print_rows(listing, columns, output, chosen)
    if listing.more:
        note("there are more rows: --all shows them, --limit N more of them")
    elif not number:
        # Empty because nothing was known then, or because there was nothing: not the same.
        said = client.get(path, **question, limit=1)["freshness"]["sentence"] if question.get("as_of") else ""
        if said or output in (Format.TABLE, Format.WIDE):
            note(f"nothing found: {said}" if said else "nothing found")


class Listing:
    """Rows as they come; `more`: whether the limit has cut them."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self._rows, self.more = rows, False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        from mcm.cli.client import MoreRows

        try:
            yield from self._rows
        except MoreRows:
            self.more = True


def with_kinds(kinds: Sequence[str], given: str | None) -> str | None:
    """The given filter stays in front, so that the column of an error is the one that was typed."""
    if not kinds:
        return given
    chosen = " OR ".join(f'kind = "{_plain(kind)}"' for kind in kinds)
    if not given:
        return chosen
    chosen = f"({chosen})" if len(kinds) > 1 else chosen
    # AND and OR may not stand side by side without parentheses.
    return f"({given}) AND {chosen}" if _OR.search(given) else f"{given} AND {chosen}"


def resolved(client: "Client", text: str, kind: str | None = None) -> str:
    """The id of the resource that `text` means."""
    if len(text) == 32 and not text.strip("0123456789abcdef"):
        return text
    value = text.replace("\\", "\\\\").replace('"', '\\"')
    found: dict[str, dict[str, Any]] = {}
    for field in ("native_id", "name"):
        asked = with_kinds([kind] if kind else [], f'{field} = "{value}"')
        for row in client.get("/resources", filter=asked, limit=6)["items"]:
            found[row["id"]] = row
    if len(found) == 1:
        return next(iter(found))
    what = kind or "resource"
    if not found:
        raise Failure(
            f"there is no {what} with the id, native id or name '{text}'",
            next_step=f"search it: mcm {'instance' if kind else 'resource'} list --search …",
        )
    shown = "; ".join(f"{row['id']} ({row['kind']}, {row['account']}, {row['region']})" for row in found.values())
    raise Failure(f"more than one {what} is called '{text}'", next_step=f"use an id: {shown}", exit_code=USAGE)


def path_of(client: "Client", text: str, *, kind: str | None = None, under: str = "resources") -> str:
    return f"/{under}/{quoted(resolved(client, text, kind))}"


def given_params(given: Sequence[str]) -> dict[str, Any]:
    """What `--param KEY=VALUE` says: a value that is JSON means what it says, any other is text."""
    import json

    found: dict[str, Any] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals or not key:
            raise Failure(f"--param takes KEY=VALUE, not '{one}'", exit_code=USAGE)
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found


def _plain(kind: str) -> str:
    return kind.replace("\\", "").replace('"', "")
