"""Price lists of clouds, exchange rates, negotiated rates, over HTTP."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.db.session import after_commit
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly, takes_upload
from mcm.edge.paging import Cursor, Limit, Page
from mcm.edge.uploads import taken
from mcm.prices import discounts, fetches, fetching, importing, listing, service
from mcm.prices.offers import Item, Option
from mcm.prices.schemas import (
    ExchangeRateItem,
    ExchangeRateWrite,
    ImportReport,
    PriceFetchCreate,
    PriceFetchItem,
    PriceItem,
    PriceListDetail,
    PriceListItem,
    PriceListWithdrawnItem,
    RateRuleItem,
    RateRuleRemoved,
    RateRuleWrite,
)

router = APIRouter(tags=["prices"])
_READ, _WRITE = [authorize(Permission.PRICE_READ)], [authorize(Permission.PRICE_WRITE)]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
DryRun = Annotated[bool, Query(description="say what would change; change nothing")]
Word = Annotated[str | None, Query(min_length=1, max_length=200)]
Code = Annotated[str | None, Query(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Vcpus = Annotated[Decimal | None, Query(gt=0, max_digits=12, decimal_places=6)]
_FILE = {
    "requestBody": {
        "required": True,
        "description": "a price list in CSV, or a signed bundle (docs/prices.md)",
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("/price-lists", dependencies=_READ)
def list_price_lists(
    session: ReadSession, provider: Word = None, seed: bool | None = None, limit: Limit = 100, cursor: Cursor = None
) -> Page[PriceListItem]:
    """The youngest import first, also those that were superseded or withdrawn."""
    return listing.lists(session, provider=provider, seed=seed, limit=limit, cursor=cursor)


@router.get("/price-lists/{list_id}", dependencies=_READ)
def show_price_list(list_id: str, session: ReadSession, response: Response) -> PriceListDetail:
    """With the regions and items it speaks of, and what was found odd in it."""
    row = service.get(session, list_id)
    response.headers["ETag"] = service.etag(row)
    return listing.detail(session, row)


@router.post("/price-lists", status_code=201, dependencies=_WRITE, response_model=ImportReport, openapi_extra=_FILE)
@takes_upload
def import_price_list(
    request: Request,
    runtime: RuntimeDep,
    unit: UnitDep,
    mutation: MutationDep,
    provider: Word = None,
    currency: Code = None,
    priced_on: date | None = None,
    source: Word = None,
    version: Word = None,
    complete: bool = False,
    dry_run: DryRun = False,
) -> Any:
    """The body is the file, whole; where a line is wrong nothing of it is imported. The parameters say of a CSV what
    its columns do not. complete: it names all that is sold of each item in each region it speaks of; otherwise what it
    lacks keeps the price of the newest list that has it."""
    upload = taken(request)
    day = priced_on.isoformat() if priced_on else ""
    given = {"provider": provider, "currency": currency, "priced_on": day, "source": source, "version": version}
    keys = [Path(name.strip()) for name in runtime.settings.price_keys.split(",") if name.strip()]

    def change(session: Session) -> ImportReport:
        upload.file.seek(0)
        return importing.import_file(
            session, mutation.caller, upload.file, upload.sha256,
            given={name: value or "" for name, value in given.items()}, keys=keys, complete=complete,
            dry_run=dry_run,
        )  # fmt: skip

    if dry_run:
        with unit.reading() as session:
            return Response(change(session).model_dump_json(), media_type="application/json")
    return mutation.run(change, status=201)


@router.post("/price-lists/seed", status_code=201, dependencies=_WRITE, response_model=ImportReport)
def import_price_seed(mutation: MutationDep) -> Any:
    """The examples of prices that come with mcm, for an installation that was given none or withdrew them."""
    return mutation.run(lambda session: importing.import_seed(session, mutation.caller), status=201)


@router.post("/price-lists/fetch", status_code=202, dependencies=_WRITE, response_model=PriceFetchItem)
def fetch_price_lists(body: PriceFetchCreate, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Asks for the price lists of an account's cloud; they are read beside the requests, and whole or not at all."""

    def change(session: Session) -> PriceFetchItem:
        row = fetches.ask(session, mutation.caller, runtime.registry, body)
        after_commit(session, lambda: fetching.wake(runtime))
        return fetches.items(session, [row])[0]

    return mutation.run(change, status=202)


