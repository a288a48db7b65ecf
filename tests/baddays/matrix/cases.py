"""The faults of the matrix, and what each may lead to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.baddays.matrix.targets import Target
from tests.harness.proxy import (
    CutBody,
    Delay,
    Drip,
    DropAnswer,
    EmptyPage,
    ExpiredToken,
    Garbage,
    Hang,
    Html,
    Identity,
    PermissionDenied,
    Refuse,
    RepeatPage,
    ResetMidBody,
    Status,
    Throttled,
    Together,
    bad_utf8_name,
    control_character_name,
    huge_name,
)
from tests.harness.proxy.rules import Fault

Arm = Callable[[Target], AbstractContextManager[None]]
UNREACHABLE = frozenset({"unreachable"})
UNEXPECTED = frozenset({"unexpected_response"})
EITHER = UNREACHABLE | UNEXPECTED


@dataclass(frozen=True)
class Case:
    """codes: of the errors that may come of it. hurries: it lasts until the deadline. retry_after: seconds."""

    arm: Arm
    codes: frozenset[str]
    hurries: bool = False
    retry_after: float | None = None


def struck(fault: Fault, *, times: int | None = None, after: int = 0) -> Arm:
    @contextmanager
    def arm(target: Target) -> Iterator[None]:
        target.strike(fault, times=times, after=after)
        yield

    return arm


def shown(identity: Identity) -> Arm:
    @contextmanager
    def arm(target: Target) -> Iterator[None]:
        target.present(identity)
        yield

    return arm


def refused(target: Target) -> AbstractContextManager[None]:
    return target.refusing()


_THROTTLED = frozenset({"rate_limited"})

# The read fails, and says why; nothing else happens.
FAILING = {
    "429 in seconds": Case(struck(Throttled(retry_after_s=30)), _THROTTLED, retry_after=30),
    "429 with a date": Case(struck(Throttled(retry_after_s=30, as_date=True)), _THROTTLED, retry_after=30),
    "429 without a word": Case(struck(Throttled()), _THROTTLED),
    "500": Case(struck(Status(500)), EITHER),
    "502": Case(struck(Status(502)), UNREACHABLE),
    "503": Case(struck(Status(503)), UNREACHABLE | _THROTTLED),
    "503 with Retry-After": Case(struck(Status(503, headers=(("Retry-After", "30"),))), UNREACHABLE | _THROTTLED),
    "504": Case(struck(Status(504)), UNREACHABLE),
    "401": Case(struck(ExpiredToken()), frozenset({"authentication_failed", "unreachable"})),
    "403": Case(struck(PermissionDenied()), frozenset({"permission_denied"})),
    "404": Case(struck(Status(404)), EITHER | {"not_found", "not_supported", "invalid_request"}),
    "418": Case(struck(Status(418)), EITHER | {"invalid_request"}),
    "redirect": Case(
        struck(Status(302, headers=(("Location", "https://evil.invalid/"),))), EITHER | {"invalid_request"}
    ),
    "refused": Case(refused, UNREACHABLE),
    "reset": Case(struck(Refuse()), UNREACHABLE),
    "no answer": Case(struck(DropAnswer()), UNREACHABLE),
    "untrusted certificate": Case(shown(Identity.UNTRUSTED), UNREACHABLE),
    "self-signed certificate": Case(shown(Identity.SELF_SIGNED), UNREACHABLE),
    "expired certificate": Case(shown(Identity.EXPIRED), UNREACHABLE),
    "certificate of another host": Case(shown(Identity.WRONG_NAME), UNREACHABLE),
    "hang": Case(struck(Hang()), UNREACHABLE, hurries=True),
    "slow drip": Case(struck(Drip(0.2)), UNREACHABLE, hurries=True),
    "slow and then 503": Case(struck(Together(Delay(0.2), Status(503))), UNREACHABLE | _THROTTLED),
    "cut and honest about it": Case(struck(CutBody()), EITHER),
    "cut": Case(struck(CutBody(honest=False)), EITHER),
    "cut at the last byte": Case(struck(CutBody(at=0.999)), EITHER),
    "reset in the middle": Case(struck(ResetMidBody()), EITHER),
    "empty body": Case(struck(Status(200, body=b"")), EITHER),
    "HTML with 200": Case(struck(Html()), UNEXPECTED),
    "HTML with 404": Case(struck(Html(404)), EITHER | {"not_found", "not_supported", "invalid_request"}),
    "noise": Case(struck(Garbage()), EITHER),
    "noise in place of HTTP": Case(struck(Garbage(http=False)), EITHER),
    "second page refused": Case(struck(Status(500), after=1), EITHER),
}

# The read may fail or be complete; what was there stays there, and the poison is gone with its cause.
POISON = {
    "10 MB name": struck(huge_name(), times=1),
    "bad UTF-8": struck(bad_utf8_name(), times=1),
    "control characters": struck(control_character_name(), times=1),
    "token expired in the middle": struck(ExpiredToken(), times=1, after=1),
    "one bad moment": struck(Status(503), times=1),
    "page that comes twice": struck(RepeatPage(), times=1),
    "page that comes twice and hides another": struck(RepeatPage(advance=True), times=1),
    "pages without end": struck(RepeatPage()),
    "empty page": struck(EmptyPage(more=True), times=1),
    "empty last page": struck(EmptyPage(), times=1),
    "empty cloud": struck(EmptyPage()),
}
