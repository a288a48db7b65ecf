"""Requests that the routes of allocation rules and budgets accept."""

from collections.abc import Callable

from mcm.allocations import rules, service
from mcm.allocations.budget_documents import BudgetWrite
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

_RULES = "rules: [{name: shared, position: 1, match: {shared: true}, share: {method: even, to: tenants}}]"
_BUDGET = {"amount": "1000", "currency": "EUR"}
_BUDGETS = "budgets: [{name: all, amount: 1000, currency: EUR}]"


def _apply(_lab: Lab) -> Call:
    return Call("/allocation-rules", ["allocation_rule.create"], {"document": _RULES})


def _remove(lab: Lab) -> Call:
    with lab.runtime.database.writing() as session:
        rules.apply(session, CALLER, rules.read(session, _RULES, replace=False))
    return Call("/allocation-rules/shared", ["allocation_rule.remove"])


def _budget(_lab: Lab) -> Call:
    return Call("/budgets/all", ["budget.create"], _BUDGET)


def _budgets(_lab: Lab) -> Call:
    return Call("/budgets", ["budget.create"], {"document": _BUDGETS})


def _remove_budget(lab: Lab) -> Call:
    with lab.runtime.database.writing() as session:
        service.write(session, CALLER, "all", BudgetWrite.model_validate(_BUDGET), None)
    return Call("/budgets/all", ["budget.remove"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("PUT", "/api/v1/allocation-rules"): _apply,
    ("DELETE", "/api/v1/allocation-rules/{name}"): _remove,
    ("PUT", "/api/v1/budgets/{name}"): _budget,
    ("PUT", "/api/v1/budgets"): _budgets,
    ("DELETE", "/api/v1/budgets/{name}"): _remove_budget,
}
