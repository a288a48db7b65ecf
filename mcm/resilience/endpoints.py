"""How available accounts and applications are, and what of them stands at one place only, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, authorize
from mcm.resilience import service
from mcm.resilience.schemas import ApplicationAvailability, AvailabilityReport

router = APIRouter(prefix="/availability", tags=["availability"])
Days = Annotated[int, Query(ge=1, le=service.MOST_DAYS, description="how far back from now")]


@router.get("/accounts", dependencies=[authorize(Permission.SYNC_READ)])
def list_account_availability(
    session: ReadSession, days: Days = 30, account: Annotated[str | None, Query(max_length=200)] = None
) -> AvailabilityReport:
    """The share of time in which each account's API answered mcm, with how much of the period was looked at."""
    return service.accounts(session, days, account)


@router.get("/applications/{name}", dependencies=[authorize(Permission.RESOURCE_READ)])
def show_application_availability(name: str, session: ReadSession, days: Days = 30) -> ApplicationAvailability:
    """Serial over its tiers, each parallel over where it runs, with the formula; and what stands at one place only."""
    return service.application(session, name, days)
