"""The client's side of the authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1), by Authlib's parts."""

from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from mcm.oidc.errors import OidcTokenRefused
from mcm.oidc.metadata import Metadata
from mcm.oidc.state import Begun
from mcm.oidc.transport import Peer, Transport

FRESH_S, LONGEST_S = 300, 12 * 3600
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def authorization_url(metadata: Metadata, client_id: str, scopes: list[str], redirect_uri: str, begun: Begun) -> str:
    return str(
        prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=" ".join(scopes),
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
            # Whoever is asked for it must say when the person signed in (Core 1.0, 2: auth_time).
            max_age=FRESH_S if begun.fresh else LONGEST_S,
            prompt="login" if begun.fresh else None,
        )
    )


def exchanged(
    transport: Transport,
    peer: Peer,
    metadata: Metadata,
    client_id: str,
    secret: str,
    redirect_uri: str,
    code: str,
    begun: Begun,
) -> dict[str, Any]:
    """The token endpoint's answer, with an id_token. Raises OidcTokenRefused when the provider refuses the code."""
    body = prepare_token_request(
        "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=begun.verifier
    )
    # RFC 6749, 2.3.1: both are form-encoded before they are joined; Authlib joins them as they are.
    method = _method(metadata, secret)
    basic = method == "client_secret_basic"
    client = ClientAuth(_encoded(client_id) if basic else client_id, _encoded(secret) if basic else secret, method)
    url, headers, body = client.prepare("POST", metadata.token_endpoint, dict(_FORM), body)
    answer = transport.send(peer, "token endpoint", "POST", url, headers=headers, body=body)
    told = answer.mapping(peer, "the code")
    if answer.status != 200 or not isinstance(told.get("id_token"), str):
        raise OidcTokenRefused(
            f"{peer.name} did not accept the login's code ({_word(told.get('error'))})",
            next_step="start the login again; administrators: compare client id, secret and redirect URI",
        )
    return told


def userinfo(transport: Transport, peer: Peer, metadata: Metadata, access_token: str, subject: str) -> dict[str, Any]:
    """Core 1.0, 5.3.2: the answer counts only for the subject of the ID token. Raises OidcTokenRefused."""
    headers = {"Authorization": f"Bearer {access_token}"}
    answer = transport.send(peer, "userinfo endpoint", "GET", metadata.userinfo_endpoint, headers=headers)
    told = answer.mapping(peer, "userinfo")
    if answer.status != 200 or told.get("sub") != subject:
        raise OidcTokenRefused(
            f"{peer.name} tells of another person than the one who signed in", next_step="start the login again"
        )
    return told


def logout_url(metadata: Metadata, client_id: str, after: str) -> str:
    """RP-Initiated Logout 1.0; empty when the provider does not offer it. No token goes into an address."""
    if not metadata.end_session_endpoint:
        return ""
    joint = "&" if "?" in metadata.end_session_endpoint else "?"
    told = {"client_id": client_id, "post_logout_redirect_uri": after}
    return f"{metadata.end_session_endpoint}{joint}{urlencode(told)}"


def _method(metadata: Metadata, secret: str) -> str:
    if not secret:
        return "none"
    return "client_secret_post" if "client_secret_basic" not in metadata.auth_methods else "client_secret_basic"


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _word(value: object) -> str:
    """An error code of RFC 6749, and nothing else a provider might put there."""
    known = isinstance(value, str) and value.isascii() and len(value) <= 40 and value.replace("_", "").isalnum()
    return str(value) if known else "without a reason"
