"""Verifies ID tokens (OpenID Connect Core 1.0, 3.1.3.7): who signed, for whom, for which login, and when."""

import json
import warnings
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeGuard

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from mcm.kit import clock
from mcm.oidc.errors import OidcTokenRefused

# Never "none" and never HS*: with a symmetric algorithm whoever holds the client secret, or mistakes a public key for
# one, could sign.
KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
LEEWAY_S = 60
# RFC 9864 wants another name for it; the providers there are go on saying EdDSA.
warnings.filterwarnings("ignore", "EdDSA is deprecated", module="joserfc")
_LONGEST = 64 * 1024
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say. began_at: Unix time at which the login began, before which no token of it is made."""

    issuer: str
    client_id: str
    nonce: str
    began_at: int
    access_token: str = ""


def verified(token: str, expected: Expected, keys: Callable[[str | None], Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """The claims. `keys`: the provider's published keys, given the id of the one that is wanted.

    Raises OidcTokenRefused."""
    header = _header(token)
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in KEY_TYPES:
        raise _refused("is signed with an algorithm that is not accepted")
    if header.get("crit") or not isinstance(key_id, str | None):
        raise _refused("has a header that is not understood")
    fitting = [key for key in keys(key_id) if _fits(key, algorithm, key_id)]
    claims = _decoded(token, algorithm, fitting)
    if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
        raise _refused("names nobody")
    _check(claims, header, expected)
    return claims


def _check(claims: dict[str, Any], header: dict[str, Any], expected: Expected) -> None:
    now = int(clock.now().timestamp())
    params = {"nonce": expected.nonce, "client_id": expected.client_id}
    if expected.access_token:
        params["access_token"] = expected.access_token
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    try:
        CodeIDToken(claims, header, options, params).validate(now, LEEWAY_S)
    except JoseError as error:
        raise _refused(f"does not fit this login ({_plain(error)})") from error
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise _refused("has claims of the wrong kind") from error
    issued, ends = claims.get("iat"), claims.get("exp")
    if not is_time(issued) or not is_time(ends):
        raise _refused("has no usable times")
    if issued < expected.began_at - LEEWAY_S:
        raise _refused("was made before this login began")


def _decoded(token: str, algorithm: str, keys: Sequence[dict[str, Any]]) -> dict[str, Any]:
    for key in keys:
        try:
            found = jwk.import_key(key)
            if key["kty"] == "RSA" and _bits(key) < _LEAST_RSA_BITS:
                continue
            return dict(jwt.decode(token, found, algorithms=[algorithm]).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    raise _refused("is signed by none of the provider's keys")


def _fits(key: dict[str, Any], algorithm: str, key_id: str | None) -> bool:
    if key.get("kty") != KEY_TYPES[algorithm] or key.get("alg", algorithm) not in _same(algorithm):
        return False
    return key_id is None or key.get("kid") == key_id


def _same(algorithm: str) -> tuple[str, ...]:
    return ("EdDSA", "Ed25519") if algorithm in ("EdDSA", "Ed25519") else (algorithm,)


def _header(token: str) -> dict[str, Any]:
    head, _, rest = token.partition(".")
    if len(token) > _LONGEST or rest.count(".") != 1:
        raise _refused("has not the shape of a signed token")
    try:
        found = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError) as error:
        raise _refused("has an unreadable header") from error
    if not isinstance(found, dict):
        raise _refused("has an unreadable header")
    return found


def _bits(key: dict[str, Any]) -> int:
    modulus = str(key.get("n", ""))
    return len(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4)).lstrip(b"\0")) * 8


def is_time(value: object) -> TypeGuard[int | float]:
    """JSON as Python reads it knows NaN and Infinity, which no comparison refuses."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _plain(error: JoseError) -> str:
    """The claim's name, never its value."""
    return str(getattr(error, "claim", "") or getattr(error, "error", "") or type(error).__name__)[:60]


def _refused(why: str) -> OidcTokenRefused:
    return OidcTokenRefused(
        f"the provider's ID token {why}",
        next_step="start the login again; if it happens again, an administrator should look at the provider's settings",
    )
