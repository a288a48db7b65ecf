"""Who is behind a request, what they may do, and which part of everything they may see."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from mcm.auth.permissions import OF_THE_WHOLE, Permission
from mcm.auth.roles import PERMISSIONS, Role

LOCAL_PRINCIPAL = "prn_local"
SYSTEM_PRINCIPAL = "prn_system"
DEFAULT_TENANT = "ten_default"

_VIEW = "view"


@dataclass(frozen=True, slots=True)
class View:
    """The part of everything that a caller may see for one permission. What is outside does not exist for them.

    tenants: ids, with all below them. projects: (account id, native id of the project)."""

    everything: bool = False
    tenants: frozenset[str] = frozenset()
    projects: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: "View") -> "View":
        if self.everything or other.everything:
            return EVERYTHING
        return View(False, self.tenants | other.tenants, self.projects | other.projects)

    @property
    def nothing(self) -> bool:
        return not (self.everything or self.tenants or self.projects)


EVERYTHING = View(everything=True)
NOTHING = View()


@dataclass(frozen=True, slots=True)
class Grant:
    """One role and where it is held, with tenants already expanded to all below them."""

    role: Role
    where: View


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal behind a request. source: where it came from (an address, "cli", "job").

    method      how they were identified: local (whoever owns the data directory), system (mcm's own jobs), session
                or token
    grants      what a user holds; the local principal and mcm's own jobs may do everything without
    permissions an API token's limit: nothing beyond it, whatever its owner holds; None: no limit
    session_id  of the login session; token_id: of the API token
    confirmed_at when the person last proved who they are (login or re-authentication)
    """

    principal_id: str
    tenant_id: str
    name: str
    source: str
    request_id: str
    method: Literal["local", "system", "session", "token"] = "session"
    grants: tuple[Grant, ...] = ()
    permissions: frozenset[Permission] | None = None
    session_id: str = ""
    token_id: str = ""
    confirmed_at: datetime | None = None

    @property
    def unlimited(self) -> bool:
        return self.method in ("local", "system")

    def proved(self, at: datetime) -> "Caller":
        """The same, who has just proved again who they are."""
        return replace(self, confirmed_at=at)


def local_caller(source: str, request_id: str) -> Caller:
    """The one principal of the embedded mode: whoever reaches the loopback listener or owns the data directory."""
    return Caller(LOCAL_PRINCIPAL, DEFAULT_TENANT, "local", source, request_id, "local")


def system_caller(source: str, request_id: str) -> Caller:
    return Caller(SYSTEM_PRINCIPAL, DEFAULT_TENANT, "system", source, request_id, "system")


def view(caller: Caller, permission: Permission) -> View:
    """Where the caller has the permission; NOTHING: nowhere."""
    if caller.unlimited:
        return EVERYTHING
    if caller.permissions is not None and permission not in caller.permissions:
        return NOTHING
    found = NOTHING
    for grant in caller.grants:
        if permission in PERMISSIONS[grant.role] and (grant.where.everything or permission not in OF_THE_WHOLE):
            found = found | grant.where
    if permission in (Permission.OWN_READ, Permission.OWN_WRITE) and found.nothing:
        # A user without any role may still sign out and change their password.
        return View(tenants=frozenset({caller.tenant_id}))
    return found


def allowed(caller: Caller, permission: Permission) -> bool:
    return not view(caller, permission).nothing


def limit(session: Session, seen: View) -> Session:
    """From now on the session's listings show only what is inside. Every session of a request is limited so."""
    session.info[_VIEW] = seen
    return session


def view_of(session: Session) -> View:
    """What a session may see. One that no request opened (jobs, migrations, commands on the database) sees all."""
    found: View = session.info.get(_VIEW, EVERYTHING)
    return found
