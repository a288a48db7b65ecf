"""SQL of policies, their versions and exceptions. What a session may see of them is asked here."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.models import Policy, PolicyException, PolicyVersion
from mcm.tenancy import repository as tenants
from mcm.tenancy import sight


def seen(session: Session) -> list[Any]:
    """For `where(*…)`: policies of the tenants inside the view, of those above them, which bind them, and of all."""
    inside = view_of(session)
    if inside.everything:
        return []
    parents = {one.id: one.parent_id for one in tenants.everyone(session)}
    above: set[str] = set()
    for tenant_id in inside.tenants:
        current: str | None = tenant_id
        while current is not None and current not in above:
            above.add(current)
            current = parents.get(current)
    others = _of_others(session, above)
    return [or_(Policy.tenant_id.is_(None), Policy.tenant_id.in_(sorted(above))), Policy.id.not_in(others)]


def _of_others(session: Session, near: Collection[str]) -> list[str]:
    """Those that bind several tenants, none of which is near: they are of no one tenant, and not of all."""
    query = (
        select(PolicyVersion.policy_id, PolicyVersion.document)
        .join(Policy, and_(Policy.id == PolicyVersion.policy_id, Policy.version == PolicyVersion.version))
        .where(Policy.tenant_id.is_(None), Policy.removed.is_(False))
    )
    bound = [(ident, orjson.loads(text)["scope"]["tenants"]) for ident, text in session.execute(query)]
    return [ident for ident, tenants in bound if tenants and not set(tenants) & set(near)]


def seen_ids(session: Session) -> set[str]:
    return set(session.scalars(select(Policy.id).where(Policy.removed.is_(False), *seen(session))))


def held(session: Session) -> list[Any]:
    """For `where(*…)`: those that lie wholly inside the view."""
    return [] if view_of(session).everything else sight.tenants_in(session, view_of(session), Policy.tenant_id)


def find(session: Session, policy_id: str, *, inside: bool = False) -> Policy | None:
    """One that is not removed. inside: wholly inside the view."""
    conditions = held(session) if inside else seen(session)
    return session.scalar(select(Policy).where(Policy.id == policy_id, Policy.removed.is_(False), *conditions))


def anywhere(session: Session, policy_id: str) -> Policy | None:
    """Whatever the session may see, removed or not: ids are unique. Locked."""
    return session.scalar(select(Policy).where(Policy.id == policy_id).with_for_update())


def page(
    session: Session, after: str | None, limit: int, *, mode: str | None, severity: str | None, search: str | None
) -> Sequence[Policy]:
    """By id."""
    query = select(Policy).where(Policy.removed.is_(False), *seen(session))
    for column, value in ((Policy.mode, mode), (Policy.severity, severity)):
        if value is not None:
            query = query.where(column == value)
    if search:
        columns = (Policy.id, Policy.title, Policy.title_zh)
        query = query.where(or_(*(func.lower(one).contains(search.lower(), autoescape=True) for one in columns)))
    if after is not None:
        query = query.where(Policy.id > after)
    return session.scalars(query.order_by(Policy.id).limit(limit)).all()


def versions(session: Session, policy_id: str, before: int | None, limit: int) -> Sequence[PolicyVersion]:
    """Newest first."""
    query = select(PolicyVersion).where(PolicyVersion.policy_id == policy_id)
    if before is not None:
        query = query.where(PolicyVersion.version < before)
    return session.scalars(query.order_by(PolicyVersion.version.desc()).limit(limit)).all()


def version(session: Session, policy_id: str, number: int) -> PolicyVersion | None:
    return session.get(PolicyVersion, (policy_id, number))


def current(session: Session) -> Sequence[PolicyVersion]:
    """Of all policies there are now, by id."""
    query = select(PolicyVersion).join(
        Policy, and_(Policy.id == PolicyVersion.policy_id, Policy.version == PolicyVersion.version)
    )
    return session.scalars(query.where(Policy.removed.is_(False)).order_by(PolicyVersion.policy_id)).all()


def current_at(session: Session, at: datetime) -> Sequence[PolicyVersion]:
    """Those that were in force at an instant."""
    newest = (
        select(PolicyVersion.policy_id, func.max(PolicyVersion.version).label("version"))
        .where(PolicyVersion.created_at <= at)
        .group_by(PolicyVersion.policy_id)
        .subquery()
    )
    query = select(PolicyVersion).join(
        newest, and_(newest.c.policy_id == PolicyVersion.policy_id, newest.c.version == PolicyVersion.version)
    )
    return session.scalars(query.where(PolicyVersion.removed.is_(False)).order_by(PolicyVersion.policy_id)).all()


def exceptions_at(session: Session, at: datetime) -> Sequence[PolicyException]:
    """Those that hold at an instant, by id."""
    query = select(PolicyException).where(
        PolicyException.status.in_(("approved", "revoked")),
        PolicyException.decided_at <= at,
        PolicyException.expires_at > at,
        or_(PolicyException.revoked_at.is_(None), PolicyException.revoked_at > at),
    )
    return session.scalars(query.order_by(PolicyException.id)).all()


def exceptions(
    session: Session,
    after: tuple[datetime, str] | None,
    limit: int,
    *,
    policy_id: str | None = None,
    statuses: Collection[str] = (),
    over: tuple[datetime, bool] | None = None,
) -> Sequence[PolicyException]:
    """Newest first. over: (now, whether those that are over are wanted, or the others)."""
    query = select(PolicyException).where(*exceptions_seen(session))
    if policy_id is not None:
        query = query.where(PolicyException.policy_id == policy_id)
    if statuses:
        query = query.where(PolicyException.status.in_(statuses))
    if over is not None:
        now, wanted = over
        query = query.where(PolicyException.expires_at <= now if wanted else PolicyException.expires_at > now)
    if after is not None:
        query = query.where(tuple_(PolicyException.requested_at, PolicyException.id) < after)
    order = (PolicyException.requested_at.desc(), PolicyException.id.desc())
    return session.scalars(query.order_by(*order).limit(limit)).all()


def exceptions_seen(session: Session) -> list[Any]:
    return sight.tenants_in(session, view_of(session), PolicyException.tenant_id)


def find_exception(session: Session, exception_id: str) -> PolicyException | None:
    query = select(PolicyException).where(PolicyException.id == exception_id, *exceptions_seen(session))
    return session.scalar(query)
