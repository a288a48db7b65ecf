"""What vSphere's faults, and what can go wrong below them, mean to mcm. The only file that knows their names.

https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/
"""

import http.client
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from lxml import etree

from mcm.contract import (
    AuthenticationFailed,
    CallContext,
    CapacityExceeded,
    FeedExpired,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    Resource,
    ResourceBusy,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from mcm_providers.vmware.faults import SoapFault

SESSION_ENDED = "NotAuthenticated"
TOOLS_MISSING = "ToolsUnavailable"

_SIGN_IN = frozenset({"InvalidLogin", "PasswordExpired", "InvalidLogonHours", "AccountLocked", "NoClientCertificate"})
_GONE = frozenset({"ManagedObjectNotFound", "NotFound"})
_BUSY = frozenset({"TaskInProgress", "ResourceInUse", "InvalidState", "InvalidPowerState", "ConcurrentAccess"})
_UNSUPPORTED = frozenset({"NotSupported", "NotImplemented", "MethodNotFound", "MethodDisabled", "RestrictedVersion"})
_MALFORMED = frozenset({"InvalidArgument", "InvalidRequest", "InvalidProperty", "InvalidType", "InvalidName"})
# What only a request that changes something is answered with.
_REFUSED = frozenset({TOOLS_MISSING, "DuplicateName", "AlreadyExists", "InvalidVmConfig", "InvalidDeviceSpec"})
_FULL = frozenset(
    {
        *("InsufficientResourcesFault", "InsufficientHostCapacityFault", "InsufficientHostCpuCapacityFault"),
        *("InsufficientHostMemoryCapacityFault", "InsufficientFailoverResourcesFault", "InsufficientStorageSpace"),
        *("InsufficientCpuResourcesFault", "InsufficientMemoryResourcesFault", "NoDiskSpace", "NotEnoughLicenses"),
    }
)
_UNAVAILABLE = frozenset(
    {"SystemError", "HostCommunication", "HostNotConnected", "HostNotReachable", "RequestCanceled", "Timedout"}
)


def is_unsupported(error: SoapFault) -> bool:
    """Whether this server, or its version, does not know the method."""
    return error.name in _UNSUPPORTED or error.name in _MALFORMED


def is_gone(error: SoapFault) -> bool:
    return error.name in _GONE


def is_session_end(error: SoapFault) -> bool:
    return error.name == SESSION_ENDED


def from_fault(fault: SoapFault) -> ProviderError:
    name, message = fault.name, fault.message or "no message"
    if name in _SIGN_IN:
        return AuthenticationFailed(
            f"vCenter refuses user name and password: {message}. Check them and whether the user is locked or expired",
            native_code=name,
        )
    if name == SESSION_ENDED:
        return Unreachable("the vCenter session ended in the middle; the next read signs in again", native_code=name)
    if name == "NoPermission":
        privilege, on = fault.details.get("privilegeId", ""), fault.details.get("object", "")
        return PermissionDenied(
            f"the user lacks the privilege {privilege or '(not named)'}" + (f" on {on}" if on else ""),
            permission=privilege,
            native_code=name,
        )
    if name == "InvalidCollectorVersion":
        return FeedExpired("vCenter no longer knows this position of the feed", native_code=name)
    kinds: tuple[tuple[frozenset[str], type[ProviderError]], ...] = (
        (_GONE, ResourceNotFound),
        (_BUSY, ResourceBusy),
        (_MALFORMED | _REFUSED, InvalidRequest),
        (_FULL, CapacityExceeded),
        (_UNAVAILABLE, Unreachable),
    )
    for names, error in kinds:
        if name in names:
            return error(f"vCenter answers with {name}: {message}", native_code=name)
    if name in _UNSUPPORTED:
        return NotSupported(f"this server cannot do that ({name}): {message}", reason="not_in_this_version")
    return UnexpectedResponse(f"vCenter answers with the fault {name or '(unnamed)'}: {message}", native_code=name)


@contextmanager
def translating(where: str, context: CallContext) -> Iterator[None]:
    """The outer edge: whatever happens inside leaves as a ProviderError.

    A socket that mcm closed at the deadline fails in many ways, so the deadline is asked first.
    """
    try:
        yield
    except ProviderError:
        raise
    except SoapFault as fault:
        raise from_fault(fault) from fault
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"the certificate of {where} is not trusted ({error.verify_message}): give the CA that signed it as "
            "'ca_file', or set 'verify_tls' to false to accept any",
            native_code="certificate_not_trusted",
        ) from error
    except (http.client.IncompleteRead, http.client.BadStatusLine) as error:
        context.check()
        if isinstance(error, http.client.RemoteDisconnected):
            raise Unreachable(f"{where} closed the connection without an answer") from error
        raise UnexpectedResponse(f"the answer of {where} ends in the middle or is not HTTP") from error
    except TimeoutError as error:
        context.check()
        raise Unreachable(f"{where} did not answer in time") from error
    except (OSError, http.client.HTTPException) as error:
        context.check()
        raise Unreachable(f"the connection to {where} failed: {_sentence(error)}") from error
    except (etree.LxmlError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        raise UnexpectedResponse(f"the answer of {where} is not what the API promises: {_sentence(error)}") from error
    except (ValueError, RecursionError) as error:
        context.check()
        raise UnexpectedResponse(f"the answer of {where} is not what the API promises: {_sentence(error)}") from error


def edge(where: str, context: CallContext, resources: Iterable[Resource]) -> Iterator[Resource]:
    """The same for an iterator, whose work happens after the method that made it has returned."""
    with translating(where, context):
        yield from resources


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
