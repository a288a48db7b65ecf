"""mcm audit …"""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from mcm.cli.asking import All, LimitOption, print_listing
from mcm.cli.failures import FAILED, Failure
from mcm.cli.files import write_file
from mcm.cli.output import Column, Columns, Format, Output, note, print_one

app = typer.Typer(help="Who did what, and whether the record is whole.", no_args_is_help=True, rich_markup_mode=None)

_EVENTS = [
    Column("AT", "at"),
    Column("WHO", "principal_name"),
    Column("FROM", "source"),
    Column("ACTION", "action"),
    Column("TARGET", "target_id"),
    Column("PHASE", "phase"),
    Column("RESULT", "outcome"),
    Column("REQUEST", "request_id", wide=True),
    Column("CLOUD-REQUEST", "provider_request_id", wide=True),
    Column("METHOD", "method", wide=True),
    Column("TOKEN", "token_id", wide=True),
    Column("PRINCIPAL", "principal_id", wide=True),
    Column("TENANT", "tenant_id", wide=True),
    Column("KIND", "target_kind", wide=True),
    Column("DETAILS", "details", wide=True),
    Column("SEQ", "seq"),
]
_SEGMENTS = [
    Column("NUMBER", "number"),
    Column("STATE", "state"),
    Column("FIRST", "first_seq"),
    Column("LAST", "last_seq"),
    Column("ROWS", "rows"),
    Column("CREATED", "created_at"),
    Column("NEWEST", "last_at"),
    Column("SEALED", "sealed_at"),
    Column("PRUNED", "pruned_at"),
    Column("MASTER-KEY", "master_key_id", wide=True),
    Column("HEAD", "head", wide=True),
    Column("SEAL", "seal", wide=True),
]
# What fits into one request's address, also behind a proxy.
_HEADS_AT_ONCE = 15
_Since = typer.Option(None, "--since", help="From this time on: 2026-01-31T12:00:00Z, or a date (UTC).")
_Until = typer.Option(None, "--until", help="Before this time.")


@app.command("list")
def list_(
    since: str | None = _Since,
    until: str | None = _Until,
    principal: str | None = typer.Option(None, "--principal", help="Who: id or name."),
    action: str | None = typer.Option(None, "--action", help="Such as account.update, or account.*"),
    target: str | None = typer.Option(None, "--target", help="On what: its id, or kind:id."),
    result: str | None = typer.Option(None, "--result", help="succeeded, failed, sent …"),
    request_id: str | None = typer.Option(None, "--request", help="The request id that an answer named."),
    limit: int = LimitOption,
    all_rows: bool = All,
    output: Format = Output,
    columns: str | None = Columns,
) -> None:
    """Show what was done, newest first."""
    from mcm.cli.client import connected

    question: dict[str, Any] = {"since": _time(since), "until": _time(until), "principal": principal, "action": action}
    question |= {"target": target, "result": result, "request_id": request_id}
    with connected() as client:
        size = None if all_rows else limit
        print_listing(client, "/audit/events", _EVENTS, output, limit=size, chosen=columns, **question)


@app.command("verify")
def verify(
    head: Path | None = typer.Option(None, "--head", help="A file of exported heads, to see whether the end is there."),
    output: Format = Output,
) -> None:
    """Check the whole trail and name the first row that is wrong. Exit code: 0 whole, 1 not, or not shown by FILE."""
    from mcm.cli.client import connected

    lines = _lines(head) if head is not None else iter(())
    with connected() as client:
        answer: dict[str, Any] = client.get("/audit/verify", head=list(islice(lines, _HEADS_AT_ONCE)))
        while answer["ok"] and (batch := list(islice(lines, _HEADS_AT_ONCE))):
            more = client.get("/audit/verify", head=batch, only_heads=True)
            answer |= {"ok": more["ok"], "finding": more["finding"], "heads": answer["heads"] + more["heads"]}
            answer["unreadable"] += more["unreadable"]
    if output is not Format.TABLE:
        print_one(answer, output)
    if not answer["guarded"]:
        note("the database's triggers against change are missing: somebody has removed them")
    if answer["unreadable"]:
        note(f"{len(answer['unreadable'])} lines are no exported heads; a power cut may leave one half written")
    if not answer["ok"]:
        raise Failure(
            f"the audit trail is not whole: {answer['finding']['message']}",
            next_step="keep the database as it is, as evidence; compare with a backup and with exported heads",
            exit_code=FAILED,
        )
    if head is not None and not answer["heads"]:
        raise Failure(
            f"{head} holds no exported head: the rows fit together, but nothing shows that the end is there",
            next_step="give the file that MCM_AUDIT_HEAD_FILE names, or lines that `mcm audit head` printed",
        )
    if output is Format.TABLE:
        typer.echo(_told(answer))


@app.command("export")
def export(
    file: Path = typer.Argument(..., help="Where to; - for standard output."),
    format: str = typer.Option("json", "--format", help="json: rows as they are; cadf: CADF events."),
    since: str | None = _Since,
    until: str | None = _Until,
) -> None:
    """Write the trail to a file, oldest first, one JSON object in each line. That is itself recorded."""
    from mcm.cli.client import connected

    question: dict[str, Any] = {"format": format, "since": _time(since), "until": _time(until)}
    with connected() as client, client.stream("/audit/export", **question) as parts:
        if str(file) == "-":
            for part in parts:
                sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
            return
        write_file(file, parts, private=True)
    note(f"written: {file}")


@app.command("segments")
def segments(limit: int = LimitOption, output: Format = Output, columns: str | None = Columns) -> None:
    """Show the parts of the trail: each is sealed with a key of its own and kept or pruned as a whole."""
    from mcm.cli.client import connected

    with connected() as client:
        print_listing(client, "/audit/segments", _SEGMENTS, output, limit=limit, chosen=columns)


@app.command("head")
def head() -> None:
    """Print how far the trail goes, signed, in one line. Keep it elsewhere: `mcm audit verify --head FILE` compares."""
    from mcm.cli.client import connected

    with connected() as client:
        line = client.get("/audit/head")["line"]
    if line is None:
        note("nothing was recorded yet")
    else:
        typer.echo(line)


def _told(answer: dict[str, Any]) -> str:
    segments = f"{answer['segments']} segment{'' if answer['segments'] == 1 else 's'}"
    said = f"whole: {answer['rows']} rows in {segments}, up to row {answer['last_seq']}"
    if answer["past"]:
        said += f"; {answer['past']} rows from before the chain, unchanged since it began"
    if answer["pruned"]:
        said += f"; {answer['pruned']} segments pruned by retention, their seals are whole"
    if answer.get("lost"):
        said += f"; {answer['lost']} rows whose master key was lost, unchanged since that was given up"
    if answer["heads"]:
        return f"{said}; {answer['heads']} exported heads are in it"
    return f"{said}; no exported head was compared, so a cut-off end would not show"


def _lines(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            for line in opened:
                if line.strip():
                    yield line.strip()[:2000]
    except OSError as error:
        raise Failure(
            f"{file} cannot be read: {error.strerror or error}", next_step="check the path and who may read it"
        ) from error


def _time(text: str | None) -> str | None:
    """A date alone is its beginning in UTC."""
    return f"{text}T00:00:00Z" if text is not None and len(text) == 10 and "T" not in text else text
