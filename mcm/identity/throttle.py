"""Pauses that grow with every failed attempt, for each name and each source, kept in the database for all processes.

An attempt counts before it is judged, so that many at once do not slip through. One that succeeds clears its name, and
is given back to its source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mcm.identity import repository
from mcm.identity.errors import TooManyAttempts
from mcm.kit import clock
from mcm.kit.addresses import network_of
from mcm.models import LoginThrottle

LONGEST_PAUSE = timedelta(minutes=15)
# After this long without a failure the count begins anew.
FORGOTTEN_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Limit:
    """free: attempts without a pause; the next ones wait 1 s, 2 s, 4 s … up to LONGEST_PAUSE. by_source: of addresses,
    which count by the network they are of."""

    kind: str
    free: int
    by_source: bool = False

    def key(self, text: str) -> str:
        return f"{self.kind}:{network_of(text) if self.by_source else text}"


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt under one key. failures: it and those before it; before: when the last of these was."""

    key: str
    failures: int
    before: datetime


NAME = Limit("name", 5)
# Many people may sit behind one address.
SOURCE = Limit("source", 30, by_source=True)
# Of somebody signed in who proves again who they are: whoever guesses at their name outside must not lock them out.
PROOF = Limit("proof", 5)
USER_CODES = Limit("code", 10)
SETUP = Limit("setup", 10, by_source=True)


def attempt(session: Session, *keys: tuple[Limit, str]) -> dict[Limit, Counted]:
    """Counts one attempt under each key. Raises TooManyAttempts, counting nothing, while one of them must wait."""
    now = clock.now()
    # In one order, so that two attempts do not wait for each other.
    rows = [(_row(session, limit.key(text), now), limit) for limit, text in sorted(keys, key=lambda each: each[0].kind)]
    _require_free([row for row, _ in rows], now)
    counted = {}
    for row, limit in rows:
        failures = 1 if now - row.failed_at > FORGOTTEN_AFTER else row.failures + 1
        counted[limit] = Counted(row.key, failures, row.failed_at)
        row.failures, row.failed_at = failures, now
        row.blocked_until = _until(now, failures - limit.free)
    session.flush()
    return counted


def give_back(session: Session, *counted: Counted) -> None:
    """These attempts were none that failed. What others have counted meanwhile stays, and so does their pause."""
    for one in sorted(counted, key=lambda each: each.key):
        row = session.scalars(select(LoginThrottle).where(LoginThrottle.key == one.key).with_for_update()).first()
        if row is None:
            continue
        if row.failures == one.failures:
            row.failed_at, row.blocked_until = one.before, None
        row.failures = max(row.failures - 1, 0)
    session.flush()


def require_free(session: Session, *keys: tuple[Limit, str]) -> None:
    """Raises TooManyAttempts while one of them must wait; counts nothing."""
    names = [limit.key(text) for limit, text in keys]
    _require_free(session.scalars(select(LoginThrottle).where(LoginThrottle.key.in_(names))).all(), clock.now())


def clear(session: Session, limit: Limit, text: str) -> None:
    session.execute(delete(LoginThrottle).where(LoginThrottle.key == limit.key(text)))


def prune(session: Session) -> None:
    session.execute(delete(LoginThrottle).where(LoginThrottle.failed_at < clock.now() - FORGOTTEN_AFTER))


def _require_free(rows: Sequence[LoginThrottle], now: datetime) -> None:
    waits = [row.blocked_until for row in rows if row.blocked_until is not None and row.blocked_until > now]
    if waits:
        seconds = max(int((max(waits) - now).total_seconds()) + 1, 1)
        raise TooManyAttempts(
            f"too many attempts failed; the next one is possible in {seconds} s",
            next_step="wait, and then try again once",
            details={"retry_after_s": seconds},
            message_zh=f"失败的尝试过多，请在 {seconds} 秒后再试",
            next_step_zh="请等待，然后再试一次",
        )


def _until(now: datetime, beyond: int) -> datetime | None:
    if beyond < 0:
        return None
    return now + min(timedelta(seconds=2 ** min(beyond, 20)), LONGEST_PAUSE)


def _row(session: Session, key: str, now: datetime) -> LoginThrottle:
    while True:
        repository.insert_new(session, LoginThrottle, {"key": key, "failures": 0, "failed_at": now})
        row = session.scalars(select(LoginThrottle).where(LoginThrottle.key == key).with_for_update()).first()
        # Somebody who succeeded meanwhile has cleared it: it begins anew.
        if row is not None:
            return row
