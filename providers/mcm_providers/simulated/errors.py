"""The simulated cloud's refusals, and the one place where they become errors of the contract."""

from collections.abc import Iterator
from contextlib import contextmanager

from mcm.contract import (
    AuthenticationFailed,
    CapacityExceeded,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceBusy,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers.simulated.cloud.seeded import SeedError


class ApiError(Exception):
    """What the simulated cloud answers instead of a document. status: as in HTTP; 0: no answer came."""

    def __init__(self, status: int, code: str, text: str, *, permission: str = "", retry_after: float | None = None):
        super().__init__(text)
        self.status, self.code, self.text = status, code, text
        self.permission, self.retry_after = permission, retry_after


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Nothing but ProviderError leaves this block. `doing`: for the sentence, "listing instance in bj-1"."""
    try:
        yield
    except ProviderError:
        raise
    except ApiError as error:
        raise _meaning(error, doing) from error
    except SeedError as error:
        raise UnexpectedResponse(f"{doing}: {error}", native_code="seed_file") from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UnexpectedResponse(f"{doing}: the cloud's answer cannot be read ({type(error).__name__})") from error


def _meaning(error: ApiError, doing: str) -> ProviderError:
    text = f"{doing}: {error.text}"
    match error.status:
        case 401:
            return AuthenticationFailed(text, native_code=error.code)
        case 403:
            return PermissionDenied(text, permission=error.permission, native_code=error.code)
        case 400:
            return InvalidRequest(text, native_code=error.code)
        case 404 if error.code == "no_such_thing":
            return ResourceNotFound(text, native_code=error.code)
        case 409:
            return ResourceBusy(text, native_code=error.code)
        case 413:
            return CapacityExceeded(text, native_code=error.code)
        case 501:
            return NotSupported(text, reason="not_in_flavour")
        case 404:
            return NotSupported(text, reason="service_missing")
        case 429:
            return RateLimited(text, retry_after=error.retry_after, native_code=error.code)
        case 200:
            return UnexpectedResponse(text, native_code=error.code)
    return Unreachable(text, native_code=error.code)
