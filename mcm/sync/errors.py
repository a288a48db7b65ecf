"""What the sync room refuses, and how a run ends early."""

from mcm.errors import Conflict, McmError, NotFound


class LeaseLost(McmError):
    """Another run took the scope over, or its account was removed or paused: the result must not be written."""

    code = "lease_lost"
    status = 409


class ScopeNotFound(NotFound):
    code = "scope_not_found"


class RunNotFound(NotFound):
    code = "run_not_found"


class NotQuarantined(Conflict):
    code = "not_quarantined"


class UndoImpossible(Conflict):
    code = "undo_impossible"
