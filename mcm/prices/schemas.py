"""Prices, exchange rates and negotiated rates in the HTTP API."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from mcm.kit import currencies
from mcm.kit.money import Amount
from mcm.prices.offers import Basis, Item, Option, Unit
from mcm.prices.points import MOST_TERM


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("this holds control or hidden characters")
    return text


Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(currencies.iso)]
Name = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"), Field(examples=["enterprise-agreement"])
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_readable)]
AgeWarning = Literal["price_old", "price_very_old"]


class Coverage(BaseModel):
    region: str
    item: Item
    points: int


class FlaggedPoint(BaseModel):
    """flag: `jump`, more than 30 % away from `previous`, in `percent`; `future`: it holds from a day that lies ahead.
    line: of the file, 0 where there was none."""

    line: int
    region: str
    item: Item
    sku: str
    flag: Literal["jump", "future"]
    price: Amount
    previous: Amount | None = None
    percent: Amount | None = None


class PriceListItem(BaseModel):
    """status: `superseded`, while nothing is priced by it today any more. seed: an example that came with mcm.
    complete: it claims to name all that is sold of each item in each region it speaks of."""

    id: str
    provider: str
    source: str
    version: str
    currency: str
    priced_on: date
    confirmed_on: date
    fetched_at: datetime
    imported_at: datetime
    withdrawn_at: datetime | None
    sha256: str
    seed: bool
    complete: bool
    status: Literal["current", "superseded", "withdrawn"]
    points: int
    flagged: int
    age_days: int
    age_warning: AgeWarning | None
    row_version: int = Field(description="the ETag")


class PriceListDetail(PriceListItem):
    """flags: the first 100 points that were found odd when the list was read."""

    coverage: list[Coverage]
    flags: list[FlaggedPoint]


class FaultOfLine(BaseModel):
    line: int
    column: str | None
    message: str


class ListTaken(BaseModel):
    """What a list holds against the newest one before it, for the same regions and items. list_id: None in a dry run.
    already: the very same was imported before, and nothing was done. left_out: points of a cloud that make no sense."""

    list_id: str | None
    provider: str
    source: str
    currency: str
    priced_on: date
    sha256: str
    seed: bool
    # Reports of fetches from before it was known are kept as they were.
    complete: bool = False
    already: bool
    points: int
    new: int
    changed: int
    unchanged: int
    gone: int
    flagged: int
    left_out: int
    flags: list[FlaggedPoint]
    faults: list[FaultOfLine]


class ImportReport(BaseModel):
    """signed_by: the fingerprint of the key that signed a bundle. exchange_rates: how many are new."""

    dry_run: bool
    signed_by: str | None = None
    exchange_rates: int = 0
    lists: list[ListTaken]


class PriceFetchCreate(BaseModel):
    """regions: in the cloud's own words; none: all that the account's lists speak of. preview: read and compare, and
    take nothing."""

    model_config = ConfigDict(extra="forbid")

    account: Text = Field(description="name or id")
    regions: list[Text] = Field(default_factory=list, max_length=200)
    preview: bool = False


class FetchedList(ListTaken):
    """left_out_why: prices that mcm has no words for, by reason; their number is in left_out."""

    left_out_why: dict[str, int]


class FetchError(BaseModel):
    code: str
    message: str


class PriceFetchItem(BaseModel):
    """One reading of the price lists of an account's cloud. lists: what it came to, once it is done; `already`: the
    cloud says what it said before. daily: nobody asked for it."""

    id: str
    account_id: str
    account: str
    provider: str
    regions: list[str]
    preview: bool
    daily: bool
    status: Literal["queued", "running", "done", "failed"]
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: FetchError | None
    lists: list[FetchedList] | None


class PriceListWithdrawnItem(BaseModel):
    price_list: str
    points: int
    dry_run: bool = False


class PriceItem(BaseModel):
    """One price as it is today: unit_price after negotiated rates (`rules`), list_price before them. tier_from: of what
    is used in a month, from how many units it holds. age_warning: from 30 days on, and from 90."""

    point_id: str
    list_id: str
    provider: str
    region: str
    item: Item
    sku: str
    option: Option
    unit: Unit
    unit_price: Amount
    list_price: Amount
    upfront: Amount
    currency: str
    term_months: int | None
    tier_from: Amount
    basis: Basis
    source: str
    priced_on: date
    age_days: int
    age_warning: AgeWarning | None
    seed: bool
    family: str | None
    vcpus: Amount | None
    memory_gib: Amount | None
    gpus: int
    gpu_model: str | None
    architecture: str | None
    operating_system: str | None
    storage_class: str | None
    rules: list[str]
    flags: list[str]


class ExchangeRateWrite(BaseModel):
    """1 base is `rate` quote. on: the day for which the source published it."""

    model_config = ConfigDict(extra="forbid")

    base: Currency
    quote: Currency
    rate: Amount
    source: Text
    on: date


class ExchangeRateItem(BaseModel):
    id: str
    base: str
    quote: str
    rate: Amount
    source: str
    on: date
    seed: bool
    recorded_at: datetime
    superseded_at: datetime | None
    new: bool = Field(True, description="false in the answer to a rate that was known already")


class RateRuleWrite(BaseModel):
    """What was negotiated. discount, markup: `percent`; fixed: `unit_price`, `currency` and `unit` of one sku, and of a
    commitment its `term_months`. It holds for whatever fits all that is named, from valid_from to valid_to (the last
    day); of several that fit, the one that says most. reference: the contract it stands in."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kind: Literal["discount", "markup", "fixed"]
    percent: Amount | None = None
    unit_price: Amount | None = None
    currency: Currency | None = None
    unit: Unit | None = None
    provider: Text | None = None
    region: Text | None = None
    item: Item | None = None
    sku: Text | None = None
    family: Text | None = None
    option: Option | None = None
    operating_system: Text | None = Field(None, description="in the words of the price points")
    term_months: int | None = Field(None, ge=1, le=MOST_TERM, description="of a commitment")
    account: Text | None = Field(None, description="name or id")
    tenant: Text | None = Field(None, description="id, path or name; with all below it")
    reference: str = Field("", max_length=200)
    valid_from: date
    valid_to: date | None = None


class RateRuleItem(RateRuleWrite):
    """active: it holds today."""

    id: str
    account_id: str | None
    tenant_id: str | None
    active: bool
    version: int = Field(description="the ETag")
    created_at: datetime
    changed_at: datetime


class RateRuleRemoved(BaseModel):
    dry_run: bool = False
    rate_rule: str
