"""What can be wrong with a comparison."""

from mcm.errors import InvalidInput, NotFound


class InvalidComparison(InvalidInput):
    code = "invalid_comparison"


class EstimateNotFound(NotFound):
    """Also for one that tells of something the caller may not see."""

    code = "estimate_not_found"
