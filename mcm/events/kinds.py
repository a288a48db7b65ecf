"""The kinds of events, and which permission lets see each."""

from mcm.auth.permissions import Permission

OPERATION_CHANGED = "operation.changed"
PLAN_CHANGED = "plan.changed"
MOVE_CHANGED = "move.changed"
INVENTORY_CHANGED = "inventory.changed"
OPTIMIZATION_CHANGED = "optimization.changed"
PRICE_FETCH_CHANGED = "price_fetch.changed"
ACCOUNT_FAILING, ACCOUNT_RECOVERED = "account.failing", "account.recovered"
SCOPE_FAILING, SCOPE_QUARANTINED, SCOPE_RECOVERED = "scope.failing", "scope.quarantined", "scope.recovered"
RETIREMENT_REMINDER = "retirement.reminder"
NOTICE_TARGET_DISABLED = "notice_target.disabled"
BUDGET_REACHED, BUDGET_FORECAST = "budget.reached", "budget.forecast"
VIOLATION_OPENED, VIOLATION_CLOSED = "violation.opened", "violation.closed"

PERMISSIONS: dict[str, Permission] = {
    OPERATION_CHANGED: Permission.OPERATION_READ,
    PLAN_CHANGED: Permission.OPERATION_READ,
    MOVE_CHANGED: Permission.OPERATION_READ,
    INVENTORY_CHANGED: Permission.RESOURCE_READ,
    OPTIMIZATION_CHANGED: Permission.PLACEMENT_READ,
    PRICE_FETCH_CHANGED: Permission.PRICE_READ,
    ACCOUNT_FAILING: Permission.SYNC_READ,
    ACCOUNT_RECOVERED: Permission.SYNC_READ,
    SCOPE_FAILING: Permission.SYNC_READ,
    SCOPE_QUARANTINED: Permission.SYNC_READ,
    SCOPE_RECOVERED: Permission.SYNC_READ,
    RETIREMENT_REMINDER: Permission.RESOURCE_READ,
    NOTICE_TARGET_DISABLED: Permission.NOTICE_READ,
    BUDGET_REACHED: Permission.COST_READ,
    BUDGET_FORECAST: Permission.COST_READ,
    VIOLATION_OPENED: Permission.POLICY_READ,
    VIOLATION_CLOSED: Permission.POLICY_READ,
}
