"""What can be wrong with a request about findings."""

from mcm.errors import Conflict, InvalidInput, NotFound


class FindingNotFound(NotFound):
    code = "finding_not_found"


class FindingNotOpen(Conflict):
    """It is resolved or dismissed: nothing is to be done about it."""

    code = "finding_not_open"


class FindingWithoutAction(InvalidInput):
    """Nothing that mcm does to a resource carries it out."""

    code = "finding_without_action"


class InvalidDismissal(InvalidInput):
    code = "invalid_dismissal"
