"""All SQL of the accounts room. What is asked for by name or in lists is limited to what the session sees."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mcm.models import Account, ResourceRow, Scope, Secret, Sighting
from mcm.tenancy import sight


def find(session: Session, name_or_id: str) -> Account | None:
    """By id first: a name may look like an id, an id is never another account's name."""
    query = select(Account).where(*sight.accounts(session))
    by_id = session.scalar(query.where(Account.id == name_or_id))
    return by_id or session.scalar(query.where(Account.name == name_or_id))


def taken(session: Session, name: str) -> bool:
    """By any account, seen or not: names are unique in the whole."""
    return session.scalar(select(Account.id).where(or_(Account.name == name, Account.id == name))) is not None


def page(session: Session, after: tuple[str, str] | None, limit: int) -> Sequence[Account]:
    query = select(Account).where(*sight.accounts(session)).order_by(Account.name, Account.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(Account.name, Account.id) > after)
    return session.scalars(query).all()


def everyone(session: Session) -> Sequence[Account]:
    """All that the session sees whole."""
    return session.scalars(select(Account).where(*sight.whole_accounts(session)).order_by(Account.name)).all()


def secrets(session: Session, account_id: str) -> Sequence[Secret]:
    return session.scalars(select(Secret).where(Secret.account_id == account_id)).all()


def secret_keys(session: Session, account_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = session.execute(
        select(Secret.account_id, Secret.key).where(Secret.account_id.in_(account_ids)).order_by(Secret.key)
    )
    found: dict[str, list[str]] = {}
    for account_id, key in rows:
        found.setdefault(account_id, []).append(key)
    return found


def scopes(session: Session, account_id: str) -> Sequence[Scope]:
    query = select(Scope).where(Scope.account_id == account_id, *sight.scopes(session))
    return session.scalars(query.order_by(Scope.region, Scope.kind)).all()


def scope_summary(session: Session, account_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each account: scopes by status, resources seen, the oldest as_of (None while a scope was never read)."""
    rows = session.execute(
        select(Scope.account_id, Scope.status, func.count(), func.sum(Scope.resources), func.min(Scope.as_of))
        .where(Scope.account_id.in_(account_ids), *sight.scopes(session))
        .group_by(Scope.account_id, Scope.status)
    )
    found: dict[str, dict[str, Any]] = {}
    for account_id, status, number, resources, oldest in rows:
        entry = found.setdefault(account_id, {"scopes": {}, "resources": 0, "as_of": None})
        entry["scopes"][status] = number
        entry["resources"] += int(resources or 0)
        if oldest is not None and (entry["as_of"] is None or oldest < entry["as_of"]):
            entry["as_of"] = oldest
    return found


def visible_resources(session: Session, account_ids: Sequence[str]) -> dict[int, int] | None:
    """Living resources that the session sees, by scope; None where it sees all, as the scopes keep count themselves."""
    seen = sight.resources_of(session)
    if not seen:
        return None
    rows = session.execute(
        select(ResourceRow.scope_id, func.count())
        .where(ResourceRow.account_id.in_(account_ids), ResourceRow.presence != "gone", *seen)
        .group_by(ResourceRow.scope_id)
    )
    return {row[0]: row[1] for row in rows}


def scope_accounts(session: Session, scope_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(Scope.id, Scope.account_id).where(Scope.id.in_(scope_ids)))
    return {row[0]: row[1] for row in rows}


def realm_siblings(session: Session, realm: str, account_id: str) -> Sequence[str]:
    """Names of other accounts at the same cloud, of those that the session sees whole."""
    query = select(Account.name).where(Account.realm == realm, Account.id != account_id)
    return session.scalars(query.where(*sight.whole_accounts(session))).all()


def only_seen_by(session: Session, account_id: str) -> int:
    """How many resources no other account sees."""
    other = aliased(Sighting)
    seen = select(other.resource_id).where(other.resource_id == Sighting.resource_id, other.account_id != account_id)
    query = select(func.count(func.distinct(Sighting.resource_id))).where(
        Sighting.account_id == account_id, ~seen.exists()
    )
    return int(session.scalar(query) or 0)
