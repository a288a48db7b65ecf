"""The only file that knows how OpenStack refuses: statuses, bodies and SDK exceptions become the contract's errors.

Each service words its refusals differently: nova and cinder name the fault as the only key, keystone has `error`,
neutron `NeutronError`, glance answers in HTML.
"""

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, ParamSpec, TypeVar

import orjson
import requests
from keystoneauth1 import exceptions as ksa

from mcm.contract import (
    AuthenticationFailed,
    CapacityExceeded,
    InvalidRequest,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceBusy,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers._transport.retry_after import retry_after_seconds

_TLS_CURE = "give its certificate authority with 'cacert', or, knowing the risk, set 'verify' to false"
_POLICIES = (
    re.compile(r"Policy doesn't allow ([\w:.-]{3,120}) to be performed"),
    re.compile(r"not authorized to perform the requested action:? ([\w:.-]{3,120}\w)"),
    re.compile(r"\(?(?:rule:)?(\w[\w:.-]{2,120}?)\)?(?: and [^.]{0,400})? is disallowed by policy"),
)
_SENTENCE_LIMIT = 300
# What neutron says when none of its plugins offers a path.
NO_SUCH_PATH = "HTTPNotFound"


class Call(NamedTuple):
    """What was asked of which service."""

    service: str
    region: str
    path: str

    def __str__(self) -> str:
        return f"{self.service} GET {self.path}" + (f" in {self.region}" if self.region else "")


class SignIn(NamedTuple):
    """The request for a token; it stands in for a Call."""

    url: str

    @property
    def service(self) -> str:
        return "identity"

    def __str__(self) -> str:
        return f"signing in at {self.url}"


_QUOTA = re.compile(
    r"[Qq]uota exceeded|exceeds? (the )?(allowed|available) .*quota|OverQuota|OverLimit|maximum number of"
)


class ItemNotFound(ResourceNotFound):
    """A service itself says that it does not know this id; a 404 of anything in front of it is not this."""


def refusal(response: requests.Response, call: Call | SignIn) -> ProviderError:
    """The error for an answer with a status of 400 and above."""
    status = response.status_code
    fault, sentence = _said(response)
    about: dict[str, str] = {
        "native_code": fault or str(status),
        "request_id": str(response.headers.get("x-openstack-request-id") or ""),
    }
    said = f": {sentence}" if sentence else ""
    if status == 401:
        if isinstance(call, SignIn):
            return AuthenticationFailed(
                f"{call}: the user, password, credential or project is wrong, disabled or expired{said}", **about
            )
        return AuthenticationFailed(f"{call}: the token is not accepted{said}", **about)
    if status == 403 and _QUOTA.search(sentence):
        return CapacityExceeded(f"{call}: a quota is used up{said}", **about)
    if status == 403:
        permission = next((found[1] for rule in _POLICIES if (found := rule.search(sentence))), "")
        need = f"; the policy '{permission}' must allow it" if permission else said
        return PermissionDenied(f"{call} was refused{need}", permission=permission or str(call), **about)
    if status == 413 and _QUOTA.search(sentence):
        # cinder's way to say it.
        return CapacityExceeded(f"{call}: a quota is used up{said}", **about)
    if status in (413, 429):
        return RateLimited(f"{call}: asked to slow down{said}", retry_after=_retry_after(response), **about)
    if status == 404:
        if isinstance(call, SignIn):
            return UnexpectedResponse(f"{call}: no identity service (v3) answers there; check 'auth.auth_url'", **about)
        own = fault in ("itemNotFound", "error") or (fault.endswith("NotFound") and fault != NO_SUCH_PATH)
        kind = ItemNotFound if own else ResourceNotFound
        return kind(f"{call}: not found{said}", **about)
    if status == 409:
        return ResourceBusy(f"{call}: not in this state{said}", **about)
    if status in (408, 425) or status >= 500:
        return Unreachable(f"{call}: the service has a fault (HTTP {status}){said}", **about)
    return InvalidRequest(f"{call} was refused (HTTP {status}){said}", **about)


def _said(response: requests.Response) -> tuple[str, str]:
    """(the service's name for the fault, its sentence); ("", "") when a proxy or something else answers."""
    try:
        body = orjson.loads(response.content)
    except ValueError:
        # glance: an HTML page with the sentence in its body; of other pages only the title is worth showing.
        page = response.text[:4096]
        body_text = re.search(r"</h1>\s*([^<]{1,400})", page) or re.search(r"<title>([^<]{1,200})", page)
        return "", " ".join(body_text[1].split())[:_SENTENCE_LIMIT] if body_text else ""
    if not isinstance(body, dict) or not body:
        return "", ""
    fault, inner = next(iter(body.items()))
    if not isinstance(inner, dict):
        return "", str(body.get("message") or "")[:_SENTENCE_LIMIT]
    if fault == "NeutronError":
        fault = str(inner.get("type") or fault)
    return str(fault)[:100], str(inner.get("message") or "")[:_SENTENCE_LIMIT]


def _retry_after(response: requests.Response) -> float | None:
    header = retry_after_seconds(response.headers.get("Retry-After"))
    if header is not None:
        return header
    try:
        inner = next(iter(orjson.loads(response.content).values()))
        return retry_after_seconds(str(inner.get("retryAfter") or inner.get("retry_after") or ""))
    except (ValueError, AttributeError, StopIteration):
        return None


def translate(error: Exception, call: Call | SignIn) -> ProviderError:
    """The error for what keystoneauth or requests raised from `call`."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, ksa.HttpError) and error.response is not None:
        return refusal(error.response, call)
    if isinstance(error, ksa.MissingAuthMethods):
        return AuthenticationFailed(f"{call}: the cloud asks for a second factor; use an application credential")
    if isinstance(error, ksa.SSLError | requests.exceptions.SSLError):
        return Unreachable(_tls_sentence(str(error), call))
    if isinstance(error, ksa.ConnectTimeout | requests.exceptions.Timeout):
        return Unreachable(f"{call}: no answer in time")
    if isinstance(error, ksa.UnknownConnectionError):
        return _broken(error.original, call)
    if isinstance(error, requests.exceptions.RequestException):
        return _broken(error, call)
    if isinstance(error, ksa.ConnectFailure):
        return Unreachable(f"{call}: the connection failed ({_short(error)})")
    if isinstance(error, ksa.InvalidResponse | ksa.DiscoveryFailure):
        address = "'auth.auth_url'" if isinstance(call, SignIn) else "the address"
        return UnexpectedResponse(f"{call}: the answer is not an OpenStack service's; check {address}")
    if isinstance(error, ksa.AuthorizationFailure | ksa.AuthPluginException | ksa.MissingRequiredOptions):
        return InvalidRequest(f"{call}: {error}")
    if isinstance(error, OSError):
        return Unreachable(f"{call}: the connection failed ({type(error).__name__})")
    return UnexpectedResponse(f"{call}: the answer could not be read ({type(error).__name__})")


def _tls_sentence(reason: str, call: Call | SignIn) -> str:
    if "self-signed" in reason or "self signed" in reason or "unable to get local issuer" in reason:
        return f"{call}: the server's TLS certificate is not trusted; {_TLS_CURE}"
    if "Hostname mismatch" in reason or "doesn't match" in reason or "IP address mismatch" in reason:
        return f"{call}: the server's TLS certificate is for another name; use the name it was issued for"
    if "certificate has expired" in reason or "not yet valid" in reason:
        return f"{call}: the server's TLS certificate is not valid at this time; renew it, or check the clocks"
    if "WRONG_VERSION_NUMBER" in reason or "record layer failure" in reason or "UNKNOWN_PROTOCOL" in reason:
        return f"{call}: the server does not speak TLS there; use http:// or the right port"
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return f"{call}: the server's TLS certificate is not trusted; {_TLS_CURE}"
    return f"{call}: the TLS connection failed"


def _broken(error: BaseException, call: Call | SignIn) -> ProviderError:
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return UnexpectedResponse(f"{call}: the answer was cut short")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return InvalidRequest(f"{call}: that is not a usable URL")
    if isinstance(error, requests.exceptions.InvalidHeader):
        return InvalidRequest(f"{call}: a credential has characters that HTTP cannot carry")
    return Unreachable(f"{call}: the connection failed ({_short(error)})")


def _short(error: BaseException) -> str:
    """The operating system's words at the end of urllib3's long ones; its repr names objects by address."""
    words = re.findall(r"(?:\[Errno -?\d+\] |: )([A-Z][A-Za-z' ]{4,80})", str(error))
    return words[-1].strip() if words else type(error).__name__


P = ParamSpec("P")
T = TypeVar("T")


def translated(method: Callable[P, T]) -> Callable[P, T]:
    """For the adapter's public methods: nothing but ProviderError leaves them."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except ProviderError:
            raise
        except Exception as error:
            raise _unreadable(error) from error

    return wrapper


def translated_iterator(method: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """As `translated`, for a generator: also while it is being read."""

    @functools.wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        try:
            yield from method(*args, **kwargs)
        except ProviderError:
            raise
        except Exception as error:
            raise _unreadable(error) from error

    return wrapper


def _unreadable(error: Any) -> ProviderError:
    return UnexpectedResponse(f"OpenStack answered something that could not be read ({type(error).__name__})")
