"""Identifiers: random ones for our own rows, derived ones for what clouds identify."""

import base64
import hashlib
import secrets

_ALPHABET = str.maketrans("", "", "=")


def new_id(prefix: str) -> str:
    """`acc_` and 26 characters: 128 random bits."""
    return f"{prefix}_{_text(secrets.token_bytes(16))}"


def resource_id(realm: str, kind: str, native_scope: str, native_id: str) -> str:
    """The id of a resource, derived from its identity: the same in every database and for every account."""
    digest = hashlib.blake2b(
        f"{realm}\0{kind}\0{native_scope}\0{native_id}".encode(errors="surrogatepass"), digest_size=16
    )
    return _text(digest.digest())


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().translate(_ALPHABET).lower()
