"""API tokens over HTTP: one's own, and those of others for who administers users."""

from operator import attrgetter
from typing import Any

from fastapi import APIRouter

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, after, encode_cursor, page_of_few
from mcm.identity import api_tokens
from mcm.identity.parameters import require_user
from mcm.identity.schemas import TokenAnswer, TokenCreate, TokenItem

router = APIRouter(tags=["tokens"])


@router.get("/tokens", dependencies=[authorize(Permission.OWN_READ)])
def list_tokens(
    session: ReadSession, caller: CallerDep, limit: Limit = MAX_LIMIT, cursor: Cursor = None
) -> Page[TokenItem]:
    """One's own."""
    return page_of_few(api_tokens.own(session, caller), limit, cursor, attrgetter("id"))


@router.post(
    "/tokens",
    status_code=201,
    dependencies=[authorize(Permission.OWN_WRITE), recently_confirmed],
    response_model=TokenAnswer,
)
def create_token(body: TokenCreate, mutation: MutationDep) -> Any:
    """The answer shows the token this one time."""
    require_user(mutation.caller)
    return mutation.run(lambda session: api_tokens.create(session, mutation.caller, body), status=201, once=("token",))


@router.delete("/tokens/{token_id}", dependencies=[authorize(Permission.OWN_WRITE)], response_model=TokenItem)
def revoke_token(token_id: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """One's own."""
    require_user(mutation.caller)
    return mutation.run(lambda session: api_tokens.revoke_own(session, mutation.caller, token_id), dry_run=try_only)


@router.get("/users/-/tokens", dependencies=[authorize(Permission.USER_READ)])
def list_tokens_of_users(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[TokenItem]:
    """Everybody's whom the caller may see."""
    found = api_tokens.everybodys(session, after(cursor, str, str), limit + 1)
    more = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[item for item, _ in found[:limit]],
        next_cursor=encode_cursor([more[1], more[0].id]) if more else None,
    )


@router.delete(
    "/users/-/tokens/{token_id}",
    dependencies=[authorize(Permission.USER_WRITE), recently_confirmed],
    response_model=TokenItem,
)
def revoke_token_of_user(token_id: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    return mutation.run(lambda session: api_tokens.revoke(session, mutation.caller, token_id), dry_run=try_only)
