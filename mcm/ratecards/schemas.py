"""Pools of costs and rate cards in the HTTP API, and as a published card keeps them."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit.documents import MAX_CHARACTERS
from mcm.kit.money import Amount
from mcm.ratecards.months import Month


class _FromRules(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TermItem(_FromRules):
    """One number with how it came about. code and values are what a page makes its own sentence of."""

    code: str
    amount: Amount
    unit: str
    formula: str
    values: dict[str, str]
    sentence: str
    sentence_zh: str


class RemarkItem(_FromRules):
    code: str
    values: dict[str, str]
    sentence: str
    sentence_zh: str


class RatesItem(_FromRules):
    """Unit prices; storage by class. gpu_hour: null where there is none."""

    vcpu_hour: Amount
    memory_gib_hour: Amount
    storage_gib_month: dict[str, Amount]
    gpu_hour: Amount | None


class AtItem(BaseModel):
    utilisation: Amount
    rates: RatesItem
    terms: dict[str, TermItem]


class MeasuredItem(_FromRules):
    """at_least: the values are lower bounds; `missing` names what they are without."""

    as_of: datetime | None
    values: dict[str, Amount]
    missing: list[RemarkItem]
    at_least: bool


class Calculation(BaseModel):
    """Keys of mappings are what is sold: `vcpu`, `memory`, `gpu`, `storage.ssd`.

    full: for reports: everything the pool costs, carried by what is sold. marginal: for placement: the energy of the
    load and counted licences only. at: full rates at three other utilisations; all_sold: at a utilisation of 1."""

    pool: str
    currency: str
    month: str
    accounts: list[str]
    costs: list[TermItem]
    total: TermItem
    parts: dict[str, TermItem]
    sellable: dict[str, TermItem]
    utilisation: dict[str, TermItem]
    full: RatesItem
    full_terms: dict[str, TermItem]
    marginal: RatesItem
    marginal_costs: list[TermItem]
    marginal_terms: dict[str, TermItem]
    at: list[AtItem]
    all_sold: RatesItem
    measured: MeasuredItem
    warnings: list[RemarkItem]


class CostPoolWrite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    document: str = Field(max_length=MAX_CHARACTERS, description="YAML, `kind: RateCard`")


class CostPoolItem(BaseModel):
    """version: the ETag. published: the newest month a card was published for."""

    name: str
    currency: str
    accounts: list[str]
    version: int
    sha256: str
    written_by: str
    created_at: datetime
    changed_at: datetime
    published: str | None


class CostPoolDetail(CostPoolItem):
    document: str


class CostPoolPreview(BaseModel):
    """What would be stored, and what it would give. Nothing is stored."""

    dry_run: bool = True
    change: str = Field(description="create, replace, or none: the same text is there already")
    calculation: Calculation


class CostPoolRemoved(BaseModel):
    """cards: how many published cards stay."""

    pool: str
    dry_run: bool = False
    cards: int


class RateCardPublish(BaseModel):
    """reason: of a correction, without which a month that was published is not published again."""

    model_config = ConfigDict(extra="forbid")

    pool: str = Field(max_length=80)
    month: Month
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)] | None = None


class RateCardItem(BaseModel):
    """version: corrections of a month count up. measured_on: when the utilisation was measured; null: assumed."""

    id: str
    pool: str
    month: str
    version: int
    currency: str
    accounts: list[str]
    full: RatesItem
    marginal: RatesItem
    utilisation: dict[str, Amount]
    measured_on: date | None
    pool_version: int
    sha256: str
    reason: str | None
    published_by: str
    published_at: datetime


class RateCardDetail(RateCardItem):
    document: str
    calculation: Calculation


class RateCardPreview(BaseModel):
    """The card that would be published. Nothing is stored."""

    dry_run: bool = True
    pool: str
    month: str
    version: int
    calculation: Calculation


class BreakEvenAnswer(BaseModel):
    """utilisation: above it the private cloud is cheaper. null: there is none, and reason says why.

    all_sold: what an hour of the load costs here when everything is sold; null: the card has no rate for a part."""

    card: str
    currency: str
    price: Amount
    utilisation: Amount | None
    reason: str
    all_sold: Amount | None
