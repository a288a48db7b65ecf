"""API tokens: a subset of what their owner may do, for a time. Never commits."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth import tokens
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, allowed
from mcm.errors import InvalidInput
from mcm.identity import reach, repository
from mcm.identity.errors import TokenNotFound
from mcm.identity.schemas import TokenAnswer, TokenCreate, TokenItem
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import ApiToken

# Several hundred tokens of one person are a program that forgets to keep its own.
MAX_EACH = 200


def create(session: Session, caller: Caller, wanted: TokenCreate) -> TokenAnswer:
    """A token made with a token reaches no further than that one, no longer, and ends with it."""
    permissions = None if wanted.permissions is None else frozenset(wanted.permissions)
    beyond = sorted(permission for permission in permissions or () if not allowed(caller, permission))
    if beyond:
        raise InvalidInput(f"you lack {', '.join(beyond)} yourself", next_step="`mcm whoami` lists what you may do")
    if caller.permissions is not None:
        permissions = caller.permissions if permissions is None else permissions & caller.permissions
    expires_at = clock.now() + timedelta(days=wanted.days)
    if (parent := session.get(ApiToken, caller.token_id)) is not None:
        expires_at = min(expires_at, parent.expires_at)
    return issue(session, caller, wanted.name, permissions, expires_at, parent_id=parent.id if parent else None)


def issue(
    session: Session,
    owner: Caller,
    name: str,
    permissions: frozenset[Permission] | None,
    expires_at: datetime,
    *,
    parent_id: str | None = None,
) -> TokenAnswer:
    """The answer holds the token itself, which is nowhere else from now on."""
    if len(repository.tokens(session, owner.principal_id)) >= MAX_EACH:
        raise InvalidInput(
            f"you have {MAX_EACH} tokens already",
            next_step="revoke some: `mcm token list`",
            message_zh=f"您已有 {MAX_EACH} 个令牌，请先撤销一部分",
        )
    secret, now = tokens.new_secret(), clock.now()
    row = ApiToken(
        id=new_id("tok").removeprefix("tok_"),
        token_hash=tokens.digest(secret),
        principal_id=owner.principal_id,
        parent_id=parent_id,
        name=name,
        permissions=None if permissions is None else sorted(permissions),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    said = {"name": name, "permissions": row.permissions, "expires_at": clock.to_text(row.expires_at)}
    said |= {"made_with": parent_id} if parent_id else {}
    audit.record(session, owner, "token.create", "token", row.id, details=said)
    return TokenAnswer(**_item(row, owner.name).model_dump(), token=tokens.api_token(row.id, secret))


def own(session: Session, caller: Caller) -> list[TokenItem]:
    return [_item(row, name) for row, name in repository.tokens(session, caller.principal_id)]


def everybodys(session: Session, after: tuple[str, str] | None, limit: int) -> list[tuple[TokenItem, str]]:
    """Of all users whom the session may see, each with its owner's name; after: (name, id) of the page before."""
    return [(_item(row, name), name) for row, name in repository.token_page(session, after, limit)]


def revoke_own(session: Session, caller: Caller, token_id: str) -> TokenItem:
    found = next((pair for pair in repository.tokens(session, caller.principal_id) if pair[0].id == token_id), None)
    return _revoked(session, caller, token_id, found)


def revoke(session: Session, caller: Caller, token_id: str) -> TokenItem:
    """Anybody's whom the session may see."""
    found = next((pair for pair in repository.tokens(session, None) if pair[0].id == token_id), None)
    if found is not None and found[0].principal_id != caller.principal_id:
        reach.require_power(session, caller, found[0].principal_id)
    return _revoked(session, caller, token_id, found)


def end(session: Session, row: ApiToken) -> list[str]:
    """It opens nothing any more, nor do those made with it, which the database deletes; returns their ids."""
    made = sorted(repository.made_with(session, row.id))
    session.delete(row)
    session.flush()
    return made


def living(session: Session) -> int:
    """How many have not expired, of all users."""
    return session.scalar(select(func.count()).where(ApiToken.expires_at > clock.now())) or 0


def revoke_all(session: Session, caller: Caller) -> int:
    """Of all users, such as in a restored copy, where those that were revoked since would be alive again."""
    number = living(session)
    session.execute(delete(ApiToken))
    audit.record(session, caller, "token.revoke_all", "token", "*", details={"tokens": number})
    return number


def prune(session: Session) -> None:
    """Expired ones stay listed for a month, so that somebody can see why a program stopped working."""
    session.execute(delete(ApiToken).where(ApiToken.expires_at < clock.now() - timedelta(days=30)))


def _revoked(session: Session, caller: Caller, token_id: str, found: tuple[ApiToken, str] | None) -> TokenItem:
    if found is None:
        raise TokenNotFound(f"there is no token '{token_id}'", next_step="`mcm token list` shows those there are")
    row, name = found
    told = _item(row, name)
    said = {"name": row.name, "user": name, "made_with_it": end(session, row)}
    audit.record(session, caller, "token.revoke", "token", told.id, details=said)
    return told


def _item(row: ApiToken, owner: str) -> TokenItem:
    return TokenItem(
        id=row.id, name=row.name, user=owner, made_with=row.parent_id, permissions=row.permissions,
        created_at=row.created_at, expires_at=row.expires_at, used_at=row.used_at, used_from=row.used_from,
    )  # fmt: skip
