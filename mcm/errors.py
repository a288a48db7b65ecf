"""The errors of mcm itself, and the one table from errors to HTTP statuses.

A room defines its own errors as subclasses; nothing outside `mcm.api` and the command line turns them into answers.
"""

from collections.abc import Mapping
from typing import ClassVar


class McmError(Exception):
    """`message`: what happened and why. `next_step`: what the reader can do about it. Neither holds secrets or SQL.

    Both may come in Chinese too; where they do not, Chinese readers are told what the code means."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        details: Mapping[str, object] | None = None,
        message_zh: str = "",
        next_step_zh: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.message_zh = message, message_zh
        self.next_step, self.next_step_zh = next_step, next_step_zh
        self.details = dict(details or {})


class InvalidInput(McmError):
    code = "invalid_input"
    status = 422


class BadRequest(McmError):
    code = "bad_request"
    status = 400


class UnknownParameter(BadRequest):
    code = "unknown_parameter"


class NotFound(McmError):
    code = "not_found"
    status = 404


class Forbidden(McmError):
    code = "forbidden"
    status = 403


class NotAuthenticated(McmError):
    code = "not_authenticated"
    status = 401


class Conflict(McmError):
    code = "conflict"
    status = 409


class PreconditionFailed(McmError):
    """If-Match names a version that is no longer current."""

    code = "precondition_failed"
    status = 412


class Unavailable(McmError):
    """mcm cannot do it now: database locked or read-only, disk full, no master key. Reads may still work."""

    code = "unavailable"
    status = 503


class CloudFailure(McmError):
    """A cloud did not answer as needed; `details.code` holds the provider error's code."""

    code = "cloud_failure"
    status = 502
