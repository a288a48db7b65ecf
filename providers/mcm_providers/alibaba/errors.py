"""The only file that knows how Alibaba Cloud refuses.

https://api.alibabacloud.com/document/Ecs/2014-05-26/errorCode and the error codes of each operation. Its codes say more
than its statuses: throttling comes as 400, 403, 429 or 503, a wrong key as 400, 403 or 404.
"""

from typing import Any

from mcm.contract import AuthenticationFailed, InvalidRequest, PermissionDenied, ProviderError, RateLimited
from mcm_providers._transport.json_line import Answer
from mcm_providers._transport.refusals import by_status

_WRONG_KEY = (
    "InvalidAccessKeyId", "InvalidAccessKeySecret", "SignatureDoesNotMatch", "IncompleteSignature",
    "InvalidSecurityToken", "MissingSecurityToken", "InvalidCredentials",
)  # fmt: skip
_NO_RIGHT = ("Forbidden", "NoPermission", "AccessDenied", "RegionUnauthorized", "UnauthorizedOperation")
_WRONG_CLOCK = ("InvalidTimeStamp", "IllegalTimestamp")
_UNKNOWN_REGION = ("InvalidRegionId", "RegionId.NotFound")
# What the region does not sell, or not in this way.
_NOT_SOLD = frozenset({
    "InvalidInstanceType.ValueNotSupported", "InvalidInstanceType.ValueUnauthorized",
    "InvalidInstanceType.NotSupported", "InvalidInstanceType.NotFound", "InstanceType.Offline",
    "InvalidResourceType.NotSupported", "PriceNotFound", "InvalidDiskCategory.ValueNotSupported",
    "InvalidDataDiskCategory.ValueNotSupported",
    "InvalidPerformanceLevel.Malformed", "InvalidPeriod.ValueNotSupported",
})  # fmt: skip
_OTHER_DISK = "InvalidSystemDiskCategory.ValueNotSupported"


def code_of(document: Any) -> str:
    found = document.get("Code") if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""


def is_not_sold(answer: Answer) -> bool:
    return answer.status >= 400 and code_of(answer.document) in _NOT_SOLD


def wants_another_disk(answer: Answer) -> bool:
    """The type is sold, but not with this kind of system disk."""
    return answer.status >= 400 and code_of(answer.document) == _OTHER_DISK


def told_status(status: int, raw: bytes) -> int:
    """What the rate governor is to make of an answer: throttling has no status of its own here."""
    return 429 if status >= 400 and b"Throttling" in raw[:4096] else status


def refusal(answer: Answer, doing: str, action: str) -> ProviderError:
    """From `{"Code": …, "Message": …, "RequestId": …, "HostId": …}`, or whatever a gateway before it says."""
    code = code_of(answer.document)
    if code.startswith(_WRONG_KEY):
        # Its sentence quotes the request that was signed, with the AccessKey ID.
        return AuthenticationFailed(
            f"{doing}: the AccessKey is wrong, disabled or expired ({code})", native_code=code
        )  # fmt: skip
    if "Throttling" in code:
        return RateLimited(f"{doing}: asked to slow down", retry_after=answer.retry_after, native_code=code)
    if code.startswith(_NO_RIGHT):
        return PermissionDenied(
            f"{doing} was refused: the RAM user has no right to ecs:{action}", permission=f"ecs:{action}",
            native_code=code,
        )  # fmt: skip
    if code.startswith(_WRONG_CLOCK):
        return InvalidRequest(f"{doing} was refused: the clock of this machine is wrong; set it", native_code=code)
    if code.startswith(_UNKNOWN_REGION):
        return InvalidRequest(f"{doing}: Alibaba Cloud does not know this region: check its spelling", native_code=code)
    said = answer.document.get("Message") if isinstance(answer.document, dict) else None
    return by_status(
        answer, doing, said=said if isinstance(said, str) else "", native=code, permission=f"ecs:{action}"
    )  # fmt: skip
