"""Identifiers: random ones for our own rows, derived ones for what clouds identify."""

import re
import secrets
from hashlib import blake2b


def new_id(prefix: str) -> str:
    """`acc_` and 32 hexadecimal digits: 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"


def is_id(prefix: str, text: str) -> bool:
    """Whether `new_id` could have made it. What people name must not look so: it would be taken for something else."""
    return re.fullmatch(f"{prefix}_[0-9a-f]{{32}}", text) is not None


def resource_id(realm: str, kind: str, native_scope: str, native_id: str) -> str:
    """The id of a resource, derived from its identity: the same in every database and for every account."""
    identity = f"{realm}\0{kind}\0{native_scope}\0{native_id}"
    return blake2b(identity.encode(errors="surrogatepass"), digest_size=16).hexdigest()
