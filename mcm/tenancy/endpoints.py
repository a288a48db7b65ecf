"""Whose is what, over HTTP: the tree of tenants and the rules that assign resources to it (quotas: quota_endpoints)."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import CallerDep, ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.tenancy import rules, service, sight
from mcm.tenancy.quota_endpoints import router as quotas
from mcm.tenancy.repository import holds
from mcm.tenancy.schemas import (
    RuleList,
    RulesApplied,
    TenantCreate,
    TenantItem,
    TenantMove,
    TenantRemoval,
    TenantUpdate,
)

router = APIRouter(tags=["tenancy"])
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag the change is based on; * for any")]
DryRun = Annotated[bool, Query(description="say what would happen; change nothing")]
_READ, _WRITE = [authorize(Permission.TENANT_READ)], [authorize(Permission.TENANT_WRITE)]


@router.get("/tenants", dependencies=_READ)
def list_tenants(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[TenantItem]:
    """In the order of their paths, parents before their children."""
    found = service.items(session)
    if after := sight.after(session, cursor, str):
        path: str = after[0]
        found = [item for item in found if item.path.split("/") > path.split("/")]
    following = sight.cursor_of(session, [found[limit - 1].path]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=following)


@router.post("/tenants", status_code=201, dependencies=_WRITE, response_model=TenantItem)
def create_tenant(body: TenantCreate, mutation: MutationDep) -> Any:
    def change(session: Session) -> TenantItem:
        return service.item(session, service.create(session, mutation.caller, body))

    return mutation.run(change, status=201)


@router.get("/tenants/{tenant}", dependencies=_READ)
def show_tenant(tenant: str, session: ReadSession, response: Response) -> TenantItem:
    """By id, or by a name that only one has."""
    found = service.get(session, tenant)
    response.headers["ETag"] = service.etag(found)
    return service.item(session, found)


@router.patch("/tenants/{tenant}", dependencies=_WRITE, response_model=TenantItem)
def update_tenant(tenant: str, body: TenantUpdate, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    def change(session: Session) -> TenantItem:
        return service.item(session, service.update(session, mutation.caller, tenant, body, if_match))

    return mutation.run(change)


@router.post("/tenants/{tenant}/move", dependencies=_WRITE, response_model=TenantItem)
def move_tenant(tenant: str, body: TenantMove, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    """With all below it. Who may see what follows at once."""

    def change(session: Session) -> TenantItem:
        return service.item(session, service.move(session, mutation.caller, tenant, body.parent, if_match))

    return mutation.run(change)


@router.delete("/tenants/{tenant}", dependencies=_WRITE, response_model=TenantRemoval)
def remove_tenant(
    tenant: str, unit: UnitDep, mutation: MutationDep, if_match: IfMatch = None, dry_run: DryRun = False
) -> Any:
    """Only when nothing is in it any more."""
    if dry_run:
        with unit.reading() as session:
            found = service.to_change(session, mutation.caller, tenant)
            return TenantRemoval(tenant=found.name, holds=holds(session, found.id))

    def change(session: Session) -> TenantRemoval:
        name = service.to_change(session, mutation.caller, tenant).name
        return TenantRemoval(tenant=name, holds=service.remove(session, mutation.caller, tenant, if_match))

    return mutation.run(change)


@router.get("/tenant-rules", dependencies=_READ)
def show_tenant_rules(session: ReadSession, response: Response) -> RuleList:
    """In order. Whoever sees a part of the tenants gets the rules that lead there."""
    response.headers["ETag"] = rules.etag(session)
    return rules.listed(session)


class _Undone(Exception):
    """Leaves a transaction that was only tried."""


@router.put("/tenant-rules", dependencies=_WRITE, response_model=RulesApplied)
def replace_tenant_rules(
    body: RuleList, unit: UnitDep, caller: CallerDep, mutation: MutationDep, if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> Any:  # fmt: skip
    """The whole list. Every resource goes where the new rules say, at once; a dry run says which would."""
    if dry_run:
        with suppress(_Undone), unit.writing() as session:
            told = rules.replace(session, caller, body, if_match, dry_run=True)
            raise _Undone
        return told
    return mutation.run(lambda session: rules.replace(session, mutation.caller, body, if_match))


router.routes.extend(quotas.routes)
