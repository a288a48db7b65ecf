"""The only file that knows AWS's error codes: botocore's exceptions and refusals become the contract's errors.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and each service's "Common errors".
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, ParamSpec, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

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
from mcm_providers._transport.retry_after import retry_after_seconds


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Amazon refuses signatures that are more than 5 (S3: 15) minutes off.
_SKEW_SECONDS = 240.0

_CREDENTIALS = _words(
    "AuthFailure InvalidClientTokenId SignatureDoesNotMatch InvalidSignatureException InvalidAccessKeyId InvalidToken "
    "ExpiredToken ExpiredTokenException UnrecognizedClientException MissingAuthenticationToken "
    "MissingAuthenticationTokenException IncompleteSignature IncompleteSignatureException TokenRefreshRequired "
    "InvalidSecurity Blocked PendingVerification AccountProblem"
)
_PERMISSION = _words(
    "UnauthorizedOperation AccessDenied AccessDeniedException NotAuthorized AuthorizationError "
    "UnauthorizedAccess Forbidden AllAccessDisabled"
)
_THROTTLED = _words(
    "RequestLimitExceeded Throttling ThrottlingException ThrottledException RequestThrottled "
    "RequestThrottledException EC2ThrottledException TooManyRequests TooManyRequestsException SlowDown "
    "BandwidthLimitExceeded PriorRequestNotComplete ProvisionedThroughputExceededException"
)
_CLOCK = _words("RequestExpired RequestTimeTooSkewed RequestInTheFuture")
_NOT_SUBSCRIBED = _words("OptInRequired SubscriptionRequiredException NotSubscribed NotSignedUp")
_NOT_OFFERED = _words(
    "InvalidAction NotImplemented UnsupportedOperation UnknownOperationException OperationNotSupported 501"
)
_OUTAGE = _words(
    "InternalError InternalFailure InternalServiceError ServiceUnavailable Unavailable ServiceFailure "
    "RequestTimeout 500 502 503 504"
)
# Of changes only. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_BUSY = _words(
    "IncorrectInstanceState IncorrectState IncorrectModificationState IncorrectSpotRequestState VolumeInUse "
    "InvalidSnapshot.InUse InvalidIPAddress.InUse Resource.AlreadyAssociated DependencyViolation "
    "ConcurrentTagAccess VolumeModificationRateExceeded SnapshotCreationPerVolumeRateExceeded"
)
# What lacks capacity is answered with status 500, and yet had no effect.
_FULL = re.compile(r"Insufficient[A-Za-z]*(Capacity|InSubnet)[A-Za-z]*|[A-Za-z]*LimitExceeded")
# Refusals of what was asked for, in words that elsewhere mean the credentials, the service or the right to use it.
_REFUSED = _words("UnsupportedOperation OptInRequired PendingVerification OperationNotPermitted")
_BAD_CREDENTIALS = "not able to validate"
# "... is not authorized to perform: ec2:DescribeInstances because ..."
_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9-]{2,40}:[A-Za-z]{2,80})")
# Where IAM's name of a service or of an action is not the API's.
_IAM_SERVICE = {"elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing"}
_IAM_ACTION = {("s3", "ListBuckets"): "ListAllMyBuckets"}


class Call(NamedTuple):
    """What was asked. temporary: the credentials have a session token, so that they may have expired. changes: it was
    to change something."""

    service: str
    region: str
    operation: str
    temporary: bool = False
    changes: bool = False

    @property
    def permission(self) -> str:
        action = _IAM_ACTION.get((self.service, self.operation), self.operation)
        return f"{_IAM_SERVICE.get(self.service, self.service)}:{action}"

    def __str__(self) -> str:
        return f"{self.service} {self.operation} in {self.region}"


def translate(error: Exception, call: Call) -> ProviderError:
    """The contract error for what botocore raised from `call`."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, ClientError):
        return _refusal(error.response, call)
    if isinstance(error, HTTPClientError) and isinstance(error.kwargs.get("error"), ProviderError):
        # What `dial` raised inside urllib3; botocore wraps every exception it does not know.
        inner: ProviderError = error.kwargs["error"]
        return inner
    if isinstance(error, SSLError):
        return Unreachable(f"{call}: TLS failed: {_cause(error)}; check ca_file, or the address")
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return Unreachable(f"{call}: no answer in time")
    if isinstance(error, ProxyConnectionError):
        return Unreachable(f"{call}: the configured proxy does not connect")
    if isinstance(error, EndpointConnectionError | HTTPClientError):
        return Unreachable(f"{call}: the connection failed: {_cause(error)}")
    if isinstance(error, ParamValidationError):
        return InvalidRequest(f"{call}: {error}")
    if isinstance(error, ResponseParserError):
        # Its own message is the whole body.
        return UnexpectedResponse(f"{call}: the answer is not what the service promises")
    if isinstance(error, BotoCoreError):
        return InvalidRequest(f"{call}: {error}")
    return UnexpectedResponse(f"{call}: the answer could not be read ({type(error).__name__})")


