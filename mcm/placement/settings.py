"""What people say of places and of the distance between them. Never commits."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view, view_of
from mcm.errors import Forbidden, PreconditionFailed
from mcm.kit import clock
from mcm.kit.text import closest
from mcm.models import Account, Latency, LocationSetting
from mcm.placement import measures, repository
from mcm.placement.errors import LatencyNotFound, LocationNotFound
from mcm.placement.location_schemas import (
    LatencyItem,
    LatencySet,
    LocationDetail,
    LocationItem,
    LocationSet,
    RoomItem,
)
from mcm.placement.locations import RESOURCES, Location, current
from mcm.registry import Registry
from mcm.tenancy import sight

# Policies go by these: whoever they bind does not say what they are.
_JUDGED_BY = ("site", "city", "jurisdiction")


def items(session: Session, registry: Registry) -> list[LocationItem]:
    return [item(one) for one in current(session, registry)]


def detail(session: Session, registry: Registry, ident: str) -> LocationDetail:
    found = get(session, registry, ident)
    row = repository.setting(session, found.account_id, found.region, found.zone)
    return LocationDetail(**item(found).model_dump(), said=said(row), version=row.version if row is not None else 0)


def get(session: Session, registry: Registry, ident: str) -> Location:
    """Raises LocationNotFound, also for what the session may not see."""
    known = current(session, registry)
    found = next((one for one in known if one.id == ident), None)
    if found is None:
        hint = closest(ident, [one.id for one in known][:200])
        raise LocationNotFound(f"there is no location '{ident}'", next_step=hint or "mcm location list")
    return found


def item(one: Location) -> LocationItem:
    return LocationItem(
        **{
            name: getattr(one, name)
            for name in LocationItem.model_fields
            if name not in ("capacity", "used", "labels", "stale")
        },
        labels=list(one.labels),
        stale=list(one.stale),
        used=one.used(),
        capacity=[_room(one, name) for name in RESOURCES],
    )


def said(row: LocationSetting | None) -> LocationSet:
    return LocationSet.model_validate(row, from_attributes=True) if row is not None else LocationSet()


def key_of(session: Session, ident: str) -> tuple[str, str, str]:
    """(account, region, zone) of a location, or of a whole region or account. Raises LocationNotFound."""
    account, _, rest = ident.partition("/")
    region, _, zone = rest.partition("/")
    if not rest:
        return _account(session, account).id, "", ""
    known = current(session)
    for one in known:
        if one.account == account and one.region == region and zone in ("", one.zone):
            return one.account_id, region, zone
    hint = closest(ident, [one.id for one in known][:200])
    raise LocationNotFound(f"there is no location '{ident}'", next_step=hint or "mcm location list")


def merged(session: Session, key: tuple[str, str, str], wanted: LocationSet) -> LocationSet:
    """What would be said of it."""
    before = said(repository.setting(session, *key))
    return before.model_copy(update=wanted.model_dump(exclude_unset=True))


def write(session: Session, caller: Caller, ident: str, wanted: LocationSet, if_match: str | None) -> LocationSet:
    """Of exactly this: a location, a region or an account. What is not given stays.

    Raises LocationNotFound, Forbidden, PreconditionFailed."""
    key = sight.changeable(session, caller, Permission.PLACEMENT_READ, lambda: key_of(session, ident))
    account = session.get_one(Account, key[0])
    row = repository.setting(session, account.id, key[1], key[2])
    version = row.version if row is not None else 0
    if if_match is not None and if_match.strip() not in ("*", f'"{version}"'):
        raise PreconditionFailed(
            f"what is said of it was changed in the meantime (it is at version {version})",
            next_step="read it again and repeat the change",
        )
    before, found = said(row), merged(session, (account.id, key[1], key[2]), wanted)
    if any(getattr(before, name) != getattr(found, name) for name in _JUDGED_BY):
        _require_account(caller, account)
    if row is None:
        row = LocationSetting(account_id=account.id, region=key[1], zone=key[2], version=0)
        session.add(row)
    given, told = found.model_dump(), found.model_dump(mode="json")
    for name, value in given.items():
        setattr(row, name, value)
    row.version, row.set_by, row.set_at = version + 1, caller.name, clock.now()
    session.flush()
    details = {"region": key[1], "zone": key[2], **{name: value for name, value in told.items() if value is not None}}
    audit.record(session, caller, "location.set", "account", account.id, details=details)
    return found


def set_latencies(session: Session, caller: Caller, wanted: Sequence[LatencySet]) -> list[LatencyItem]:
    """Of the whole installation: whoever holds only a part of it may not change them."""
    _require_whole(session, caller)
    now, made = clock.now(), []
    for one in wanted:
        first, second = sorted((one.one, one.other))
        row = session.get(Latency, (one.level, first, second))
        if row is None:
            row = Latency(level=one.level, one=first, other=second)
            session.add(row)
        row.ms, row.source, row.set_by, row.set_at = one.ms, one.source, caller.name, now
        # Of two for one pair in one request the last holds.
        session.flush()
        made.append(row)
    audit.record(session, caller, "latency.set", "installation", "latencies", details={"number": len(made)})
    return [LatencyItem.model_validate(row, from_attributes=True) for row in made]


def remove_latency(session: Session, caller: Caller, level: str, one: str, other: str) -> None:
    _require_whole(session, caller)
    first, second = sorted((one, other))
    row = session.get(Latency, (level, first, second))
    if row is None:
        raise LatencyNotFound(
            f"nothing is said of the {level} '{one}' and '{other}'", next_step="mcm location latency list"
        )
    session.delete(row)
    session.flush()
    audit.record(session, caller, "latency.remove", "installation", "latencies", details={"between": [first, second]})


def latencies(session: Session) -> list[LatencyItem]:
    """Between places that the session sees."""
    names = {"site": set[str](), "city": set[str]()}
    if not view_of(session).everything:
        for place in current(session):
            for level, name in (("site", place.site), ("city", place.city)):
                if name:
                    names[level].add(name)
    rows = measures.latencies(session)
    everything = view_of(session).everything
    return [
        LatencyItem.model_validate(row, from_attributes=True)
        for row in rows
        if everything or {row.one, row.other} <= names[row.level]
    ]


def _room(one: Location, name: str) -> RoomItem:
    measure = one.measure(name)
    reserved = (one.area_reserved if measure.shared else one.reserved).get(name, 0.0)
    return RoomItem(
        resource=name, room=one.room(name), free=measure.free, total=measure.total, reserved=reserved,
        source=measure.source, as_of=measure.as_of, unlimited=measure.unlimited,
    )  # fmt: skip


def _account(session: Session, reference: str) -> Account:
    found = next((one for one in measures.accounts(session) if reference in (one.id, one.name)), None)
    if found is None:
        raise LocationNotFound(f"there is no account '{reference}'", next_step="mcm account list")
    return found


def _require_account(caller: Caller, account: Account) -> None:
    held = view(caller, Permission.ACCOUNT_WRITE)
    if not (held.everything or account.tenant_id in held.tenants):
        raise Forbidden(
            f"{caller.name} may not say in which city and jurisdiction account '{account.name}' is: policies go by it",
            next_step=f"ask somebody who holds '{Permission.ACCOUNT_WRITE}' there",
        )


def _require_whole(session: Session, caller: Caller) -> None:
    if not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may not say how far places are from each other: it holds for everybody",
            next_step="ask an administrator of the whole installation",
        )
