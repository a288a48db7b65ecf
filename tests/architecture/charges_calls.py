"""Requests that the routes of charges accept."""

from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import select

from mcm.charges import months
from mcm.models import Account, ChargeImport
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab

MONTH = "2026-09"
_HEADER = "BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName"
BILL = f"{_HEADER}\n1.5,EUR,{MONTH}-01T00:00:00Z,{MONTH}-01T00:00:00Z,{MONTH}-02T00:00:00Z,Usage,Compute\n".encode()


def _import(lab: Lab) -> Call:
    return Call("/charge-imports?account=lab&file_name=bill.csv", ["charge.import"], BILL)


def _charged(lab: Lab) -> str:
    """A month with a charge; returns the id of its import."""
    wanted = {"amount": Decimal(12), "currency": "EUR", "reason": "agreed by phone"}
    with lab.runtime.database.writing() as session:
        account = session.scalars(select(Account).where(Account.name == "lab")).one()
        months.correct(session, lab.runtime.database, CALLER, account, MONTH, wanted)
        return session.scalars(select(ChargeImport.id)).one()


def _remove(lab: Lab) -> Call:
    return Call(f"/charge-imports/{_charged(lab)}", ["charge.remove"])


def _close(lab: Lab) -> Call:
    _charged(lab)
    return Call(f"/cost-months/{MONTH}/close", ["cost_month.close"])


def _correct(lab: Lab) -> Call:
    body = {"account": "lab", "amount": "-3.25", "currency": "EUR", "reason": "credit note 7"}
    return Call(f"/cost-months/{MONTH}/corrections", ["charge.correct"], body)


def _reconcile(lab: Lab) -> Call:
    _charged(lab)
    body = {"account": "lab", "total": "14.28", "currency": "EUR", "invoice": "INV-7", "remainder_name": "tax"}
    return Call(f"/cost-months/{MONTH}/reconciliations", ["cost_month.reconcile"], body)


def _meter(lab: Lab) -> Call:
    # Without a rate card nothing is charged, and that is an answer.
    return Call(f"/cost-months/{MONTH}/metering", ["cost_month.meter"], {"accounts": ["lab"]})


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/charge-imports"): _import,
    ("DELETE", "/api/v1/charge-imports/{import_id}"): _remove,
    ("POST", "/api/v1/cost-months/{month}/close"): _close,
    ("POST", "/api/v1/cost-months/{month}/corrections"): _correct,
    ("POST", "/api/v1/cost-months/{month}/reconciliations"): _reconcile,
    ("POST", "/api/v1/cost-months/{month}/metering"): _meter,
}
