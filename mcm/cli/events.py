"""mcm events: what happened, and what happens."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from mcm.cli.escaping import escaped, json_text
from mcm.cli.failures import USAGE, Failure
from mcm.cli.output import Column, Columns, Format, Output, age, note, plain, print_rows

if TYPE_CHECKING:
    from mcm.cli.client import Client

_AGAIN_S = 2.0
# In this process nothing comes by itself: whoever follows looks now and then.
_LOOK_S = 1.0
# Behind every event: what the server answers begins with its newest.
_END = 2**63 - 1
_COLUMNS = [
    Column("ID", "id"),
    Column("KIND", "kind"),
    Column("SUBJECT", "subject.kind"),
    Column("SUBJECT ID", "subject.id", whole=True),
    Column("FACTS", "data", whole=True),
    Column("ACCOUNT ID", "account_id", wide=True),
    Column("AT", "at", wide=True),
    Column("AGE", "at", show=age),
]


class _Told(NamedTuple):
    """name: "" where only the position moves. position: None where it does not."""

    name: str
    position: int | None
    body: dict[str, Any]


def events(
    follow: bool = typer.Option(False, "--follow", "-f", help="Stay and print what comes, until interrupted."),
    kind: list[str] = typer.Option([], "--kind", help="Only this kind, such as operation.changed; may be repeated."),
    after: int | None = typer.Option(None, "--after", min=0, help="Only what came after the event with this id."),
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Print what happened within the last week; with --follow what happens from now on, a line for each."""
    from mcm.cli.client import connected

    if follow and (columns or output in (Format.YAML, Format.CSV)):
        raise Failure("--follow prints -o table, wide, json (a line for each) or name, and no columns", exit_code=USAGE)
    kinds = ",".join(kind) or None
    with connected() as client:
        if follow:
            for told in _following(client, kinds, after):
                _print(told, output)
        else:
            rows = _shown(_messages(client, kinds, after, follow=False))
            print_rows(rows, _COLUMNS, output, columns)


def _following(client: "Client", kinds: str | None, after: int | None) -> Iterator[dict[str, Any]]:
    """Goes on from the last event seen when the connection breaks or the server is started anew."""
    position, troubled = after, False
    if client.local and position is None:
        position = _newest(client)
    while True:
        try:
            for told in _messages(client, kinds, position, follow=not client.local):
                position = position if told.position is None else told.position
                yield from _shown([told])
                troubled = False
        except Failure as failure:
            # What else has a code is an answer, and would be the same again.
            if position is None or failure.code not in ("", "unavailable", "too_many_requests"):
                raise
            if not troubled:
                note(f"{failure}; trying again")
            troubled = True
        time.sleep(_LOOK_S if client.local else _AGAIN_S)


def _newest(client: "Client") -> int:
    return max((told.position or 0 for told in _messages(client, None, _END, follow=False)), default=0)


def _shown(found: Iterable[_Told]) -> Iterator[dict[str, Any]]:
    """The events; what is said of the stream itself goes to stderr."""
    for told in found:
        if told.name == "stream.gap":
            note("events are missing here, which are not kept any more: look at the state itself")
        elif told.name == "stream.end":
            note(f"the stream ended: {told.body.get('reason')}")
        elif told.name:
            yield told.body


def _messages(client: "Client", kinds: str | None, after: int | None, *, follow: bool) -> Iterator[_Told]:
    with client.stream("/events", kinds=kinds, after=after, follow=str(follow).lower()) as pieces:
        waiting = b""
        for piece in pieces:
            *whole, waiting = (waiting + piece).split(b"\n\n")
            for text in whole:
                fields = dict(line.split(b": ", 1) for line in text.split(b"\n") if b": " in line and line[:1] != b":")
                position = int(fields[b"id"]) if b"id" in fields else None
                name = fields.get(b"event", b"").decode()
                if name or position is not None:
                    yield _Told(name, position, json.loads(fields.get(b"data", b"{}")))


def _print(event: dict[str, Any], output: Format) -> None:
    if output is Format.JSON:
        line = json_text(event)
    elif output is Format.NAME:
        line = str(event["id"])
    else:
        subject, facts = event["subject"], " ".join(f"{key}={plain(value)}" for key, value in event["data"].items())
        line = escaped(f"{event['id']}  {event['at']}  {event['kind']}  {subject['kind']} {subject['id']}  {facts}")
    # At once, also into a pipe.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
