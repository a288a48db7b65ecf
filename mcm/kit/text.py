"""Text helpers: opaque tokens, and the shape in which a byte string travels in a URL."""

import base64
import difflib
from collections.abc import Sequence


def encode_token(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_token(text: str) -> bytes:
    """Raises ValueError for what `encode_token` did not make."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def counted(number: int, noun: str) -> str:
    """`1 volume`, `2 volumes`; nouns of the domain are regular."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def closest(given: str, known: Sequence[str]) -> str:
    """A next step for a misspelt name."""
    found = difflib.get_close_matches(given, known, 1)
    hint = f"did you mean '{found[0]}'? " if found else ""
    return f"{hint}known: {', '.join(known)}"
