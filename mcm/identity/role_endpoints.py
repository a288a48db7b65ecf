"""Roles, who holds them where, and the separation of duties, over HTTP."""

from operator import attrgetter
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.roles import PERMISSIONS, SEPARATED, Role
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, after, encode_cursor, page_of_few
from mcm.errors import Forbidden
from mcm.identity import roles, users
from mcm.identity.repository import binding_page
from mcm.identity.schemas import BindingAnswer, BindingCreate, BindingItem, RoleItem, Separation

router = APIRouter(tags=["roles"])
_READ = [authorize(Permission.ROLE_READ)]
_WRITE = [authorize(Permission.ROLE_WRITE), recently_confirmed]


@router.get("/roles", dependencies=_READ)
def list_roles(limit: Limit = MAX_LIMIT, cursor: Cursor = None) -> Page[RoleItem]:
    """What each role may do. `separated`: nobody holds two of them while duties are separated."""
    found = [RoleItem(name=role, permissions=sorted(PERMISSIONS[role]), separated=role in SEPARATED) for role in Role]
    return page_of_few(found, limit, cursor, attrgetter("name"))


@router.get("/roles/separation", dependencies=_READ)
def show_separation(session: ReadSession) -> Separation:
    return Separation(on=roles.separated(session))


@router.put("/roles/separation", dependencies=_WRITE, response_model=Separation)
def set_separation(body: Separation, mutation: MutationDep, caller: CallerDep) -> Any:
    """Separation of duties: nobody holds two of system_admin, security_admin and auditor."""

    def change(session: Session) -> Separation:
        if not roles.covers_everything(session):
            raise Forbidden(
                f"{caller.name} administers a part only, and this is about the whole",
                next_step="ask somebody who holds security_admin in the whole",
            )
        roles.set_separation(session, caller, body.on)
        return body

    return mutation.run(change)


@router.get("/role-bindings", dependencies=_READ)
def list_role_bindings(
    session: ReadSession, user: str | None = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[BindingItem]:
    """user: name or id."""
    principal_id = users.get(session, user)[0].id if user else None
    found = binding_page(session, principal_id, after(cursor, str, str), limit + 1)
    more = found[limit - 1] if len(found) > limit else None
    shown = roles.items(session, found[:limit])
    return Page(items=shown, next_cursor=encode_cursor([more[1], more[0].id]) if more else None)


@router.post("/role-bindings", status_code=201, dependencies=_WRITE, response_model=BindingAnswer)
def create_role_binding(body: BindingCreate, mutation: MutationDep) -> Any:
    """In the whole, in a tenant and all below it, or in one project of an account. The user signs in again."""

    def change(session: Session) -> BindingAnswer:
        unknown = body.allow_unknown_project
        return roles.bind(session, mutation.caller, body.user, body.role, body, unknown_project=unknown)

    return mutation.run(change, status=201)


@router.delete("/role-bindings/{binding_id}", dependencies=_WRITE, response_model=BindingItem)
def remove_role_binding(binding_id: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    return mutation.run(lambda session: roles.unbind(session, mutation.caller, binding_id), dry_run=try_only)
