"""Quotas over HTTP: limits and usage. Reserving is for what makes resources, in the same transaction as its record."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import allowed
from mcm.edge.dependencies import CallerDep, ReadSession, authorize
from mcm.edge.mutation import MutationDep
from mcm.tenancy import quota, service, sight
from mcm.tenancy.schemas import Currency, Limits, Usage

router = APIRouter(tags=["tenancy"])
_READ = [authorize(Permission.QUOTA_READ)]


@router.get("/tenants/{tenant}/quota", dependencies=_READ)
def show_tenant_quota(tenant: str, session: ReadSession) -> Limits:
    return quota.limits(session, service.get(session, tenant))


@router.put("/tenants/{tenant}/quota", dependencies=[authorize(Permission.QUOTA_WRITE)], response_model=Limits)
def set_tenant_quota(tenant: str, body: Limits, mutation: MutationDep) -> Any:
    """All limits of the tenant at once; one that is absent or null is lifted."""

    def change(session: Session) -> Limits:
        found = sight.changeable(session, mutation.caller, Permission.QUOTA_READ, lambda: service.get(session, tenant))
        return quota.set_limits(session, mutation.caller, found, body)

    return mutation.run(change)


@router.get("/tenants/{tenant}/usage", dependencies=_READ)
def show_tenant_usage(
    tenant: str,
    session: ReadSession,
    caller: CallerDep,
    currency: Annotated[Currency | None, Query(description="of `money`; default: that of the tenant's limit")] = None,
) -> Usage:
    """Of the tenant and all below it: its limits, what lives, what is reserved, and what that costs a month."""
    money = allowed(caller, Permission.COST_READ)
    return quota.usage(session, service.get(session, tenant), money=money, currency=currency)
