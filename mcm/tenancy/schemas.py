"""Tenants, rules and quotas in the HTTP API."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mcm.auth.service import DEFAULT_TENANT
from mcm.kit import currencies
from mcm.kit.ids import is_id
from mcm.kit.money import Amount as Money
from mcm.models import MAX_TAG_KEY
from mcm.tenancy.assignment import MAX_RULE_VALUE

Kind = Literal["group", "subsidiary", "department"]
# What cannot be seen could make two names look the same; a slash stands between the names of a path.
_NAME = r"^[^/\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+$"
MAX_RULES = 1000
MAX_AMOUNT = 10**12


def _name(text: str) -> str:
    if not re.fullmatch(_NAME, text) or text != text.strip():
        raise ValueError("a name holds no '/', no control or invisible characters and no spaces at its ends")
    if is_id("ten", text) or text == DEFAULT_TENANT:
        raise ValueError("a name does not look like an id")
    return text


def _plain(text: str) -> str:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("no cloud has such a text")
    return text


Name = Annotated[str, Field(min_length=1, max_length=100, json_schema_extra={"pattern": _NAME}), AfterValidator(_name)]
Reference = Annotated[str, Field(min_length=1, max_length=1000, description="id, name, or path: group/subsidiary")]
Text = Annotated[str, Field(min_length=1), AfterValidator(_plain)]


class TenantItem(BaseModel):
    """parent_id and path: as far up as the caller may see."""

    id: str
    name: str
    kind: Kind | None
    parent_id: str | None
    path: str
    version: int
    created_at: datetime


class TenantCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Kind | None = None
    parent: Reference | None = Field(default=None, description="absent: a tenant of its own, above which is nothing")


class TenantUpdate(BaseModel):
    """What is absent stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    kind: Kind | None = None


class TenantMove(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parent: Reference | None = Field(description="null: to the top")


class TenantRemoval(BaseModel):
    """holds: what is still in it, by name; it can be removed when that is empty."""

    tenant: str
    holds: dict[str, int]


class Rule(BaseModel):
    """What a resource must be, all of it, to belong to the tenant. tag_value: the whole value, or a beginning and *."""

    model_config = ConfigDict(extra="forbid")

    account: str | None = Field(default=None, min_length=1, max_length=200, description="name or id")
    project: Annotated[Text, Field(max_length=500)] | None = Field(default=None, description="the cloud's own id of it")
    tag_key: Annotated[Text, Field(max_length=MAX_TAG_KEY)] | None = None
    tag_value: Annotated[Text, Field(max_length=MAX_RULE_VALUE)] | None = None
    tenant: Reference


class RuleList(BaseModel):
    """In order: the first that fits a resource wins; what none fits belongs to its account's tenant."""

    model_config = ConfigDict(extra="forbid")

    rules: list[Rule] = Field(max_length=MAX_RULES)


class MovedResource(BaseModel):
    id: str
    name: str
    kind: str


class Moves(BaseModel):
    """How many living resources go from one tenant to another, and the first of them."""

    source: str
    target: str
    count: int
    examples: list[MovedResource]


class RulesApplied(BaseModel):
    dry_run: bool
    rules: int
    resources: int
    moves: list[Moves]
    warnings: list[str]


Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT)]


class Amounts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    instances: Amount = 0
    vcpus: Amount = 0
    memory_mib: Amount = 0
    storage_gib: Amount = 0


Currency = Annotated[str, Field(pattern="^[A-Z]{3}$"), AfterValidator(currencies.iso)]


def _no_less_than_nothing(amount: Decimal) -> Decimal:
    if amount < 0:
        raise ValueError("a limit is 0 or more")
    return amount


class MonthlyMoney(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[Money, AfterValidator(_no_less_than_nothing)]
    currency: Currency


class Limits(BaseModel):
    """null: no limit of its own; those of the tenants above hold all the same. money_per_month: of what instances with
    their disks, and volumes, cost in a month of 730 hours at the prices that mcm knows."""

    model_config = ConfigDict(extra="forbid")

    instances: Amount | None = None
    vcpus: Amount | None = None
    memory_mib: Amount | None = None
    storage_gib: Amount | None = None
    money_per_month: MonthlyMoney | None = None


class Unpriced(BaseModel):
    """Of how many living resources this is why they have no price, or only for a part; how: to give them one."""

    count: int
    reason: str
    reason_zh: str
    how: str
    how_zh: str


class MoneyUsage(BaseModel):
    """Per month, of what has a price: at least so much where `unpriced` is above 0. unpriced: living resources without
    a price, or with one for a part only; unpriced_reserved: of what is being made. basis: the worst of the prices."""

    currency: str
    used: Money
    reserved: Money
    unpriced: int
    unpriced_reserved: int
    basis: Literal["billed", "contracted", "list", "modelled", "unknown"]
    reasons: list[Unpriced]


class Usage(BaseModel):
    """Of a tenant and all below it. used: living resources, as the inventory knows them. unknown: resources whose
    amount no cloud told; they count as nothing. reserved: held for what is being made. money: null without a limit of
    money and without a currency that was asked for, and for whoever may not read costs."""

    tenant: str
    limits: Limits
    used: Amounts
    reserved: Amounts
    unknown: Amounts
    money: MoneyUsage | None = None
