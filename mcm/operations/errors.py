"""What can be wrong with an operation that somebody asks for."""

from mcm.errors import Conflict, Forbidden, InvalidInput, NotFound


class OperationNotFound(NotFound):
    code = "operation_not_found"


class ResourceUnknown(NotFound):
    """The same code as the inventory's own."""

    code = "resource_not_found"


class ActionNotAllowed(Conflict):
    """`details.reason_code` says which of the reasons of `mcm.operations.reasons` it is."""

    code = "action_not_allowed"


class ActionForbidden(Forbidden):
    code = "action_forbidden"


class InvalidParams(InvalidInput):
    code = "invalid_params"


class UnknownAction(InvalidInput):
    code = "unknown_action"


class ResourceBusyHere(Conflict):
    """Another operation has the resource; `details.operation` names it."""

    code = "operation_running"


class NotOpen(Conflict):
    """The operation has ended, or cannot be taken back any more."""

    code = "operation_not_open"


class TargetGone(Conflict):
    code = "target_gone"


class StateChanged(Conflict):
    code = "state_changed"


class Protected(Conflict):
    code = "protected"


class AccountGone(NotFound):
    code = "account_gone"


class NotTheSame(Conflict):
    """What the operation was about belongs to somebody else by now."""

    code = "not_the_same"


class CloudFailed(Conflict):
    """The cloud took the request and says itself that it came to nothing."""

    code = "cloud_failed"
