"""Takes secrets out of text that is on its way to a log: known shapes, and every secret this process has handled."""

import re

from mcm.kit import hushed
from mcm.kit.hushed import MASK

_NAMES = (
    r"(?:password|passwd|passphrase|secret|token|credential|api[_-]?key|private[_-]?key|access[_-]?key|signature"
    r"|\w{2,30}_session)[\w-]{0,40}"
)
_HEADERS = r"(?:(?:proxy-)?authorization|x-(?:auth|subject|vault|amz-security)-token|(?:set-)?cookie)"
_QUOTE = r"(?:\\?[\"'])"
_KEPT = rf"\1{MASK}"
_SHAPES = (
    # A whole key, line breaks (also escaped ones) and all.
    (r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.{0,20000}?-----END [A-Z ]{0,40}PRIVATE KEY-----", MASK),
    # Inside of a cookie, and quoted there.
    (r"(?i)(\w{2,30}_session\\?[\"']?=\\?[\"']?)[^\s;\"'\\]+", _KEPT),
    # A header's value has blanks and commas: up to the quote that ends it, or to the end of the line.
    (rf"(?i)({_HEADERS}{_QUOTE}?\s{{0,5}}[:=,]\s{{0,5}}b?{_QUOTE}?)[^\"'\n\\]+", _KEPT),
    (rf"(?i)({_NAMES}\\?[\"']\s{{0,5}}[:=,]\s{{0,5}}b?)(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", _KEPT),
    (rf"(?i)({_NAMES}{_QUOTE}?\s{{0,5}}[:=]\s{{0,5}}{_QUOTE}?)(?:(?:Bearer|Basic)\s+)?[^\s\"',;&<>]+", _KEPT),
    (r"(?i)(<(?:\w+:)?(?:password|secret|token)[^<>]{0,200}>)[^<]+", _KEPT),
    (r"\b(?:Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}", MASK),
    (r"\bmcm[a-z]_[A-Za-z0-9_-]{12,}", MASK),
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{8,}", MASK),
    (r"\bhv[bs]\.[A-Za-z0-9_-]{8,}", MASK),
    (r"\bgAAAAA[A-Za-z0-9_=-]{20,}", MASK),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", MASK),
    (r"(://)[^/\s\"'<>]{1,300}@", rf"\1{MASK}@"),
)
_PATTERNS = tuple((re.compile(shape, re.DOTALL), instead) for shape, instead in _SHAPES)


def redacted(text: str) -> str:
    """Known values first: a pattern might take only a part of one."""
    text = hushed.masked(text)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
