"""What requests may ask of cost, as query parameters."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from mcm.allocations.errors import InvalidCostReport
from mcm.allocations.questions import Cost

Values = Annotated[list[Annotated[str, Query(max_length=200)]] | None, Query(max_length=50)]
Month = Annotated[str | None, Query(max_length=20, description="as 2026-11; default the current one")]
GroupBy = Annotated[
    str, Query(max_length=1200, description="comma separated: tenant, application, account, service, tag:KEY, …")
]
CostKind = Annotated[Cost, Query(description="billed: cash; effective: amortised")]
InCurrency = Annotated[str | None, Query(max_length=10, description="to convert to; default as billed")]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of the cost; of several values of one parameter, one is enough."""

    only: dict[str, list[str]]


def _narrowing(
    tenant: Values = None,
    account: Values = None,
    application: Values = None,
    cost_center: Values = None,
    environment: Values = None,
    service: Values = None,
    region: Values = None,
    category: Values = None,
    rule: Values = None,
    tag: Annotated[Values, Query(description="KEY=VALUE")] = None,
) -> Narrowing:
    found = {
        "tenant": tenant, "account": account, "application": application, "cost_center": cost_center,
        "environment": environment, "service": service, "region": region, "category": category, "rule": rule,
    }  # fmt: skip
    only = {name: list(values) for name, values in found.items() if values}
    for pair in tag or ():
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InvalidCostReport(f"'{pair[:60]}' is no tag with its value", next_step="write it as team=shop")
        only.setdefault(f"tag:{key}", []).append(value)
    return Narrowing(only)


NarrowingDep = Annotated[Narrowing, Depends(_narrowing)]
