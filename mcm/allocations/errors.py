"""What can be wrong with allocation rules, reports and budgets."""

from collections.abc import Sequence

from mcm.errors import InvalidInput, NotFound
from mcm.kit.documents import Finding


class AllocationRuleNotFound(NotFound):
    """Also for one that names tenants which the caller must not know of."""

    code = "allocation_rule_not_found"


class InvalidAllocationRules(InvalidInput):
    """details.findings: line, column, message, path, suggestion of everything that is wrong."""

    code = "invalid_allocation_rules"


class InvalidCostReport(InvalidInput):
    code = "invalid_cost_report"


class BudgetNotFound(NotFound):
    code = "budget_not_found"


class InvalidBudget(InvalidInput):
    code = "invalid_budget"


class ForecastImpossible(InvalidInput):
    """What is known of the past is too little to tell the future from."""

    code = "forecast_impossible"


def told(findings: Sequence[Finding]) -> dict[str, object]:
    """The details of an error about a document. `problems` is what the command line prints below its message."""
    return {
        "findings": [
            {
                "line": one.line,
                "column": one.column,
                "message": one.message,
                "path": one.path,
                "suggestion": one.suggestion,
            }
            for one in findings
        ],
        "problems": [{"reason": str(one)} for one in findings],
    }
