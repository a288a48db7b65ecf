"""What can be wrong with plans, the recycle bin and dates of retirement."""

from mcm.errors import Conflict, Forbidden, InvalidInput, NotFound


class PlanNotFound(NotFound):
    code = "plan_not_found"


class InvalidPlan(InvalidInput):
    code = "invalid_plan"


class PlanNotOpen(Conflict):
    """It has ended, was used, or stands where this cannot be done; `details.status` says where."""

    code = "plan_not_open"


class ApprovalNeeded(Conflict):
    code = "approval_needed"


class ApprovalOver(Conflict):
    """Too long ago: what was agreed to need not be what would be done."""

    code = "approval_over"


class OwnPlan(Forbidden):
    """Whoever asked for it is not somebody else."""

    code = "own_plan"


class PlanHashDiffers(Conflict):
    code = "plan_hash_differs"


class PlanStale(Conflict):
    """`details.drift` names the targets that changed, and what of them."""

    code = "plan_stale"


class TargetChanged(Conflict):
    """One target changed while its plan was being applied; the others go on."""

    code = "target_changed"


class DestroyBelt(Conflict):
    """One request destroys more than it may."""

    code = "destroy_belt"


class DestroyBudgetUsed(Conflict):
    """What may be destroyed in an account within a day is destroyed."""

    code = "destroy_budget_used"


class RecycleFirst(Conflict):
    """The account keeps what is deleted for some days."""

    code = "recycle_first"


class RecycledNotFound(NotFound):
    code = "recycled_not_found"


class NotInBin(Conflict):
    code = "not_in_bin"


class AlreadyInBin(Conflict):
    code = "already_in_bin"


class RetirementNotFound(NotFound):
    code = "retirement_not_found"


class InvalidRetirement(InvalidInput):
    code = "invalid_retirement"
