"""What was used and billed: imports, charges, months, exports, over HTTP."""

from collections.abc import Iterator
from contextlib import suppress
from operator import attrgetter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.charges import comparing, exporting, importing, metering, months, presenting, repository, service, staging
from mcm.charges.dimensions import Cost
from mcm.charges.exporting import Exported, Format
from mcm.charges.importing import Incoming, Mode
from mcm.charges.schemas import (
    ChargeItem,
    CorrectionWrite,
    GroupItem,
    GroupList,
    ImportDetail,
    ImportItem,
    ImportResult,
    MeteringResult,
    MeteringWrite,
    Month,
    MonthDetail,
    MonthItem,
    ReconciliationItem,
    ReconciliationWrite,
    RemovalPreview,
)
from mcm.edge import uploads
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep, takes_upload
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, page_of_few
from mcm.errors import Unavailable
from mcm.models import Account

router = APIRouter(tags=["charges"])
_READ = [authorize(Permission.COST_READ)]
_WRITE = [authorize(Permission.COST_WRITE)]
ImportId = Annotated[str, Path(max_length=100)]
MonthPath = Annotated[Month, Path()]
DryRun = Annotated[bool, Query(description="say what it would do; store nothing")]
AccountName = Annotated[str, Query(max_length=200)]
Months = Annotated[list[Month] | None, Query(alias="month", max_length=120)]
Filter = Annotated[
    list[Annotated[str, Query(max_length=1000)]] | None,
    Query(alias="filter", max_length=50, description="DIMENSION=VALUE, such as service=Compute or tag:env=prod"),
]
_FILE = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {
    "type": "string", "format": "binary", "description":
    "CSV, gzipped CSV or Parquet, or a ZIP of one: FOCUS, or a bill in its cloud's own form"}}}}}  # fmt: skip


@router.get("/charge-imports", dependencies=_READ)
def list_charge_imports(
    session: ReadSession,
    account: Annotated[str | None, Query(max_length=200)] = None,
    month: Month | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ImportItem]:
    """Bills, metered months and corrections, newest first."""
    return service.imports(session, account, month, limit, cursor)


@router.post("/charge-imports", dependencies=_WRITE, response_model=ImportResult, openapi_extra=_FILE)
@takes_upload
def import_charges(
    request: Request,
    runtime: RuntimeDep,
    unit: UnitDep,
    mutation: MutationDep,
    account: AccountName,
    file_name: Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")] = None,
    mode: Mode = "replace",
    dry_run: DryRun = False,
) -> Any:
    """The body is the file. What it says of a month takes the place of what was imported for the account before
    (mode add: stands beside it). All of it becomes current at once, or nothing does; the same file changes nothing."""
    if (saved := mutation.earlier()) is not None and not dry_run:
        return saved
    upload = uploads.taken(request)
    with unit.reading() as session:
        target = service.account_to_charge(session, mutation.caller, account)
        most_bytes = runtime.settings.charge_unpacked_mib * 2**20
        incoming = Incoming(
            target, upload.file, upload.sha256, file_name, mode, store=not dry_run, most_bytes=most_bytes
        )
        known = importing.known(session, incoming.import_id)
        if known is not None and dry_run:
            return presenting.result(session, known, already=True).model_copy(update={"dry_run": True})
    if known is not None:
        return mutation.run(lambda session: _same(session, incoming))
    ready = importing.read(unit, incoming)
    if dry_run:
        with unit.reading() as session:
            rows = repository.month_rows(session, ready.staging.months)
        closed = sorted(month for month, row in rows.items() if row.status == "closed")
        return presenting.preview(ready, closed, mutation.caller.name)

    def again() -> dict[str, int]:
        with unit.reading() as session:
            replaces = comparing.current_parts(session, target.id, ready.staging.months)
            return comparing.compared(session, replaces, ready.staging.part_ids)

    def change(session: Session) -> ImportResult:
        if importing.known(session, incoming.import_id) is not None:
            # The same file, sent twice at the same time.
            return _same(session, incoming)
        return presenting.result(session, importing.finish(session, mutation.caller, ready, again))

    try:
        answer = mutation.run(change)
    except BaseException:
        ready.staging.current = False
        raise
    finally:
        if not ready.staging.current:
            ready.staging.discard()
    _swept(unit)
    return answer


