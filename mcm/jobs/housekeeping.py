"""Drops what is past its time, and puts due times right after the clock jumped."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from mcm.audit import segments
from mcm.events import repository as events
from mcm.findings import standing as findings
from mcm.identity import upkeep as identity
from mcm.kit import clock
from mcm.models import IdempotencyKey
from mcm.moves import repository as moves
from mcm.moves import runner as moving
from mcm.notices import repository as notices
from mcm.optimizer import repository as optimizer
from mcm.placement import repository as placements
from mcm.plans import upkeep as plans
from mcm.policies import violations
from mcm.schedules import repository as schedules
from mcm.sync import service as sync
from mcm.tenancy import quota
from mcm.utilisation import days as utilisation

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
KEY_DAYS = EVENT_DAYS = 7


def run(runtime: "Runtime") -> None:
    with runtime.database.writing() as session:
        session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - timedelta(days=KEY_DAYS))
        )
        dropped = sync.prune(session, runtime.settings)
        identity.prune(session)
        quota.expire(session)
        kept_since = clock.now() - timedelta(days=runtime.settings.audit_days)
        schedules.prune(session, kept_since)
        plans.prune(session, kept_since)
        placements.prune(session, kept_since)
        violations.prune(session, kept_since)
        notices.prune(session, kept_since)
        optimizer.prune(session, kept_since)
        moves.prune(session, kept_since)
        findings.prune(session, kept_since)
        utilisation.prune(session, (clock.now() - timedelta(days=runtime.settings.utilisation_days)).date())
        events.prune(session, clock.now() - timedelta(days=EVENT_DAYS))
    if dropped:
        log.info("%d rows past their time were dropped", dropped)
    moving.tidy(runtime)
    _keep_audit(runtime)


def _keep_audit(runtime: "Runtime") -> None:
    """Each segment in a transaction of its own: changes wait for it."""
    with runtime.database.writing() as session:
        sealed = segments.seal_due(session)
    if sealed is not None:
        log.info("audit segment %d is sealed", sealed)
    pruned: int | None = 0
    while pruned is not None:
        with runtime.database.writing() as session:
            pruned = segments.prune(session, runtime.settings.audit_days)


def reanchor(runtime: "Runtime") -> int:
    with runtime.database.writing() as session:
        return sync.reanchor(session)