@router.get("/price-fetches", dependencies=_READ)
def list_price_fetches(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[PriceFetchItem]:
    """The newest first, the daily ones too."""
    return fetches.page(session, limit=limit, cursor=cursor)


@router.get("/price-fetches/{fetch_id}", dependencies=_READ)
def show_price_fetch(fetch_id: str, session: ReadSession) -> PriceFetchItem:
    return fetches.items(session, [fetches.get(session, fetch_id)])[0]


@router.delete("/price-lists/{list_id}", dependencies=_WRITE, response_model=PriceListWithdrawnItem)
def withdraw_price_list(
    list_id: str, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False, if_match: IfMatch = None
) -> Any:
    """Nothing is priced by it any more, of no day; its rows stay, as estimates name them."""

    def change(session: Session) -> PriceListWithdrawnItem:
        row = service.withdraw(session, mutation.caller, list_id, if_match, dry_run=dry_run)
        return PriceListWithdrawnItem(price_list=row.id, points=row.points, dry_run=dry_run)

    if dry_run:
        with unit.reading() as session:
            return change(session)
    return mutation.run(change)


@router.get("/prices", dependencies=_READ)
def list_prices(
    session: ReadSession,
    provider: Word = None,
    region: Annotated[list[str] | None, Query(max_length=100)] = None,
    item: Item | None = None,
    option: Option | None = None,
    family: Word = None,
    sku: Word = None,
    vcpus: Vcpus = None,
    on: date | None = None,
    tenant: Annotated[str | None, Query(max_length=200, description="with the rates negotiated for it")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[PriceItem]:
    """Prices that hold on a day (default today), of the newest list for each region and item, by provider, region, item
    and sku."""
    wanted = {"option": option, "family": family, "sku": sku, "vcpus": vcpus}
    return listing.prices(
        session, provider=provider, regions=region, item=item, wanted=wanted, on=on, tenant=tenant, limit=limit,
        cursor=cursor,
    )  # fmt: skip


@router.get("/exchange-rates", dependencies=_READ)
def list_exchange_rates(
    session: ReadSession,
    base: Code = None,
    quote: Code = None,
    history: Annotated[bool, Query(description="also what was corrected")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ExchangeRateItem]:
    """By currencies, the youngest day first."""
    return listing.exchange_rates(session, base=base, quote=quote, history=history, limit=limit, cursor=cursor)


@router.put("/exchange-rates", dependencies=_WRITE, response_model=ExchangeRateItem)
def put_exchange_rate(body: ExchangeRateWrite, mutation: MutationDep) -> Any:
    """What a source said of a day. Another rate for the same day and source takes the place of the one there is, which
    stays in the history."""
    return mutation.run(lambda session: listing.put_rate(session, mutation.caller, body))


@router.get("/rate-rules", dependencies=_READ)
def list_rate_rules(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[RateRuleItem]:
    """Negotiated discounts, fixed prices and markups, by name: those for everybody, and those of tenants and accounts
    that the caller sees."""
    return listing.rules(session, limit=limit, cursor=cursor)


@router.get("/rate-rules/{name}", dependencies=_READ)
def show_rate_rule(name: str, session: ReadSession, response: Response) -> RateRuleItem:
    row = discounts.get(session, name)
    response.headers["ETag"] = discounts.etag(row)
    return discounts.items(session, [row])[0]


@router.post("/rate-rules", status_code=201, dependencies=_WRITE, response_model=RateRuleItem)
def create_rate_rule(body: RateRuleWrite, mutation: MutationDep) -> Any:
    def change(session: Session) -> RateRuleItem:
        return discounts.items(session, [discounts.create(session, mutation.caller, body)])[0]

    return mutation.run(change, status=201)


@router.put("/rate-rules/{name}", dependencies=_WRITE, response_model=RateRuleItem)
def replace_rate_rule(name: str, body: RateRuleWrite, mutation: MutationDep, if_match: IfMatch = None) -> Any:
    def change(session: Session) -> RateRuleItem:
        return discounts.items(session, [discounts.replace(session, mutation.caller, name, body, if_match)])[0]

    return mutation.run(change)


@router.delete("/rate-rules/{name}", dependencies=_WRITE, response_model=RateRuleRemoved)
def remove_rate_rule(name: str, mutation: MutationDep, if_match: IfMatch = None, try_only: TryOnly = False) -> Any:
    def change(session: Session) -> RateRuleRemoved:
        return RateRuleRemoved(rate_rule=discounts.remove(session, mutation.caller, name, if_match).name)

    return mutation.run(change, dry_run=try_only)
