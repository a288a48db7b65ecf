"""From a person whom a provider vouches for to a session of mcm: known or new, with the roles their groups give."""

import logging

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, View, system_caller
from mcm.auth.sessions import Opened
from mcm.db.session import Database
from mcm.errors import McmError
from mcm.identity import repository as identities
from mcm.identity import roles
from mcm.identity.errors import LoginFailed
from mcm.identity.service import Visit, as_caller, sign_in_external
from mcm.models import LoginSession, OidcProvider, Tenant
from mcm.oidc.errors import OidcNotAllowed
from mcm.oidc.login import Person
from mcm.oidc.schemas import Mapping

log = logging.getLogger(__name__)


def enter(database: Database, person: Person, visit: Visit) -> Opened:
    """Raises OidcNotAllowed for somebody unknown where the provider adds nobody, and for a disabled user."""
    with database.writing() as session:
        _require_still_trusted(session, person)
        known = identities.external(session, person.issuer, person.subject) is not None
        if not known and not person.provider.sign_up:
            raise OidcNotAllowed(
                f"{person.provider.title} knows you, but no user of mcm belongs to this identity, and mcm adds none",
                next_step="ask an administrator to let this provider add users",
            )
        try:
            opened, principal = sign_in_external(
                session,
                issuer=person.issuer,
                subject=person.subject,
                name=person.name or person.subject,
                visit=visit,
                email=person.email or None,
                external_sid=person.session or None,
                create=person.provider.sign_up,
            )
        except LoginFailed as error:
            raise OidcNotAllowed("this user may not come in at present", next_step="ask an administrator") from error
        # Somebody who signed in there this morning has not just proved who they are.
        session.get_one(LoginSession, opened.session_id).confirmed_at = person.proved_at
        given = _given(session, person)
        roles.replace_given_by(session, as_caller(principal, visit), person.issuer, principal.id, given)
        return opened


def _require_still_trusted(session: Session, person: Person) -> None:
    """The provider may have been disabled, removed or led elsewhere while it was asked; whoever does that comes before
    or after this, never in between."""
    identities.serialise(session)
    now = session.get(OidcProvider, person.provider.id)
    if now is None or not now.enabled or now.issuer != person.issuer:
        raise OidcNotAllowed(
            f"{person.provider.title} lets nobody in any more", next_step="sign in another way, or ask an administrator"
        )


def note_refused(database: Database, provider_id: str, visit: Visit, error: McmError) -> None:
    """A login that a provider or mcm refused belongs in the trail; what never was a login of ours does not."""
    caller = system_caller(visit.source, visit.request_id)
    with database.writing() as session:
        audit.record(
            session, caller, "session.login", "oidc_provider", provider_id, outcome="failed",
            details={"method": "external", "code": error.code},
        )  # fmt: skip


def _given(session: Session, person: Person) -> list[tuple[Role, View]]:
    """A mapping to a tenant that is gone gives nothing."""
    found: list[tuple[Role, View]] = []
    for mapping in map(Mapping.model_validate, person.provider.mappings):
        if mapping.value not in person.groups:
            continue
        if mapping.tenant_id is None:
            found.append((mapping.role, EVERYTHING))
        elif session.get(Tenant, mapping.tenant_id) is not None:
            found.append((mapping.role, View(tenants=frozenset({mapping.tenant_id}))))
    return found
