"""Tells who stands behind a request from what it presents: a session's cookie, a token, or nothing in local mode."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mcm.auth import grants, sessions, tokens
from mcm.auth.permissions import Permission
from mcm.auth.proxied import proxied
from mcm.auth.service import Caller, local_caller
from mcm.db.session import Database
from mcm.errors import Forbidden, NotAuthenticated, Unavailable
from mcm.kit import clock
from mcm.models import ApiToken, LoginSession, Principal, User
from mcm.settings import Settings

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PERMISSIONS = frozenset(permission.value for permission in Permission)
_OWN = frozenset({Permission.OWN_READ, Permission.OWN_WRITE})


class ForeignRequest(Forbidden):
    """A page of somebody else made the browser send this, or the sender did not say that none did."""

    code = "foreign_request"


@dataclass(frozen=True)
class Presented:
    """What a request says of who sends it. source: an address, or "cli". cookie: the session's, "" without one."""

    source: str
    request_id: str
    method: str
    headers: Mapping[str, str]
    cookie: str = ""
    # A stream that is open looks again: that is no use of the session, which may run out meanwhile.
    again: bool = False


class Door:
    """`owner_token`: whoever can read it from the run file owns the data directory, and with it everything."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self.owner_token = f"{tokens.OWNER_PREFIX}{secrets.token_urlsafe(32)}"
        # The command line in this process: it has the database and the key in its hands already.
        self.in_process = False

    def identify(self, presented: Presented) -> Caller:
        """Raises NotAuthenticated, and ForeignRequest for a change that the session's own pages did not send."""
        token = _bearer(presented)
        if self.in_process or (token and hmac.compare_digest(token.encode(), self.owner_token.encode())):
            return local_caller(presented.source, presented.request_id)
        if token.startswith(tokens.API_PREFIX):
            return self._by_token(presented, token)
        if presented.cookie and not token and (caller := self._by_cookie(presented)) is not None:
            return caller
        if self.login_required():
            if token:
                raise _unusable()
            raise NotAuthenticated("sign in first", next_step="`mcm login`, or send an API token")
        if proxied(presented.headers):
            # There is no login yet, and whoever the proxy lets in would be taken for somebody on this machine.
            raise NotAuthenticated(
                "a proxy stands in front of mcm, which does not know of it",
                next_step="set MCM_PUBLIC_URL=https://… (and MCM_TRUSTED_PROXIES), and make the first user",
            )
        return local_caller(presented.source, presented.request_id)

    def login_required(self) -> bool:
        if self._settings.login == "required" or self._settings.public_url or not self._settings.loopback_allowed:
            return True
        # Asked anew for each request: another process may have made the first user just now.
        with self._database.reading() as session:
            return grants.any_user(session)

    @staticmethod
    def caller_of(
        session: Session, row: LoginSession, principal: Principal, user: User, presented: Presented
    ) -> Caller:
        """Who a session stands for."""
        return Caller(
            principal.id, principal.tenant_id, principal.name, presented.source, presented.request_id, "session",
            grants=grants.load(session, principal.id), permissions=_OWN if user.must_change else None,
            session_id=row.id, confirmed_at=row.confirmed_at,
        )  # fmt: skip

    def require_own_page(self, presented: Presented) -> None:
        """For what a browser may send with a cookie, or to get one. Raises ForeignRequest.

        Browsers that know Sec-Fetch-Site say where a request is from; older ones send Origin with every POST."""
        if presented.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise _foreign("another site's page sent it")
        origin = presented.headers.get("origin")
        if origin is not None and origin.lower() not in self._origins(presented.headers.get("host", "")):
            raise _foreign("its Origin is not this server")

    def _origins(self, host: str) -> set[str]:
        if self._settings.public_url:
            return {self._settings.origin}
        return {f"http://{host.lower()}"}

    def _by_cookie(self, presented: Presented) -> Caller | None:
        with self._database.reading() as session:
            found = sessions.find(session, presented.cookie)
            if found is None:
                return None
            caller = self.caller_of(session, *found, presented)
            row = found[0]
        if presented.method not in _SAFE:
            self.require_own_page(presented)
            if not tokens.same(presented.headers.get("x-csrf-token", ""), tokens.csrf_token(presented.cookie)):
                raise _foreign("it lacks the session's X-CSRF-Token")
        if not presented.again and clock.now() - row.seen_at >= sessions.SEEN_EVERY:
            self._note(lambda session: sessions.note_seen(session, row.id))
        return caller

    def _by_token(self, presented: Presented, token: str) -> Caller:
        parts = tokens.split_api_token(token)
        with self._database.reading() as session:
            found = _token(session, parts[0]) if parts else None
            # Compared even when there is none: the time tells nothing.
            hashed = found[0].token_hash if found else ""
            if parts is None or not tokens.same(hashed, tokens.digest(parts[1])) or found is None:
                raise _unusable()
            row, principal, user = found
            held = grants.load(session, principal.id)
        if not presented.again and (row.used_at is None or clock.now() - row.used_at >= sessions.SEEN_EVERY):
            used = update(ApiToken).where(ApiToken.id == row.id)
            self._note(lambda session: session.execute(used.values(used_at=clock.now(), used_from=presented.source)))
        limit = None if row.permissions is None else frozenset(map(Permission, _known(row.permissions)))
        if user.must_change:
            limit = _OWN if limit is None else limit & _OWN
        return Caller(
            principal.id, principal.tenant_id, principal.name, presented.source, presented.request_id, "token",
            grants=held, permissions=limit, token_id=row.id,
        )  # fmt: skip

    def _note(self, change: Callable[[Session], object]) -> None:
        """What is nice to know: a database that takes no writes now lets people read on."""
        with suppress(Unavailable), self._database.writing(durable=False) as session:
            change(session)


def _token(session: Session, token_id: str) -> tuple[ApiToken, Principal, User] | None:
    row = session.execute(
        select(ApiToken, Principal, User)
        .join(Principal, Principal.id == ApiToken.principal_id)
        .join(User, User.principal_id == Principal.id)
        .where(
            ApiToken.id == token_id,
            ApiToken.expires_at > clock.now(),
            Principal.disabled_at.is_(None),
            Principal.kind == "user",
        )
    ).first()
    return None if row is None else (row[0], row[1], row[2])


def _bearer(presented: Presented) -> str:
    scheme, _, token = presented.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unusable() -> NotAuthenticated:
    """The same words whatever is wrong with it: outsiders learn nothing."""
    return NotAuthenticated(
        "this API token is unknown, expired or revoked, or its owner may not come in",
        next_step="`mcm login`, or make a new token with `mcm token create`",
    )


def _known(names: list[str]) -> list[str]:
    """A permission of a newer mcm gives nothing here."""
    return [name for name in names if name in _PERMISSIONS]


def _foreign(why: str) -> ForeignRequest:
    return ForeignRequest(
        f"this change is refused: {why}",
        next_step="send the csrf_token of GET /api/v1/auth/session as X-CSRF-Token, from the server's own pages",
    )
