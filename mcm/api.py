"""The table of contents of the HTTP API."""

from fastapi import APIRouter

from mcm.accounts.endpoints import router as accounts
from mcm.catalog.endpoints import router as catalog
from mcm.inventory.endpoints import router as inventory
from mcm.sync.endpoints import router as sync
from mcm.system.endpoints import open_router
from mcm.system.endpoints import router as system

__all__ = ["build_router", "open_router"]


def build_router() -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for router in (catalog, accounts, sync, inventory, system):
        api.include_router(router)
    return api
