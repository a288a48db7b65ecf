"""The first administrator, made by whoever holds the one-time link that the server printed at its start."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mcm.auth import grants, tokens
from mcm.auth.roles import Role
from mcm.auth.service import Caller, system_caller
from mcm.auth.sessions import Opened
from mcm.identity import repository, roles, throttle, users
from mcm.identity.errors import SetupClosed
from mcm.identity.schemas import UserCreate
from mcm.identity.service import Visit, enter
from mcm.kit import clock
from mcm.models import SetupLink

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

VALID = timedelta(hours=1)
ADMINISTRATOR = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
SEPARATED_FIRST = (Role.SECURITY_ADMIN,)


def new_link(runtime: "Runtime") -> str | None:
    """The path of a fresh link, None when there is a user. Earlier links end."""
    with runtime.database.writing() as session:
        session.execute(delete(SetupLink))
        if grants.any_user(session):
            return None
        token = tokens.new_secret()
        session.add(SetupLink(token_hash=tokens.digest(token), expires_at=clock.now() + VALID))
    return f"/setup?token={token}"


def complete(runtime: "Runtime", visit: Visit, token: str, wanted: UserCreate, *, separate: bool) -> Opened:
    """Raises SetupClosed for a link that is used, past its time or was never given, or when there is a user."""
    with runtime.database.writing(durable=False) as session:
        throttle.attempt(session, (throttle.SETUP, visit.source))
    with runtime.database.reading() as session:
        require_open(session, token)
    hashed = users.hash_for(wanted, wanted.name)
    with runtime.database.writing() as session:
        repository.serialise(session)
        require_open(session, token)
        session.execute(delete(SetupLink))
        caller: Caller = system_caller(visit.source, visit.request_id)
        if separate:
            roles.set_separation(session, caller, True)
        found = users.create(session, caller, wanted, hashed)
        throttle.clear(session, throttle.SETUP, visit.source)
        return enter(session, *found, "setup", visit)


def require_open(session: Session, token: str) -> None:
    link = session.get(SetupLink, tokens.digest(token))
    if link is None or link.expires_at <= clock.now() or grants.any_user(session):
        raise SetupClosed(
            "this link was used, is older than an hour, or was never given",
            next_step="restart `mcm serve` for a new one, or run `mcm user create --admin NAME` beside the database",
        )
