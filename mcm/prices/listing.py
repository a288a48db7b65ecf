"""What is shown of prices, lists and rates: pages, shapes, ages."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.kit import clock
from mcm.kit.money import written
from mcm.models import ExchangeRate, PriceList, PricePoint, Sku
from mcm.paging import Page
from mcm.prices import discounts, exchange, repository, service
from mcm.prices.errors import MOST_FAULTS
from mcm.prices.offers import Item, Offer, age_warning
from mcm.prices.points import percent, whole
from mcm.prices.schemas import (
    Coverage,
    ExchangeRateItem,
    ExchangeRateWrite,
    FlaggedPoint,
    PriceItem,
    PriceListDetail,
    PriceListItem,
    RateRuleItem,
)
from mcm.tenancy import service as tenants
from mcm.tenancy import sight


def lists(
    session: Session, *, provider: str | None, seed: bool | None, limit: int, cursor: str | None
) -> Page[PriceListItem]:
    after = sight.after(session, cursor, datetime, str)
    rows = repository.lists(session, provider=provider, seed=seed, after=after, limit=limit + 1)
    used = service.used_today(session, rows)
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = sight.cursor_of(session, [last.imported_at, last.id])
    return Page(items=[PriceListItem(**_told(row, used)) for row in rows[:limit]], next_cursor=following)


def detail(session: Session, row: PriceList) -> PriceListDetail:
    covered = repository.coverage(session, row.id)
    flagged = repository.flagged(session, row.id, MOST_FAULTS)
    return PriceListDetail(
        **_told(row, service.used_today(session, [row])),
        coverage=[Coverage(region=one.region, item=Item(one.item), points=one.points) for one in covered],
        flags=[flag for point, sku in flagged for flag in _flags(point, sku)][:MOST_FAULTS],
    )


def prices(
    session: Session,
    *,
    provider: str | None,
    regions: Collection[str] | None,
    item: Item | None,
    wanted: Mapping[str, Any],
    on: date | None,
    tenant: str | None,
    limit: int,
    cursor: str | None,
) -> Page[PriceItem]:
    day = on or clock.now().date()
    tenant_id = tenants.get(session, tenant).id if tenant is not None else None
    after = sight.after(session, cursor, *[str] * 5)
    chosen = service.covering(session, on=day, item=item, provider=provider, regions=regions)
    found = service.page_of_prices(
        session, chosen, on=day, tenant_id=tenant_id, after=after, limit=limit + 1, **wanted
    )  # fmt: skip
    following = None
    if len(found) > limit:
        following = sight.cursor_of(session, service.cursor_values(found[limit - 1]))
    return Page(items=[price(offer) for offer in found[:limit]], next_cursor=following)


def price(offer: Offer) -> PriceItem:
    told = asdict(offer) | {"rules": list(offer.rules), "flags": list(offer.flags)}
    return PriceItem(**told, age_warning=age_warning(offer.age_days))


def exchange_rates(
    session: Session, *, base: str | None, quote: str | None, history: bool, limit: int, cursor: str | None
) -> Page[ExchangeRateItem]:
    after = sight.after(session, cursor, str, str, date, str)
    rows = exchange.listed(session, base=base, quote=quote, history=history, after=after, limit=limit + 1)
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = sight.cursor_of(session, [last.base, last.quote, last.quoted_on, last.id])
    return Page(items=[rate_item(row) for row in rows[:limit]], next_cursor=following)


def put_rate(session: Session, caller: Caller, wanted: ExchangeRateWrite) -> ExchangeRateItem:
    service.require_whole(session, caller)
    row, new = exchange.put(session, wanted.base, wanted.quote, wanted.rate, wanted.source, wanted.on)
    details = {
        "base": row.base, "quote": row.quote, "rate": written(row.rate), "source": row.source,
        "on": row.quoted_on.isoformat(), "new": new,
    }  # fmt: skip
    audit.record(session, caller, "exchange_rate.put", "exchange_rate", row.id, details=details)
    return rate_item(row, new=new)


def rate_item(row: ExchangeRate, *, new: bool = True) -> ExchangeRateItem:
    return ExchangeRateItem(
        id=row.id, base=row.base, quote=row.quote, rate=row.rate, source=row.source, on=row.quoted_on, seed=row.seed,
        recorded_at=row.recorded_at, superseded_at=row.superseded_at, new=new,
    )  # fmt: skip


def rules(session: Session, *, limit: int, cursor: str | None) -> Page[RateRuleItem]:
    (after,) = sight.after(session, cursor, str) or (None,)
    rows = discounts.listed(session, after=after, limit=limit + 1)
    following = sight.cursor_of(session, [rows[limit - 1].name]) if len(rows) > limit else None
    return Page(items=discounts.items(session, rows[:limit]), next_cursor=following)


def _told(row: PriceList, used: Collection[str]) -> dict[str, Any]:
    status: Literal["current", "superseded", "withdrawn"] = "current" if row.id in used else "superseded"
    if row.status == "withdrawn":
        status = "withdrawn"
    age = max(0, (clock.now().date() - row.confirmed_on).days)
    names = (
        "id", "provider", "source", "version", "currency", "priced_on", "confirmed_on", "fetched_at", "imported_at",
        "withdrawn_at", "sha256", "seed", "complete", "points", "flagged", "row_version",
    )  # fmt: skip
    told = {name: getattr(row, name) for name in names}
    return told | {"status": status, "age_days": age, "age_warning": age_warning(age)}


def _flags(point: PricePoint, sku: Sku) -> list[FlaggedPoint]:
    now = whole(point.unit_price, point.upfront, point.term_months, point.unit)
    found = []
    for flag in point.flags.split(","):
        jumped = flag == "jump" and point.previous_price is not None
        found.append(
            FlaggedPoint.model_validate(
                {
                    "line": point.line, "region": sku.region, "item": sku.item, "sku": sku.code, "flag": flag,
                    "price": now, "previous": point.previous_price if jumped else None,
                    "percent": percent(now, point.previous_price) if jumped and point.previous_price else None,
                }
            )
        )  # fmt: skip
    return found
