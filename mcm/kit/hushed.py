"""Secrets this process has had in its hands, so that no log line shows them. In memory only, and not for ever."""

import json
import threading
from collections import OrderedDict
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

_SHORTEST, _MOST = 6, 2000
_LONG_LINE = 16
MASK = "•••"

_lock = threading.Lock()
_known: OrderedDict[str, tuple[str, ...]] = OrderedDict()
_forms: tuple[str, ...] = ()


def remember(secret: str) -> None:
    """Short ones are let go: masking "a" would mask every line."""
    global _forms
    if len(secret) < _SHORTEST:
        return
    with _lock:
        if secret in _known:
            _known.move_to_end(secret)
            return
        _known[secret] = _spellings(secret)
        while len(_known) > _MOST:
            _known.popitem(last=False)
        # The longest first: a secret may be part of another.
        _forms = tuple(sorted({form for forms in _known.values() for form in forms}, key=len, reverse=True))


def masked(text: str) -> str:
    for form in _forms:
        if form in text:
            text = text.replace(form, MASK)
    return text


def _spellings(secret: str) -> tuple[str, ...]:
    """As it stands in a URL, in JSON, in XML, in Python's repr, and line by line for keys of several lines."""
    forms = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        repr(secret)[1:-1],
    }
    if "\n" in secret:
        forms |= {line.strip() for line in secret.splitlines() if len(line.strip()) >= _LONG_LINE}
    return tuple(forms)
