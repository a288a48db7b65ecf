"""Allocation rules as people write them: which cost, how it is shared, among whom."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from mcm.kit.documents import Document, DocumentError, Finding, check, read
from mcm.kit.money import Amount, written

MOST_RULES = 500
_HUNDRED, _ZERO = Decimal(100), Decimal(0)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it holds control or hidden characters")
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_readable)]
Texts = Annotated[list[Text], BeforeValidator(_listed), Field(min_length=1, max_length=200)]
RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Share = Annotated[Amount, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Match(_Strict):
    """Everything that is given must fit; of a list, one is enough. `*` in service, region and category stands for any
    text.

    tenant, application, cost_center: who would pay without the rule; a rule that names one of them shares also what
    other rules gave there. tag: key and value, `*` for any value. label: a trust label of the account. untagged:
    charges without any of these tags. idle: what a private cloud costs and nobody used. shared: charges that belong to
    no resource, such as support and tax."""

    account: Texts | None = None
    provider: Texts | None = None
    service: Texts | None = None
    region: Texts | None = None
    category: Texts | None = None
    environment: Texts | None = None
    tenant: Texts | None = None
    application: Texts | None = None
    cost_center: Texts | None = None
    tag: dict[Text, Texts] | None = Field(None, max_length=20)
    label: Texts | None = None
    untagged: Texts | None = None
    idle: bool | None = None
    shared: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Match":
        if not any(getattr(self, name) is not None for name in type(self).model_fields):
            raise ValueError("it says nothing: name what is shared, such as `shared: true`")
        return self

    @property
    def of_payers(self) -> bool:
        return any((self.tenant, self.application, self.cost_center))

    @property
    def tag_keys(self) -> set[str]:
        return set(self.tag or ()) | set(self.untagged or ())


class Target(_Strict):
    """percent: of fixed shares. value: of a named measure."""

    tenant: Text | None = None
    application: Text | None = None
    cost_center: Text | None = None
    percent: Share | None = None
    value: Share | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "Target":
        if not (self.tenant or self.application or self.cost_center):
            raise ValueError("it names nobody: give a tenant, an application or a cost_center")
        return self


class Sharing(_Strict):
    """method: fixed (percent of each), even, or proportional: by cost (what each pays directly in the month and
    currency), by usage (of everything billed in `unit`), or by a named measure (`value` of each). to: `tenants` for
    all that have cost of their own, but those in `except`. otherwise: when there is nothing to share by."""

    method: Literal["fixed", "even", "proportional"]
    by: Literal["cost", "usage", "measure"] | None = None
    unit: Text | None = None
    measure: Text | None = Field(None, description="what the values are, as of when: `headcount, HR, 2026-10`")
    to: Literal["tenants"] | Annotated[list[Target], Field(min_length=1, max_length=500)]
    excluded: Texts | None = Field(None, alias="except")
    otherwise: Literal["leave", "even"] = "leave"


class RuleDocument(_Strict):
    """position: the lowest that fits wins. since, until: the first and the last month it holds for."""

    name: RuleName
    position: Annotated[int, Field(ge=0, le=1_000_000)]
    description: Annotated[str, StringConstraints(max_length=500), AfterValidator(_readable)] = ""
    match: Match
    share: Sharing
    since: Month | None = None
    until: Month | None = None

    def holds_in(self, month: str) -> bool:
        return (self.since is None or self.since <= month) and (self.until is None or month <= self.until)


class RuleSet(_Strict):
    rules: Annotated[list[RuleDocument], Field(min_length=1, max_length=MOST_RULES)]


def parsed(text: str) -> tuple[list[RuleDocument], Document]:
    """The rules of a YAML document, and where everything stands in it. Raises DocumentError with all that is wrong."""
    document = read(text)
    if isinstance(document.data, dict) and "rules" not in document.data and "name" in document.data:
        place = document.where(())
        raise DocumentError([Finding(*place, "the rules stand in a list under `rules`")])
    checked, findings = check(document, RuleSet)
    if checked is None:
        raise DocumentError(findings)
    found = checked.rules
    names: dict[str, int] = {}
    positions: dict[int, str] = {}
    for index, rule in enumerate(found):
        at: tuple[str | int, ...] = ("rules", index)
        if rule.name in names:
            findings.append(document.finding((*at, "name"), f"the name '{rule.name}' comes twice"))
        if rule.position in positions:
            findings.append(
                document.finding(
                    (*at, "position"),
                    f"position {rule.position} is that of '{positions[rule.position]}' too: which is first?",
                )
            )
        names[rule.name], positions[rule.position] = index, rule.name
        findings += [document.finding((*at, *path), message) for path, message in faults(rule)]
    if findings:
        raise DocumentError(findings)
    return found, document


def faults(rule: RuleDocument) -> list[tuple[tuple[str | int, ...], str]]:
    """What does not go together in a rule, as (path, sentence)."""
    share, found = rule.share, list[tuple[tuple[str | int, ...], str]]()
    if rule.since and rule.until and rule.until < rule.since:
        found.append((("until",), f"it ends ({rule.until}) before it begins ({rule.since})"))
    if share.method == "proportional" and share.by is None:
        found.append((("share",), "proportional to what? `by` is cost, usage or measure"))
    if share.method != "proportional" and share.by is not None:
        found.append((("share", "by"), f"`by` goes with proportional, not with {share.method}"))
    if (share.by == "usage") != (share.unit is not None):
        found.append((("share",), "`unit` goes with `by: usage`: usage in different units cannot be added up"))
    if (share.by == "measure") != (share.measure is not None):
        found.append((("share",), "`measure` goes with `by: measure`: it says what the values are"))
    if isinstance(share.to, str):
        if share.method == "fixed" or share.by == "measure":
            found.append((("share", "to"), "this needs a list of who gets how much"))
        return found
    if share.excluded is not None:
        found.append((("share", "except"), "`except` goes with `to: tenants`"))
    return found + _of_targets(share.to, share)


def _of_targets(targets: list[Target], share: Sharing) -> list[tuple[tuple[str | int, ...], str]]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    wanted = {"fixed": "percent"}.get(share.method) or ("value" if share.by == "measure" else "")
    seen: set[tuple[str | None, ...]] = set()
    for index, target in enumerate(targets):
        who = (target.tenant, target.application, target.cost_center)
        if who in seen:
            found.append((("share", "to", index), "the same comes twice"))
        seen.add(who)
        for name in ("percent", "value"):
            given = getattr(target, name) is not None
            if given and name != wanted:
                found.append((("share", "to", index, name), f"`{name}` has no meaning with this method"))
            if not given and name == wanted:
                found.append((("share", "to", index), f"`{name}` is missing"))
    if wanted == "percent" and not found:
        total = sum((target.percent or _ZERO for target in targets), _ZERO)
        if total != _HUNDRED:
            found.append((("share", "to"), f"the shares add up to {written(total)} %, not to 100 %"))
    return found
