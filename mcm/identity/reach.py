"""Whom a caller may touch: nobody gets at more than they administer, or at roles that they may not give."""

from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, View, view, view_of
from mcm.identity import repository
from mcm.identity.errors import BeyondReach
from mcm.models import RoleBinding


def require_reach(session: Session, principal_id: str) -> None:
    """Who administers a part may not touch a user who holds something outside it: a new password would open that."""
    seen = view_of(session)
    if seen.everything:
        return
    for row in repository.bindings(session, [principal_id]):
        if not covers(seen, held_where(row)):
            raise BeyondReach(
                "this user holds roles outside of what you administer",
                next_step="ask somebody who administers the whole",
            )


def require_power(session: Session, caller: Caller, principal_id: str) -> None:
    """For what decides who comes in as this user, with `require_reach` in it. Whoever may do that could hold their
    roles, so it takes the right to give those, wherever they are held. A token's holder is not the person behind it."""
    require_reach(session, principal_id)
    if caller.method == "token" and caller.principal_id == principal_id:
        raise BeyondReach(
            "an API token cannot change how its own user comes in", next_step="sign in with your password"
        )
    mine = view(caller, Permission.ROLE_WRITE)
    if not all(covers(mine, held_where(row)) for row in repository.bindings(session, [principal_id])):
        raise BeyondReach(
            "this user holds roles, and you may not give those",
            next_step="ask somebody who may give roles where this user holds them",
        )


def covers(seen: View, place: View) -> bool:
    if seen.everything:
        return True
    return not place.everything and place.tenants <= seen.tenants and all(
        project in seen.projects for project in place.projects
    )  # fmt: skip


def held_where(row: RoleBinding) -> View:
    if row.tenant_id is not None:
        return View(tenants=frozenset({row.tenant_id}))
    if row.account_id is not None:
        return View(projects=frozenset({(row.account_id, row.project or "")}))
    return View(everything=True)
