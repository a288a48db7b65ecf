"""The only file that knows what libcloud, requests and the clouds behind them raise, and what it means here.

The exceptions of requests quote the URL, and CloudStack's URLs hold the API key and the signature: their text is never
repeated, and the cause is not chained, so that no traceback shows it.
"""

import functools
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, ParamSpec, TypeVar

import requests
from libcloud.common import exceptions as http
from libcloud.common import types as libcloud

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
from mcm_providers.libcloud.exchange import Exchange

# A request to CloudStack is signed until so many seconds from now, by our clock.
EXPIRES_SECONDS = 600.0
# By the cloud's clock it must not have expired, and some refuse what is signed for more than 15 minutes.
_TOO_SLOW, _TOO_FAST = EXPIRES_SECONDS - 30, 900.0 - EXPIRES_SECONDS - 30
NO_SUCH_ENTITY = "no_such_entity"
PAGE_TOO_LARGE = "page_too_large"
_NOT_ALLOWED = re.compile(r"does not exist,? (?:or )?is not available", re.IGNORECASE)
_NO_ENTITY = re.compile(r"entity does not exist|unable to find .{0,40} by id", re.IGNORECASE)
_PAGE_SIZE = re.compile(r"max(?:imum)? allowed page ?size", re.IGNORECASE)
_RETRY_MS = re.compile(r"retry after (\d{1,9}) ms", re.IGNORECASE)


