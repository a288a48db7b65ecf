"""Signing in: whoever has proved who they are, here or at an identity provider, gets a session. Never commits."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import sessions
from mcm.auth.service import DEFAULT_TENANT, Caller
from mcm.auth.sessions import Opened
from mcm.identity import repository
from mcm.identity.errors import LoginFailed
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import ExternalIdentity, Principal, User

REFUSED = "the name, the password or the code is not right, or the user may not come in"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._@+-]+")
# Ids begin so, and no name may be taken for one.
_NO_BEGINNING = re.compile(r"^(?:[-._@+]|prn_)+")
MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a sign-in comes from. cookie: of the session that came with it, if any; it ends."""

    source: str
    client: str
    request_id: str
    cookie: str = ""


def sign_in_external(
    session: Session,
    *,
    issuer: str,
    subject: str,
    name: str,
    visit: Visit,
    email: str | None = None,
    full_name: str | None = None,
    tenant_id: str = DEFAULT_TENANT,
    external_sid: str | None = None,
    create: bool = True,
) -> tuple[Opened, Principal]:
    """The user behind (issuer, subject), made at the first time (create), with a session opened and recorded.

    A local user of the same name or address is somebody else: only (issuer, subject) identifies. Raises LoginFailed for
    one who is disabled or unknown and not to be created. Roles: `mcm.identity.roles.replace_given_by`.
    """
    known = repository.external(session, issuer, subject)
    if known is None and not create:
        raise LoginFailed(REFUSED, next_step="ask an administrator to add you")
    if known is None:
        principal, user = _add_external(session, issuer, subject, name, tenant_id, visit)
        known = repository.external(session, issuer, subject)
    else:
        found = repository.by_id(session, known.principal_id)
        if found is None or found[0].disabled_at is not None:
            raise LoginFailed(REFUSED, next_step="ask an administrator")
        principal, user = found
    user.email, user.full_name = _cut(email) or user.email, _cut(full_name) or user.full_name
    if known is not None:
        known.last_login_at = clock.now()
    opened = enter(session, principal, user, "external", visit, issuer=issuer, external_sid=external_sid)
    return opened, principal


def enter(
    session: Session,
    principal: Principal,
    user: User,
    method: Literal["password", "external", "setup"],
    visit: Visit,
    *,
    issuer: str | None = None,
    external_sid: str | None = None,
    details: dict[str, object] | None = None,
) -> Opened:
    """Opens and records the session of somebody who has proved who they are."""
    opened = sessions.open_session(
        session, principal.id, method=method, source=visit.source, client=visit.client, issuer=issuer,
        external_sid=external_sid, replaces=visit.cookie,
    )  # fmt: skip
    user.last_login_at = clock.now()
    said = {"method": method, "session": opened.session_id} | ({"issuer": issuer} if issuer else {}) | (details or {})
    audit.record(session, as_caller(principal, visit), "session.login", "user", principal.id, details=said)
    return opened


def as_caller(principal: Principal, visit: Visit) -> Caller:
    return Caller(principal.id, principal.tenant_id, principal.name, visit.source, visit.request_id, "session")


def _add_external(
    session: Session, issuer: str, subject: str, name: str, tenant_id: str, visit: Visit
) -> tuple[Principal, User]:
    now = clock.now()
    principal = Principal(id=new_id("prn"), tenant_id=tenant_id, kind="user", name=_free(session, name), created_at=now)
    user = User(principal_id=principal.id, must_change=False, version=1)
    session.add(principal)
    session.flush()
    session.add(user)
    session.add(ExternalIdentity(issuer=issuer, subject=subject, principal_id=principal.id, created_at=now))
    session.flush()
    said = {"name": principal.name, "issuer": issuer}
    audit.record(session, as_caller(principal, visit), "user.create", "user", principal.id, details=said)
    return principal, user


def _free(session: Session, wanted: str) -> str:
    """The wanted name as mcm writes names, with a number where somebody else has it."""
    plain = unicodedata.normalize("NFKC", wanted).casefold()
    base = _NO_BEGINNING.sub("", _NOT_IN_NAMES.sub("-", plain)).rstrip("-._@+")[: MAX_NAME - 8] or "user"
    name, number = base, 1
    while repository.name_taken(session, name):
        number += 1
        name = f"{base}-{number}"
    return name


def _cut(text: str | None) -> str | None:
    return "".join(letter for letter in text if letter.isprintable())[:200] or None if text else None
