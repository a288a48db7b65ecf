"""The table of contents of the HTTP API."""

from fastapi import APIRouter

from mcm.accounts.endpoints import router as accounts
from mcm.allocations.endpoints import router as allocations
from mcm.auditlog.endpoints import router as auditlog
from mcm.catalog.endpoints import router as catalog
from mcm.charges.endpoints import router as charges
from mcm.costs.endpoints import router as costs
from mcm.edge.mounting import mount
from mcm.events.endpoints import router as events
from mcm.findings.endpoints import router as findings
from mcm.identity.endpoints import router as identity
from mcm.inventory.endpoints import router as inventory
from mcm.keys.endpoints import router as keys
from mcm.notices.endpoints import router as notices
from mcm.oidc.endpoints import router as oidc
from mcm.operations.endpoints import router as operations
from mcm.optimizer.endpoints import router as optimizer
from mcm.placement.endpoints import router as placement
from mcm.plans.endpoints import router as plans
from mcm.policies.endpoints import router as policies
from mcm.prices.endpoints import router as prices
from mcm.ratecards.endpoints import router as ratecards
from mcm.schedules.endpoints import router as schedules
from mcm.sync.endpoints import router as sync
from mcm.system.endpoints import open_router
from mcm.system.endpoints import router as system
from mcm.tenancy.endpoints import router as tenancy
from mcm.utilisation.endpoints import router as utilisation
from mcm.views.endpoints import router as views
from mcm.workloads.endpoints import router as workloads

__all__ = ["build_router", "open_router"]


def build_router() -> APIRouter:
    api = APIRouter()
    for router in (
        *(catalog, accounts, sync, inventory, operations, plans, schedules, events, notices, views),
        *(prices, ratecards, charges, allocations, workloads, costs, utilisation, findings),
        *(policies, placement, optimizer),
        *(system, identity, oidc, tenancy, auditlog, keys),
    ):
        mount(api, router, "/api/v1")
    return api
