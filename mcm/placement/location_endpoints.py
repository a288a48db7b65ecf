"""Places and the distance between them, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, RuntimeDep, Unit, UnitDep, authorize
from mcm.edge.mutation import Mutation, MutationDep, TryOnly
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, page_of_few
from mcm.edge.runtime import Runtime
from mcm.placement import settings
from mcm.placement.location_schemas import (
    LatencyItem,
    LatencyList,
    LatencyWrite,
    LocationDetail,
    LocationItem,
    LocationSet,
)
from mcm.tenancy import sight

locations = APIRouter(prefix="/locations", tags=["placement"])
latencies = APIRouter(prefix="/latencies", tags=["placement"])
_READ = [authorize(Permission.PLACEMENT_READ)]
_RUN = [authorize(Permission.PLACEMENT_RUN)]
Name = Annotated[str, Path(max_length=200, description="as in the location's id")]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
DryRun = Annotated[bool, Query(description="check it, and store nothing")]


@locations.get("", dependencies=_READ)
def list_locations(
    session: ReadSession, runtime: RuntimeDep, limit: Limit = 100, cursor: Cursor = None
) -> Page[LocationItem]:
    """Every place that the caller's accounts lead to, with what is known of it and how old that is; by id."""
    (after,) = sight.after(session, cursor, str) or ("",)
    found = [one for one in settings.items(session, runtime.registry) if one.id > after]
    last = found[limit - 1] if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=sight.cursor_of(session, [last.id]) if last is not None else None)


@locations.get("/{account}/{region}", dependencies=_READ)
def show_region_location(
    account: Name, region: Name, session: ReadSession, runtime: RuntimeDep, response: Response
) -> LocationDetail:
    """A place without zones, with what people say of it."""
    return _shown(session, runtime, response, f"{account}/{region}")


@locations.get("/{account}/{region}/{zone}", dependencies=_READ)
def show_zone_location(
    account: Name, region: Name, zone: Name, session: ReadSession, runtime: RuntimeDep, response: Response
) -> LocationDetail:
    """A place that is a zone, with what people say of exactly it."""
    return _shown(session, runtime, response, f"{account}/{region}/{zone}")


@locations.patch("/{account}", dependencies=_RUN, response_model=LocationSet)
def set_account_locations(
    account: Name, body: LocationSet, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False,
    if_match: IfMatch = None,
) -> Any:  # fmt: skip
    """Says something of all places of an account. What is absent stays, null takes it back."""
    return _said(account, body, unit, mutation, dry_run, if_match)


@locations.patch("/{account}/{region}", dependencies=_RUN, response_model=LocationSet)
def set_region_location(
    account: Name, region: Name, body: LocationSet, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False,
    if_match: IfMatch = None,
) -> Any:  # fmt: skip
    """Says where a region is, how much may be given away there, how much there is."""
    return _said(f"{account}/{region}", body, unit, mutation, dry_run, if_match)


@locations.patch("/{account}/{region}/{zone}", dependencies=_RUN, response_model=LocationSet)
def set_zone_location(
    account: Name, region: Name, zone: Name, body: LocationSet, unit: UnitDep, mutation: MutationDep,
    dry_run: DryRun = False, if_match: IfMatch = None,
) -> Any:  # fmt: skip
    """The same of one zone."""
    return _said(f"{account}/{region}/{zone}", body, unit, mutation, dry_run, if_match)


def _shown(session: Session, runtime: Runtime, response: Response, ident: str) -> LocationDetail:
    found = settings.detail(session, runtime.registry, ident)
    response.headers["ETag"] = f'"{found.version}"'
    return found


def _said(
    ident: str, body: LocationSet, unit: Unit, mutation: Mutation, dry_run: bool, if_match: str | None
) -> Response | LocationSet:
    if dry_run:
        with unit.reading() as session:
            return settings.merged(session, settings.key_of(session, ident), body)

    def change(session: Session) -> LocationSet:
        return settings.write(session, mutation.caller, ident, body, if_match)

    return mutation.run(change)


@latencies.get("", dependencies=_READ)
def list_latencies(session: ReadSession, limit: Limit = MAX_LIMIT, cursor: Cursor = None) -> Page[LatencyItem]:
    """Between sites and between cities, each pair once."""
    return page_of_few(settings.latencies(session), limit, cursor, lambda pair: f"{pair.level}/{pair.one}/{pair.other}")


@latencies.put("", dependencies=_RUN, response_model=LatencyList)
def set_latencies(body: LatencyWrite, mutation: MutationDep) -> Any:
    """Adds or replaces these; others stay. They hold for everybody."""

    def change(session: Session) -> LatencyList:
        return LatencyList(items=settings.set_latencies(session, mutation.caller, body.items))

    return mutation.run(change)


@latencies.delete("", dependencies=_RUN)
def remove_latency(
    mutation: MutationDep,
    level: Annotated[str, Query(pattern="^(site|city)$")],
    one: Annotated[str, Query(max_length=100)],
    other: Annotated[str, Query(max_length=100)],
    try_only: TryOnly = False,
) -> Any:
    """Nothing is known of the pair from then on."""

    def change(session: Session) -> dict[str, Any]:
        settings.remove_latency(session, mutation.caller, level, one, other)
        return {"level": level, "one": one, "other": other}

    return mutation.run(change, dry_run=try_only)
