"""Signing in with a password, and proving again who one is. Each counts, hashes without a transaction, records.

Whoever is unknown, disabled or mistyped gets the same answer after the same work.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import sessions
from mcm.auth.service import DEFAULT_TENANT, Caller
from mcm.auth.sessions import Opened
from mcm.identity import passwords, repository, throttle, totp
from mcm.identity.errors import CodeNeeded, LoginFailed
from mcm.identity.service import REFUSED, Visit, enter
from mcm.models import User

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

NOBODY = "prn_nobody"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known before the hash. stored: None when nobody of this name may come in with a password."""

    principal_id: str
    stored: str | None


def sign_in(runtime: "Runtime", visit: Visit, name: str, password: str, code: str | None) -> Opened:
    """Raises LoginFailed, CodeNeeded or TooManyAttempts."""
    folded = name.strip().casefold()
    key = runtime.pepper.hash(runtime.database, runtime.vault, folded)
    _count(runtime, visit.source, key)
    with runtime.database.reading() as session:
        asked = _asked(session, folded)
    right, fresh = _verified(asked, password)
    with runtime.database.writing() as session:
        failure = _refusal(session, runtime, asked, right, code, fresh)
        if failure is None:
            found = repository.find_anybody(session, asked.principal_id)
            if found is not None and found[0].disabled_at is None:
                throttle.clear(session, throttle.NAME, key)
                details: dict[str, object] = {"second_factor": found[1].totp_since is not None}
                return enter(session, *found, "password", visit, details=details)
            failure = "wrong"
        _record_failure(session, visit, "session.login", asked.principal_id or f"name:{key[:16]}", failure)
    raise _failed(failure)


def confirm(runtime: "Runtime", caller: Caller, visit: Visit, password: str, code: str | None) -> Opened:
    """The session of the caller goes on under a new id and counts as just proved. As `sign_in` otherwise."""
    asked, key = prove(runtime, caller)
    right, fresh = _verified(asked, password)
    with runtime.database.writing() as session:
        failure = _refusal(session, runtime, asked, right, code, fresh)
        if failure is None and (opened := sessions.confirm(session, caller.session_id)) is not None:
            throttle.clear(session, throttle.NAME, key)
            audit.record(session, caller, "session.confirm", "user", caller.principal_id)
            return opened
        _record_failure(session, visit, "session.confirm", caller.principal_id, failure or "session has ended")
    raise _failed(failure or "wrong")


def prove(runtime: "Runtime", caller: Caller) -> tuple[_Asked, str]:
    """Counts an attempt of somebody who is signed in already; what `_verified` needs."""
    key = runtime.pepper.hash(runtime.database, runtime.vault, caller.name)
    _count(runtime, caller.source, key)
    with runtime.database.reading() as session:
        return _asked(session, caller.principal_id), key


def right_password(runtime: "Runtime", caller: Caller, password: str) -> bool:
    """For a change that needs the old password; a wrong one is counted and recorded."""
    asked, key = prove(runtime, caller)
    right, _ = _verified(asked, password)
    with runtime.database.writing() as session:
        if right:
            throttle.clear(session, throttle.NAME, key)
        else:
            audit.record(session, caller, "password.change", "user", caller.principal_id, outcome="failed")
    return right


def _count(runtime: "Runtime", source: str, key: str) -> None:
    with runtime.database.writing(durable=False) as session:
        throttle.attempt(session, (throttle.NAME, key), (throttle.SOURCE, source))


def _asked(session: Session, name: str) -> _Asked:
    found = repository.find_anybody(session, name)
    if found is None:
        return _Asked("", None)
    principal, user = found
    return _Asked(principal.id, None if principal.disabled_at is not None else user.password_hash)


def _verified(asked: _Asked, password: str) -> tuple[bool, str | None]:
    """(right, a fresh hash where today's parameters are others)."""
    right = passwords.verify(asked.stored, password)
    if not right or asked.stored is None or not passwords.outdated(asked.stored):
        return right, None
    return True, passwords.hashed(password)


def _refusal(
    session: Session, runtime: "Runtime", asked: _Asked, right: bool, code: str | None, fresh: str | None
) -> str | None:
    """Why not: `wrong`, `code` (there is none) or `wrong code`. Judged on the row as it is now, and locked."""
    user: User | None = totp.locked(session, asked.principal_id) if right else None
    if user is None or user.password_hash != asked.stored:
        return "wrong"
    if user.totp_since is not None:
        if not code:
            return "code"
        if not totp.check(session, runtime.vault, user, code):
            return "wrong code"
    if fresh is not None:
        user.password_hash = fresh
    return None


def _record_failure(session: Session, visit: Visit, action: str, target: str, why: str) -> None:
    caller = Caller(NOBODY, DEFAULT_TENANT, "nobody", visit.source, visit.request_id)
    audit.record(session, caller, action, "user", target, outcome="failed", details={"reason": why})


def _failed(failure: str) -> LoginFailed | CodeNeeded:
    if failure == "code":
        return CodeNeeded("a code of the second factor is needed", next_step="send it as `code` with the password")
    return LoginFailed(REFUSED, next_step="try again, or ask an administrator for a new password")
