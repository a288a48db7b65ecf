"""Signing in with a password, and proving again who one is. Each counts, hashes, opens the second factor, records.

Whoever is unknown, disabled or mistyped gets the same answer after the same work. Between counting and recording no
transaction is open: hashing takes long, and the master key may be on a server that does not answer.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import sessions
from mcm.auth.service import DEFAULT_TENANT, Caller
from mcm.auth.sessions import Opened
from mcm.identity import passwords, repository, throttle, totp
from mcm.identity.errors import CodeNeeded, LoginFailed, PasswordsBusy
from mcm.identity.repository import Pair
from mcm.identity.service import REFUSED, Visit, enter
from mcm.identity.throttle import Counted, Limit
from mcm.models import User
from mcm.vault import Vault

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

NOBODY = "prn_nobody"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known before the hash. stored: None when nobody of this name may come in with a password."""

    principal_id: str
    stored: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What came of it. fresh: a hash to be kept where today's parameters are others. vault: to judge the code with."""

    right: bool
    vault: Vault
    fresh: str | None = None


def sign_in(runtime: "Runtime", visit: Visit, name: str, password: str, code: str | None) -> Opened:
    """Raises LoginFailed, CodeNeeded or TooManyAttempts."""
    folded = name.strip().casefold()
    key = runtime.pepper.hash(runtime.database, runtime.vault, folded)
    counted = _count(runtime, (throttle.NAME, key), (throttle.SOURCE, visit.source))
    with runtime.database.reading() as session:
        # By name only: who knows an id from somewhere has learned nothing that opens a door.
        asked = _asked(repository.named(session, folded))
    known = _verified(runtime, asked, password, code, counted)
    with runtime.database.writing() as session:
        failure = _refusal(session, asked, known, code)
        if failure is None:
            found = repository.by_id(session, asked.principal_id)
            if found is not None and found[0].disabled_at is None:
                throttle.clear(session, throttle.NAME, key)
                throttle.give_back(session, counted[throttle.SOURCE])
                details: dict[str, object] = {"second_factor": found[1].totp_since is not None}
                return enter(session, *found, "password", visit, details=details)
            failure = "wrong"
        _record_failure(session, visit, "session.login", asked.principal_id or f"name:{key[:16]}", failure)
    raise _failed(failure)


def confirm(runtime: "Runtime", caller: Caller, visit: Visit, password: str, code: str | None) -> Opened:
    """The session of the caller goes on under a new id and counts as just proved. As `sign_in` otherwise."""
    asked, known = _proved(runtime, caller, password, code)
    with runtime.database.writing() as session:
        failure = _refusal(session, asked, known, code)
        if failure is None and (opened := sessions.confirm(session, caller.session_id)) is not None:
            throttle.clear(session, throttle.PROOF, caller.principal_id)
            audit.record(session, caller, "session.confirm", "user", caller.principal_id)
            return opened
        _record_failure(session, visit, "session.confirm", caller.principal_id, failure or "session has ended")
    raise _failed(failure or "wrong")


def right_password(runtime: "Runtime", caller: Caller, password: str) -> bool:
    """For a change that needs the old password; a wrong one is counted and recorded."""
    _, known = _proved(runtime, caller, password, None)
    with runtime.database.writing() as session:
        if known.right:
            throttle.clear(session, throttle.PROOF, caller.principal_id)
        else:
            audit.record(session, caller, "password.change", "user", caller.principal_id, outcome="failed")
    return known.right


def _proved(runtime: "Runtime", caller: Caller, password: str, code: str | None) -> tuple[_Asked, _Found]:
    """Of somebody who is signed in already: counted under their id, which nobody else's attempts are."""
    counted = _count(runtime, (throttle.PROOF, caller.principal_id))
    with runtime.database.reading() as session:
        asked = _asked(repository.by_id(session, caller.principal_id))
    return asked, _verified(runtime, asked, password, code, counted)


def _count(runtime: "Runtime", *keys: tuple[Limit, str]) -> dict[Limit, Counted]:
    with runtime.database.writing(durable=False) as session:
        return throttle.attempt(session, *keys)


def _asked(found: Pair | None) -> _Asked:
    if found is None:
        return _Asked("", None)
    principal, user = found
    return _Asked(principal.id, None if principal.disabled_at is not None else user.password_hash)


def _verified(
    runtime: "Runtime", asked: _Asked, password: str, code: str | None, counted: dict[Limit, Counted]
) -> _Found:
    """Raises PasswordsBusy, which is no failed attempt."""
    try:
        right = passwords.verify(asked.stored, password)
        if not right or asked.stored is None:
            return _Found(right, runtime.vault)
        fresh = passwords.hashed(password) if passwords.outdated(asked.stored) else None
    except PasswordsBusy:
        with runtime.database.writing(durable=False) as session:
            throttle.give_back(session, *counted.values())
        raise
    ready = totp.prepared(runtime.database, runtime.vault, asked.principal_id) if code else runtime.vault
    return _Found(right, ready, fresh)


def _refusal(session: Session, asked: _Asked, known: _Found, code: str | None) -> str | None:
    """Why not: `wrong`, `code` (there is none) or `wrong code`. Judged on the row as it is now, and locked."""
    user: User | None = totp.locked(session, asked.principal_id) if known.right else None
    if user is None or user.password_hash != asked.stored:
        return "wrong"
    if user.totp_since is not None:
        if not code:
            return "code"
        if not totp.check(session, known.vault, user, code):
            return "wrong code"
    if known.fresh is not None:
        user.password_hash = known.fresh
    return None


def _record_failure(session: Session, visit: Visit, action: str, target: str, why: str) -> None:
    caller = Caller(NOBODY, DEFAULT_TENANT, "nobody", visit.source, visit.request_id)
    audit.record(session, caller, action, "user", target, outcome="failed", details={"reason": why})


def _failed(failure: str) -> LoginFailed | CodeNeeded:
    if failure == "code":
        return CodeNeeded("a code of the second factor is needed", next_step="send it as `code` with the password")
    return LoginFailed(REFUSED, next_step="try again, or ask an administrator for a new password")
