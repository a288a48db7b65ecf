"""How much of what runs is used, over HTTP."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, RuntimeDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.kit import clock
from mcm.tenancy import sight
from mcm.utilisation import days, reading, showing
from mcm.utilisation.errors import NoUtilisation
from mcm.utilisation.schemas import ResourceUtilisation, UtilisationAsk, UtilisationReadItem

router = APIRouter(tags=["utilisation"])
_READ = [authorize(Permission.RESOURCE_READ)]


@router.get("/resources/{resource_id}/utilisation", dependencies=_READ)
def show_resource_utilisation(
    resource_id: str,
    session: ReadSession,
    runtime: RuntimeDep,
    since: Annotated[date | None, Query(description="first day, UTC; default 13 days before the last")] = None,
    until: Annotated[date | None, Query(description="last day; default today")] = None,
) -> ResourceUtilisation:
    """Of an instance or host: what was measured on each day, and over all of them."""
    last = until or clock.now().date()
    first = since or max(last, date.min + timedelta(days=13)) - timedelta(days=13)
    found: ResourceUtilisation = showing.of_resource(session, runtime.registry, resource_id, first, last)
    return found


@router.get("/utilisation/readings", dependencies=[authorize(Permission.ACCOUNT_READ)])
def list_utilisation_readings(
    session: ReadSession,
    runtime: RuntimeDep,
    account: Annotated[str | None, Query(max_length=100, description="name or id")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[UtilisationReadItem]:
    """Of every account whose cloud can tell: when it was asked, and how that went."""
    (after,) = sight.after(session, cursor, str) or (None,)
    names = reading.providers(runtime.registry)
    rows = days.readings(session, names, after, limit + 1, account)
    following = sight.cursor_of(session, [rows[limit - 1][0].name]) if len(rows) > limit else None
    return Page(items=[showing.read_item(*row) for row in rows[:limit]], next_cursor=following)


@router.post(
    "/utilisation/readings",
    status_code=202,
    dependencies=[authorize(Permission.SYNC_RUN)],
    response_model=UtilisationReadItem,
)
def read_utilisation(body: UtilisationAsk, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Asks an account's cloud soon, instead of when mcm does so by itself."""

    def change(session: Session) -> UtilisationReadItem:
        account = accounts.get(session, body.account)
        if account.provider not in reading.providers(runtime.registry):
            raise NoUtilisation(f"mcm cannot ask {account.name} what is used: {account.provider} has no such ability")
        row = reading.ask(session, account.id)
        audit.record(session, mutation.caller, "utilisation.read", "account", account.id)
        return showing.read_item(account, row)

    answer = mutation.run(change, status=202)
    reading.wake(runtime)
    return answer
