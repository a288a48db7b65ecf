"""What the statuses of HTTP mean where a cloud's own codes say no more."""

from collections.abc import Callable
from typing import TypeVar

from mcm.contract import (
    AuthenticationFailed,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    RateLimited,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers._transport.json_line import Answer

_PATIENCE = 4
T = TypeVar("T")


def by_status(answer: Answer, doing: str, *, said: str = "", native: str = "", permission: str = "") -> ProviderError:
    """said: the cloud's own sentence; native: its code."""
    tail, code, status = f": {said}" if said else "", native or str(answer.status), answer.status
    if status == 401:
        return AuthenticationFailed(f"{doing}: the credentials are wrong, disabled or expired{tail}", native_code=code)
    if status == 403:
        return PermissionDenied(f"{doing} was refused{tail}", permission=permission, native_code=code)
    if status == 404:
        return UnexpectedResponse(f"{doing}: this address has no such API; check endpoint", native_code=code)
    if status == 429:
        return RateLimited(f"{doing}: asked to slow down", retry_after=answer.retry_after, native_code=code)
    if status >= 500:
        return Unreachable(f"{doing}: the cloud has a fault ({status}){tail}", native_code=code)
    return InvalidRequest(f"{doing} was refused ({status}){tail}", native_code=code)


def patiently(ask: Callable[[], T]) -> T:
    """Asks again where the cloud asked to slow down: the next call waits for as long as it said, in the context's
    governor. A list has hundreds of pages, and without this one refusal would cost all of them."""
    for _ in range(_PATIENCE - 1):
        try:
            return ask()
        except RateLimited:
            continue
    return ask()
