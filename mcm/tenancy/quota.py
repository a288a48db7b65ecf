"""Limits of tenants, and room reserved within them: check and reserve are one transaction. Never commits.

A limit holds for its tenant and all below it. Used is what the inventory knows to live; what is being made is reserved
until it is committed, released or its time is over, and what was committed still counts until the inventory has had
time to see it. So a limit can be undercut for some minutes, and is never exceeded by what asked here.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, InvalidInput
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import QuotaReservation, Tenant
from mcm.tenancy import money_quota, repository, sight
from mcm.tenancy import quota_repository as sql
from mcm.tenancy.errors import QuotaExceeded, ReservationEnded, ReservationNotFound, TenantNotFound
from mcm.tenancy.locks import hold_still
from mcm.tenancy.money import Change, change_of
from mcm.tenancy.quota_repository import RESOURCES
from mcm.tenancy.schemas import Amounts, Limits, Usage

# Three of the usual intervals between reads.
SETTLE = timedelta(minutes=15)
MAX_TTL = timedelta(days=7)


@dataclass(frozen=True)
class Reserved:
    """status: reserved, committed, released or expired."""

    id: str
    tenant_id: str
    amounts: Amounts
    status: str


@dataclass(frozen=True)
class Room:
    """What one limit leaves; 0 where more is used than it allows. tenant: the name of whose limit it is; None: that
    is above what the session sees, and none of the numbers is to be told."""

    resource: str
    left: int
    limit: int
    used: int
    reserved: int
    tenant: str | None


def limits(session: Session, tenant: Tenant) -> Limits:
    counted = sql.limits(session, [tenant.id])[tenant.id]
    return Limits.model_validate(counted | {money_quota.RESOURCE: money_quota.limit(session, tenant.id)})


def set_limits(session: Session, caller: Caller, tenant: Tenant, wanted: Limits) -> Limits:
    """Replaces all of them. One below what is used takes nothing away: it keeps more from being added.

    Raises Forbidden for whoever holds the tenant and not what is above it: a limit binds them too."""
    hold_still(session.connection())
    _require_above(session, caller, tenant)
    sql.lock(session, [tenant.id])
    given = wanted.model_dump(mode="json", exclude_none=True)
    sql.set_limits(session, tenant.id, wanted.model_dump(exclude_none=True, exclude={money_quota.RESOURCE}))
    money_quota.set_limit(session, tenant.id, wanted.money_per_month)
    audit.record(session, caller, "quota.set", "tenant", tenant.id, details={"name": tenant.name, "limits": given})
    return limits(session, tenant)


def usage(session: Session, tenant: Tenant, *, money: bool = False, currency: str | None = None) -> Usage:
    """money: with what it costs a month, in the currency, else in that of the tenant's limit."""
    amounts, unknown = sql.used(session, [tenant.id])[tenant.id]
    return Usage(
        tenant=tenant.id,
        limits=limits(session, tenant),
        used=Amounts(**amounts),
        unknown=Amounts(**unknown),
        reserved=Amounts(**sql.reserved(session, [tenant.id], clock.now())[tenant.id]),
        money=money_quota.usage(session, tenant, currency) if money else None,
    )


def reserve(
    session: Session,
    tenant_id: str,
    amounts: Amounts,
    for_what: str,
    ttl: timedelta,
    *,
    key: str,
    change: Change | None = None,
) -> Reserved:
    """Holds room until `ttl` is over. The same key of a tenant again: the first answer again, whatever became of it.
    change: what is paid for by the month then; None: nothing.

    Raises QuotaExceeded, QuotaUnpriced, TenantNotFound; InvalidInput for a key that was used for something else."""
    if not timedelta(0) < ttl <= MAX_TTL:
        raise InvalidInput(f"a reservation lasts up to {MAX_TTL.days} days")
    hold_still(session.connection())
    chain = repository.chain(session, tenant_id)
    if repository.find(session, tenant_id) is None or not sight.holds_tenant(session, tenant_id):
        raise TenantNotFound(f"there is no tenant '{tenant_id}'")
    sql.lock(session, chain)
    earlier = sql.with_key(session, tenant_id, key)
    if earlier is not None:
        if _amounts(earlier) != amounts or earlier.for_what != for_what:
            raise InvalidInput("this key was used for another reservation", next_step="use a new key for a new one")
        return _told(earlier)
    _require_room(session, chain, amounts)
    money_quota.require(session, chain, change)
    now = clock.now()
    made = QuotaReservation(
        id=new_id("qrs"),
        tenant_id=tenant_id,
        key=key,
        for_what=for_what,
        status="reserved",
        created_at=now,
        until=now + ttl,
        change=change.kept() if change is not None else None,
        **amounts.model_dump(),
    )
    session.add(made)
    session.flush()
    return _told(made)


def renew(session: Session, reservation_id: str, ttl: timedelta, *, key: str) -> Reserved:
    """The same room once more, where what was held has been given back. Raises QuotaExceeded, QuotaUnpriced,
    ReservationNotFound."""
    found = _found(session, reservation_id)
    if found.status == "reserved" and found.until > clock.now():
        return _told(found)
    change = change_of(found.change) if found.change is not None else None
    return reserve(session, found.tenant_id, _amounts(found), found.for_what, ttl, key=key, change=change)


