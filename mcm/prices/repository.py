"""SQL of price lists, points and what they are of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mcm.models import PriceCoverage, PriceList, PricePoint, Sku


@dataclass(frozen=True, slots=True)
class Covering:
    """A list that speaks of an item in a region."""

    provider: str
    region: str
    item: str
    list_id: str
    source: str
    priced_on: date
    confirmed_on: date
    currency: str
    seed: bool
    complete: bool


def live(session: Session, key: str) -> PriceList | None:
    return session.scalar(select(PriceList).where(PriceList.live_key == key))


def newest_of(
    session: Session, provider: str, source: str, currency: str, *, seed: bool, other_than: str
) -> PriceList | None:
    query = (
        select(PriceList)
        .where(
            PriceList.status == "current", PriceList.provider == provider, PriceList.source == source,
            PriceList.currency == currency, PriceList.seed == seed, PriceList.id != other_than,
        )
        .order_by(PriceList.priced_on.desc(), PriceList.fetched_at.desc(), PriceList.id.desc())
        .limit(1)
    )  # fmt: skip
    return session.scalar(query)


def drop(session: Session, list_id: str) -> None:
    """A list that this very transaction has begun."""
    session.execute(delete(PricePoint).where(PricePoint.list_id == list_id))
    session.execute(delete(PriceList).where(PriceList.id == list_id))


def known_skus(session: Session, idents: Sequence[str]) -> set[str]:
    return set(session.scalars(select(Sku.id).where(Sku.id.in_(idents))))


def newest_before(
    session: Session, provider: str, region: str, item: str, *, currency: str, seed: bool, until: date, other_than: str
) -> str | None:
    """The list in use that a new one takes the place of."""
    query = (
        select(PriceList.id)
        .join(PriceCoverage, PriceCoverage.list_id == PriceList.id)
        .where(
            PriceList.status == "current", PriceList.provider == provider, PriceList.currency == currency,
            PriceList.seed == seed, PriceList.priced_on <= until, PriceList.id != other_than,
            PriceCoverage.region == region, PriceCoverage.item == item,
        )
        .order_by(PriceList.priced_on.desc(), PriceList.fetched_at.desc(), PriceList.id.desc())
        .limit(1)
    )  # fmt: skip
    return session.scalar(query)


def prices(session: Session, lists: Collection[str], keys: Sequence[str], on: date) -> Sequence[Any]:
    """Key, unit price, upfront, term and unit; of one key the one that began last comes last."""
    point = PricePoint
    query = (
        select(point.key, point.unit_price, point.upfront, point.term_months, point.unit)
        .where(point.list_id.in_(lists), point.key.in_(keys), point.valid_from <= on)
        .order_by(point.valid_from)
    )
    return session.execute(query).all()


def covered(session: Session, before: Mapping[tuple[str, str], str | None]) -> int:
    """How many points lists have for regions and items."""
    wanted = [(list_id, region, item) for (region, item), list_id in before.items() if list_id is not None]
    found = 0
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        named = tuple_(PriceCoverage.list_id, PriceCoverage.region, PriceCoverage.item).in_(part)
        found += session.scalar(select(func.sum(PriceCoverage.points)).where(named)) or 0
    return found


def covering(
    session: Session, *, provider: str | None, regions: Collection[str] | None, item: str | None, on: date
) -> list[Covering]:
    """Of the lists in use that are not younger than the day, the newest first."""
    query: Any = (
        select(
            PriceList.provider, PriceCoverage.region, PriceCoverage.item, PriceList.id, PriceList.source,
            PriceList.priced_on, PriceList.confirmed_on, PriceList.currency, PriceList.seed, PriceList.complete,
        )
        .join(PriceCoverage, PriceCoverage.list_id == PriceList.id)
        .where(PriceList.status == "current", PriceList.priced_on <= on)
        .order_by(PriceList.priced_on.desc(), PriceList.fetched_at.desc(), PriceList.id.desc())
    )  # fmt: skip
    if provider is not None:
        query = query.where(PriceList.provider == provider)
    if regions is not None:
        query = query.where(PriceCoverage.region.in_(sorted(regions)))
    if item is not None:
        # A real list of a region counts against the seed of its other items too: these are told apart by the caller.
        query = query.where(or_(PriceCoverage.item == item, PriceList.seed.is_(False)))
    return [Covering(*row) for row in session.execute(query)]


_SHOWN: tuple[Any, ...] = (
    *(PricePoint.id, PricePoint.list_id, PricePoint.key, PricePoint.option, PricePoint.term_months),
    *(PricePoint.tier_from, PricePoint.unit, PricePoint.unit_price, PricePoint.upfront, PricePoint.valid_from),
    *(PricePoint.valid_to, PricePoint.flags, Sku.provider, Sku.region, Sku.item, Sku.code, Sku.family, Sku.vcpus),
    *(Sku.memory_gib, Sku.gpus, Sku.gpu_model, Sku.architecture, Sku.operating_system, Sku.storage_class),
)


def points(
    session: Session,
    chosen: Sequence[Covering],
    on: date,
    *conditions: ColumnElement[bool],
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> Sequence[Any]:
    """Points of these lists in these places that hold on the day, by provider, region, item, code and id; with the
    columns of `_SHOWN`, as whole rows of the models would take three times as long. chosen: of one place and item the
    newest list first; of a thing that several have, the newest speaks."""
    by_list: dict[tuple[str, str, tuple[str, ...]], set[str]] = {}
    newer: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
    for one in chosen:
        place = (one.provider, one.region, one.item, one.currency)
        before = newer.get(place, ())
        by_list.setdefault((one.list_id, one.item, before), set()).add(one.region)
        newer[place] = (*before, one.list_id)
    if not by_list:
        return []
    places = or_(
        *(
            and_(
                PricePoint.list_id == list_id,
                Sku.item == item,
                Sku.region.in_(sorted(regions)),
                *_said_by_none(before, on),
            )
            for (list_id, item, before), regions in sorted(by_list.items())
        )
    )
    order = (Sku.provider, Sku.region, Sku.item, Sku.code, PricePoint.id)
    query = (
        select(*_SHOWN)
        .join(Sku, Sku.id == PricePoint.sku_id)
        # The provider too, so that the index on what is sold is used.
        .where(
            Sku.provider.in_({one.provider for one in chosen}), places, PricePoint.valid_from <= on,
            or_(PricePoint.valid_to.is_(None), PricePoint.valid_to >= on), *conditions,
        )
        .order_by(*order)
    )  # fmt: skip
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    if limit is not None:
        query = query.limit(limit)
    return session.execute(query).all()


def _said_by_none(lists: Sequence[str], on: date) -> list[ColumnElement[bool]]:
    if not lists:
        return []
    other = aliased(PricePoint)
    said = select(other.id).where(
        other.list_id.in_(lists), other.key == PricePoint.key, other.valid_from <= on,
        or_(other.valid_to.is_(None), other.valid_to >= on),
    )  # fmt: skip
    return [~said.exists()]


def conditions(
    *, option: str | None, family: str | None, sku: str | None, vcpus: Decimal | None
) -> list[ColumnElement[bool]]:
    wanted = ((PricePoint.option, option), (Sku.family, family), (Sku.code, sku), (Sku.vcpus, vcpus))
    return [column == value for column, value in wanted if value is not None]


def lists(
    session: Session,
    *,
    provider: str | None,
    seed: bool | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[PriceList]:
    """The youngest import first."""
    query = select(PriceList)
    if provider is not None:
        query = query.where(PriceList.provider == provider)
    if seed is not None:
        query = query.where(PriceList.seed == seed)
    if after is not None:
        query = query.where(tuple_(PriceList.imported_at, PriceList.id) < after)
    return session.scalars(query.order_by(PriceList.imported_at.desc(), PriceList.id.desc()).limit(limit)).all()


def coverage(session: Session, list_id: str) -> Sequence[PriceCoverage]:
    query = select(PriceCoverage).where(PriceCoverage.list_id == list_id)
    return session.scalars(query.order_by(PriceCoverage.region, PriceCoverage.item)).all()


def flagged(session: Session, list_id: str, limit: int) -> Sequence[Any]:
    query = (
        select(PricePoint, Sku)
        .join(Sku, Sku.id == PricePoint.sku_id)
        .where(PricePoint.list_id == list_id, PricePoint.flags != "")
        .order_by(PricePoint.line, PricePoint.id)
        .limit(limit)
    )
    return session.execute(query).all()
