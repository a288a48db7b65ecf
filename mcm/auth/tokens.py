"""Random secrets and their hashes. They hold 256 random bits, so one plain hash is enough and nobody can guess back."""

import hashlib
import hmac
import secrets

API_PREFIX, OWNER_PREFIX = "mcmt_", "mcmo_"


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def csrf_token(cookie: str) -> str:
    """What a page must send back with every change: only who holds the session's cookie can have it."""
    return hmac.new(cookie.encode(), b"mcm csrf token", "sha256").hexdigest()


def api_token(token_id: str, secret: str) -> str:
    return f"{API_PREFIX}{token_id}_{secret}"


def split_api_token(token: str) -> tuple[str, str] | None:
    """(id, secret); None for what `api_token` did not make."""
    token_id, sign, secret = token.removeprefix(API_PREFIX).partition("_")
    return (token_id, secret) if token.startswith(API_PREFIX) and sign and token_id.isalnum() and secret else None
