"""What the organisation's own clouds cost: pools, assets, published rates, over HTTP."""

from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlalchemy.orm import Session

from mcm.accounts import service as accounts
from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.ratecards import publishing, service
from mcm.ratecards.documents import PoolName
from mcm.ratecards.formulas import Load
from mcm.ratecards.months import Month
from mcm.ratecards.schemas import (
    BreakEvenAnswer,
    Calculation,
    CostPoolDetail,
    CostPoolItem,
    CostPoolPreview,
    CostPoolRemoved,
    CostPoolWrite,
    RateCardDetail,
    RateCardItem,
    RateCardPreview,
    RateCardPublish,
)

router = APIRouter()
_READ, _WRITE = [authorize(Permission.PRICE_READ)], [authorize(Permission.PRICE_WRITE)]
_POOLS: list[str | Enum] = ["cost-pools"]
_CARDS: list[str | Enum] = ["rate-cards"]
Name = Annotated[PoolName, Path()]
DryRun = Annotated[bool, Query(description="say what it would be; store nothing")]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
OfMonth = Annotated[Month | None, Query(description="as 2026-11; default this month")]
_Amount = Annotated[Decimal, Query(ge=0, max_digits=38, decimal_places=18)]


@router.get("/cost-pools", dependencies=_READ, tags=_POOLS)
def list_cost_pools(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[CostPoolItem]:
    """Those of whose accounts the caller sees everything."""
    return service.page(session, limit=limit, cursor=cursor)


@router.get("/cost-pools/{name}", dependencies=_READ, tags=_POOLS)
def show_cost_pool(name: Name, session: ReadSession, response: Response) -> CostPoolDetail:
    row = service.get(session, name)
    response.headers["ETag"] = service.etag(row)
    return service.detail(session, row)


@router.get("/cost-pools/{name}/calculation", dependencies=_READ, tags=_POOLS)
def calculate_cost_pool(name: Name, session: ReadSession, month: OfMonth = None) -> Calculation:
    """The rates as they would be published now, with every term they are made of."""
    return service.calculated(session, name, month)


@router.put("/cost-pools/{name}", dependencies=_WRITE, response_model=CostPoolItem | CostPoolPreview, tags=_POOLS)
def write_cost_pool(
    name: Name,
    body: CostPoolWrite,
    unit: UnitDep,
    mutation: MutationDep,
    dry_run: DryRun = False,
    month: OfMonth = None,
    if_match: IfMatch = None,
) -> Any:
    """Makes it, or puts a new version of its document in place. month: of what a dry run calculates."""
    if dry_run:
        with unit.reading() as session:
            return service.preview(session, mutation.caller, name, body, month)

    def change(session: Session) -> CostPoolItem:
        return service.items(session, [service.write(session, mutation.caller, name, body, if_match)])[0]

    return mutation.run(change)


@router.delete("/cost-pools/{name}", dependencies=_WRITE, response_model=CostPoolRemoved, tags=_POOLS)
def remove_cost_pool(
    name: Name, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False, if_match: IfMatch = None
) -> Any:
    """Cards that were published from it stay, and hold."""
    if dry_run:
        with unit.reading() as session:
            row = service.to_change(session, mutation.caller, name)
            return CostPoolRemoved(pool=row.name, dry_run=True, cards=service.number_of_cards(session, row))

    def change(session: Session) -> CostPoolRemoved:
        row = service.to_change(session, mutation.caller, name)
        return CostPoolRemoved(pool=row.name, cards=service.remove(session, mutation.caller, row, if_match))

    return mutation.run(change)


@router.get("/rate-cards", dependencies=_READ, tags=_CARDS)
def list_rate_cards(
    session: ReadSession,
    pool: Annotated[str | None, Query(max_length=80)] = None,
    month: Annotated[Month | None, Query(description="as 2026-11")] = None,
    account: Annotated[str | None, Query(max_length=200, description="name or id")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RateCardItem]:
    """By pool; the newest month first, and of a month the newest correction."""
    account_id = accounts.get(session, account).id if account is not None else None
    return publishing.page(session, pool=pool, month=month, account_id=account_id, limit=limit, cursor=cursor)


@router.get("/rate-cards/{card_id}", dependencies=_READ, tags=_CARDS)
def show_rate_card(card_id: str, session: ReadSession) -> RateCardDetail:
    """With the document and everything else that made it."""
    return publishing.detail(publishing.get(session, card_id))


@router.get("/rate-cards/{card_id}/break-even", dependencies=_READ, tags=_CARDS)
def break_even(
    card_id: str, session: ReadSession, price: _Amount, vcpus: _Amount = Decimal(1), memory_gib: _Amount = Decimal(0)
) -> BreakEvenAnswer:
    """From which utilisation on an hour of so many vCPUs and GiB costs less here than `price`, in the card's
    currency."""
    load = Load(vcpus=vcpus, memory_gib=memory_gib)
    return publishing.compared(publishing.get(session, card_id), price, load)


@router.post(
    "/rate-cards", status_code=201, dependencies=_WRITE, response_model=RateCardItem | RateCardPreview, tags=_CARDS
)
def publish_rate_card(
    body: RateCardPublish, unit: UnitDep, mutation: MutationDep, response: Response, dry_run: DryRun = False
) -> Any:
    """Freezes the rates of a pool for a month. A month that is published is corrected with a reason, never changed."""
    if dry_run:
        response.status_code = 200
        with unit.reading() as session:
            return publishing.preview(session, mutation.caller, body)

    def change(session: Session) -> RateCardItem:
        return publishing.item(publishing.publish(session, mutation.caller, body))

    return mutation.run(change, status=201)