def _cause(error: BotoCoreError) -> str:
    return str(error.kwargs.get("error") or type(error).__name__)


def _refusal(response: Mapping[str, Any], call: Call) -> ProviderError:
    detail = response.get("Error") or {}
    metadata = response.get("ResponseMetadata") or {}
    headers = metadata.get("HTTPHeaders") or {}
    code = str(detail.get("Code") or metadata.get("HTTPStatusCode") or "")
    code = code.removeprefix("Client.").removeprefix("Server.")
    # The further lines of SignatureDoesNotMatch quote the canonical request, session token included.
    text = str(detail.get("Message") or "").partition("\n")[0]
    about: dict[str, str] = {"native_code": code, "request_id": str(metadata.get("RequestId") or "")}
    status = int(metadata.get("HTTPStatusCode") or 0)
    said = f": {text}" if text else ""

    if code in _CLOCK or "Signature expired" in text or "Signature not yet current" in text:
        return _late(headers, call, about)
    if call.changes and (refused := _refused_change(code, text, call, about)):
        return refused
    if code in _CREDENTIALS or status == 401:
        expired = " have expired" if code.startswith("ExpiredToken") else " are wrong, disabled or expired"
        return AuthenticationFailed(f"{call}: the credentials{expired} ({code}); enter new ones", **about)
    if code in _THROTTLED or status == 429:
        retry_after = retry_after_seconds(headers.get("retry-after"))
        return RateLimited(f"{call}: asked to slow down ({code})", retry_after=retry_after, **about)
    if code in _NOT_SUBSCRIBED:
        return NotSupported(f"{call}: the account is not subscribed ({code})", reason="not_subscribed")
    if code in _NOT_OFFERED or status == 501:
        return NotSupported(
            f"{call}: the service does not know this operation ({code})", reason="operation_not_offered"
        )
    if code in _PERMISSION or (status == 403 and not code.startswith("Invalid")):
        named = _ACTION.search(text)
        permission = named[1] if named else call.permission
        return PermissionDenied(
            f"{call} was refused ({code}); grant {permission} to the user or role", permission=permission, **about
        )
    if ".NotFound" in code or code.startswith("NoSuch") or code.endswith(("NotFound", "NotFoundFault")):
        return ResourceNotFound(f"{call}: {code}{said}", **about)
    if code in _OUTAGE or status >= 500:
        return Unreachable(f"{call}: the service has a fault ({code}){said}", **about)
    return InvalidRequest(f"{call} was refused ({code}){said}", **about)


def _refused_change(code: str, text: str, call: Call, about: Mapping[str, str]) -> ProviderError | None:
    """What is particular to changes; None: as everywhere."""
    if code in _THROTTLED:
        return None
    sentence = f"{call} was refused ({code}){text and ': ' + text}"
    if code == "AuthFailure" and _BAD_CREDENTIALS not in text:
        # EC2's word for what belongs to another account, too: an image, a snapshot, a subnet.
        return PermissionDenied(sentence, permission=call.permission, **about)
    if code in _BUSY:
        return ResourceBusy(sentence, **about)
    if _FULL.fullmatch(code):
        return CapacityExceeded(sentence, **about)
    return InvalidRequest(sentence, **about) if code in _REFUSED else None


def _late(headers: Mapping[str, str], call: Call, about: Mapping[str, str]) -> ProviderError:
    """EC2 says RequestExpired for a wrong clock and for expired temporary credentials alike; its Date header tells."""
    skew = _seconds_ahead(headers.get("date"))
    if skew is None or abs(skew) > _SKEW_SECONDS or not call.temporary:
        by = f" by {abs(skew) / 60:.0f} minutes" if skew and abs(skew) > _SKEW_SECONDS else ""
        way = "" if not by else (" fast" if skew and skew > 0 else " slow")
        return Unreachable(
            f"{call}: the clock of this machine is wrong{by and ': it is' + way + by}; "
            "set it (NTP), the credentials may well be right",
            **about,
        )
    return AuthenticationFailed(f"{call}: the temporary credentials have expired; enter new ones", **about)


def _seconds_ahead(date: str | None) -> float | None:
    """How far this machine's clock is ahead of the answer's Date header."""
    try:
        theirs = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return None
    return (datetime.now(UTC) - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds()


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


def _unreadable(error: Exception) -> ProviderError:
    return UnexpectedResponse(f"AWS answered something that could not be read ({type(error).__name__})")
