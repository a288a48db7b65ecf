"""The rules of users: who may be made, changed, kept out and removed. Never commits."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import sessions
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, View, view, view_of
from mcm.errors import InvalidInput, PreconditionFailed
from mcm.identity import own, passwords, reach, repository, roles, totp
from mcm.identity.errors import BeyondReach, NoUser, UserExists, UserNotFound
from mcm.identity.repository import Pair
from mcm.identity.schemas import UserCreate, UserItem, UserUpdate
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import ApiToken, ExternalIdentity, IdentitySecret, Principal, RoleBinding, SavedView, User

_EVERYWHERE = View(everything=True)


def get(session: Session, name_or_id: str) -> Pair:
    found = repository.find(session, name_or_id)
    if found is None:
        raise UserNotFound(f"there is no user '{name_or_id}'", next_step="`mcm user list` shows all")
    return found


def hash_for(wanted: UserCreate | UserUpdate, name: str) -> str | None:
    """The hash of the password in the form, if there is one; outside of any transaction. Raises PasswordRefused."""
    if wanted.password is None:
        return None
    password = wanted.password.get_secret_value()
    passwords.require_good(password, name=name, others=(wanted.email or "", wanted.full_name or ""))
    return passwords.hashed(password)


def create(session: Session, caller: Caller, wanted: UserCreate, hashed: str | None) -> Pair:
    """Roles are held in the whole, so only who administers the whole may give them here."""
    if wanted.roles and not view_of(session).everything:
        raise BeyondReach(
            "these roles would be held in the whole, which you do not administer",
            next_step="make the user without roles, then `mcm role bind` in a tenant",
        )
    if wanted.roles and not view(caller, Permission.ROLE_WRITE).everything:
        raise BeyondReach(
            "making users is not giving roles, and that permission is not yours",
            next_step="make the user without roles, and have somebody who may give them do so",
        )
    if repository.name_taken(session, wanted.name):
        raise UserExists(f"the name '{wanted.name}' is taken", next_step="choose another name")
    now = clock.now()
    principal = Principal(
        id=new_id("prn"), tenant_id=_tenant(session, caller, wanted.tenant), kind="user", name=wanted.name,
        created_at=now,
    )  # fmt: skip
    user = User(
        principal_id=principal.id, full_name=wanted.full_name, email=wanted.email, password_hash=hashed,
        password_at=now if hashed else None, version=1,
        must_change=bool(hashed) and _must_change(caller, principal.id, wanted.must_change),
    )  # fmt: skip
    session.add(principal)
    session.flush()
    session.add(user)
    session.flush()
    repository.serialise(session)
    for role in dict.fromkeys(wanted.roles):
        roles.add(session, principal.id, role, _EVERYWHERE, given_by=caller.principal_id)
    said = {"name": principal.name, "roles": sorted(wanted.roles)}
    audit.record(session, caller, "user.create", "user", principal.id, details=said)
    return principal, user


def update(
    session: Session, caller: Caller, found: Pair, wanted: UserUpdate, hashed: str | None, if_match: str | None
) -> Pair:
    """A new password ends all sessions and revokes all API tokens: who asks for one may have lost the old one."""
    principal, user = found
    require_version(user, if_match)
    if hashed is None:
        reach.require_reach(session, principal.id)
    else:
        reach.require_power(session, caller, principal.id)
    if wanted.full_name is not None:
        user.full_name = wanted.full_name or None
    if wanted.email is not None:
        user.email = wanted.email or None
    if hashed is not None:
        own.set_password(user, hashed, must_change=_must_change(caller, principal.id, wanted.must_change))
        sessions.end_all(session, principal.id)
        session.execute(delete(ApiToken).where(ApiToken.principal_id == principal.id))
    else:
        user.version += 1
    said = {"name": principal.name, "changed": sorted(wanted.model_fields_set)}
    audit.record(session, caller, "user.update", "user", principal.id, details=said)
    return found


def disable(session: Session, caller: Caller, found: Pair) -> Pair:
    """Sessions end; tokens are dead as long as it lasts."""
    principal, user = found
    reach.require_power(session, caller, principal.id)
    repository.serialise(session)
    if principal.disabled_at is None:
        principal.disabled_at = clock.now()
        user.version += 1
    session.flush()
    roles.require_administrator(session, caller, {principal.id})
    number = sessions.end_all(session, principal.id)
    said = {"name": principal.name, "sessions": number}
    audit.record(session, caller, "user.disable", "user", principal.id, details=said)
    return found


def enable(session: Session, caller: Caller, found: Pair) -> Pair:
    principal, user = found
    reach.require_power(session, caller, principal.id)
    if principal.disabled_at is not None:
        principal.disabled_at = None
        user.version += 1
    audit.record(session, caller, "user.enable", "user", principal.id, details={"name": principal.name})
    return found


def reset_totp(session: Session, caller: Caller, found: Pair) -> Pair:
    """For somebody who has lost phone and recovery codes. Their sessions end."""
    principal, user = found
    reach.require_power(session, caller, principal.id)
    totp.remove(session, user)
    user.version += 1
    sessions.end_all(session, principal.id)
    audit.record(session, caller, "user.reset_totp", "user", principal.id, details={"name": principal.name})
    return found


def remove(session: Session, caller: Caller, found: Pair) -> None:
    """Everything of theirs goes but the name, under which the audit trail still knows them; it can be given again."""
    principal, user = found
    if principal.id == caller.principal_id:
        raise NoUser("you cannot remove yourself", next_step="ask another administrator")
    reach.require_power(session, caller, principal.id)
    repository.serialise(session)
    name = principal.name
    sessions.end_all(session, principal.id)
    totp.remove(session, user)
    for table, column in (
        (RoleBinding, RoleBinding.principal_id),
        (ApiToken, ApiToken.principal_id),
        (ExternalIdentity, ExternalIdentity.principal_id),
        (IdentitySecret, IdentitySecret.owner),
    ):
        session.execute(delete(table).where(column == principal.id))
    # What they have shared is of use to others, who may remove it.
    session.execute(delete(SavedView).where(SavedView.principal_id == principal.id, SavedView.shared == "private"))
    session.delete(user)
    principal.kind, principal.name = "removed", f"{name}~{principal.id}"
    principal.disabled_at = principal.disabled_at or clock.now()
    session.flush()
    roles.require_administrator(session, caller, {principal.id})
    audit.record(session, caller, "user.remove", "user", principal.id, details={"name": name})


def items(session: Session, found: Sequence[Pair]) -> list[UserItem]:
    ids = [principal.id for principal, _ in found]
    issuers = repository.issuers(session, ids)
    held: dict[str, list[str]] = {}
    for row in repository.visible_bindings(session, ids):
        held.setdefault(row.principal_id, []).append(
            row.role if row.held_in == "whole" else f"{row.role}@{row.held_in}"
        )
    return [
        UserItem(
            id=principal.id, name=principal.name, full_name=user.full_name, email=user.email,
            tenant_id=principal.tenant_id, enabled=principal.disabled_at is None,
            has_password=user.password_hash is not None, must_change=user.must_change,
            second_factor=user.totp_since is not None, issuers=issuers.get(principal.id, []),
            roles=held.get(principal.id, []), created_at=principal.created_at, last_login_at=user.last_login_at,
            version=user.version,
        )
        for principal, user in found
    ]  # fmt: skip


def etag(user: User) -> str:
    return f'"{user.version}"'


def require_version(user: User, if_match: str | None) -> None:
    if if_match not in (None, "*", etag(user)):
        raise PreconditionFailed(
            "the user was changed since it was read", next_step="read it again and repeat the change"
        )


def _tenant(session: Session, caller: Caller, wanted: str | None) -> str:
    seen = view_of(session)
    if wanted is None:
        if seen.everything or caller.tenant_id in seen.tenants:
            return caller.tenant_id
        raise InvalidInput("say in which tenant the user will be", next_step="add tenant")
    return roles.tenant_of(session, wanted)


def _must_change(caller: Caller, principal_id: str, wanted: bool) -> bool:
    """Nobody signs in for long with what somebody else knows; whoever owns the data directory knows all anyway."""
    return wanted or not (caller.unlimited or caller.principal_id == principal_id)
