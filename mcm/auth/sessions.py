"""Login sessions: opened with a new random id, known by its hash, ended by time, by their owner or by what happens to
the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mcm.auth import tokens
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import DeviceRequest, LoginSession, Principal, User

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# How exactly "last seen" is known: a write for every request would cost more than the request.
SEEN_EVERY = timedelta(minutes=1)
MAX_CLIENT = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened. cookie: the secret, which is nowhere else from now on."""

    session_id: str
    cookie: str
    expires_at: datetime

    @property
    def csrf_token(self) -> str:
        return tokens.csrf_token(self.cookie)


def open_session(
    session: Session,
    principal_id: str,
    *,
    method: Literal["password", "external", "setup"],
    source: str,
    client: str,
    issuer: str | None = None,
    external_sid: str | None = None,
    replaces: str = "",
) -> Opened:
    """replaces: the cookie that came with the sign-in; its session ends, so that an id somebody else planted or knew is
    worth nothing."""
    if replaces:
        session.execute(delete(LoginSession).where(LoginSession.token_hash == tokens.digest(replaces)))
    now = clock.now()
    opened = Opened(new_id("ses"), tokens.new_secret(), now + LONGEST)
    session.add(
        LoginSession(
            id=opened.session_id,
            token_hash=tokens.digest(opened.cookie),
            principal_id=principal_id,
            method=method,
            issuer=issuer,
            external_sid=external_sid,
            source=source[:MAX_CLIENT],
            client=client[:MAX_CLIENT],
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            expires_at=opened.expires_at,
        )
    )
    session.flush()
    return opened


def find(session: Session, cookie: str) -> tuple[LoginSession, Principal, User] | None:
    """The live session behind a cookie, of a user who may come in."""
    now = clock.now()
    row = session.execute(
        select(LoginSession, Principal, User)
        .join(Principal, Principal.id == LoginSession.principal_id)
        .join(User, User.principal_id == Principal.id)
        .where(
            LoginSession.token_hash == tokens.digest(cookie),
            LoginSession.expires_at > now,
            LoginSession.seen_at > now - IDLE,
            Principal.disabled_at.is_(None),
            Principal.kind == "user",
        )
    ).first()
    return None if row is None else (row[0], row[1], row[2])


def note_seen(session: Session, session_id: str) -> None:
    session.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.now()))


def confirm(session: Session, session_id: str) -> Opened | None:
    """The person has proved again who they are: a new id for the same session. None when it has ended meanwhile."""
    row = session.get(LoginSession, session_id)
    if row is None:
        return None
    cookie = tokens.new_secret()
    row.token_hash, row.confirmed_at, row.seen_at = tokens.digest(cookie), clock.now(), clock.now()
    session.flush()
    return Opened(row.id, cookie, row.expires_at)


def list_of(session: Session, principal_id: str) -> Sequence[LoginSession]:
    """The live ones, newest first."""
    now = clock.now()
    return session.scalars(
        select(LoginSession)
        .where(
            LoginSession.principal_id == principal_id, LoginSession.expires_at > now, LoginSession.seen_at > now - IDLE
        )
        .order_by(LoginSession.created_at.desc(), LoginSession.id)
    ).all()


def end(session: Session, principal_id: str, session_id: str) -> bool:
    """False when the principal has no such session."""
    if "\0" in session_id:
        # PostgreSQL would not take the question.
        return False
    found = delete(LoginSession).where(LoginSession.id == session_id, LoginSession.principal_id == principal_id)
    return session.execute(found.returning(LoginSession.id)).first() is not None


def end_all(session: Session, principal_id: str, *, but: str = "") -> int:
    """but: the id of a session that goes on. Returns how many ended.

    A command line that was let in from one of them, and has not come for its token yet, gets none."""
    session.execute(delete(DeviceRequest).where(DeviceRequest.principal_id == principal_id))
    found = delete(LoginSession).where(LoginSession.principal_id == principal_id, LoginSession.id != but)
    return len(session.execute(found.returning(LoginSession.id)).all())


def prune(session: Session) -> None:
    """Those past their time."""
    now = clock.now()
    session.execute(delete(LoginSession).where((LoginSession.expires_at <= now) | (LoginSession.seen_at <= now - IDLE)))