def translate(error: Exception, exchange: Exchange, doing: str, permission: str = "") -> ProviderError:
    """The contract error for what came out of libcloud while `doing`. `permission`: what was asked, in the cloud's
    own words."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, requests.RequestException):
        return _transport(error, doing)
    if isinstance(error, ssl.SSLError):
        return Unreachable(f"{doing}: TLS failed; check ca_file, or the address")
    if isinstance(error, libcloud.InvalidCredsError):
        return _status(401, exchange, doing, permission, "")
    if isinstance(error, libcloud.MalformedResponseError):
        return _malformed(exchange, doing, permission)
    if isinstance(error, libcloud.ProviderError):
        return _status(int(error.http_code or 0), exchange, doing, permission, str(error.value))
    if isinstance(error, http.BaseHTTPError):
        return _status(int(error.code or 0), exchange, doing, permission, "")
    if isinstance(error, NotImplementedError):
        return NotSupported(f"{doing}: libcloud's driver cannot do it", reason="driver_cannot")
    if isinstance(error, OSError):
        return Unreachable(f"{doing}: the connection failed ({type(error).__name__})")
    # Drivers raise plain Exception for whatever the cloud refused.
    if exchange.status >= 400:
        return _status(exchange.status, exchange, doing, permission, "")
    return UnexpectedResponse(f"{doing}: the answer could not be read ({type(error).__name__})")


def _transport(error: requests.RequestException, doing: str) -> ProviderError:
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(f"{doing}: TLS failed{_certificate(error)}; check ca_file, or the address")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"{doing}: the configured proxy does not connect")
    if isinstance(error, requests.exceptions.Timeout):
        return Unreachable(f"{doing}: no answer in time")
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return UnexpectedResponse(f"{doing}: the answer is garbled")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ConnectionError):
        return Unreachable(f"{doing}: the connection broke off")
    return InvalidRequest(f"{doing}: the request could not be sent ({type(error).__name__}); check host, port and path")


def _certificate(error: BaseException | None) -> str:
    """What OpenSSL says of the certificate; it holds no URL."""
    for _ in range(8):
        if isinstance(error, ssl.SSLCertVerificationError):
            return f": {error.verify_message}"
        inner = next((one for one in error.args if isinstance(one, BaseException)), None) if error else None
        error = inner or getattr(error, "reason", None) or (error.__context__ if error else None)
        if not isinstance(error, BaseException):
            break
    return ""


def _malformed(exchange: Exchange, doing: str, permission: str) -> ProviderError:
    if exchange.status >= 400:
        return _status(exchange.status, exchange, doing, permission, "")
    return UnexpectedResponse(f"{doing}: the answer is cut or not what the API promises")


def _status(code: int, exchange: Exchange, doing: str, permission: str, text: str) -> ProviderError:
    """By HTTP status; 430 to 432 and 530 to 537 are CloudStack's own.

    https://github.com/apache/cloudstack/blob/main/api/src/main/java/org/apache/cloudstack/api/ApiErrorCode.java
    """
    said = f": {text}" if text else ""
    native = str(code)
    if code in (401, 432) and _NOT_ALLOWED.search(text):
        return _denied(doing, permission, said, native)
    if code == 432:
        return NotSupported(f"{doing}: the cloud does not know this command{said}", reason="command_not_allowed")
    if code in (401, 411):
        return _unauthorised(exchange, doing, native)
    if code in (403, 531):
        return _denied(doing, permission, said, native)
    if code == 429:
        found = _RETRY_MS.search(text)
        retry_after = (
            exchange.retry_after if exchange.retry_after is not None else int(found[1]) / 1000 if found else None
        )
        return RateLimited(f"{doing}: asked to slow down", retry_after=retry_after, native_code=native)
    if code == 431 and _NO_ENTITY.search(text):
        return ResourceNotFound(f"{doing}{said}", native_code=NO_SUCH_ENTITY)
    if code == 431 and _PAGE_SIZE.search(text):
        return InvalidRequest(f"{doing}{said}", native_code=PAGE_TOO_LARGE)
    if code in (404, 405):
        return UnexpectedResponse(
            f"{doing}: this address has no such API; check host, port and path", native_code=native
        )
    if code in (409, 536, 537):
        return ResourceBusy(f"{doing}{said}", native_code=native)
    if code in (532, 533, 535):
        return CapacityExceeded(f"{doing}{said}", native_code=native)
    if code >= 500:
        return Unreachable(f"{doing}: the cloud has a fault ({code}){said}", native_code=native)
    if code >= 400:
        return InvalidRequest(f"{doing} was refused ({code}){said}", native_code=native)
    return UnexpectedResponse(f"{doing}: the answer cannot be used ({code}){said}", native_code=native)


def _denied(doing: str, permission: str, said: str, native: str) -> PermissionDenied:
    cure = f"; allow {permission} in the role of these credentials" if permission else ""
    return PermissionDenied(f"{doing} was refused{said}{cure}", permission=permission, native_code=native)


def _unauthorised(exchange: Exchange, doing: str, native: str) -> ProviderError:
    ahead = exchange.seconds_ahead()
    if ahead > _TOO_FAST or -ahead > _TOO_SLOW:
        way = "fast" if ahead > 0 else "slow"
        return Unreachable(
            f"{doing}: the clock of this machine is {abs(ahead) / 60:.0f} minutes {way}; set it (NTP), the credentials "
            "may well be right",
            native_code=native,
        )
    return AuthenticationFailed(
        f"{doing}: the credentials are wrong, disabled or expired; enter new ones", native_code=native
    )


@contextmanager
def translated(exchange: Exchange, doing: str, permission: str = "") -> Iterator[None]:
    """Nothing but ProviderError leaves this block."""
    try:
        yield
    except ProviderError:
        raise
    except Exception as error:  # noqa: BLE001 (drivers raise anything)
        _raise(translate(error, exchange, doing, permission))


def _raise(error: ProviderError) -> NoReturn:
    raise error from None


P = ParamSpec("P")
T = TypeVar("T")


def provider_errors_only(method: Callable[P, T]) -> Callable[P, T]:
    """For the adapter's public methods: whatever was not translated where it arose is an answer nobody understood."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except ProviderError:
            raise
        except Exception as error:  # noqa: BLE001 (and so do hostile answers)
            _raise(translate(error, Exchange(), "reading the cloud's answer"))

    return wrapper
