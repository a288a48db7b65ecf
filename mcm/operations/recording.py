"""What is written when an operation moves: its log, its audit rows, its quota. Never commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.events import telling
from mcm.models import Operation
from mcm.operations import repository
from mcm.operations.machine import Note
from mcm.tenancy.errors import ReservationEnded, ReservationNotFound
from mcm.tenancy.quota import commit as use_room
from mcm.tenancy.quota import release

_TOLD_AT_THE_END = ("succeeded", "failed", "in_doubt", "cancelled")


def note(session: Session, row: Operation, found: Note | None, now: datetime) -> None:
    """The log line, and what belongs to the end where this was it."""
    if found is None:
        return
    code, values = found
    row.version += 1
    repository.note(session, row.id, now, code.value, _plain(values))
    telling.operation(session, row)
    if row.status in _TOLD_AT_THE_END:
        settle(session, row)
        audit.record(
            session,
            caller_of(row),
            row.action,
            "resource" if row.resource_id or row.made_id else "account",
            row.resource_id or row.made_id or row.account_id,
            outcome=row.status,
            provider_request_id=row.provider_request_id,
            details=told(row) | ({"error": row.error_code} if row.error_code else {}),
        )


def intend(session: Session, caller: Caller, row: Operation) -> None:
    """Before anything is sent."""
    audit.record(
        session,
        caller,
        row.action,
        "resource" if row.resource_id else "account",
        row.resource_id or row.account_id,
        phase="intent",
        outcome="accepted",
        details=told(row),
    )


def told(row: Operation) -> dict[str, object]:
    return {
        "operation": row.id,
        "account": row.account_name,
        "name": row.resource_name,
        "params": row.params,
        "tenant": row.tenant_id,
    }


def packed_caller(caller: Caller) -> dict[str, str]:
    return {
        "principal_id": caller.principal_id,
        "tenant_id": caller.tenant_id,
        "name": caller.name,
        "source": caller.source,
        "request_id": caller.request_id,
        "method": caller.method,
        "token_id": caller.token_id,
    }


def caller_of(row: Operation) -> Caller:
    """As whom the trail knows who asked; it carries no rights."""
    return Caller(**row.caller)  # type: ignore[arg-type]


def settle(session: Session, row: Operation) -> None:
    """The room that was held is used or given back. In doubt it stays held until somebody knows."""
    if row.reservation_id is None or row.status == "in_doubt":
        return
    try:
        if row.status == "succeeded":
            use_room(session, row.reservation_id)
        else:
            release(session, row.reservation_id)
    except (ReservationEnded, ReservationNotFound):
        # Its time was over: what exists is counted by the inventory.
        return


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
