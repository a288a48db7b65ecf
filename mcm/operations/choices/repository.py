"""SQL of what a new thing can be made from: the resources that an account itself sees, by its sightings.

Not by the account of the resource's row: several accounts see one cloud, and a row carries one of them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from mcm.contract import GLOBAL_REGION, ResourceKind
from mcm.filters.json_values import json_values
from mcm.filters.text_sql import contains
from mcm.models import Account, RelationRow, ResourceRow, Scope, Sighting
from mcm.tenancy import sight
from mcm.tenancy.schemas import MAX_AMOUNT

# The cloud's own catalogue and floor: nobody's, so whoever may act through an account may name them.
_OF_THE_CLOUD = frozenset(
    {
        *(ResourceKind.REGION, ResourceKind.ZONE, ResourceKind.FLAVOR, ResourceKind.HOST, ResourceKind.CLUSTER),
        *(ResourceKind.DATASTORE, ResourceKind.RESOURCE_POOL, ResourceKind.FOLDER),
    }
)
_OPEN_TO_ALL = ("public", "shared", "community")
_R = ResourceRow.__table__
# As the partial indexes have it: a bound value would not match them.
_LIVING = _R.c.presence != literal_column("'gone'")
_COLUMNS = (
    *("id", "kind", "native_id", "name", "region", "zone", "project", "project_name", "state", "presence"),
    *("attributes", "account_id"),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A resource as the account sees it. inside: within the session's view; what is not has an id that is not told.

    missing: the account's last complete read did not list it."""

    id: str
    kind: str
    native_id: str
    name: str
    region: str
    zone: str | None
    project: str | None
    project_name: str | None
    state: str
    attributes: dict[str, Any] = field(default_factory=dict)
    inside: bool = True
    missing: bool = False

    def get(self, attribute: str) -> Any:
        return self.attributes.get(attribute)

    def number(self, attribute: str) -> float:
        """0 for what is unknown, or is no amount that a cloud can mean."""
        value = self.attributes.get(attribute)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return 0
        return value if 0 < value < MAX_AMOUNT else 0


def scopes(session: Session, account_id: str, *, every: bool = True) -> Sequence[Scope]:
    """every: also those that tell the session nothing, whose resources are asked for by name only."""
    seen = [] if every else sight.scopes(session)
    query = select(Scope).where(Scope.account_id == account_id, *seen)
    return session.scalars(query.order_by(Scope.region, Scope.kind)).all()


def counts(
    session: Session, scope_ids: Collection[int], region: str, kinds: Iterable[str], search: str, *, common: bool
) -> dict[str, tuple[int, int]]:
    """Kind → (how many there are, how many of them the search finds)."""
    found = func.count(case((contains(_R.c.search, search), 1))) if search else func.count()
    parts = [and_(_R.c.kind == kind, *_visible(session, kind, common=common)) for kind in sorted(set(kinds))]
    if not parts or not scope_ids:
        return {}
    query = _seen(select(_R.c.kind, func.count(), found), scope_ids).where(or_(*parts), *_in(region))
    return {row[0]: (row[1], row[2]) for row in session.execute(query.group_by(_R.c.kind))}


def page(
    session: Session,
    scope_ids: Collection[int],
    region: str,
    kind: str,
    search: str,
    after: tuple[str, str] | None,
    limit: int,
    *,
    common: bool,
) -> list[Offered]:
    """By name. Asked for so that the index of names is read until there are enough, and nothing is sorted."""
    mine = (Sighting.resource_id == _R.c.id, Sighting.scope_id.in_(sorted(scope_ids)))
    missing = select(Sighting.missing_since).where(*mine).limit(1).scalar_subquery()
    query = select(*_wanted(session), missing).where(
        _R.c.kind == kind,
        _LIVING,
        select(literal(1)).where(*mine).exists(),
        *_in(region),
        *_visible(session, kind, common=common),
    )
    if search:
        query = query.where(contains(_R.c.search, search))
    if after is not None:
        name, ident = after
        query = query.where(or_(_R.c.name > name, and_(_R.c.name == name, _R.c.id > ident)))
    return _told(session, query.order_by(_R.c.name, _R.c.id).limit(limit))


def named(
    session: Session,
    scope_ids: Collection[int],
    region: str | None,
    kind: str,
    values: Collection[str],
    *,
    common: bool,
) -> list[Offered]:
    """All that have one of the values as native id or name; at most a hundred for each value are looked at."""
    query = _seen(_offered(session), scope_ids).where(
        _R.c.kind == kind,
        or_(_R.c.native_id.in_(values), _R.c.name.in_(values)),
        *(_in(region) if region is not None else ()),
        *_visible(session, kind, common=common),
    )
    return _told(session, query.order_by(_R.c.native_id, _R.c.id).limit(100 * max(len(values), 1)))


