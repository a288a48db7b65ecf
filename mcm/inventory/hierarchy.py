"""The tree account → region → pool and zone → host → instance, one level at a time, with capacity and use.

Pools and zones are two views of the same hosts, so a region's children do not add up to it. What no scope reads has no
sum: unknown is null, never 0. Resources that two accounts see count at the account they are read through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session

from mcm.contract import GLOBAL_REGION
from mcm.errors import BadRequest
from mcm.inventory import estate_repository
from mcm.inventory import hierarchy_repository as sql
from mcm.inventory.estate import Estate, ScopeState
from mcm.inventory.freshness import of_scopes
from mcm.inventory.levels import level
from mcm.inventory.query import AnyRow
from mcm.inventory.schemas import HierarchyNode, HierarchyPage
from mcm.kit.text import decode_token
from mcm.paging import encode_cursor
from mcm.tenancy import sight

Place = tuple[str, str]
After = tuple[str, str] | None
Section = Callable[[After, int], list["Stub"]]
_LENGTHS = {"account": 2, "region": 3, "pool": 2, "zone": 4, "host": 2, "unplaced": 4}


@dataclass(frozen=True)
class Stub:
    """A child before its sums are known. sort: (name, tie) within its section. group: how the sums call it."""

    section: int
    sort: tuple[str, str]
    type: str
    parts: tuple[str, ...]
    name: str
    group: str
    row: AnyRow | None = None


@dataclass(frozen=True)
class Children:
    """sections: each gives its children behind a place, at most so many. place: (account, region), "" for all."""

    place: Place
    sections: Sequence[Section]
    sums: Callable[[str, list[Stub]], Sequence[AnyRow]]


def children(session: Session, parent: str | None, limit: int, cursor: str | None) -> HierarchyPage:
    """`parent` None: the accounts. Raises BadRequest for a parent or cursor that mcm did not give out."""
    estate = estate_repository.load(session)
    below = _below(session, estate, _decoded(parent) if parent else ("root",))
    section, after = _place_of(session, cursor)
    stubs: list[Stub] = []
    for number, read in enumerate(below.sections):
        room = limit + 1 - len(stubs)
        if number >= section and room > 0:
            stubs += read(after if number == section else None, room)
    shown, following = stubs[:limit], None
    if len(stubs) > limit:
        following = sight.cursor_of(session, [shown[-1].section, *shown[-1].sort])
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in {stub.type for stub in shown} - {"instance"}:
        for row in below.sums(kind, [stub for stub in shown if stub.type == kind]):
            sums.setdefault((kind, row.grp), {})[row.kind] = row
    concerned = _scopes(estate, below.place)
    return HierarchyPage(
        items=[_node(estate, stub, sums.get((stub.type, stub.group), {}), below.place) for stub in shown],
        next_cursor=following,
        freshness=of_scopes(estate, concerned),
    )


def _below(session: Session, estate: Estate, parent: tuple[str, ...]) -> Children:
    kind, *rest = parent
    if kind == "root":
        return Children(("", ""), [_accounts(estate)], lambda _, stubs: sql.sums_by_account(session, _groups(stubs)))
    if kind in ("host", "pool"):
        return _below_resource(session, kind, rest[0])
    account = rest[0]
    if account not in estate.accounts:
        raise BadRequest("there is no such account any more", next_step="start from the accounts, without parent")
    if kind == "account":
        return Children(
            (account, ""),
            [_regions(session, estate, account)],
            lambda _, stubs: sql.sums_by_region(session, account, _groups(stubs)),
        )
    place = (account, rest[1])
    if kind == "region":
        sections = [
            _rows(0, "pool", lambda after, room: sql.pools(session, place, after, room)),
            _zones(session, place),
            _rows(2, "host", lambda after, room: sql.hosts(session, place, after, room)),
            _marker(3, session, place, ""),
        ]
    elif kind == "zone":
        zone = rest[2]
        sections = [
            _rows(0, "host", lambda after, room: sql.hosts(session, place, after, room, zone=zone)),
            _marker(1, session, place, zone),
        ]
    else:
        zone = rest[2]
        sections = [_rows(0, "instance", lambda after, room: sql.unplaced(session, place, zone, after, room))]
    return Children(place, sections, _sums_in(session, place))


def _below_resource(session: Session, kind: str, resource_id: str) -> Children:
    row = sql.node(session, resource_id, "cluster" if kind == "pool" else "host")
    if row is None:
        raise BadRequest(f"there is no such {kind} any more", next_step="start from the accounts, without parent")
    place = (row.account_id, row.region)
    if kind == "host":
        read = _rows(0, "instance", lambda after, room: sql.instances_on(session, resource_id, after, room))
    else:
        read = _rows(0, "host", lambda after, room: sql.hosts(session, place, after, room, pool=resource_id))
    return Children(place, [read], _sums_in(session, place))


def _sums_in(session: Session, place: Place) -> Callable[[str, list[Stub]], Sequence[AnyRow]]:
    def sums(kind: str, stubs: list[Stub]) -> Sequence[AnyRow]:
        if kind == "pool":
            return sql.sums_by_pool(session, place, _groups(stubs))
        if kind == "zone":
            return sql.sums_by_zone(session, place, _groups(stubs))
        if kind == "host":
            return sql.sums_by_host(session, _groups(stubs))
        return sql.sums_unplaced(session, place, stubs[0].parts[2])

    return sums


def _accounts(estate: Estate) -> Section:
    made = [
        Stub(0, (account.name, ident), "account", (ident,), account.name, ident)
        for ident, account in sorted(estate.accounts.items(), key=lambda entry: (entry[1].name, entry[0]))
    ]
    return _listed(made)


def _regions(session: Session, estate: Estate, account: str) -> Section:
    # "global" is where clouds keep what has no region; without anything in it, it is no place to show.
    read = {scope.region for scope in estate.scopes.values() if scope.account_id == account} - {GLOBAL_REGION}
    names = sorted({*sql.regions(session, account), *read})
    return _listed([Stub(0, (name, ""), "region", (account, name), name, name) for name in names])


def _zones(session: Session, place: Place) -> Section:
    def read(after: After, room: int) -> list[Stub]:
        names = [name for name in sql.zones(session, place) if after is None or name > after[0]][:room]
        known = sql.zone_resources(session, place, names)
        return [Stub(1, (name, ""), "zone", (*place, name), name, name, known.get(name)) for name in names]

    return read


def _rows(section: int, type_: str, read: Callable[[After, int], Sequence[AnyRow]]) -> Section:
    def stubs(after: After, room: int) -> list[Stub]:
        return [Stub(section, (row.name, row.id), type_, (row.id,), row.name, row.id, row) for row in read(after, room)]

    return stubs


def _marker(section: int, session: Session, place: Place, zone: str) -> Section:
    """One node for the instances whose host is not known, when there are any."""

    def read(after: After, _room: int) -> list[Stub]:
        if after is not None or not sql.has_unplaced(session, place, zone):
            return []
        return [Stub(section, ("", ""), "unplaced", (*place, zone), "instances whose host is not known", "")]

    return read


def _listed(stubs: list[Stub]) -> Section:
    return lambda after, room: [stub for stub in stubs if after is None or stub.sort > after][:room]


def _node(estate: Estate, stub: Stub, sums: dict[str, Any], place: Place) -> HierarchyNode:
    row = stub.row
    account = stub.parts[0] if stub.type == "account" else place[0]
    region = stub.name if stub.type == "region" else place[1]
    state = row.state if row is not None else None
    if stub.type == "account":
        state = estate.accounts[account].status
    return HierarchyNode(
        id=encode_cursor([stub.type, *stub.parts]),
        type=stub.type,
        name=stub.name,
        account=estate.account_name(account),
        region=region or None,
        resource_id=row.id if row is not None else None,
        state=state,
        presence=estate.presence(row.presence, row.scope_id) if row is not None else None,
        expandable=stub.type != "instance",
        level=None if stub.type == "instance" else level(estate, stub.type, sums, _scopes(estate, (account, region))),
    )


def _scopes(estate: Estate, place: Place) -> list[ScopeState]:
    account, region = place
    return [
        scope
        for scope in estate.scopes.values()
        if account in ("", scope.account_id) and (not region or scope.region in (region, GLOBAL_REGION))
    ]


def _groups(stubs: list[Stub]) -> list[str]:
    return [stub.group for stub in stubs]


def _decoded(token: str) -> tuple[str, ...]:
    try:
        parts = orjson.loads(decode_token(token))
    except (ValueError, TypeError):
        parts = None
    texts = isinstance(parts, list) and all(isinstance(part, str) and "\0" not in part for part in parts)
    if not texts or not parts or len(parts) != _LENGTHS.get(parts[0]):
        raise BadRequest("parent is no node of the hierarchy", next_step="take the id of a node, or leave it out")
    return tuple(parts)


def _place_of(session: Session, cursor: str | None) -> tuple[int, After]:
    after = sight.after(session, cursor, int, str, str)
    if after is None:
        return 0, None
    section, *place = after
    return section, tuple(place)
