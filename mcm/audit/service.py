"""Writes audit rows. If the row cannot be written the surrounding transaction fails, and so does the change."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from mcm.audit.canonical import plain, text
from mcm.audit.chain import Chain
from mcm.audit.errors import AuditFailed
from mcm.auth.service import Caller
from mcm.db.session import Database, before_commit
from mcm.kit import clock
from mcm.vault import Vault

_CHAIN, _ROWS = "audit.chain", "audit.rows"


def install(database: Database, vault: Vault) -> None:
    """From now on the database's writing sessions can be audited."""
    database.carried[_CHAIN] = Chain(vault)


def chain_of(session: Session) -> Chain:
    """Raises AuditFailed for a session that did not come from `Database.writing` of a whole mcm."""
    found = session.info.get(_CHAIN)
    if not isinstance(found, Chain):
        raise AuditFailed("the change cannot be recorded: this session has no audit trail; nothing was changed")
    return found


def record(
    session: Session,
    caller: Caller,
    action: str,
    target_kind: str,
    target_id: str,
    *,
    phase: str = "result",
    outcome: str = "succeeded",
    provider_request_id: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """The row is written when the session's transaction commits, as its last step.

    `details` must be free of secrets: the rooms pass names and counts, never forms. phase "intent" in a transaction of
    its own goes before what leaves mcm. provider_request_id: what the cloud calls the request.
    """
    chain = chain_of(session)
    if session.in_nested_transaction():
        raise RuntimeError("a savepoint that is rolled back would not take its audit row along: record outside of it")
    rows: list[dict[str, Any]] | None = session.info.get(_ROWS)
    if rows is None:
        rows = session.info[_ROWS] = []
        before_commit(session, lambda: chain.append(session, session.info.pop(_ROWS)))
    rows.append(
        {
            "at": clock.now(),
            "tenant_id": text(caller.tenant_id),
            "principal_id": text(caller.principal_id),
            "principal_name": text(caller.name),
            "method": caller.method,
            "token_id": text(caller.token_id) or None,
            "source": text(caller.source),
            "action": text(action),
            "target_kind": text(target_kind),
            "target_id": text(target_id),
            "phase": text(phase),
            "outcome": text(outcome),
            "request_id": text(caller.request_id),
            "provider_request_id": text(provider_request_id) if provider_request_id else None,
            "details": plain(dict(details or {})),
        }
    )
    session.flush()
