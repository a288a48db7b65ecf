"""Exports are in the audit trail: who takes what, before the first byte, and how much it was, behind the last."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.inventory.presentation import Item
from mcm.inventory.service import Export, Question

Opened = Callable[[], AbstractContextManager[Session]]


def recorded(
    reading: Opened,
    writing: Opened,
    caller: Caller,
    asked: Export,
    question: Question,
    format: str,
    columns: str | None,
) -> Callable[[], Iterator[Item]]:
    """The items of the export. Raises AuditFailed or Unavailable, and nothing leaves, when it cannot be recorded."""
    told = {"format": format, "columns": columns, **asdict(question)}
    details = {name: value for name, value in told.items() if value}
    _record(writing, caller, "intent", "sent", details)

    def items() -> Iterator[Item]:
        number, outcome = 0, "failed"
        try:
            with reading() as session:
                for made in asked.items(session):
                    yield made
                    number += 1
            outcome = "succeeded"
        finally:
            _record(writing, caller, "result", outcome, details | {"rows": number})

    return items


def _record(writing: Opened, caller: Caller, phase: str, outcome: str, details: dict[str, object]) -> None:
    with writing() as session:
        audit.record(session, caller, "resource.export", "resource", "*", phase=phase, outcome=outcome, details=details)
