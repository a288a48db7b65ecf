"""Price lists of clouds with what they ask for what, exchange rates, and what was negotiated.

Nothing here is changed once it was read: a newer list, rate or row takes the older one's place, which stays."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mcm.db.types import Exact, Json, UtcTime, key_text
from mcm.models.base import Base


class PriceList(Base):
    """One reading of one provider's prices in one currency. A list of the provider's sites in another country is a
    list of its own, never converted from this one.

    confirmed_on: the last day on which the cloud said the same, priced_on or later. sha256: of the file, or of the
    points a cloud gave. complete: it names all that is sold of each item in each region it speaks of: what it lacks is
    not sold. live_key: what two files in use may not share; None once withdrawn, and of clouds. seed: came
    with mcm. status: current or withdrawn; which of the current lists is the newest follows from their days."""

    __tablename__ = "price_list"
    __table_args__ = (UniqueConstraint("live_key"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    provider: Mapped[str] = mapped_column(key_text(), index=True)
    source: Mapped[str] = mapped_column(key_text())
    version: Mapped[str] = mapped_column(key_text())
    currency: Mapped[str] = mapped_column(key_text())
    priced_on: Mapped[date] = mapped_column(Date)
    confirmed_on: Mapped[date] = mapped_column(Date)
    fetched_at: Mapped[datetime] = mapped_column(UtcTime)
    sha256: Mapped[str] = mapped_column(key_text())
    live_key: Mapped[str | None] = mapped_column(key_text())
    seed: Mapped[bool] = mapped_column(Boolean)
    complete: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(key_text())
    points: Mapped[int] = mapped_column(Integer)
    flagged: Mapped[int] = mapped_column(Integer)
    imported_at: Mapped[datetime] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    row_version: Mapped[int] = mapped_column(Integer)


class PriceCoverage(Base):
    """How many points a list has for an item in a region: what says which list is the newest there."""

    __tablename__ = "price_coverage"

    list_id: Mapped[str] = mapped_column(key_text(), ForeignKey("price_list.id"), primary_key=True)
    region: Mapped[str] = mapped_column(key_text(), primary_key=True)
    item: Mapped[str] = mapped_column(key_text(), primary_key=True)
    points: Mapped[int] = mapped_column(Integer)


class Sku(Base):
    """What is sold. id: derived from all of it, so that another size under an old name is another row."""

    __tablename__ = "sku"
    __table_args__ = (Index("ix_sku_provider_region_item_code", "provider", "region", "item", "code"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    provider: Mapped[str] = mapped_column(key_text())
    region: Mapped[str] = mapped_column(key_text())
    item: Mapped[str] = mapped_column(key_text())
    code: Mapped[str] = mapped_column(key_text())
    family: Mapped[str | None] = mapped_column(key_text())
    vcpus: Mapped[Decimal | None] = mapped_column(Exact)
    memory_gib: Mapped[Decimal | None] = mapped_column(Exact)
    gpus: Mapped[int] = mapped_column(Integer)
    gpu_model: Mapped[str | None] = mapped_column(key_text())
    architecture: Mapped[str | None] = mapped_column(key_text())
    operating_system: Mapped[str | None] = mapped_column(key_text())
    storage_class: Mapped[str | None] = mapped_column(key_text())


class PricePoint(Base):
    """One price. key: what it is a price of, the same in every list, without its days.

    valid_to: the last day, None: open. previous_price: for one unit, everything in it, in the list before, where it
    jumped. flags: codes, comma separated, or empty. line: of the file."""

    __tablename__ = "price_point"
    __table_args__ = (
        UniqueConstraint("list_id", "key", "valid_from"),
        Index("ix_price_point_sku_id_list_id", "sku_id", "list_id"),
    )

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    list_id: Mapped[str] = mapped_column(key_text(), ForeignKey("price_list.id"))
    sku_id: Mapped[str] = mapped_column(key_text(), ForeignKey("sku.id"))
    key: Mapped[str] = mapped_column(key_text())
    option: Mapped[str] = mapped_column(key_text())
    term_months: Mapped[int | None] = mapped_column(Integer)
    tier_from: Mapped[Decimal] = mapped_column(Exact)
    unit: Mapped[str] = mapped_column(key_text())
    unit_price: Mapped[Decimal] = mapped_column(Exact)
    upfront: Mapped[Decimal] = mapped_column(Exact)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    previous_price: Mapped[Decimal | None] = mapped_column(Exact)
    flags: Mapped[str] = mapped_column(key_text())
    line: Mapped[int] = mapped_column(Integer)


class ExchangeRate(Base):
    """1 `base` is `rate` `quote`, as `source` said on a day. superseded_at: since when another row says it."""

    __tablename__ = "exchange_rate"
    __table_args__ = (Index("ix_exchange_rate_base_quote_quoted_on", "base", "quote", "quoted_on"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    base: Mapped[str] = mapped_column(key_text())
    quote: Mapped[str] = mapped_column(key_text())
    rate: Mapped[Decimal] = mapped_column(Exact)
    source: Mapped[str] = mapped_column(key_text())
    quoted_on: Mapped[date] = mapped_column(Date)
    seed: Mapped[bool] = mapped_column(Boolean)
    recorded_at: Mapped[datetime] = mapped_column(UtcTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RateRule(Base):
    """What was negotiated, or is added: for whatever fits all that is named.

    kind: discount or markup (percent) or fixed (unit_price in currency for one unit). valid_to: the last day.
    An account or tenant that goes takes its rules along: they would hold for everybody without it."""

    __tablename__ = "rate_rule"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    name: Mapped[str] = mapped_column(key_text())
    kind: Mapped[str] = mapped_column(key_text())
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    unit_price: Mapped[Decimal | None] = mapped_column(Exact)
    currency: Mapped[str | None] = mapped_column(key_text())
    unit: Mapped[str | None] = mapped_column(key_text())
    provider: Mapped[str | None] = mapped_column(key_text())
    region: Mapped[str | None] = mapped_column(key_text())
    item: Mapped[str | None] = mapped_column(key_text())
    sku: Mapped[str | None] = mapped_column(key_text())
    family: Mapped[str | None] = mapped_column(key_text())
    option: Mapped[str | None] = mapped_column(key_text())
    operating_system: Mapped[str | None] = mapped_column(key_text())
    term_months: Mapped[int | None] = mapped_column(Integer)
    account_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), index=True)
    tenant_id: Mapped[str | None] = mapped_column(key_text(), ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(key_text())
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class PriceFetch(Base):
    """A reading of the price lists of one account's cloud, asked for or daily.

    regions: those that were asked for; none: all. status: queued, running, done or failed. caller: as whom its result
    is written, without rights. owner: the process that reads. result: what was taken, once it is done; the rows stand
    in price lists of their own."""

    __tablename__ = "price_fetch"
    __table_args__ = (Index("ix_price_fetch_created", "created_at", "id"),)

    id: Mapped[str] = mapped_column(key_text(), primary_key=True)
    account_id: Mapped[str] = mapped_column(key_text(), ForeignKey("account.id", ondelete="CASCADE"), index=True)
    regions: Mapped[list[str]] = mapped_column(Json)
    preview: Mapped[bool] = mapped_column(Boolean)
    daily: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(key_text(), index=True)
    caller: Mapped[dict[str, Any]] = mapped_column(Json)
    requested_by: Mapped[str] = mapped_column(key_text())
    owner: Mapped[str | None] = mapped_column(key_text())
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    result: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
