"""Budgets as people write them, and as the HTTP API shows them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from mcm.allocations.documents import Month, RuleName, Text, Texts
from mcm.allocations.schemas import Gap, RateUsed
from mcm.kit import currencies
from mcm.kit.documents import DocumentError, Finding, check, read
from mcm.kit.money import Amount

Currency = Annotated[str, StringConstraints(max_length=3), AfterValidator(currencies.iso)]


class Threshold(BaseModel):
    """of: what is spent, or what the month is forecast to cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    percent: Annotated[int, Field(ge=1, le=1000)]
    of: Literal["actual", "forecast"] = "actual"


USUAL = [Threshold(percent=50), Threshold(percent=80), Threshold(percent=100), Threshold(percent=100, of="forecast")]


class Scope(BaseModel):
    """Which cost; of a list, one is enough. Absent: all of the tenant's."""

    model_config = ConfigDict(extra="forbid")

    account: Texts | None = None
    provider: Texts | None = None
    application: Texts | None = None
    cost_center: Texts | None = None
    environment: Texts | None = None
    service: Texts | None = None
    region: Texts | None = None
    category: Texts | None = None
    tag: dict[Text, Texts] | None = Field(None, max_length=10)


class BudgetWrite(BaseModel):
    """amount: of one month. tenant: whose cost, with all below; absent: everybody's. cost: billed (cash) or effective
    (amortised). since, until: the first and the last month it is for."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[Amount, Field(gt=0)]
    currency: Currency
    tenant: Text | None = None
    only: Scope = Scope()
    cost: Literal["billed", "effective"] = "billed"
    thresholds: Annotated[list[Threshold], Field(min_length=1, max_length=20)] = USUAL
    since: Month | None = None
    until: Month | None = None
    enabled: bool = True


class NamedBudget(BudgetWrite):
    name: RuleName


class _Budgets(BaseModel):
    model_config = ConfigDict(extra="forbid")

    budgets: Annotated[list[NamedBudget], Field(min_length=1, max_length=200)]


class BudgetItem(BaseModel):
    """tenant: its path; None: everybody's."""

    id: str
    name: str
    tenant_id: str | None
    tenant: str | None
    amount: Amount
    currency: str
    only: Scope
    cost: str
    thresholds: list[Threshold]
    since: str | None
    until: str | None
    enabled: bool
    version: int = Field(description="the ETag")
    changed_at: datetime


class BudgetAlertItem(BaseModel):
    month: str
    of: str
    percent: int
    spent: Amount
    amount: Amount
    currency: str
    at: datetime


class BudgetStanding(BaseModel):
    """spent: None when it is not known, such as without an exchange rate; gaps say why. share: spent of the amount, of
    1. forecast: of the whole month; None with forecast_missing, a code that says why. forecast_method: how."""

    month: str
    spent: Amount | None
    presented: str | None
    share: Amount | None
    forecast: Amount | None
    forecast_low: Amount | None
    forecast_high: Amount | None
    forecast_method: str | None
    forecast_mape: Amount | None
    forecast_missing: str | None
    known_until: date | None
    rates: list[RateUsed]
    gaps: list[Gap]


class BudgetDetail(BudgetItem):
    standing: BudgetStanding
    alerts: list[BudgetAlertItem]


class BudgetRemoved(BaseModel):
    dry_run: bool = False
    budget: str


class BudgetDocument(BaseModel):
    """For the command line: which budgets a YAML text holds."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(max_length=1_000_000)


class BudgetsApplied(BaseModel):
    dry_run: bool = False
    changed: list[str]
    budgets: list[BudgetItem]


def parsed(text: str) -> list[NamedBudget]:
    """Raises DocumentError with all that is wrong and where."""
    document = read(text)
    found, findings = check(document, _Budgets)
    if found is None:
        raise DocumentError(findings)
    names: set[str] = set()
    more: list[Finding] = []
    for index, one in enumerate(found.budgets):
        if one.name in names:
            more.append(document.finding(("budgets", index, "name"), f"the name '{one.name}' comes twice"))
        names.add(one.name)
        more += [document.finding(("budgets", index, path), sentence) for path, sentence in faults(one)]
    if more:
        raise DocumentError(more)
    return found.budgets


def faults(wanted: BudgetWrite) -> list[tuple[str, str]]:
    found = []
    if wanted.since and wanted.until and wanted.until < wanted.since:
        found.append(("until", f"it ends ({wanted.until}) before it begins ({wanted.since})"))
    if len(set(wanted.thresholds)) < len(wanted.thresholds):
        found.append(("thresholds", "the same threshold comes twice"))
    return found
