"""Faults of the service and the connection: error statuses, refusal, silence, delay, a wrong certificate."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from email.utils import formatdate

from tests.harness.proxy.certificates import Identity
from tests.harness.proxy.dialects import Dialect
from tests.harness.proxy.errorbodies import error_answer, soap_fault
from tests.harness.proxy.messages import NOTHING, Answer
from tests.harness.proxy.rules import AcceptFault, Arrival, Exchange, Fault


class Instead(Fault):
    """Answers in the upstream's place.

    With `applied` the upstream gets the request first and its answer is thrown away: it has acted, the client
    cannot know.
    """

    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        raise NotImplementedError

    def before(self, exchange: Exchange) -> Answer | None:
        return None if self.applied else self.make(exchange)

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        return self.make(exchange)


@dataclass(frozen=True)
class Status(Instead):
    """An HTTP status. Without a `body`, the words are those of the API that the request speaks."""

    code: int
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    error_code: str = ""
    """The API's own error code, e.g. EC2's `RequestLimitExceeded`, where it has one."""
    message: str = ""
    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        return error_answer(
            exchange.request,
            self.code,
            code=self.error_code,
            message=self.message,
            headers=self.headers,
            body=self.body,
        )


@dataclass(frozen=True)
class Throttled(Instead):
    """Too many requests, with Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3)."""

    retry_after_s: int | None = None
    as_date: bool = False
    code: int = 429
    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        headers: tuple[tuple[str, str], ...] = ()
        if self.retry_after_s is not None:
            value = str(self.retry_after_s)
            if self.as_date:
                value = formatdate(time.time() + self.retry_after_s, usegmt=True)
            headers = (("Retry-After", value),)
        aws = exchange.request.dialect is not Dialect.EC2
        return error_answer(
            exchange.request, self.code, code="Throttling" if aws else "RequestLimitExceeded", headers=headers
        )


@dataclass(frozen=True)
class ExpiredToken(Instead):
    """The session or token has run out: 401 in general, a NotAuthenticated fault in SOAP, RequestExpired at AWS."""

    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        request = exchange.request
        if request.dialect is Dialect.SOAP:
            return soap_fault("NotAuthenticated", "The session is not authenticated.")
        if request.dialect is Dialect.EC2:
            return error_answer(request, 400, code="RequestExpired", message="Request has expired.")
        if request.dialect in (Dialect.AWS_QUERY, Dialect.AWS_JSON):
            message = "The security token included in the request is expired"
            return error_answer(request, 403, code="ExpiredToken", message=message)
        headers = (("WWW-Authenticate", 'Keystone uri="http://127.0.0.1/v3"'),)
        return error_answer(request, 401, message="The request you have made requires authentication.", headers=headers)


@dataclass(frozen=True)
class PermissionDenied(Instead):
    """The caller may not: 403, or a NoPermission fault in SOAP."""

    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        message = "You are not authorized to perform this operation."
        if exchange.request.dialect is Dialect.SOAP:
            return soap_fault("NoPermission", "Permission to perform this operation was denied.")
        return error_answer(exchange.request, 403, message=message)


@dataclass(frozen=True)
class Html(Instead):
    """A page for people in place of the API's answer: a captive portal, a balancer's error, a login form."""

    code: int = 200
    body: bytes = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"
    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        return Answer(self.code, (("Content-Type", "text/html; charset=utf-8"),), self.body)


@dataclass(frozen=True)
class Garbage(Instead):
    """Random bytes (the same for one seed): as the body of a 200, or with `http=False` in place of any HTTP."""

    size_bytes: int = 2048
    http: bool = True
    seed: int = 7
    content_type: str = "application/json"
    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        noise = random.Random(self.seed).randbytes(self.size_bytes)
        if self.http:
            return Answer(200, (("Content-Type", self.content_type),), noise)
        # A first byte that no HTTP status line has, whatever the seed.
        return Answer(200).delivered(raw=b"\x00" + noise)


@dataclass(frozen=True)
class Refuse(Instead):
    """The connection is reset once the request has been read, before the upstream hears of it.

    For a connect that is refused see `FaultProxy.refusing`, for a reset on arrival `ResetAtAccept`.
    """

    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        return NOTHING.delivered(reset=True)


@dataclass(frozen=True)
class DropAnswer(Instead):
    """The upstream has applied the request; its answer never comes and the connection ends."""

    reset: bool = False
    applied: bool = field(default=True, init=False)

    def make(self, exchange: Exchange) -> Answer:
        return NOTHING.delivered(reset=self.reset)


@dataclass(frozen=True)
class Hang(Instead):
    """No answer: the connection stays open until the client gives up, or for so many seconds."""

    seconds: float | None = None
    applied: bool = False

    def make(self, exchange: Exchange) -> Answer:
        exchange.client_gone(self.seconds)
        return NOTHING


@dataclass(frozen=True)
class Delay(Fault):
    """Wait before the upstream gets the request, or (`answer=True`) before the client gets its answer.

    The upstream gets a delayed request even when the client has given up by then, as behind a real balancer.
    """

    seconds: float
    answer: bool = False

    def before(self, exchange: Exchange) -> Answer | None:
        if not self.answer:
            exchange.pause(self.seconds)
        return None

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        if self.answer:
            exchange.pause(self.seconds)
        return answer


class Together(Fault):
    """Several faults at once, e.g. a delay and then a 503. The first that answers in the upstream's place ends it."""

    def __init__(self, *faults: Fault) -> None:
        self._faults = faults

    def before(self, exchange: Exchange) -> Answer | None:
        for fault in self._faults:
            answer = fault.before(exchange)
            if answer is not None:
                return answer
        return None

    def after(self, exchange: Exchange, answer: Answer) -> Answer | None:
        """Not used up as long as one of them finds nothing to spoil."""
        for fault in self._faults:
            spoiled = fault.after(exchange, answer)
            if spoiled is None:
                return None
            answer = spoiled
        return answer


@dataclass(frozen=True)
class ResetAtAccept(AcceptFault):
    """The connection is accepted and reset at once, before TLS and before any request."""

    def on_accept(self, arrival: Arrival) -> bool:
        arrival.reset()
        return False


@dataclass(frozen=True)
class HangAtAccept(AcceptFault):
    """The connection is accepted and nothing is ever read from it or sent; with TLS the handshake never ends."""

    seconds: float | None = None

    def on_accept(self, arrival: Arrival) -> bool:
        arrival.client_gone(self.seconds)
        return False


@dataclass(frozen=True)
class WrongCertificate(AcceptFault):
    """A certificate that a careful client must refuse."""

    identity: Identity = Identity.UNTRUSTED
    needs_tls = True

    def on_accept(self, arrival: Arrival) -> bool:
        arrival.identity = self.identity
        return True
