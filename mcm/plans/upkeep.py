"""What plans, the recycle bin and dates of retirement need from time to time."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.errors import McmError
from mcm.kit import clock
from mcm.plans import applying, bin_repository, recycling, repository, retiring

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

log = logging.getLogger(__name__)


def tick(runtime: "Runtime") -> None:
    """Every few seconds. Trouble with one of them does not keep the others."""
    for work in (applying.run, recycling.run, retiring.run):
        try:
            work(runtime)
        except McmError as error:
            log.warning("%s: %s", work.__module__, error.message)


def prune(session: Session, before: datetime) -> None:
    """From the housekeeping: writes down what has expired, and drops what ended before."""
    repository.expire(session, clock.now())
    repository.prune(session, before)
    bin_repository.prune(session, before)
