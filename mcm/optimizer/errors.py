"""What can be wrong with a request for an optimization."""

from mcm.errors import Conflict, InvalidInput, NotFound


class OptimizationNotFound(NotFound):
    code = "optimization_not_found"


class InvalidOptimization(InvalidInput):
    code = "invalid_optimization"


class OptimizationNotReady(Conflict):
    """It runs still, or it ended without a result."""

    code = "optimization_not_ready"
