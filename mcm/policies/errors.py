"""What can be wrong with a policy, an exception or a rule of classification."""

from mcm.errors import Conflict, InvalidInput, NotFound


class PolicyNotFound(NotFound):
    code = "policy_not_found"


class PolicyExists(Conflict):
    """The id belongs to a policy that the caller must not know of."""

    code = "policy_exists"


class InvalidPolicy(InvalidInput):
    """details.findings: line, column, message, suggestion of each."""

    code = "invalid_policy"


class PolicyWarned(Conflict):
    """The policy could be stored, and would do what hardly anybody means. details.warnings say what."""

    code = "policy_warned"


class ExceptionNotFound(NotFound):
    code = "exception_not_found"


class ExceptionNotOpen(Conflict):
    """Somebody has decided already, or it is over."""

    code = "exception_not_open"


class OwnException(Conflict):
    """Whoever asked cannot be who agrees."""

    code = "own_exception"


class ViolationNotFound(NotFound):
    code = "violation_not_found"


class InvalidClassification(InvalidInput):
    code = "invalid_classification"