def commit(session: Session, reservation_id: str) -> Reserved:
    """What it was for is made. Twice is once. Raises ReservationNotFound, ReservationEnded."""
    found = _found(session, reservation_id)
    if found.status == "committed":
        return _told(found)
    now = clock.now()
    if found.status != "reserved" or found.until <= now:
        raise ReservationEnded(
            "the reservation has ended: its room may have been given to others", next_step="reserve anew"
        )
    found.status, found.until = "committed", now + SETTLE
    session.flush()
    return _told(found)


def release(session: Session, reservation_id: str) -> Reserved:
    """Nothing was made. Twice is once, and so is one whose time was over. Raises ReservationEnded when committed."""
    found = _found(session, reservation_id)
    if found.status == "committed":
        raise ReservationEnded("the reservation was committed: what it was for is there")
    if found.status == "reserved":
        found.status = "expired" if found.until <= clock.now() else "released"
        session.flush()
    return _told(found)


def expire(session: Session) -> int:
    """Marks those whose time is over. Returns how many; none of them counted any more."""
    return sql.end_overdue(session, clock.now())


def _require_above(session: Session, caller: Caller, tenant: Tenant) -> None:
    """Of a tenant at the top: the whole."""
    above = tenant.parent_id
    if not (view_of(session).everything if above is None else sight.holds_tenant(session, above)):
        raise Forbidden(
            f"{caller.name} is bound by the limits of '{tenant.name}', and may not set them",
            next_step="ask whoever manages the tenant above",
        )


def room(session: Session, tenant_id: str) -> list[Room]:
    """What the tightest limit of each resource leaves to a tenant, of its own and of those above. Reserves nothing."""
    chain = repository.chain(session, tenant_id)
    limited = {ident: given for ident, given in sql.limits(session, chain).items() if given}
    if not limited:
        return []
    used, reserved = sql.used(session, list(limited)), sql.reserved(session, list(limited), clock.now())
    tightest: dict[str, Room] = {}
    for ident, given in limited.items():
        tenant = repository.find(session, ident) if sight.holds_tenant(session, ident) else None
        for name, limit in given.items():
            taken, held = used[ident][0][name], reserved[ident][name]
            found = Room(name, max(limit - taken - held, 0), limit, taken, held, tenant.name if tenant else None)
            if name not in tightest or found.left < tightest[name].left:
                tightest[name] = found
    return [tightest[name] for name in RESOURCES if name in tightest]


def require_room(session: Session, tenant_id: str, amounts: Amounts, change: Change | None = None) -> None:
    """Raises QuotaExceeded and QuotaUnpriced as `reserve` would now, and reserves nothing."""
    chain = repository.chain(session, tenant_id)
    _require_room(session, chain, amounts)
    money_quota.require(session, chain, change)


def bound_by_money(session: Session, tenant_id: str) -> bool:
    """Whether a limit of money per month holds for the tenant, its own or one above."""
    return money_quota.limited(session, repository.chain(session, tenant_id))


def currency_of_money(session: Session, tenant_id: str) -> str | None:
    """Of the nearest limit of money, its own or one above; None: there is none."""
    return money_quota.currency(session, repository.chain(session, tenant_id))


def _require_room(session: Session, chain: list[str], amounts: Amounts) -> None:
    asked = amounts.model_dump()
    limited = {ident: given for ident, given in sql.limits(session, chain).items() if given}
    if not limited:
        return
    used = sql.used(session, list(limited))
    reserved = sql.reserved(session, list(limited), clock.now())
    for tenant_id in (ident for ident in chain if ident in limited):
        for name in RESOURCES:
            limit = limited[tenant_id].get(name)
            taken, held = used[tenant_id][0][name], reserved[tenant_id][name]
            if limit is not None and asked[name] and taken + held + asked[name] > limit:
                raise _exceeded(session, tenant_id, name, limit, taken, held, asked[name])


def _exceeded(
    session: Session, tenant_id: str, name: str, limit: int, used: int, reserved: int, asked: int
) -> QuotaExceeded:
    """A limit above what the caller sees is told of without its numbers."""
    tenant = repository.find(session, tenant_id)
    if tenant is None or not sight.holds_tenant(session, tenant_id):
        return QuotaExceeded(
            f"no room for {asked} {name}: a limit above this tenant is reached",
            next_step="ask whoever manages the tenants above",
            details={"resource": name, "asked": asked},
        )
    return QuotaExceeded(
        f"no room for {asked} {name} in tenant '{tenant.name}': of {limit}, {used} are used and {reserved} reserved",
        next_step="remove something, or raise the limit: mcm quota set",
        details={
            "tenant": tenant.id, "resource": name, "limit": limit, "used": used, "reserved": reserved, "asked": asked,
        },
    )  # fmt: skip


def _found(session: Session, reservation_id: str) -> QuotaReservation:
    found = sql.reservation(session, reservation_id)
    if found is None or not sight.holds_tenant(session, found.tenant_id):
        raise ReservationNotFound(f"there is no reservation '{reservation_id}'")
    return found


def _told(row: QuotaReservation) -> Reserved:
    return Reserved(row.id, row.tenant_id, _amounts(row), row.status)


def _amounts(row: QuotaReservation) -> Amounts:
    return Amounts(**{name: getattr(row, name) for name in RESOURCES})
