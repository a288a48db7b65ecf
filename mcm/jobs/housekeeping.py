"""Drops what is past its time, and puts due times right after the clock jumped."""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from mcm.kit import clock
from mcm.models import IdempotencyKey
from mcm.sync import service as sync

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)
KEY_DAYS = 7


def run(runtime: "Runtime") -> None:
    with runtime.database.writing() as session:
        session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - timedelta(days=KEY_DAYS))
        )
        dropped = sync.prune(session, runtime.settings)
    if dropped:
        log.info("%d rows past their time were dropped", dropped)


def reanchor(runtime: "Runtime") -> int:
    with runtime.database.writing() as session:
        return sync.reanchor(session)
