"""What the inventory room refuses."""

from mcm.errors import InvalidInput, NotFound, PreconditionFailed


class ResourceNotFound(NotFound):
    code = "resource_not_found"


class InvalidOrder(InvalidInput):
    """order_by names what cannot be sorted."""

    code = "invalid_order"


class InvalidColumn(InvalidInput):
    code = "invalid_column"


class InvalidAsOf(InvalidInput):
    code = "invalid_as_of"


class StaleVersion(PreconditionFailed):
    code = "stale_version"
