"""What clouds ask for what: the prices that hold on a day, converted where asked. Never commits, never asks a cloud.

`take` is how lists come in, from files and from clouds alike."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.kit import clock
from mcm.models import PriceList
from mcm.prices import discounts, repository
from mcm.prices.errors import NoExchangeRate, PriceListNotFound, PriceListWithdrawn
from mcm.prices.exchange import Converted, converted
from mcm.prices.intake import Taken, take
from mcm.prices.offers import Basis, Item, Offer, Option, Unit
from mcm.prices.points import ListMeta, PointIn
from mcm.prices.ratings import Rule, rated
from mcm.prices.repository import Covering

__all__ = [
    "Converted",
    "ListMeta",
    "NoExchangeRate",
    "PointIn",
    "Taken",
    "converted",
    "covering",
    "has_tenant_rates",
    "offers",
    "take",
]


def offers(
    session: Session,
    *,
    item: Item,
    provider: str | None = None,
    regions: Collection[str] | None = None,
    on: date | None = None,
    tenant_id: str | None = None,
    account_id: str | None = None,
) -> list[Offer]:
    """What is asked for an item, by provider, region and sku, of the newest list that has it; with the negotiated
    rates that hold on the day for everybody, for the tenant and what is above it, and for the account.

    A seed speaks only where no real list of its provider says anything about the region. Empty: not known."""
    day = on or clock.now().date()
    chosen = covering(session, item=item, provider=provider, regions=regions, on=day)
    rows = repository.points(session, chosen, day)
    rules = discounts.holding(session, day, tenant_id=tenant_id, account_id=account_id, provider=provider)
    return _offers(rows, chosen, rules, day)


def covering(
    session: Session,
    *,
    on: date,
    item: str | None = None,
    provider: str | None = None,
    regions: Collection[str] | None = None,
) -> list[Covering]:
    """The lists that say what an item costs in a region on the day, the newest first: for each provider, region, item
    and currency the newest, and those before it as long as none claims to be complete, as what a newer one does not
    name may be sold all the same. The lists of a provider's sites in two countries stand beside each other."""
    found = repository.covering(session, provider=provider, regions=regions, item=item, on=on)
    real = {(one.provider, one.region) for one in found if not one.seed}
    speaking: list[Covering] = []
    closed: set[tuple[str, str, str, str]] = set()
    for one in found:
        place = (one.provider, one.region, one.item, one.currency)
        of_item = item is None or one.item == item
        if of_item and place not in closed and not (one.seed and (one.provider, one.region) in real):
            speaking.append(one)
            if one.complete:
                closed.add(place)
    return speaking


def has_tenant_rates(session: Session, on: date, tenant_id: str) -> bool:
    """Whether something was negotiated for a tenant or what is above it, whatever the session may see."""
    return any(
        one.tenant_id is not None for one in discounts.holding(session, on, tenant_id=tenant_id, account_id=None)
    )


def page_of_prices(
    session: Session,
    chosen: Sequence[Covering],
    *,
    on: date,
    tenant_id: str | None,
    option: str | None = None,
    family: str | None = None,
    sku: str | None = None,
    vcpus: Decimal | None = None,
    after: Sequence[Any] | None,
    limit: int,
) -> list[Offer]:
    """In the order of `cursor_values`."""
    conditions = repository.conditions(option=option, family=family, sku=sku, vcpus=vcpus)
    rows = repository.points(session, chosen, on, *conditions, after=after, limit=limit)
    rules = discounts.holding(session, on, tenant_id=tenant_id, account_id=None)
    by_list = {one.list_id: one for one in chosen}
    return [rated(_offer(row, by_list[row.list_id], on), rules) for row in rows]


def get(session: Session, list_id: str) -> PriceList:
    """Raises PriceListNotFound."""
    found = session.get(PriceList, list_id) if "\0" not in list_id else None
    if found is None:
        raise PriceListNotFound(
            "there is no price list with this id", next_step="`mcm price list` shows those there are"
        )
    return found


def withdraw(
    session: Session, caller: Caller, list_id: str, if_match: str | None, *, dry_run: bool = False
) -> PriceList:
    """It is used no more, for no day; its rows stay, as estimates name them. Raises PriceListWithdrawn."""
    require_whole(session, caller)
    row = get(session, list_id)
    if if_match is not None and if_match.strip() not in ("*", etag(row)):
        raise PreconditionFailed(
            f"the price list was changed in the meantime (it is at version {row.row_version})",
            next_step="read it again and repeat the change",
        )
    if row.status == "withdrawn":
        raise PriceListWithdrawn(
            "the price list was withdrawn before", next_step="nothing: it is used no more; import another one"
        )
    if dry_run:
        return row
    row.status, row.withdrawn_at, row.live_key = "withdrawn", clock.now(), None
    row.row_version += 1
    session.flush()
    details = {"provider": row.provider, "priced_on": row.priced_on.isoformat(), "points": row.points}
    audit.record(session, caller, "price_list.withdraw", "price_list", row.id, details=details)
    return row


def require_whole(session: Session, caller: Caller) -> None:
    """Prices and exchange rates are one for all tenants. Raises Forbidden."""
    if not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may not change prices and exchange rates: they hold for all tenants",
            next_step="ask somebody who holds the role in the whole",
        )


def etag(row: PriceList) -> str:
    return f'"{row.row_version}"'


def used_today(session: Session, rows: Iterable[PriceList]) -> set[str]:
    """Ids of those that something is priced by today, or will be: the others were superseded."""
    today = clock.now().date()
    wanted = list(rows)
    used = {row.id for row in wanted if row.priced_on > today}
    for provider in {row.provider for row in wanted}:
        used |= {one.list_id for one in covering(session, on=today, provider=provider)}
    return used


def _offers(rows: Iterable[Row[Any]], chosen: Sequence[Covering], rules: Sequence[Rule], day: date) -> list[Offer]:
    by_list = {one.list_id: one for one in chosen}
    found: dict[tuple[str, str], Row[Any]] = {}
    for row in rows:
        # Of two that hold on the day the one that began last.
        key = (row.list_id, row.key)
        if key not in found or found[key].valid_from < row.valid_from:
            found[key] = row
    return [rated(_offer(row, by_list[row.list_id], day), rules) for row in found.values()]


def _offer(row: Row[Any], of: Covering, day: date) -> Offer:
    said = min(of.confirmed_on, day)
    return Offer(
        provider=row.provider, region=row.region, item=Item(row.item), sku=row.code, option=Option(row.option),
        unit=Unit(row.unit), unit_price=row.unit_price, list_price=row.unit_price, currency=of.currency,
        basis=Basis.LIST, source=of.source, priced_on=said, age_days=(day - said).days, list_id=row.list_id,
        point_id=row.id, seed=of.seed, term_months=row.term_months, upfront=row.upfront, tier_from=row.tier_from,
        vcpus=row.vcpus, memory_gib=row.memory_gib, gpus=row.gpus, gpu_model=row.gpu_model,
        architecture=row.architecture, family=row.family, operating_system=row.operating_system,
        storage_class=row.storage_class, flags=tuple(row.flags.split(",")) if row.flags else (),
    )  # fmt: skip


def cursor_values(offer: Offer) -> list[str]:
    return [offer.provider, offer.region, offer.item, offer.sku, offer.point_id]
