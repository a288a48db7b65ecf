"""SQL of the hierarchy: who lies below whom, and sums by group. Only living resources that the session may see, each at
its source account."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from mcm.filters.json_values import json_values
from mcm.inventory.query import AnyRow
from mcm.models import RelationRow, ResourceRow
from mcm.tenancy import sight

SUMMED = {
    "instance": ("vcpus", "memory_mib"),
    "host": ("cpu_cores", "vcpus_used", "memory_mib", "memory_used_mib"),
    "datastore": ("capacity_gib", "used_gib"),
}
_ATTRIBUTES = tuple(dict.fromkeys(name for names in SUMMED.values() for name in names))
_RESOURCE = ResourceRow.__table__
_RELATION = RelationRow.__table__
_NODE = ("id", "name", "kind", "state", "presence", "scope_id", "account_id", "region", "zone")

Condition = ColumnElement[bool]
Place = tuple[str, str]


def regions(session: Session, account_id: str) -> list[str]:
    found = select(_RESOURCE.c.region).where(*_live(session), _RESOURCE.c.account_id == account_id)
    return list(session.scalars(found.distinct().order_by(_RESOURCE.c.region)))


def zones(session: Session, place: Place) -> list[str]:
    """Of instances and hosts; a zone that only exists by name is one too."""
    found = select(_RESOURCE.c.zone).where(
        *_in(session, place), _RESOURCE.c.kind.in_(("instance", "host")), _RESOURCE.c.zone.is_not(None)
    )
    named = select(_RESOURCE.c.name).where(*_in(session, place), _RESOURCE.c.kind == "zone")
    return sorted({*session.scalars(found.distinct()), *session.scalars(named)})


def zone_resources(session: Session, place: Place, names: Sequence[str]) -> dict[str, AnyRow]:
    rows = session.execute(
        _nodes(session).where(*_in(session, place), _RESOURCE.c.kind == "zone", _RESOURCE.c.name.in_(names))
    )
    return {row.name: row for row in rows}


def pools(session: Session, place: Place, after: tuple[str, str] | None, limit: int) -> Sequence[AnyRow]:
    return _page(session, _nodes(session).where(*_in(session, place), _RESOURCE.c.kind == "cluster"), after, limit)


def hosts(
    session: Session, place: Place, after: tuple[str, str] | None, limit: int, *, pool: str = "", zone: str = ""
) -> Sequence[AnyRow]:
    """Of a pool, of a zone, or of neither."""
    query = _nodes(session).where(*_in(session, place), _RESOURCE.c.kind == "host")
    if pool:
        query = query.where(_part_of(_RESOURCE.c.id, _RELATION.c.target_id == pool))
    elif zone:
        query = query.where(_RESOURCE.c.zone == zone)
    else:
        query = query.where(_RESOURCE.c.zone.is_(None), ~_part_of(_RESOURCE.c.id, _RELATION.c.target_kind == "cluster"))
    return _page(session, query, after, limit)


def instances_on(session: Session, host_id: str, after: tuple[str, str] | None, limit: int) -> Sequence[AnyRow]:
    query = (
        _nodes(session)
        .join(_RELATION, _RELATION.c.source_id == _RESOURCE.c.id)
        .where(_RESOURCE.c.kind == "instance", _RELATION.c.target_id == host_id, _RELATION.c.type == "runs_on")
    )
    return _page(session, query, after, limit)


def unplaced(session: Session, place: Place, zone: str, after: tuple[str, str] | None, limit: int) -> Sequence[AnyRow]:
    """Instances of a zone, or of none, whose host mcm does not know."""
    return _page(session, _nodes(session).where(*_unplaced(session, place, zone)), after, limit)


def has_unplaced(session: Session, place: Place, zone: str) -> bool:
    return session.scalar(select(literal_column("1")).where(*_unplaced(session, place, zone)).limit(1)) is not None


def node(session: Session, resource_id: str, kind: str) -> AnyRow | None:
    return session.execute(_nodes(session).where(_RESOURCE.c.id == resource_id, _RESOURCE.c.kind == kind)).one_or_none()


def sums_by_account(session: Session, account_ids: Sequence[str]) -> Sequence[AnyRow]:
    return _sums(session, _RESOURCE.c.account_id, [_RESOURCE.c.account_id.in_(account_ids)])


def sums_by_region(session: Session, account_id: str, names: Sequence[str]) -> Sequence[AnyRow]:
    where = [_RESOURCE.c.account_id == account_id, _RESOURCE.c.region.in_(names)]
    return _sums(session, _RESOURCE.c.region, where)


def sums_by_zone(session: Session, place: Place, names: Sequence[str]) -> Sequence[AnyRow]:
    return _sums(session, _RESOURCE.c.zone, [*_in(session, place), _RESOURCE.c.zone.in_(names)])


def sums_by_pool(session: Session, place: Place, pool_ids: Sequence[str]) -> Sequence[AnyRow]:
    """Hosts and datastores that are part of the pool, and instances that run on its hosts."""
    member = _RELATION.alias("member")
    part = and_(member.c.type == "part_of", member.c.target_id.in_(pool_ids))
    direct = _sums(
        session,
        member.c.target_id,
        [*_in(session, place), _RESOURCE.c.kind != "instance", part],
        (member, member.c.source_id == _RESOURCE.c.id),
    )
    runs = _RELATION.alias("runs")
    through = _sums(
        session,
        member.c.target_id,
        [*_in(session, place), _RESOURCE.c.kind == "instance", runs.c.type == "runs_on", part],
        (runs, runs.c.source_id == _RESOURCE.c.id),
        (member, member.c.source_id == runs.c.target_id),
    )
    return [*direct, *through]


def sums_by_host(session: Session, host_ids: Sequence[str]) -> Sequence[AnyRow]:
    runs = _RELATION.alias("runs")
    own = _sums(session, _RESOURCE.c.id, [_RESOURCE.c.id.in_(host_ids), _RESOURCE.c.kind == "host"])
    on = _sums(
        session,
        runs.c.target_id,
        [_RESOURCE.c.kind == "instance", runs.c.type == "runs_on", runs.c.target_id.in_(host_ids)],
        (runs, runs.c.source_id == _RESOURCE.c.id),
    )
    return [*own, *on]


def sums_unplaced(session: Session, place: Place, zone: str) -> Sequence[AnyRow]:
    return _sums(session, None, _unplaced(session, place, zone))


def _sums(
    session: Session, group: ColumnElement[Any] | None, where: Sequence[Condition], *joins: Any
) -> Sequence[AnyRow]:
    """Rows of (group, kind, number, running, then for each summed attribute: sum, number of resources that say it)."""
    json = json_values(session.get_bind().dialect.name)
    kind, attributes = _RESOURCE.c.kind, _RESOURCE.c.attributes
    groups = [kind] if group is None else [group, kind]
    named: ColumnElement[Any] = literal_column("''") if group is None else group
    columns: list[ColumnElement[Any]] = [named.label("grp"), kind, func.count().label("number")]
    columns.append(func.count(case((_RESOURCE.c.state == "running", 1))).label("running"))
    for name in _ATTRIBUTES:
        value = json.scalar(attributes, name, "number")
        columns += [func.sum(value).label(name), func.count(value).label(f"{name}_known")]
    source: Any = _RESOURCE
    for table, on in joins:
        source = source.join(table, on)
    query = select(*columns).select_from(source).where(*_live(session), kind.in_(tuple(SUMMED)), *where)
    found: Sequence[AnyRow] = session.execute(query.group_by(*groups)).all()
    return found


def _nodes(session: Session) -> Select[*tuple[Any, ...]]:
    return select(*(_RESOURCE.c[name] for name in _NODE)).where(*_live(session))


def _page(session: Session, query: Any, after: tuple[str, str] | None, limit: int) -> Sequence[AnyRow]:
    name, ident = _RESOURCE.c.name, _RESOURCE.c.id
    if after is not None:
        query = query.where(or_(name > after[0], and_(name == after[0], ident > after[1])))
    found: Sequence[AnyRow] = session.execute(query.order_by(name, ident).limit(limit)).all()
    return found


def _live(session: Session) -> list[Condition]:
    return [_RESOURCE.c.presence != literal_column("'gone'"), *sight.resources_of(session)]


def _in(session: Session, place: Place) -> list[Condition]:
    return [*_live(session), _RESOURCE.c.account_id == place[0], _RESOURCE.c.region == place[1]]


def _part_of(source_id: ColumnElement[Any], *where: Condition) -> Condition:
    found: Select[Any] = select(literal_column("1")).select_from(_RELATION)
    return exists(found.where(_RELATION.c.source_id == source_id, _RELATION.c.type == "part_of", *where))


def _unplaced(session: Session, place: Place, zone: str) -> list[Condition]:
    host, runs = _RESOURCE.alias("host"), _RELATION.alias("runs")
    known: Select[Any] = select(literal_column("1")).select_from(runs.join(host, host.c.id == runs.c.target_id))
    on_host = exists(
        known.where(
            runs.c.source_id == _RESOURCE.c.id,
            runs.c.type == "runs_on",
            host.c.presence != "gone",
            # One that may not be seen is as unknown as one that is not there.
            *sight.resources_of(session, host.c),
        )
    )
    in_zone = _RESOURCE.c.zone == zone if zone else _RESOURCE.c.zone.is_(None)
    return [*_in(session, place), _RESOURCE.c.kind == "instance", in_zone, ~on_host]
