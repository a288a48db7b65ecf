"""SQL of pools and cards, and of what the inventory knows of hosts, datastores and instances of accounts."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from mcm.filters.json_values import json_values
from mcm.models import Account, CostPool, CostPoolAccount, CostPoolVersion, PublishedRateCard, RateCardAccount
from mcm.models import ResourceRow as Resource
from mcm.tenancy import sight

AnyRow = Row[Any]
HOST = ("cpu_cores", "cpu_sockets", "memory_mib")
DATASTORE = ("capacity_gib", "used_gib", "provisioned_gib")
INSTANCE = ("vcpus", "memory_mib")
_ATTRIBUTES = Resource.__table__.c.attributes


def resources(session: Session, kind: str, account_ids: Collection[str], attributes: Sequence[str]) -> Sequence[AnyRow]:
    """Name, whether it is in maintenance, and the numbers; NULL where the cloud does not say."""
    json = json_values(session.get_bind().dialect.name)
    columns = [json.scalar(_ATTRIBUTES, name, "number").label(name) for name in attributes]
    maintenance = json.scalar(_ATTRIBUTES, "maintenance", "boolean").label("maintenance")
    query = select(Resource.name, maintenance, *columns).where(*_living(session, kind, account_ids))
    return session.execute(query.order_by(Resource.name, Resource.id)).all()


def allocated(session: Session, account_ids: Collection[str]) -> AnyRow:
    """The number of instances, then for each of INSTANCE the sum and how many say it (`…_known`)."""
    json = json_values(session.get_bind().dialect.name)
    columns: list[ColumnElement[Any]] = [func.count().label("number")]
    for name in INSTANCE:
        value = json.scalar(_ATTRIBUTES, name, "number")
        columns += [func.sum(value).label(name), func.count(value).label(f"{name}_known")]
    return session.execute(select(*columns).where(*_living(session, "instance", account_ids))).one()


def pool(session: Session, name: str) -> CostPool | None:
    return session.scalar(select(CostPool).where(CostPool.name == name, *_pools_seen(session)))


def taken(session: Session, name: str) -> bool:
    """Whatever the session may see: names are unique."""
    return session.scalar(select(CostPool.id).where(CostPool.name == name)) is not None


def pools(session: Session, after: str | None, limit: int) -> Sequence[CostPool]:
    query = select(CostPool).where(*_pools_seen(session))
    if after is not None:
        query = query.where(CostPool.name > after)
    return session.scalars(query.order_by(CostPool.name).limit(limit)).all()


def accounts_of(session: Session, pool_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """By pool: id and name of its accounts, by name."""
    query = (
        select(CostPoolAccount.pool_id, Account.id, Account.name)
        .join(Account, Account.id == CostPoolAccount.account_id)
        .where(CostPoolAccount.pool_id.in_(pool_ids))
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for pool_id, account_id, name in session.execute(query.order_by(Account.name)):
        found.setdefault(pool_id, []).append((account_id, name))
    return found


def claimed(session: Session, account_ids: Collection[str], pool_id: str) -> set[str]:
    """Those that belong to another pool, whoever may see it."""
    query = select(CostPoolAccount.account_id).where(
        CostPoolAccount.account_id.in_(account_ids), CostPoolAccount.pool_id != pool_id
    )
    return set(session.scalars(query))


def set_accounts(session: Session, pool_id: str, account_ids: Collection[str]) -> None:
    session.execute(delete(CostPoolAccount).where(CostPoolAccount.pool_id == pool_id))
    session.add_all(CostPoolAccount(pool_id=pool_id, account_id=one) for one in account_ids)


def version(session: Session, pool_id: str, number: int) -> CostPoolVersion | None:
    return session.get(CostPoolVersion, (pool_id, number))


def card(session: Session, card_id: str) -> PublishedRateCard | None:
    return session.scalar(select(PublishedRateCard).where(PublishedRateCard.id == card_id, *_cards_seen(session)))


def cards(
    session: Session,
    *,
    pool: str | None,
    month: str | None,
    account_id: str | None,
    after: tuple[str, str, int] | None,
    limit: int,
) -> Sequence[PublishedRateCard]:
    """By pool, then the newest month, then the newest version."""
    card = PublishedRateCard
    query = select(card).where(*_cards_seen(session))
    if pool is not None:
        query = query.where(card.pool == pool)
    if month is not None:
        query = query.where(card.month == month)
    if account_id is not None:
        query = query.where(card.id.in_(_ids_for(account_id)))
    if after is not None:
        name, at, number = after
        query = query.where(
            or_(
                card.pool > name,
                and_(card.pool == name, card.month < at),
                and_(card.pool == name, card.month == at, card.version < number),
            )
        )
    return session.scalars(query.order_by(card.pool, card.month.desc(), card.version.desc()).limit(limit)).all()


def newest_version(session: Session, pool: str, month: str) -> int:
    """0: none was published."""
    card = PublishedRateCard
    return session.scalar(select(func.max(card.version)).where(card.pool == pool, card.month == month)) or 0


def number_of_cards(session: Session, pool: str) -> int:
    card = PublishedRateCard
    return session.scalar(select(func.count()).where(card.pool == pool, *_cards_seen(session))) or 0


def newest_months(session: Session, pools: Collection[str]) -> dict[str, str]:
    card = PublishedRateCard
    query = select(card.pool, func.max(card.month)).where(card.pool.in_(pools), *_cards_seen(session))
    return {row[0]: row[1] for row in session.execute(query.group_by(card.pool))}


def holding(session: Session, account_id: str, month: str) -> PublishedRateCard | None:
    """Of the newest month up to this one the newest version, if the session sees something of the account. A version
    that was corrected holds for nobody, also not for an account that the correction left out."""
    card, later = PublishedRateCard, aliased(PublishedRateCard)
    corrected = select(later.id).where(later.pool == card.pool, later.month == card.month, later.version > card.version)
    seen = select(Account.id).where(Account.id == account_id, *sight.accounts(session))
    query = select(card).where(card.id.in_(_ids_for(account_id)), card.month <= month, exists(seen), ~exists(corrected))
    # Versions count within a pool: of two pools that had the account one after the other, the later word holds.
    return session.scalar(query.order_by(card.month.desc(), card.published_at.desc(), card.version.desc()).limit(1))


def _ids_for(account_id: str) -> Any:
    return select(RateCardAccount.card_id).where(RateCardAccount.account_id == account_id)


def _living(session: Session, kind: str, account_ids: Collection[str]) -> list[ColumnElement[bool]]:
    return [
        Resource.presence != literal_column("'gone'"),
        Resource.kind == kind,
        Resource.account_id.in_(account_ids),
        *sight.resources_of(session),
    ]


def _pools_seen(session: Session) -> list[ColumnElement[bool]]:
    """All accounts of a pool, and at least one, are whole in the view: its costs tell about every one of them."""
    return _all_whole(session, CostPoolAccount.account_id, CostPoolAccount.pool_id, CostPool.id)


def _cards_seen(session: Session) -> list[ColumnElement[bool]]:
    return _all_whole(session, RateCardAccount.account_id, RateCardAccount.card_id, PublishedRateCard.id)


def _all_whole(session: Session, account_id: Any, owner: Any, ident: Any) -> list[ColumnElement[bool]]:
    inside = sight.whole_accounts(session)
    if not inside:
        return []
    whole = select(Account.id).where(*inside)
    other = aliased(account_id.class_)
    outside = getattr(other, account_id.key).not_in(whole)
    return [
        ident.in_(select(owner).where(account_id.in_(whole))),
        ident.not_in(select(getattr(other, owner.key)).where(outside)),
    ]
