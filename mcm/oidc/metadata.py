"""What OpenID providers publish about themselves: endpoints and signing keys, remembered for a while.

Discovery 1.0, 4.3: the issuer in the document must be, letter by letter, the configured one; otherwise a document of
one provider could send what belongs to another to its own token endpoint.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from mcm.oidc.errors import OidcUnavailable
from mcm.oidc.transport import Peer, Transport

_KEEP_S, _KEYS_KEEP_S = 600.0, 3600.0
# A provider that is down is not asked again by every click; an unknown key id makes mcm ask once a minute at most.
_FAILED_KEEP_S, _REFRESH_S = 30.0, 60.0
# While one thread asks a provider, so many others wait for what it brings, and not for long: they serve requests.
_WAITING, _PATIENCE_S = 4, 2.0
_MOST_KEYS = 50


@dataclass(frozen=True, slots=True)
class Metadata:
    """iss_in_answer: whether the authorization answer must name its issuer (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    auth_methods: tuple[str, ...] = ("client_secret_basic",)
    iss_in_answer: bool = False


@dataclass
class _Known:
    metadata: Metadata | None = None
    metadata_until: float = 0.0
    failure: OidcUnavailable | None = None
    failure_until: float = 0.0
    keys: tuple[dict[str, Any], ...] = ()
    keys_until: float = 0.0
    refresh_from: float = 0.0
    keys_failure: OidcUnavailable | None = None
    keys_failure_until: float = 0.0


@dataclass
class _Asking:
    """asking: held by the one thread that asks. waiting: places for those behind it."""

    asking: threading.Lock = field(default_factory=threading.Lock)
    waiting: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_WAITING))


class Directory:
    """One for each process, thread-safe. Providers are told apart by issuer and CA."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known: dict[tuple[str, str], _Known] = {}
        self._asking: dict[tuple[str, str], _Asking] = {}
        self._lock = threading.Lock()

    def metadata(self, peer: Peer, *, fresh: bool = False) -> Metadata:
        """Raises OidcUnavailable. `fresh`: ask now."""
        with self._own(peer) as known:
            now = time.monotonic()
            if known.metadata is not None and now < known.metadata_until and not fresh:
                return known.metadata
            if known.failure is not None and now < known.failure_until and not fresh:
                raise known.failure
            try:
                known.metadata = discovered(self._transport, peer)
            except OidcUnavailable as error:
                known.failure, known.failure_until = error, time.monotonic() + _FAILED_KEEP_S
                raise
            known.metadata_until = time.monotonic() + _KEEP_S
            known.failure = known.keys_failure = None
            return known.metadata

    def keys(self, peer: Peer, metadata: Metadata, key_id: str | None) -> tuple[dict[str, Any], ...]:
        """The published signing keys (JWK). Asked again when `key_id` is not among them, at most once a minute."""
        with self._own(peer) as known:
            now = time.monotonic()
            have = bool(known.keys) and now < known.keys_until
            unknown = key_id is not None and all(key.get("kid") != key_id for key in known.keys)
            if have and not (unknown and now >= known.refresh_from):
                return known.keys
            if known.keys_failure is not None and now < known.keys_failure_until:
                raise known.keys_failure
            try:
                known.keys = _fetched_keys(self._transport, peer, metadata)
            except OidcUnavailable as error:
                known.keys_failure, known.keys_failure_until = error, time.monotonic() + _FAILED_KEEP_S
                raise
            known.keys_failure = None
            known.keys_until = now + _KEYS_KEEP_S
            if have:
                known.refresh_from = now + _REFRESH_S
            return known.keys

    def forget(self, peer: Peer) -> None:
        with self._lock:
            self._known.pop(_key(peer), None)

    def _own(self, peer: Peer) -> "_Held":
        with self._lock:
            key = _key(peer)
            return _Held(self._asking.setdefault(key, _Asking()), self._known.setdefault(key, _Known()))


class _Held:
    """Only one thread asks a provider; a few others wait a while and read what it brought."""

    def __init__(self, own: _Asking, known: _Known) -> None:
        self._own, self._known = own, known

    def __enter__(self) -> _Known:
        if not (self._own.asking.acquire(blocking=False) or self._waited()):
            raise OidcUnavailable(
                "the OpenID provider answers too slowly",
                next_step="sign in with a local account, or try again later",
                details={"retry_after_s": int(_PATIENCE_S)},
            )
        return self._known

    def __exit__(self, *_: object) -> None:
        self._own.asking.release()

    def _waited(self) -> bool:
        if not self._own.waiting.acquire(blocking=False):
            return False
        try:
            return self._own.asking.acquire(timeout=_PATIENCE_S)
        finally:
            self._own.waiting.release()


def discovered(transport: Transport, peer: Peer) -> Metadata:
    url = peer.issuer.rstrip("/") + "/.well-known/openid-configuration"
    answer = transport.send(peer, "discovery document", "GET", url)
    if answer.status != 200:
        raise _bad(peer, f"answered with status {answer.status}")
    document = answer.mapping(peer, "discovery")
    if document.get("issuer") != peer.issuer:
        raise _bad(peer, f"names another issuer than the configured '{peer.issuer}'")
    found = Metadata(
        issuer=peer.issuer,
        authorization_endpoint=_text(peer, document, "authorization_endpoint", required=True),
        token_endpoint=_text(peer, document, "token_endpoint", required=True),
        jwks_uri=_text(peer, document, "jwks_uri", required=True),
        userinfo_endpoint=_text(peer, document, "userinfo_endpoint"),
        end_session_endpoint=_text(peer, document, "end_session_endpoint"),
        auth_methods=_texts(document.get("token_endpoint_auth_methods_supported")) or ("client_secret_basic",),
        iss_in_answer=document.get("authorization_response_iss_parameter_supported") is True,
    )
    methods = document.get("code_challenge_methods_supported")
    if methods is not None and "S256" not in _texts(methods):
        raise _bad(peer, "does not offer PKCE with S256")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
        if url := getattr(found, name):
            transport.require_allowed(peer, url, name)
    return found


def _fetched_keys(transport: Transport, peer: Peer, metadata: Metadata) -> tuple[dict[str, Any], ...]:
    answer = transport.send(peer, "key set", "GET", metadata.jwks_uri)
    listed = answer.mapping(peer, "its keys").get("keys") if answer.status == 200 else None
    if not isinstance(listed, list):
        raise _bad(peer, "has no key set at the address it names")
    # Symmetric keys are no signing keys of a provider: with one, everybody who reads the set could sign.
    return tuple(
        key
        for key in listed[:_MOST_KEYS]
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
    )


def _text(peer: Peer, document: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = document.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or not value:
        raise _bad(peer, f"lacks '{name}'")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _key(peer: Peer) -> tuple[str, str]:
    return peer.issuer, peer.ca_pem


def _bad(peer: Peer, why: str) -> OidcUnavailable:
    return OidcUnavailable(
        f"{peer.name}: the discovery document of '{peer.issuer}' {why}",
        next_step="sign in with a local account; administrators: compare the issuer with what the provider states",
    )
