"""The SQL of reading the trail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import Session

from mcm.models import AuditEvent, AuditSegment

_BATCH = 500
_GUARDS = {"audit_event_delete", "audit_event_update", "audit_segment_delete"}
# Ways round the others: INSERT OR REPLACE, and TRUNCATE.
_GUARDS_OF = {"sqlite": {"audit_event_insert"}, "postgresql": {"audit_event_truncate", "audit_segment_truncate"}}


@dataclass(frozen=True)
class Wanted:
    """None: any. principal: id or name then. action: whole, or its beginning with `*` behind. target: id, or kind:id.

    since is inside, until is not."""

    since: datetime | None = None
    until: datetime | None = None
    principal: str | None = None
    action: str | None = None
    target: str | None = None
    result: str | None = None
    request_id: str | None = None


def newest(session: Session, wanted: Wanted, before: int | None, limit: int) -> Sequence[AuditEvent]:
    query = _filtered(wanted).order_by(AuditEvent.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEvent.seq < before)
    return session.scalars(query).all()


def oldest_first(session: Session, wanted: Wanted, up_to: int) -> Iterator[AuditEvent]:
    """In memory that does not grow: parts by their seq, as a cursor would keep what it has read."""
    after = -1
    while True:
        query = _filtered(wanted).where(AuditEvent.seq > after, AuditEvent.seq <= up_to)
        part = session.scalars(query.order_by(AuditEvent.seq).limit(_BATCH)).all()
        if not part:
            return
        yield from part
        after = part[-1].seq
        session.expunge_all()


def last_seq(session: Session) -> int:
    return session.scalar(select(func.max(AuditEvent.seq))) or 0


def segments(session: Session, before: int | None, limit: int) -> Sequence[AuditSegment]:
    query = select(AuditSegment).order_by(AuditSegment.number.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditSegment.number < before)
    return session.scalars(query).all()


def guarded(session: Session) -> bool:
    """Whether the triggers against change are there and on."""
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        found = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")
    else:
        found = text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
    return _GUARDS | _GUARDS_OF[dialect] <= set(session.scalars(found))


def _filtered(wanted: Wanted) -> Select[AuditEvent]:
    return select(AuditEvent).where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield AuditEvent.at >= wanted.since
    if wanted.until is not None:
        yield AuditEvent.at < wanted.until
    if wanted.principal is not None:
        yield or_(AuditEvent.principal_id == wanted.principal, AuditEvent.principal_name == wanted.principal)
    if wanted.action is not None:
        beginning = wanted.action.removesuffix("*")
        if beginning == wanted.action:
            yield AuditEvent.action == wanted.action
        else:
            yield AuditEvent.action.startswith(beginning, autoescape=True)
    if wanted.target is not None:
        kind, colon, rest = wanted.target.partition(":")
        whole = AuditEvent.target_id == wanted.target
        yield or_(whole, (AuditEvent.target_kind == kind) & (AuditEvent.target_id == rest)) if colon else whole
    if wanted.result is not None:
        yield AuditEvent.outcome == wanted.result
    if wanted.request_id is not None:
        yield AuditEvent.request_id == wanted.request_id
