"""HTTP messages as the proxy sees them: what a client asked, what goes back, and how it goes out on the wire."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus

from tests.harness.proxy import dialects

Headers = tuple[tuple[str, str], ...]

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)


def find_header(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The first header of that name, whatever its case; empty when there is none."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), "")


@dataclass(frozen=True)
class Request:
    """A request read in full, its body already unchunked. `path` is the target as sent, query included."""

    method: str
    path: str
    headers: Headers
    body: bytes = b""

    def header(self, name: str) -> str:
        return find_header(self.headers, name)

    @cached_property
    def dialect(self) -> dialects.Dialect:
        return dialects.dialect_of(self.method, self.path, self.header("content-type"), self.header, self.body)

    @cached_property
    def action(self) -> str | None:
        """The API's name of the call (`DescribeInstances`, `PowerOnVM_Task`, `os-stop`); None when the path tells."""
        return dialects.action_of(self.dialect, self.path, self.header, self.body)

    @cached_property
    def mutating(self) -> bool:
        return dialects.is_mutating(self.dialect, self.method, self.path, self.action)

    @cached_property
    def token(self) -> str | None:
        """The idempotency token the call carries (EC2 ClientToken), if any."""
        return dialects.token_of(self.dialect, self.path, self.body)

    @cached_property
    def body_sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Delivery:
    """How an answer leaves the proxy; the defaults are those of a well-behaved server."""

    chunked: bool = False
    declared_length: int | None = None
    """The Content-Length to claim when it is not that of the body."""
    cut_at: int | None = None
    """Body bytes after which the connection ends; 0 ends it after the headers."""
    reset: bool = False
    """End the connection with RST instead of FIN."""
    pause_s: float = 0.0
    """One byte of the body every so many seconds."""
    raw: bytes | None = None
    """Sent in place of the whole HTTP answer; empty bytes end the connection without a word."""

    def ends_connection(self, method: str) -> bool:
        """Whether the client could not tell where the next answer begins. HEAD declares the length of no body."""
        lied = self.declared_length is not None and method != "HEAD"
        return self.reset or self.raw is not None or self.cut_at is not None or lied

    @property
    def goes_whole_at_once(self) -> bool:
        return self.raw is None and self.cut_at is None and not self.pause_s


@dataclass(frozen=True)
class Answer:
    """An answer, from the upstream or made up. Hop-by-hop headers and lengths are set when it is written."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""
    delivery: Delivery = field(default_factory=Delivery)

    def header(self, name: str) -> str:
        return find_header(self.headers, name)

    def with_body(self, body: bytes) -> Answer:
        return replace(self, body=body)

    def delivered(self, **changes: object) -> Answer:
        """The same answer with another delivery, e.g. `answer.delivered(reset=True)`."""
        return replace(self, delivery=replace(self.delivery, **changes))  # type: ignore[arg-type]

    @property
    def phrase(self) -> str:
        if self.reason:
            return self.reason
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return "Unknown"


NOTHING = Answer(status=0, delivery=Delivery(raw=b""))
"""The connection ends without an answer."""
