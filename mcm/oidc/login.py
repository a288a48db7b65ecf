"""Both halves of a login with an OpenID provider: sending the browser there, and judging what it brings back.

No transaction is open while a provider is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from mcm.db.session import Database
from mcm.gateway.egress import guard_of
from mcm.kit import clock
from mcm.models import OidcProvider
from mcm.oidc import client, repository, service, state
from mcm.oidc.errors import OidcLoginFailed, OidcNotAllowed, OidcProviderNotFound, OidcTokenRefused
from mcm.oidc.metadata import Directory, Metadata
from mcm.oidc.statekey import StateKey
from mcm.oidc.tokens import LEEWAY_S, Expected, is_time, verified
from mcm.oidc.transport import Peer, Transport
from mcm.settings import Settings
from mcm.vault import Vault

_LONGEST_CODE = 2000
_REFUSED = frozenset({"access_denied", "login_required", "consent_required", "interaction_required"})


@dataclass(frozen=True, slots=True)
class Person:
    """Who came back from a provider. issuer and subject are the identity; e-mail and name are only shown.

    session: the login's id at the provider, where it gives one. next: where the browser goes afterwards.
    proved_at: when they signed in there, which may be long before they came here."""

    provider: OidcProvider
    issuer: str
    subject: str
    name: str
    email: str
    groups: frozenset[str]
    session: str
    next: str
    proved_at: datetime


class Logins:
    """One for each process, thread-safe."""

    def __init__(self, settings: Settings, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self._key = StateKey(database, vault)
        self.transport = Transport(settings, guard_of(settings))
        self.directory = Directory(self.transport)

    def begin(
        self, name: str, cookie: str | None, following: str, redirect_uri: str, *, fresh: bool = False
    ) -> tuple[str, str]:
        """Where to send the browser, and the secret that it is to keep meanwhile. Raises OidcUnavailable."""
        provider = self._enabled(name)
        metadata = self.directory.metadata(peer(provider))
        begun = state.begin(self._key.get(), provider.id, state.browser_secret(cookie), following, fresh=fresh)
        url = client.authorization_url(metadata, provider.client_id, provider.scopes, redirect_uri, begun)
        return url, begun.browser

    def finish(self, name: str, cookie: str | None, answer: Mapping[str, str], redirect_uri: str) -> Person:
        """`answer`: the query the browser brought. Raises one of `mcm.oidc.errors`."""
        provider = self._enabled(name)
        begun = state.resume(self._key.get(), provider.id, cookie, answer.get("state"))
        self._spend(begun)
        where = peer(provider)
        metadata = self.directory.metadata(where)
        # RFC 9207: an answer of another provider, brought here by a mix-up, says so itself.
        if ("iss" in answer or metadata.iss_in_answer) and answer.get("iss") != metadata.issuer:
            raise OidcLoginFailed("this answer comes from another provider", next_step="start the login again")
        code = answer.get("code", "")
        if "error" in answer or not 0 < len(code) <= _LONGEST_CODE:
            raise _declined(provider, answer.get("error", ""))
        secret = service.secret(self._vault, provider)
        told = client.exchanged(self.transport, where, metadata, provider.client_id, secret, redirect_uri, code, begun)
        access = told.get("access_token")
        access_token = access if isinstance(access, str) else ""
        expected = Expected(metadata.issuer, provider.client_id, begun.nonce, begun.began_at, access_token)
        claims = verified(told["id_token"], expected, lambda key_id: self.directory.keys(where, metadata, key_id))
        if provider.userinfo:
            claims = self._completed(where, metadata, access_token, claims)
        return _person(provider, metadata, claims, begun)

    def published(self, name: str) -> tuple[str, Metadata]:
        """The client id there, and what the provider says of itself."""
        provider = self._enabled(name)
        return provider.client_id, self.directory.metadata(peer(provider))

    def _completed(self, where: Peer, metadata: Metadata, access_token: str, claims: dict[str, Any]) -> dict[str, Any]:
        if not metadata.userinfo_endpoint or not access_token:
            return claims
        # What was signed wins over what was only sent.
        return client.userinfo(self.transport, where, metadata, access_token, claims["sub"]) | claims

    def _enabled(self, name: str) -> OidcProvider:
        with self._database.reading() as session:
            found = repository.find_enabled(session, name)
        if found is None:
            raise OidcProviderNotFound(
                f"there is no OpenID provider '{name[:40]}'", next_step="go back to the login page"
            )
        return found

    def _spend(self, begun: state.Begun) -> None:
        """Before the provider is asked: of two that bring the same answer at once, one gets further."""
        now = clock.now()
        ends = now + timedelta(seconds=2 * state.LIFETIME_S)
        try:
            with self._database.writing() as session:
                repository.spend(session, begun.mark, ends, now)
        except IntegrityError as error:
            raise OidcLoginFailed("this answer was used before", next_step="start the login again") from error


def peer(provider: OidcProvider) -> Peer:
    return Peer(provider.title, provider.issuer, provider.ca_pem)


def _person(provider: OidcProvider, metadata: Metadata, claims: dict[str, Any], begun: state.Begun) -> Person:
    email = _text(claims.get("email"))
    if provider.domains:
        domain = email.rpartition("@")[2].lower()
        if claims.get("email_verified") is not True or domain not in provider.domains:
            raise OidcNotAllowed(
                f"{provider.title} gave no verified e-mail address of an organisation that may come in here",
                next_step="sign in with another identity, or ask an administrator",
            )
    name = _text(claims.get("preferred_username")) or email or _text(claims.get("name"))
    groups = _groups(claims, provider.groups_claim)
    sid = _text(claims.get("sid"))
    return Person(
        provider, metadata.issuer, claims["sub"], name, email, groups, sid, begun.next, _proved_at(claims, begun)
    )


def _proved_at(claims: dict[str, Any], begun: state.Begun) -> datetime:
    """auth_time, which must be there when it was asked for. Without it nobody knows, so it does not count as fresh.

    Raises OidcTokenRefused when a fresh proof was asked for and this is none."""
    now, stated = clock.now(), claims.get("auth_time")
    if begun.fresh and (not is_time(stated) or stated < begun.began_at - client.FRESH_S - LEEWAY_S):
        raise OidcTokenRefused(
            "the provider did not ask you again who you are", next_step="sign out there, and start the login again"
        )
    if not is_time(stated) or not 0 < stated < now.timestamp():
        return now if begun.fresh else now - timedelta(seconds=client.LONGEST_S)
    return datetime.fromtimestamp(stated, UTC)


def _groups(claims: dict[str, Any], name: str) -> frozenset[str]:
    """The claim by its name, or by a path of names joined with dots."""
    if not name:
        return frozenset()
    found: object = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return frozenset(item for item in listed if isinstance(item, str))


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) and value.isprintable() else ""


def _declined(provider: OidcProvider, error: str) -> OidcLoginFailed | OidcTokenRefused:
    if error in _REFUSED:
        return OidcLoginFailed(
            f"{provider.title} says that the login was not completed", next_step="start it again when you like"
        )
    return OidcTokenRefused(
        f"{provider.title} did not let this login through",
        next_step="start it again; administrators: look at the provider's log",
    )
