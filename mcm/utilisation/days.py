"""SQL behind utilisation: the days of resources, and when each account was read. Never commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from mcm.contract import ResourceKind, ResourceRef
from mcm.models import Account, ResourceRow, UtilisationDay, UtilisationRead
from mcm.tenancy import sight
from mcm.utilisation.distribution import Distribution

Key = tuple[str, str, date]
KINDS = (ResourceKind.INSTANCE, ResourceKind.HOST)


def asked(session: Session, account_id: str) -> list[tuple[str, ResourceRef]]:
    """What the account's cloud is asked about: id and reference of every instance and host that is there."""
    query = select(ResourceRow).where(
        ResourceRow.account_id == account_id, ResourceRow.kind.in_(KINDS), ResourceRow.presence == "present"
    )
    return [
        (row.id, ResourceRef(ResourceKind(row.kind), row.native_id, row.native_scope, row.region, row.locator))
        for row in session.scalars(query.order_by(ResourceRow.id))
    ]


def store(session: Session, found: Mapping[Key, Distribution], at: datetime) -> None:
    """A day that is read again replaces what is known, unless the cloud now knows less of it than it did."""
    ids = {key[0] for key in found}
    days = {key[2] for key in found}
    query = select(UtilisationDay).where(UtilisationDay.resource_id.in_(ids), UtilisationDay.day.in_(days))
    there = {(row.resource_id, row.metric, row.day): row for row in session.scalars(query)}
    new = []
    for key, one in found.items():
        row = there.get(key)
        if row is None:
            new.append(dict(zip(("resource_id", "metric", "day"), key, strict=True)) | asdict(one) | {"read_at": at})
        elif one.coverage_s >= row.coverage_s:
            for name, value in asdict(one).items():
                setattr(row, name, value)
            row.read_at = at
    session.flush()
    if new:
        session.execute(insert(UtilisationDay), new)


def of(
    session: Session, ids: Collection[str], since: date, until: date, metrics: Collection[str] = ()
) -> list[UtilisationDay]:
    """By resource, metric and day; of resources that the caller has looked up within its view."""
    query = select(UtilisationDay).where(
        UtilisationDay.resource_id.in_(ids), UtilisationDay.day >= since, UtilisationDay.day <= until
    )
    if metrics:
        query = query.where(UtilisationDay.metric.in_(metrics))
    return list(session.scalars(query.order_by(UtilisationDay.resource_id, UtilisationDay.metric, UtilisationDay.day)))


def resource(session: Session, resource_id: str) -> ResourceRow | None:
    return session.scalars(
        select(ResourceRow).where(
            ResourceRow.id == resource_id, ResourceRow.kind.in_(KINDS), *sight.resources_of(session)
        )
    ).first()


def readings(
    session: Session, providers: Collection[str], after: str | None, limit: int, account: str | None
) -> Sequence[Any]:
    """(account, its reading or None) of accounts that show themselves whole, by name."""
    query = (
        select(Account, UtilisationRead)
        .outerjoin(UtilisationRead, UtilisationRead.account_id == Account.id)
        .where(Account.provider.in_(providers), *sight.whole_accounts(session))
    )
    if account is not None:
        query = query.where(or_(Account.name == account, Account.id == account))
    if after is not None:
        query = query.where(Account.name > after)
    return session.execute(query.order_by(Account.name).limit(limit)).all()


def prune(session: Session, kept_since: date) -> None:
    """What is past its time, and what the inventory no longer knows."""
    session.execute(
        delete(UtilisationDay).where(
            or_(UtilisationDay.day < kept_since, UtilisationDay.resource_id.not_in(select(ResourceRow.id)))
        )
    )
