"""Tells whether a proxy passed a request on: then it is not of this machine, whatever address it comes from."""

from collections.abc import Iterable

# X-Forwarded-* besides. https://www.rfc-editor.org/rfc/rfc7239, https://www.rfc-editor.org/rfc/rfc9110#name-via
_TELLING = frozenset({"forwarded", "via", "x-real-ip"})


def proxied(names: Iterable[str]) -> bool:
    """names: of the request's headers."""
    return any(name in _TELLING or name.startswith("x-forwarded-") for name in map(str.lower, names))
