"""Users over HTTP. A password goes in only; the Idempotency-Key's record holds no hash that could be tried against."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly, holds_password
from mcm.edge.paging import Cursor, Limit, Page, after, encode_cursor
from mcm.identity import users
from mcm.identity.repository import Pair, page
from mcm.identity.schemas import UserCreate, UserItem, UserUpdate

router = APIRouter(prefix="/users", tags=["users"])
_READ = [authorize(Permission.USER_READ)]
_WRITE = [authorize(Permission.USER_WRITE), recently_confirmed]
IfMatch = Annotated[str | None, Header(alias="If-Match")]


@router.get("", dependencies=_READ)
def list_users(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[UserItem]:
    found = page(session, after(cursor, str, str), limit + 1)
    more = found[limit - 1][0] if len(found) > limit else None
    return Page(
        items=users.items(session, found[:limit]),
        next_cursor=encode_cursor([more.name, more.id]) if more else None,
    )


@router.post("", status_code=201, dependencies=_WRITE, response_model=UserItem)
@holds_password
def create_user(body: UserCreate, mutation: MutationDep) -> Any:
    """Without a password the user signs in elsewhere (OIDC), or gets one later. Roles here are held in the whole."""
    if saved := mutation.earlier():
        return saved
    hashed = users.hash_for(body, body.name)
    return mutation.run(
        lambda session: _item(session, users.create(session, mutation.caller, body, hashed)), status=201
    )


@router.get("/{name}", dependencies=_READ)
def show_user(name: str, session: ReadSession, response: Response) -> UserItem:
    """By name or id."""
    found = users.get(session, name)
    response.headers["ETag"] = users.etag(found[1])
    return _item(session, found)


@router.patch("/{name}", dependencies=_WRITE, response_model=UserItem)
@holds_password
def update_user(name: str, body: UserUpdate, unit: UnitDep, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    """A new password ends the user's sessions and revokes their tokens."""
    if saved := mutation.earlier():
        return saved
    with unit.reading() as reading:
        known = users.get(reading, name)[0].name
    hashed = users.hash_for(body, known)

    def change(session: Session) -> UserItem:
        found = users.get(session, name)
        return _item(session, users.update(session, mutation.caller, found, body, hashed, if_match))

    return mutation.run(change)


@router.post("/{name}/disable", dependencies=_WRITE, response_model=UserItem)
def disable_user(name: str, mutation: MutationDep) -> Any:
    """Nothing of theirs opens a door any more: sessions end, tokens are dead until `enable`."""
    return mutation.run(
        lambda session: _item(session, users.disable(session, mutation.caller, users.get(session, name)))
    )


@router.post("/{name}/enable", dependencies=_WRITE, response_model=UserItem)
def enable_user(name: str, mutation: MutationDep) -> Any:
    return mutation.run(
        lambda session: _item(session, users.enable(session, mutation.caller, users.get(session, name)))
    )


@router.delete("/{name}/totp", dependencies=_WRITE, response_model=UserItem)
def reset_user_totp(name: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """For somebody who has lost phone and recovery codes."""
    return mutation.run(
        lambda session: _item(session, users.reset_totp(session, mutation.caller, users.get(session, name))),
        dry_run=try_only,
    )


@router.delete("/{name}", dependencies=_WRITE)
def remove_user(name: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """Sessions, tokens, roles and second factor go too. The audit trail still knows who it was."""

    def change(session: Session) -> dict[str, str]:
        found = users.get(session, name)
        told = {"user": found[0].name, "id": found[0].id}
        users.remove(session, mutation.caller, found)
        return told

    return mutation.run(change, dry_run=try_only)


def _item(session: Session, found: Pair) -> UserItem:
    session.flush()
    return users.items(session, [found])[0]
