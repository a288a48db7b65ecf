"""API tokens over HTTP: one's own, and those of others for who administers users."""

from typing import Any

from fastapi import APIRouter

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from mcm.identity import api_tokens
from mcm.identity.parameters import require_user
from mcm.identity.schemas import TokenAnswer, TokenCreate, TokenItem

router = APIRouter(tags=["tokens"])


@router.get("/tokens", dependencies=[authorize(Permission.OWN_READ)])
def list_tokens(session: ReadSession, caller: CallerDep) -> Page[TokenItem]:
    """One's own."""
    return Page(items=api_tokens.own(session, caller), next_cursor=None)


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
def revoke_token(token_id: str, mutation: MutationDep) -> Any:
    """One's own."""
    require_user(mutation.caller)
    return mutation.run(lambda session: api_tokens.revoke_own(session, mutation.caller, token_id))


@router.get("/users/-/tokens", dependencies=[authorize(Permission.USER_READ)])
def list_tokens_of_users(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[TokenItem]:
    """Everybody's whom the caller may see."""
    after = decode_cursor(cursor, 2) if cursor else None
    found = api_tokens.everybodys(session, (str(after[0]), str(after[1])) if after else None, limit + 1)
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
def revoke_token_of_user(token_id: str, mutation: MutationDep) -> Any:
    return mutation.run(lambda session: api_tokens.revoke(session, mutation.caller, token_id))
