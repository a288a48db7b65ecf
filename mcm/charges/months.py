"""Months: their totals, closing one, corrections after that, and an invoice beside what was charged."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller, view_of
from mcm.charges import importing, repository
from mcm.charges.errors import InvalidCharge, MonthClosed, MonthNotFound, MonthRunning, RemainderUnnamed
from mcm.charges.files import Batch
from mcm.charges.findings import Findings
from mcm.charges.periods import bounds
from mcm.charges.shaping import GIVEN, Shaper, hashes, layout
from mcm.charges.staging import COLUMNS, Opened, Staging, hold_months, make_current
from mcm.db.bulk import insert_rows
from mcm.db.exact import exact_sum
from mcm.errors import Forbidden
from mcm.kit import clock, currencies, money
from mcm.kit.ids import new_id
from mcm.models import Account, ChargeImport, ChargePart, CostMonth, CostReconciliation, ResourceRow
from mcm.tenancy import sight

_SUMS = ("billed", "effective", "list", "contracted")


def listed(session: Session, months: list[str] | None = None) -> list[dict[str, Any]]:
    """Newest first, with totals of what the session sees, by currency and basis."""
    totals: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for month, currency, basis, rows, unknown, *sums in repository.totals(session, months):
        told = {"currency": currency, "basis": basis, "rows": int(rows), "unknown": int(unknown)}
        totals[month].append(told | dict(zip(_SUMS, sums, strict=True)))
    rows_of = repository.month_rows(session, months if months is not None else list(totals))
    return [_told(month, rows_of.get(month), totals[month]) for month in sorted(totals, reverse=True)]


def one(session: Session, month: str) -> dict[str, Any]:
    """Raises MonthNotFound for one without charges, or without any for these eyes."""
    found = listed(session, [month])
    if not found:
        raise MonthNotFound(f"there are no charges of {month}", next_step="`mcm charge months` shows those there are")
    return found[0]


def _told(month: str, row: CostMonth | None, totals: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "month": month,
        "status": row.status if row is not None else "open",
        "closed_at": row.closed_at if row is not None else None,
        "closed_by": row.closed_by if row is not None else None,
        "version": row.version if row is not None else 0,
        "totals": totals,
    }


def close(session: Session, caller: Caller, month: str) -> dict[str, Any]:
    """Raises MonthNotFound, MonthRunning, MonthClosed, and Forbidden for who does not see all of it."""
    if not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may write costs of a part only, and a month is closed as a whole",
            next_step="ask somebody with a role that includes cost.write everywhere",
        )
    _, end = bounds(month)
    one(session, month)
    if end > clock.now():
        raise MonthRunning(
            f"{month} is not over: what is still charged for it could only come in as corrections; nothing was changed",
            message_zh=f"{month} 尚未结束：此后产生的费用将只能以更正计入；未作更改",
            next_step=f"close it after {clock.to_text(end)}, once its bills are in",
            next_step_zh=f"请在 {clock.to_text(end)} 之后、账单齐全时关闭",
        )
    if hold_months(session, [month])[month] == "closed":
        raise MonthClosed(f"{month} is closed already", next_step="`mcm charge correct` changes what was charged")
    row = session.scalars(
        select(CostMonth).where(CostMonth.month == month).execution_options(populate_existing=True)
    ).one()
    row.status, row.closed_at, row.closed_by = "closed", clock.now(), caller.name
    row.version += 1
    # Read while the month is held: what came in while this waited is in them.
    row.totals = [
        {name: money.written(value) if isinstance(value, Decimal) else value for name, value in total.items()}
        for total in one(session, month)["totals"]
    ]
    session.flush()
    audit.record(session, caller, "cost_month.close", "cost_month", month, details={"totals": row.totals})
    return one(session, month)


def correct(
    session: Session, opened: Opened, caller: Caller, account: Account, month: str, wanted: dict[str, Any]
) -> ChargeImport:
    """One charge of class Correction beside what is there, in an open month or a closed one.

    wanted: amount, currency, reason; service, category, resource (an id of mcm's), effective. Raises InvalidCharge."""
    start, end = bounds(month)
    resource = _resource(session, account, wanted.get("resource"))
    amount, effective = wanted["amount"], wanted.get("effective")
    row = {
        "BillingAccountId": account.name,
        "BillingCurrency": _currency(wanted["currency"]),
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "BilledCost": money.written(amount),
        "EffectiveCost": money.written(amount if effective is None else effective),
        "ListCost": money.written(amount),
        "ContractedCost": money.written(amount),
        "ChargeCategory": wanted.get("category") or "Adjustment",
        "ChargeClass": "Correction",
        "ChargeDescription": wanted["reason"],
        "ChargeFrequency": "One-Time",
        "ProviderName": account.provider,
        "PublisherName": account.provider,
        "InvoiceIssuerName": account.provider,
        "ServiceName": wanted.get("service") or "Correction",
        "ServiceCategory": wanted.get("service_category") or "Other",
        "ResourceId": resource.native_id if resource is not None else None,
    }
    findings = Findings()
    found = layout(list(row), findings)
    if found is None:
        raise InvalidCharge("the correction is no charge", details={"report": findings.told()})
    shaped = Shaper(found, findings).shape(Batch([1], [[value] for value in row.values()]))
    if findings.errors:
        raise InvalidCharge(importing.sentence(findings.told()[0]), next_step="nothing was changed")
    basis = _corrected(session, account, month, wanted["currency"])
    staging = Staging(opened, new_id("chi"), account, "correction", basis, store=False)
    staging.add(shaped)
    hold_months(session, [month])
    report = {"rows": 1, "linked": int(resource is not None), "findings": []}
    made = importing.record(session, caller, staging, report, mode="add", reason=wanted["reason"])
    make_current(session, staging, replace=False)
    part = session.scalars(select(ChargePart).where(ChargePart.import_id == made.id)).one()
    line_hash, row_key = hashes(shaped.rows[0], part.currency)
    given: dict[str, Any] = dict(zip(GIVEN, (part.id, 1, shaped.flags[0], line_hash, row_key), strict=False))
    given |= {"tenant_id": resource.tenant_id if resource is not None else account.tenant_id}
    given |= {"resource_id": resource.id if resource is not None else None}
    session.flush()
    insert_rows(session.connection(), "charge", COLUMNS, [(*(given[name] for name in GIVEN), *shaped.rows[0])])
    audit.record(
        session, caller, "charge.correct", "charge_import", made.id,
        details={"account": account.name, "month": month, "amount": money.written(amount),
                 "currency": part.currency, "reason": wanted["reason"]},
    )  # fmt: skip
    return made


def _corrected(session: Session, account: Account, month: str, currency: str) -> str:
    """The basis of what there is to correct: modelled where all of it was metered, else billed."""
    bases = set(
        session.scalars(
            select(ChargePart.basis).where(
                ChargePart.account_id == account.id, ChargePart.month == month, ChargePart.currency == currency,
                ChargePart.status == "current", ChargePart.kind != "correction",
            )
        )
    )  # fmt: skip
    return "modelled" if bases == {"modelled"} else "billed"


def _resource(session: Session, account: Account, resource_id: str | None) -> ResourceRow | None:
    if resource_id is None:
        return None
    found = session.get(ResourceRow, resource_id)
    if found is None or (found.account_id != account.id and found.realm != account.realm) or not _seen(session, found):
        raise InvalidCharge(f"account '{account.name}' has no resource '{resource_id}'")
    return found


def _seen(session: Session, found: ResourceRow) -> bool:
    query = select(ResourceRow.id).where(ResourceRow.id == found.id, *sight.resources_of(session))
    return session.scalar(query) is not None


def _currency(code: str) -> str:
    if not currencies.known(code):
        raise InvalidCharge(f"'{code}' is no currency", next_step="write a code of ISO 4217, such as EUR")
    return code


def reconcile(
    session: Session, caller: Caller, account: Account, month: str, wanted: dict[str, Any]
) -> CostReconciliation:
    """What was billed, and no more: nobody sends an invoice for what was modelled. wanted: total, currency, invoice,
    remainder_name. Raises RemainderUnnamed when something remains and has no name, and MonthNotFound when nothing was
    billed."""
    bounds(month)
    currency = _currency(wanted["currency"])
    charged = session.scalar(
        select(exact_sum(ChargePart.billed)).where(
            ChargePart.account_id == account.id, ChargePart.month == month, ChargePart.currency == currency,
            ChargePart.basis == "billed", ChargePart.status == "current",
        )
    )  # fmt: skip
    if charged is None:
        raise MonthNotFound(f"account '{account.name}' has no billed cost of {month} in {currency}: what is metered by "
                            "a rate card is modelled, and no invoice is for it",
                            next_step="`mcm charge imports --account NAME` shows what came in")  # fmt: skip
    total = wanted["total"]
    remainder = money.plain(money.EXACT.subtract(total, charged))
    if remainder and not wanted.get("remainder_name"):
        raise RemainderUnnamed(
            f"the invoice says {money.written(total)} {currency} and {money.written(charged)} was charged: "
            f"{money.written(remainder)} remains",
            next_step="say what it is (`--remainder-name tax`), or correct the charges first",
        )
    hold_months(session, [month])
    row = CostReconciliation(
        id=new_id("rec"), month=month, account_id=account.id, account_name=account.name, currency=currency,
        invoice=wanted["invoice"], invoice_total=total, charged_total=charged, remainder=remainder,
        remainder_name=wanted.get("remainder_name") if remainder else None, made_by=caller.name, made_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session, caller, "cost_month.reconcile", "cost_month", month,
        details={"account": account.name, "invoice": row.invoice, "currency": currency,
                 "total": money.written(total), "charged": money.written(charged),
                 "remainder": money.written(remainder), "remainder_name": row.remainder_name},
    )  # fmt: skip
    return row
