"""Writes audit rows. If the row cannot be written the surrounding transaction fails, and so does the change."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from mcm.auth.service import Caller
from mcm.kit import clock
from mcm.models import AuditEvent


def record(
    session: Session,
    caller: Caller,
    action: str,
    target_kind: str,
    target_id: str,
    *,
    phase: str = "result",
    outcome: str = "succeeded",
    details: Mapping[str, object] | None = None,
) -> None:
    """`details` must be JSON-able and free of secrets: the rooms pass names and counts, never forms."""
    session.add(
        AuditEvent(
            at=clock.now(),
            tenant_id=caller.tenant_id,
            principal_id=caller.principal_id,
            source=caller.source,
            action=action,
            target_kind=target_kind,
            target_id=target_id,
            phase=phase,
            outcome=outcome,
            request_id=caller.request_id,
            details=dict(details or {}),
        )
    )
    session.flush()