def elsewhere(session: Session, account_id: str, kinds: Collection[str], value: str) -> tuple[str, str] | None:
    """(region, name of another account or "") where something of that id or name is that the session sees; this
    account's own first."""
    own = select(literal(1)).where(Sighting.resource_id == _R.c.id, Sighting.account_id == account_id).exists()
    query = (
        select(_R.c.region, case((own, literal("")), else_=Account.name).label("account"))
        .join(Account, Account.id == _R.c.account_id)
        .where(
            _R.c.kind.in_(kinds),
            or_(_R.c.native_id == value, _R.c.name == value),
            _LIVING,
            *sight.resources_of(session),
            *sight.accounts(session),
        )
        .order_by(case((own, 0), else_=1), _R.c.region, Account.name)
        .limit(1)
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row is not None else None


def subnets(session: Session, network_ids: Collection[str], limit: int) -> dict[str, list[Offered]]:
    """Of each network, by the id of its row. A subnet is as visible as its network."""
    if not network_ids:
        return {}
    query = (
        select(RelationRow.target_id, *_wanted(session))
        .join(_R, _R.c.id == RelationRow.source_id)
        .where(
            RelationRow.target_id.in_(network_ids),
            RelationRow.type == "part_of",
            _R.c.kind == ResourceKind.SUBNET.value,
            _LIVING,
        )
        .order_by(RelationRow.target_id, _R.c.name, _R.c.id)
        .limit(limit)
    )
    found: dict[str, list[Offered]] = {}
    for network, *row in session.execute(query):
        found.setdefault(network, []).append(_one([*row, None]))
    return found


def volume_types(session: Session, scope_ids: Collection[int], region: str, search: str, limit: int) -> list[str]:
    """The types that volumes of the region have, as far as the session sees them: clouds list theirs nowhere."""
    json = json_values(session.get_bind().dialect.name)
    found = json.scalar(_R.c.attributes, "type", "text").label("type")
    query = _seen(select(found), scope_ids).where(
        _R.c.kind == ResourceKind.VOLUME.value, *_in(region), *sight.resources_of(session)
    )
    types = {text for text in session.scalars(query.distinct()) if text and search in text.lower()}
    return sorted(types)[:limit]


def quotas(session: Session, scope_ids: Collection[int], region: str, project: str) -> list[dict[str, Any]]:
    """Attributes of the cloud's own quotas of a project."""
    query = _seen(select(_R.c.attributes), scope_ids).where(
        _R.c.kind == ResourceKind.QUOTA.value, _R.c.project == project, *_in(region), *sight.resources_of(session)
    )
    return list(session.scalars(query.limit(200)))


def _offered(session: Session) -> Select[Any]:
    return select(*_wanted(session), Sighting.missing_since)


def _wanted(session: Session) -> list[Any]:
    inside = sight.resources_of(session)
    mark: ColumnElement[Any] = case((and_(*inside), 1), else_=0) if inside else literal(1)
    return [*(_R.c[name] for name in _COLUMNS if name != "account_id"), mark.label("inside")]


def _seen(query: Select[Any], scope_ids: Collection[int]) -> Select[Any]:
    return (
        query.select_from(_R)
        .join(Sighting, Sighting.resource_id == _R.c.id)
        .where(Sighting.scope_id.in_(sorted(scope_ids)), _LIVING)
    )


def _in(region: str) -> list[ColumnElement[bool]]:
    return [_R.c.region.in_((region, GLOBAL_REGION, ""))]


def _visible(session: Session, kind: str, *, common: bool) -> list[ColumnElement[bool]]:
    """common: also what the cloud itself offers to everybody with the account, whoever the rows belong to here."""
    inside = sight.resources_of(session)
    if not inside or (common and kind in _OF_THE_CLOUD):
        return []
    if not common:
        return list(inside)
    json = json_values(session.get_bind().dialect.name)
    return [
        or_(
            *inside,
            json.scalar(_R.c.attributes, "visibility", "text").in_(_OPEN_TO_ALL),
            json.scalar(_R.c.attributes, "shared", "boolean") == "true",
        )
    ]


def _told(session: Session, query: Select[Any]) -> list[Offered]:
    """One for each resource, though several scopes of the account may show it."""
    found = {row[0]: _one(row) for row in session.execute(query)}
    return list(found.values())


def _one(row: Sequence[Any]) -> Offered:
    ident, kind, native_id, name, region, zone, project, project_name, state, presence, attributes, inside, gone = row
    return Offered(
        *(ident, kind, native_id, name, region, zone, project, project_name, state),
        attributes=attributes or {},
        inside=bool(inside),
        missing=gone is not None or presence == "missing",
    )
