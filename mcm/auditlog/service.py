"""What may be asked of the trail: lists, exports, segments, the signed head, and whether all of it is as it was."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain

import orjson
from sqlalchemy.orm import Session

from mcm.audit import heads
from mcm.audit import service as audit
from mcm.audit.exporting import lines_of
from mcm.audit.keys import SegmentKeys
from mcm.audit.lost import lost_keys
from mcm.audit.verify import Report, verify
from mcm.auditlog import cadf, repository
from mcm.auditlog.repository import Wanted
from mcm.auditlog.schemas import AuditItem, ExportFormat, FindingItem, HeadAnswer, SegmentItem, VerifyAnswer
from mcm.auth.service import Caller
from mcm.models import AuditEvent, AuditSegment
from mcm.paging import Page, after, encode_cursor
from mcm.settings import Settings
from mcm.vault import Vault

Opened = Callable[[], AbstractContextManager[Session]]
_LINES = 200


def page(session: Session, wanted: Wanted, limit: int, cursor: str | None) -> Page[AuditItem]:
    """Newest first."""
    rows = repository.newest(session, wanted, _number(cursor), limit + 1)
    more = encode_cursor([rows[limit - 1].seq]) if len(rows) > limit else None
    return Page[AuditItem](items=[_item(row) for row in rows[:limit]], next_cursor=more)


def segments(session: Session, limit: int, cursor: str | None) -> Page[SegmentItem]:
    """Newest first."""
    rows = repository.segments(session, _number(cursor), limit + 1)
    more = encode_cursor([rows[limit - 1].number]) if len(rows) > limit else None
    given_up = lost_keys(session.connection())
    items = [_segment(row, lost=row.master_key_id in given_up) for row in rows[:limit]]
    return Page[SegmentItem](items=items, next_cursor=more)


def head(session: Session, vault: Vault) -> HeadAnswer:
    """Raises VaultError."""
    found = heads.current(session.connection(), SegmentKeys(vault))
    return HeadAnswer(line=found and found.line(), segment=found and found.segment, seq=found and found.seq)


def verified(
    session: Session, settings: Settings, vault: Vault, given: Sequence[str], *, only_heads: bool = False
) -> VerifyAnswer:
    """Compares with the lines given and with those of the file that the settings name. The session must be unused."""
    keys = SegmentKeys(vault)
    if session.get_bind().dialect.name == "postgresql":
        # Rows and segments of one state, whatever is written meanwhile; a transaction of SQLite is that anyway.
        connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    else:
        connection = session.connection()
    if only_heads:
        report = Report()
        heads.Heads(connection, keys).compare(given, report)
    else:
        own = settings.audit_head_file
        kept = lines_of(own) if own is not None and own.expanduser().exists() else ()
        report = verify(connection, keys, chain(given, kept))
    facts = {name: getattr(report, name) for name in VerifyAnswer.model_fields if hasattr(report, name)}
    found = report.finding
    facts["finding"] = found and FindingItem(
        kind=found.kind, segment=found.segment, seq=found.seq, message=found.message
    )
    return VerifyAnswer(**facts, guarded=repository.guarded(session))


def guarded(session: Session) -> bool:
    """Whether the database itself still refuses to change the trail."""
    return repository.guarded(session)


def export(reading: Opened, writing: Opened, caller: Caller, wanted: Wanted, format: ExportFormat) -> Iterator[bytes]:
    """JSON lines, oldest first, of all that was there when the export began. It leaves rows of its own: who took the
    trail along, before the first byte, and how many rows went, behind the last.
    """
    with reading() as session:
        up_to = repository.last_seq(session)
    _record(writing, caller, wanted, format, "intent", "sent", up_to)
    return _exported(reading, writing, caller, wanted, format, up_to)


def _exported(
    reading: Opened, writing: Opened, caller: Caller, wanted: Wanted, format: ExportFormat, up_to: int
) -> Iterator[bytes]:
    number, outcome = 0, "failed"
    try:
        with reading() as session:
            parts: list[bytes] = []
            for row in repository.oldest_first(session, wanted, up_to):
                item = _item(row)
                shown = cadf.event(item) if format == "cadf" else item.model_dump()
                parts.append(orjson.dumps(shown, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
                number += 1
                if len(parts) == _LINES:
                    yield b"".join(parts)
                    parts = []
            yield b"".join(parts)
        outcome = "succeeded"
    finally:
        _record(writing, caller, wanted, format, "result", outcome, up_to, number)


def _record(
    writing: Opened, caller: Caller, wanted: Wanted, format: str, phase: str, outcome: str, up_to: int, rows: int = 0
) -> None:
    details: dict[str, object] = {"format": format, "up_to": up_to}
    details |= {name: value for name in ("since", "until") if (value := getattr(wanted, name)) is not None}
    if phase == "result":
        details["rows"] = rows
    with writing() as session:
        audit.record(session, caller, "audit.export", "audit", "trail", phase=phase, outcome=outcome, details=details)


def _number(cursor: str | None) -> int | None:
    found = after(cursor, int)
    return None if found is None else int(found[0])


def _item(row: AuditEvent) -> AuditItem:
    names = [name for name in AuditItem.model_fields if name != "mac"]
    return AuditItem(**{name: getattr(row, name) for name in names}, mac=row.mac.hex() if row.mac else None)


def _segment(row: AuditSegment, *, lost: bool) -> SegmentItem:
    rows = row.last_seq - row.first_seq + 1
    return SegmentItem(
        number=row.number,
        state="pruned" if row.pruned_at else "lost" if lost else "sealed" if row.sealed_at else "open",
        first_seq=row.first_seq if rows else None,
        last_seq=row.last_seq if rows else None,
        rows=rows,
        created_at=row.created_at,
        last_at=row.last_at,
        sealed_at=row.sealed_at,
        pruned_at=row.pruned_at,
        head=row.head.hex(),
        seal=row.seal.hex() if row.seal else None,
        master_key_id=row.master_key_id,
    )