def _same(session: Session, incoming: Incoming) -> ImportResult:
    known = importing.known(session, incoming.import_id)
    if known is None:
        raise Unavailable("the import that this repeats was removed meanwhile; nothing was changed, try again")
    return presenting.result(session, known, already=True)


def _swept(unit: UnitDep) -> None:
    # What stays is seen by nobody, and goes with the next import.
    with suppress(Unavailable):
        staging.sweep(unit)


@router.get("/charge-imports/{import_id}", dependencies=_READ)
def show_charge_import(import_id: ImportId, session: ReadSession) -> ImportDetail:
    """With its report: what was found in it, by line."""
    return presenting.detail(session, service.find(session, import_id))


@router.delete("/charge-imports/{import_id}", dependencies=_WRITE, response_model=ImportItem | RemovalPreview)
def remove_charge_import(import_id: ImportId, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """Its charges are gone, as long as their months are open. What it had taken the place of does not come back."""
    if dry_run:
        with unit.reading() as session:
            row = service.to_change(session, mutation.caller, import_id)
            parts = [part for part in repository.parts(session, [row.id]) if part.status == "current"]
            held = sorted({part.month for part in parts})
            return RemovalPreview(id=row.id, months=held, rows=sum(part.rows for part in parts))

    def change(session: Session) -> ImportItem:
        row = service.to_change(session, mutation.caller, import_id)
        importing.remove(session, mutation.caller, row)
        return presenting.imports(session, [row])[0]

    answer = mutation.run(change)
    _swept(unit)
    return answer


@router.get("/charges", dependencies=_READ)
def list_charges(
    session: ReadSession,
    month: Months = None,
    filter: Filter = None,
    flag: Annotated[str | None, Query(max_length=40, description="such as missing_cost")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ChargeItem]:
    """Current charges, in the order in which they came in."""
    return service.charges(session, month or [], service.filters_of(session, filter or []), flag, limit, cursor)


@router.get("/charges/sums", dependencies=_READ)
def sum_charges(
    session: ReadSession,
    month: Annotated[list[Month], Query(min_length=1, max_length=120)],
    by: Annotated[list[Annotated[str, Query(max_length=300)]] | None, Query(max_length=8)] = None,
    cost: Cost = "effective",
    filter: Filter = None,
) -> GroupList:
    """Exact sums by any of their dimensions, apart for each currency and basis."""
    dimensions = by or []
    found = service.grouped(
        session, months=month, by=dimensions, cost=cost, filters=service.filters_of(session, filter or [])
    )
    return GroupList(
        cost=cost,
        items=[
            GroupItem(key=dict(zip(dimensions, one.key, strict=True)), currency=one.currency, basis=one.basis,
                      amount=one.amount, rows=one.rows, unknown=one.unknown)
            for one in found
        ],
    )  # fmt: skip


@router.get(
    "/charges/export",
    dependencies=_READ,
    response_class=StreamingResponse,
    responses={200: {"content": {media: {} for media in exporting.MEDIA_TYPES.values()}, "description": "the file"}},
)
def export_charges(
    unit: UnitDep,
    caller: CallerDep,
    month: Annotated[list[Month], Query(min_length=1, max_length=120)],
    focus: Exported = "1.4",
    format: Format = "csv",
    filter: Filter = None,
) -> StreamingResponse:
    """Charges in the shape of FOCUS. It leaves an audit row: what goes out is a lasting copy."""
    with unit.reading() as session:
        filters = service.filters_of(session, filter or [])

    def pairs() -> Iterator[tuple[Any, Any]]:
        with unit.reading() as session:
            for one in sorted(set(month)):
                yield from service.rows_for(session, one, filters)

    body = exporting.export(pairs, focus, format)
    with unit.writing(while_read_only=True) as session:
        details = {"months": sorted(set(month)), "focus": focus, "format": format, "filter": filter}
        audit.record(session, caller, "charge.export", "charge", "*", phase="intent", outcome="sent", details=details)
    name = f"charges-{'-'.join(sorted(set(month)))[:60]}-focus-{focus}.{format}"
    return StreamingResponse(
        body,
        media_type=exporting.MEDIA_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/cost-months", dependencies=_READ)
def list_cost_months(session: ReadSession, limit: Limit = MAX_LIMIT, cursor: Cursor = None) -> Page[MonthItem]:
    """Newest first, with totals of what you may see, apart for each currency and basis."""
    return page_of_few(service.month_items(session), limit, cursor, attrgetter("month"))


@router.get("/cost-months/{month}", dependencies=_READ)
def show_cost_month(month: MonthPath, session: ReadSession) -> MonthDetail:
    return service.month_detail(session, month)


@router.post("/cost-months/{month}/close", dependencies=_WRITE, response_model=MonthItem)
def close_cost_month(month: MonthPath, mutation: MutationDep) -> Any:
    """From then on it changes only by corrections. It cannot be opened again."""
    return mutation.run(lambda session: MonthItem.model_validate(months.close(session, mutation.caller, month)))


@router.post("/cost-months/{month}/corrections", dependencies=_WRITE, response_model=ImportDetail)
def correct_cost_month(month: MonthPath, body: CorrectionWrite, unit: UnitDep, mutation: MutationDep) -> Any:
    """A charge of class Correction beside what is there, with its reason; in an open month or a closed one."""

    def change(session: Session) -> ImportDetail:
        account = service.account_to_charge(session, mutation.caller, body.account)
        made = months.correct(session, unit, mutation.caller, account, month, body.model_dump())
        return presenting.detail(session, made)

    return mutation.run(change)


@router.post("/cost-months/{month}/reconciliations", dependencies=_WRITE, response_model=ReconciliationItem)
def reconcile_cost_month(month: MonthPath, body: ReconciliationWrite, mutation: MutationDep) -> Any:
    """An invoice's total beside what was billed; what remains has a name."""

    def change(session: Session) -> ReconciliationItem:
        account = service.account_to_charge(session, mutation.caller, body.account)
        return presenting.reconciliation(months.reconcile(session, mutation.caller, account, month, body.model_dump()))

    return mutation.run(change)


@router.post("/cost-months/{month}/metering", dependencies=_WRITE, response_model=MeteringResult)
def meter_cost_month(
    month: MonthPath, body: MeteringWrite, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Use of private and hosted accounts, from the history of the inventory, by their rate cards. Takes the place of
    what was metered before; accounts with a bill for the month are left out."""
    if (saved := mutation.earlier()) is not None and not dry_run:
        return saved
    with unit.reading() as session:
        accounts: list[Account] = service.accounts_to_meter(session, mutation.caller, body.accounts)
    made = metering.meter(unit, accounts, month, store=not dry_run)
    if dry_run:
        return MeteringResult(month=month, dry_run=True, items=[presenting.metered(one, None) for one in made])

    def change(session: Session) -> MeteringResult:
        rows = {row.account_id: row.id for row in metering.finish(session, mutation.caller, month, made)}
        items = [presenting.metered(one, rows.get(one.account.id)) for one in made]
        return MeteringResult(month=month, dry_run=False, items=items)

    try:
        answer = mutation.run(change)
    except BaseException:
        for one in made:
            if one.staging is not None:
                one.staging.current = False
        raise
    finally:
        metering.discard(made)
    _swept(unit)
    return answer
