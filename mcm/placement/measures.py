"""SQL of what places have and hold: sums made by the database, a number of statements that hangs on nothing.

By sightings, not by the account of a resource's row: several accounts see one cloud, and a row carries one of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mcm.filters.json_values import json_values
from mcm.models import (
    Account,
    CapacityReservation,
    Latency,
    LocationGeneration,
    LocationSetting,
    ResourceRow,
    Scope,
    Sighting,
)
from mcm.tenancy import sight

# What was committed and has not been measured for so long is no news any more.
FORGET = timedelta(days=7)
KINDS = ("instance", "host", "datastore", "quota", "zone", "flavor", "image", "volume")
_R = ResourceRow.__table__
# As the partial indexes have it: a bound value would not match them.
_LIVING = _R.c.presence != literal_column("'gone'")
_FLOAT_ONE = 1.0


def accounts(session: Session) -> Sequence[Account]:
    """Those in which the session may make something."""
    return session.scalars(select(Account).where(*sight.whole_accounts(session)).order_by(Account.name)).all()


def scopes(session: Session) -> Sequence[Scope]:
    query = select(Scope).where(Scope.kind.in_(KINDS), Scope.status != "unsupported", *sight.scopes(session))
    return session.scalars(query).all()


def settings(session: Session) -> Sequence[LocationSetting]:
    return session.scalars(select(LocationSetting)).all()


def latencies(session: Session) -> Sequence[Latency]:
    return session.scalars(select(Latency).order_by(Latency.level, Latency.one, Latency.other)).all()


def zones(session: Session) -> Sequence[Row[Any]]:
    """(account, region, native id, name, attributes)"""
    columns = (Sighting.account_id, _R.c.region, _R.c.native_id, _R.c.name, _R.c.attributes)
    return session.execute(_seen(select(*columns), "zone").where(_R.c.presence == "present")).all()


def hosts(session: Session) -> Sequence[Row[Any]]:
    """For each account, region and zone: hosts that take instances, what they have with overcommit, what is free, the
    largest free on one; unknown_*: how many do not tell what is used of them."""
    json = json_values(session.get_bind().dialect.name)
    narrow, wide, whole = aliased(LocationSetting), aliased(LocationSetting), aliased(LocationSetting)

    def value(name: str) -> ColumnElement[Any]:
        return json.scalar(_R.c.attributes, name, "number")

    def said(name: str) -> list[Any]:
        return [getattr(one, name) for one in (narrow, wide, whole)]

    cpu = func.coalesce(*said("cpu_overcommit"), value("cpu_overcommit"), _FLOAT_ONE)
    memory = func.coalesce(*said("memory_overcommit"), _FLOAT_ONE)
    vcpus = func.coalesce(value("cpu_threads"), value("cpu_cores")) * cpu
    gib = value("memory_mib") * memory / 1024.0
    free_vcpus, free_gib = vcpus - value("vcpus_used"), gib - value("memory_used_mib") / 1024.0
    disk = value("disk_gib") - value("disk_used_gib")
    zone = func.coalesce(_R.c.zone, "")
    query = (
        _seen(
            select(
                Sighting.account_id,
                _R.c.region,
                zone.label("zone"),
                func.count().label("hosts"),
                func.sum(vcpus).label("vcpus"),
                func.sum(gib).label("memory_gib"),
                func.sum(value("disk_gib")).label("disk_gib"),
                func.sum(_at_least_zero(free_vcpus)).label("free_vcpus"),
                func.sum(_at_least_zero(free_gib)).label("free_memory_gib"),
                func.sum(_at_least_zero(disk)).label("free_disk_gib"),
                func.max(free_vcpus).label("largest_vcpus"),
                func.max(free_gib).label("largest_memory_gib"),
                func.max(cpu).label("cpu_overcommit"),
                func.count(case((free_vcpus.is_(None), 1))).label("unknown_vcpus"),
                func.count(case((free_gib.is_(None), 1))).label("unknown_memory_gib"),
                func.count(case((disk.is_(None), 1))).label("unknown_disk_gib"),
            ),
            "host",
        )
        .outerjoin(narrow, _holds(narrow, _R.c.region, zone))
        .outerjoin(wide, _holds(wide, _R.c.region, ""))
        .outerjoin(whole, _holds(whole, "", ""))
        .where(
            _R.c.presence == "present",
            _R.c.state != "error",
            func.coalesce(json.scalar(_R.c.attributes, "maintenance", "boolean"), "false") != "true",
        )
        .group_by(Sighting.account_id, _R.c.region, zone)
    )
    return session.execute(query).all()


def datastores(session: Session) -> Sequence[Row[Any]]:
    """For each account and region: those that can be written to."""
    json = json_values(session.get_bind().dialect.name)
    total, used = (json.scalar(_R.c.attributes, name, "number") for name in ("capacity_gib", "used_gib"))

    def says(name: str, otherwise: str) -> ColumnElement[Any]:
        return func.coalesce(json.scalar(_R.c.attributes, name, "boolean"), otherwise)

    columns = (
        *(Sighting.account_id, _R.c.region, func.sum(total).label("disk_gib")),
        func.sum(_at_least_zero(total - used)).label("free_disk_gib"),
        func.max(total - used).label("largest_disk_gib"),
        func.count(case(((total - used).is_(None), 1))).label("unknown"),
    )
    usable = (says("accessible", "true") == "true", says("maintenance", "false") != "true")
    query = _seen(select(*columns), "datastore").where(_R.c.presence == "present", *usable)
    return session.execute(query.group_by(Sighting.account_id, _R.c.region)).all()


def quotas(session: Session, homes: Collection[tuple[str, str]]) -> Sequence[Row[Any]]:
    """homes: (account, native id or name of the project its credentials make things in). For each account, region and
    metric: (unit, limit, used, unlimited); twice: how many rows there are, as what stands twice says nothing."""
    if not homes:
        return []
    json = json_values(session.get_bind().dialect.name)
    keys = sorted(homes)
    of_home = or_(
        tuple_(Sighting.account_id, _R.c.project_name).in_(keys), tuple_(Sighting.account_id, _R.c.project).in_(keys)
    )
    unit, metric = (json.scalar(_R.c.attributes, name, "text") for name in ("unit", "metric"))
    columns = (
        *(Sighting.account_id, _R.c.region, unit.label("unit"), metric.label("metric"), func.count().label("twice")),
        func.max(json.scalar(_R.c.attributes, "limit", "number")).label("limit"),
        func.max(json.scalar(_R.c.attributes, "used", "number")).label("used"),
        func.max(json.scalar(_R.c.attributes, "unlimited", "boolean")).label("unlimited"),
    )
    query = _seen(select(*columns), "quota").where(of_home, _R.c.presence == "present")
    return session.execute(query.group_by(Sighting.account_id, _R.c.region, unit, metric)).all()


def usage(session: Session, account_ids: Collection[str]) -> Sequence[Row[Any]]:
    """What instances and volumes take, for each account, region and zone; for places whose cloud does not tell."""
    if not account_ids:
        return []
    json = json_values(session.get_bind().dialect.name)
    zone = func.coalesce(_R.c.zone, "")
    columns = (
        *(Sighting.account_id, _R.c.region, zone.label("zone")),
        func.sum(json.scalar(_R.c.attributes, "vcpus", "number")).label("vcpus"),
        (func.sum(json.scalar(_R.c.attributes, "memory_mib", "number")) / 1024.0).label("memory_gib"),
        func.sum(json.scalar(_R.c.attributes, "gpu_count", "number")).label("gpus"),
        func.sum(json.scalar(_R.c.attributes, "size_gib", "number")).label("disk_gib"),
    )
    query = _seen(select(*columns), "instance", "volume").where(Sighting.account_id.in_(sorted(account_ids)))
    return session.execute(query.group_by(Sighting.account_id, _R.c.region, zone)).all()


def held(session: Session, now: datetime, unheld: str | None = None) -> Sequence[Row[Any]]:
    """Sums of what is reserved now, and of what was committed, by the moment it was: the caller knows what was measured
    since. Of all tenants: room that somebody else holds is no room."""
    one = CapacityReservation
    names = ("instances", "vcpus", "memory_gib", "disk_gib", "gpus")
    counts = or_(
        and_(one.status == "reserved", one.until > now),
        and_(one.status == "committed", one.settled_at > now - FORGET),
    )
    query = select(one.place, one.area, one.settled_at, *(func.sum(getattr(one, name)).label(name) for name in names))
    if unheld is not None:
        counts = and_(counts, one.placement_id != unheld)
    return session.execute(query.where(counts).group_by(one.place, one.area, one.settled_at)).all()


def generations(session: Session) -> dict[str, int]:
    rows = session.execute(select(LocationGeneration.place, LocationGeneration.generation))
    return {row.place: row.generation for row in rows}


def _holds(setting: Any, region: Any, zone: Any) -> ColumnElement[bool]:
    return and_(setting.account_id == Sighting.account_id, setting.region == region, setting.zone == zone)


def _at_least_zero(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((value > 0, value), else_=case((value.is_(None), None), else_=0.0))


def _seen(query: Select[Any], *kinds: str) -> Select[Any]:
    return (
        query.select_from(_R)
        .join(Sighting, Sighting.resource_id == _R.c.id)
        .where(_R.c.kind.in_(kinds), _LIVING, Sighting.missing_since.is_(None))
    )
