"""Faults of the answer: the upstream has answered, and what the client gets of it is cut, slow or poisoned."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.harness.proxy.messages import Answer
from tests.harness.proxy.rules import Exchange, Fault

HUGE_NAME_BYTES = 10 * 1024 * 1024
BAD_UTF8 = b"bad-\xc3\x28-\xff\xfe-\xed\xa0\x80-name"

_JSON_NAME = re.compile(rb'"(?:name|display_name)"\s*:\s*"(?P<name>(?:[^"\\]|\\.)*)"')
_XML_NAMES = (
    re.compile(rb"<key>Name</key>\s*<value>(?P<name>[^<]*)</value>"),
    # vSphere: the element called `name` holds the property's path, its value stands in `val`.
    re.compile(rb"<name>(?:name|config\.name|summary\.config\.name)</name>\s*<val[^>]*>(?P<name>[^<]*)</val>"),
    re.compile(rb"<(?:groupName|keyName|Name|DBInstanceIdentifier|LoadBalancerName)>(?P<name>[^<]*)</"),
)


@dataclass(frozen=True)
class ResetMidBody(Fault):
    """RST after part of the body: a fraction of it, so that it works for any size."""

    at: float = 0.5

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        cut_at = int(len(answer.body) * self.at)
        return answer.delivered(cut_at=cut_at, reset=True) if answer.body else None


@dataclass(frozen=True)
class CutBody(Fault):
    """A truncated body.

    `honest` (matching Content-Length): only the parser can notice. Otherwise the original length is announced,
    fewer bytes come, and the connection ends in good order.
    """

    at: float = 0.5
    honest: bool = True

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        if not answer.body:
            return None
        cut_at = min(int(len(answer.body) * self.at), len(answer.body) - 1)
        if self.honest:
            return answer.with_body(answer.body[:cut_at])
        return answer.delivered(cut_at=cut_at)


@dataclass(frozen=True)
class Drip(Fault):
    """The body arrives one byte every `pause_s`: no read ever times out, the whole never ends."""

    pause_s: float = 0.5

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        return answer.delivered(pause_s=self.pause_s) if answer.body else None


@dataclass(frozen=True)
class ReplaceName(Fault):
    """Puts `value`, verbatim bytes, in the place of one name in the answer.

    `index` chooses among the names found; `pattern` overrides where to look and has a group called `name`.
    An answer without such a name passes, and the rule waits for the next.
    """

    value: bytes
    index: int = 0
    pattern: re.Pattern[bytes] | None = None

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        found = _names(answer.body, self.pattern)
        if self.index >= len(found):
            return None
        start, end = found[self.index].span("name")
        return answer.with_body(answer.body[:start] + self.value + answer.body[end:])


def bad_utf8_name(index: int = 0) -> ReplaceName:
    """A name that is not UTF-8: a broken sequence, bytes that never occur, and half a surrogate pair."""
    return ReplaceName(BAD_UTF8, index)


def huge_name(size_bytes: int = HUGE_NAME_BYTES, index: int = 0) -> ReplaceName:
    """A name of 10 MB."""
    return ReplaceName(b"A" * size_bytes, index)


def control_character_name(index: int = 0) -> ReplaceName:
    """A name with a C1 terminal escape, a bidirectional override and a line separator; valid in JSON and in XML 1.0."""
    return ReplaceName("web-\u202egnp.exe-\u009b31m-\u2028end".encode(), index)


def _names(body: bytes, pattern: re.Pattern[bytes] | None) -> list[re.Match[bytes]]:
    if pattern is not None:
        return list(pattern.finditer(body))
    if body.lstrip()[:1] in (b"{", b"["):
        return list(_JSON_NAME.finditer(body))
    for candidate in _XML_NAMES:
        found = list(candidate.finditer(body))
        if found:
            return found
    return []
