"""Sensitive acts ask for the person again: a session left open is not enough."""

from datetime import timedelta
from typing import Any

from fastapi import Depends

from mcm.auth.service import Caller
from mcm.edge.dependencies import CallerDep
from mcm.errors import Forbidden
from mcm.kit import clock

VALID = timedelta(minutes=15)


class ConfirmationNeeded(Forbidden):
    code = "confirmation_needed"


def require_confirmed(caller: Caller) -> None:
    """Raises ConfirmationNeeded. Only sessions are asked: a token has nobody behind it, and its scope is its limit."""
    if caller.method != "session":
        return
    if caller.confirmed_at is None or clock.now() - caller.confirmed_at > VALID:
        raise ConfirmationNeeded(
            f"this needs a proof of who you are that is less than {int(VALID.total_seconds()) // 60} minutes old",
            next_step="send your password to POST /api/v1/auth/confirm, then repeat the request",
        )


def _confirmed(caller: CallerDep) -> None:
    require_confirmed(caller)


# Beside `authorize` in a route's dependencies.
recently_confirmed: Any = Depends(_confirmed)
