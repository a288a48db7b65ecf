"""Who holds which role where; separation of duties; nobody gives or takes more than they may. Never commits."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import sessions
from mcm.auth.permissions import Permission
from mcm.auth.roles import SEPARATED, Role
from mcm.auth.service import Caller, View, view, view_of
from mcm.errors import InvalidInput
from mcm.identity import places, reach, repository
from mcm.identity.errors import (
    BeyondReach,
    BindingNotFound,
    DutiesCollide,
    LastAdministrator,
    ProjectNotKnown,
    UserNotFound,
)
from mcm.identity.schemas import BindingAnswer, BindingItem, HeldIn
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import Principal, RoleBinding, Setting
from mcm.tenancy import service as tenancy
from mcm.tenancy.errors import TenantNotFound
from mcm.tenancy.repository import account_named

_SEPARATION = "separation_of_duties"
WHOLE = HeldIn()


def separated(session: Session) -> bool:
    row = session.get(Setting, _SEPARATION)
    return bool(row and row.value)


def set_separation(session: Session, caller: Caller, on: bool) -> None:
    """Turning it on is refused, naming them, while somebody holds two of the separated roles."""
    repository.serialise(session)
    if on and (names := repository.holders_of_several(session)):
        raise DutiesCollide(
            f"{', '.join(names)} {'holds' if len(names) == 1 else 'hold'} more than one of {_separated_names()}",
            next_step="take one of them away with `mcm role unbind`, then turn the separation on",
        )
    row = session.get(Setting, _SEPARATION)
    if row is None:
        session.add(Setting(key=_SEPARATION, value=on, changed_at=clock.now()))
    else:
        row.value, row.changed_at = on, clock.now()
    audit.record(session, caller, "separation.on" if on else "separation.off", "setting", _SEPARATION)


def bind(
    session: Session, caller: Caller, user_name: str, role: Role, where: HeldIn, *, unknown_project: bool = False
) -> BindingAnswer:
    """Their sessions end: they sign in again with what they hold now. Raises ProjectNotKnown, unless it may be so."""
    found = repository.find(session, user_name)
    if found is None:
        raise UserNotFound(f"there is no user '{user_name}'", next_step="`mcm user list` shows all")
    principal = found[0]
    place = _place(session, where)
    if not reach.covers(view_of(session), place):
        raise BeyondReach(f"{caller.name} may not give roles there", next_step="ask somebody who administers the whole")
    reach.require_reach(session, principal.id)
    warnings = [_unknown(session, ident, project, unknown_project) for ident, project in place.projects]
    repository.serialise(session)
    row = add(session, principal.id, role, place, given_by=caller.principal_id)
    if row is None:
        raise InvalidInput(f"{principal.name} holds {role} there already")
    sessions.end_all(session, principal.id)
    audit.record(session, caller, "role.bind", "user", principal.id, details={"role": role, "in": row.held_in})
    told = items(session, [(row, principal.name)])[0]
    return BindingAnswer(**told.model_dump(), warnings=[said for said in warnings if said])


def unbind(session: Session, caller: Caller, binding_id: str) -> BindingItem:
    found = repository.binding(session, binding_id)
    if found is None:
        raise BindingNotFound(
            f"there is no role binding '{binding_id}'", next_step="`mcm role list` shows those there are"
        )
    row, name = found
    repository.serialise(session)
    told = items(session, [(row, name)])[0]
    session.delete(row)
    session.flush()
    require_administrator(session, caller, {row.principal_id})
    sessions.end_all(session, row.principal_id)
    said = {"role": row.role, "in": row.held_in}
    audit.record(session, caller, "role.unbind", "user", row.principal_id, details=said)
    return told


def add(
    session: Session, principal_id: str, role: Role, where: View, *, given_by: str, issuer: str | None = None
) -> RoleBinding | None:
    """One binding after the check of separated duties; None when it is there already. `serialise` comes before."""
    held = repository.bindings(session, [principal_id])
    place = _held_in(where)
    if any(row.role == role and row.held_in == place.text for row in held):
        return None
    clash = {row.role for row in held} & SEPARATED - {role}
    if role in SEPARATED and clash and separated(session):
        raise DutiesCollide(
            f"who holds {', '.join(sorted(clash))} cannot hold {role} too: duties are separated here",
            next_step="give it to somebody else, or turn the separation off (`mcm user separation off`)",
        )
    row = RoleBinding(
        id=new_id("rob"), principal_id=principal_id, role=role, held_in=place.text, tenant_id=place.tenant,
        account_id=place.account, project=place.project, issuer=issuer, created_at=clock.now(), created_by=given_by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def replace_given_by(
    session: Session, caller: Caller, issuer: str, principal_id: str, wanted: Iterable[tuple[Role, View]]
) -> bool:
    """What an identity provider's groups give at a sign-in, instead of what it gave before; True when that changed.

    A View here is EVERYTHING, one tenant, or one project. What people gave stays. Raises DutiesCollide."""
    repository.serialise(session)
    named = {(role, _held_in(where).text): (role, where) for role, where in wanted}
    held = repository.bindings(session, [principal_id])
    gone = [row for row in held if row.issuer == issuer and (row.role, row.held_in) not in named]
    for row in gone:
        session.delete(row)
    session.flush()
    added = [
        new
        for role, where in named.values()
        if (new := add(session, principal_id, role, where, given_by=principal_id, issuer=issuer)) is not None
    ]
    if gone or added:
        said = {
            "issuer": issuer,
            "given": sorted(f"{row.role} in {row.held_in}" for row in added),
            "taken": sorted(f"{row.role} in {row.held_in}" for row in gone),
        }
        audit.record(session, caller, "role.sync", "user", principal_id, details=said)
    return bool(gone or added)


def take_given_by(session: Session, caller: Caller, issuer: str) -> dict[str, int]:
    """An identity provider counts no longer: what its groups gave goes, and the sessions of those who held it and of
    those who came through it end. Returns how many of each. Raises LastAdministrator."""
    repository.serialise(session)
    given = repository.given_by(session, issuer)
    if given and not view(caller, Permission.ROLE_WRITE).everything:
        raise BeyondReach(
            "groups of this provider gave roles, and you may not take those away", next_step="ask who may give roles"
        )
    touched = {row.principal_id for row in given}
    for row in given:
        session.delete(row)
    session.flush()
    if touched:
        require_administrator(session, caller, touched)
    leaving = sorted(touched.union(repository.signed_in_by(session, issuer)))
    return {"roles": len(given), "sessions": sum(sessions.end_all(session, who) for who in leaving)}


def require_administrator(session: Session, caller: Caller, touched: set[str]) -> None:
    """Raises LastAdministrator when the change just made leaves nobody who could say who may do what.

    Whoever owns the data directory may do even that: they can make a new one."""
    if caller.unlimited or repository.administrators(session):
        return
    raise LastAdministrator(
        "nobody who may sign in would administer users any more",
        next_step="give security_admin in the whole to another user first",
        details={"users": len(touched)},
    )


def items(session: Session, rows: Sequence[tuple[RoleBinding, str]]) -> list[BindingItem]:
    names = places.Names(session, [row for row, _ in rows])
    return [
        BindingItem(
            id=row.id, user=name, user_id=row.principal_id, role=Role(row.role), held_in=row.held_in,
            place=names.place(row), given_by=names.giver(row), tenant_id=row.tenant_id, account_id=row.account_id,
            project=row.project, issuer=row.issuer, created_at=row.created_at, created_by=row.created_by,
        )
        for row, name in rows
    ]  # fmt: skip


class _Place:
    def __init__(self, text: str, tenant: str | None, account: str | None, project: str | None) -> None:
        self.text, self.tenant, self.account, self.project = text, tenant, account, project


def _held_in(where: View) -> _Place:
    if where.everything:
        return _Place("whole", None, None, None)
    if len(where.tenants) == 1 and not where.projects:
        (tenant,) = where.tenants
        return _Place(f"tenant:{tenant}", tenant, None, None)
    if len(where.projects) == 1 and not where.tenants:
        ((account, project),) = where.projects
        return _Place(f"project:{account}:{project}", None, account, project)
    raise ValueError("a role is held in the whole, in one tenant or in one project")


def _place(session: Session, where: HeldIn) -> View:
    """By id or name. Raises InvalidInput for a tenant or account that is not there, or not for the session's eyes."""
    seen = view_of(session)
    if where.tenant is not None:
        return View(tenants=frozenset({tenant_of(session, where.tenant)}))
    if where.account is not None:
        row = account_named(session, where.account)
        project = (row.id, where.project or "") if row else None
        if project is None or not (seen.everything or project in seen.projects):
            raise InvalidInput(f"there is no account '{where.account}'", next_step="`mcm account list` shows all")
        return View(projects=frozenset({project}))
    return View(everything=True)


def _unknown(session: Session, account_id: str, project: str, allowed: bool) -> str:
    """A warning, or "" for a project that the inventory knows."""
    if places.knows_project(session, account_id, project):
        return ""
    said = f"nothing of a project with the id '{project}' was ever read through this account"
    if allowed:
        return f"{said}: the role opens nothing until something is"
    raise ProjectNotKnown(
        said,
        next_step="`mcm resource list --kind project -c name,native_id` shows ids; allow_unknown_project "
        "(--unknown-project) where it is still to come",
    )


def tenant_of(session: Session, reference: str) -> str:
    """The id, as the tenancy room finds it. Raises InvalidInput, also for a name that several have."""
    try:
        return tenancy.get(session, reference).id
    except TenantNotFound as error:
        raise InvalidInput(error.message, next_step=error.next_step) from error


def _separated_names() -> str:
    return ", ".join(sorted(SEPARATED))


def name_of(session: Session, principal_id: str) -> str:
    found = session.get(Principal, principal_id)
    return found.name if found else principal_id


def covers_everything(session: Session) -> bool:
    return view_of(session).everything
