"""Bills for the tests, and how they get in: straight through the room, without HTTP."""

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from mcm.charges import comparing, importing, service, staging
from mcm.charges.importing import Incoming, Mode
from mcm.models import Account, ChargeImport
from tests.lab import CALLER, Lab

MONTH = "2026-09"
ROW: Mapping[str, Any] = {
    "BilledCost": "1.25", "EffectiveCost": "1.2", "ListCost": "1.5", "ContractedCost": "1.25", "BillingCurrency": "EUR",
    "BillingAccountId": "b-1", "BillingAccountName": "Acme", "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z", "ChargePeriodStart": "2026-09-03T00:00:00Z",
    "ChargePeriodEnd": "2026-09-04T00:00:00Z", "ChargeCategory": "Usage", "ChargeClass": "",
    "ChargeDescription": "an hour", "ChargeFrequency": "Usage-Based", "ServiceName": "Compute engine",
    "ServiceCategory": "Compute", "ProviderName": "Cloud", "PublisherName": "Cloud", "InvoiceIssuerName": "Cloud",
    "PricingQuantity": "3", "PricingUnit": "Hours", "ListUnitPrice": "0.5", "SkuId": "s-1", "RegionId": "eu-1",
    "RegionName": "Europe", "ResourceId": "r-1", "SubAccountId": "p-1", "SubAccountName": "project",
    "Tags": '{"env": "prod", "team": "a"}',
}  # fmt: skip


def bill(rows: Iterable[Mapping[str, Any]], *, columns: Iterable[str] | None = None, delimiter: str = ",") -> bytes:
    """Each row is ROW with what is given in its place."""
    whole = [{**ROW, **row} for row in rows]
    names = list(columns or dict.fromkeys(name for row in whole for name in row) or ROW)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=delimiter, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(whole)
    return text.getvalue().encode()


def take(
    lab: Lab,
    content: bytes,
    *,
    account: str = "lab",
    mode: Mode = "replace",
    store: bool = True,
    most_bytes: int | None = None,
) -> tuple[ChargeImport | None, importing.Ready]:
    """As the route does it. Raises InvalidBill."""
    database = lab.runtime.database
    with database.reading() as session:
        target = session.scalars(select(Account).where(Account.name == account)).one()
    incoming = Incoming(
        target, io.BytesIO(content), sha256(content).hexdigest(), "bill", mode, store=store, most_bytes=most_bytes
    )
    with database.reading() as session:
        known = importing.known(session, incoming.import_id)
    if known is not None:
        return known, importing.Ready(incoming, staging.Staging(database, known.id, target, "file", "billed"), [], {})
    ready = importing.read(database, incoming)
    if not store:
        return None, ready
    with database.writing() as session:
        row = importing.finish(session, CALLER, ready, lambda: comparing_again(lab, ready))
    staging.sweep(database)
    return row, ready


def comparing_again(lab: Lab, ready: importing.Ready) -> dict[str, int]:
    with lab.runtime.database.reading() as session:
        older = comparing.current_parts(session, ready.incoming.account.id, ready.staging.months)
        return comparing.compared(session, older, ready.staging.part_ids)


def findings(ready: importing.Ready) -> dict[tuple[str, str], int]:
    return {(one["code"], one["column"] or ""): one["count"] for one in ready.incoming.findings.told()}


def total(
    lab: Lab, *months: str, by: Iterable[str] = (), cost: Any = "billed"
) -> dict[tuple[Any, ...], Decimal | None]:
    with lab.runtime.database.reading() as session:
        found = service.grouped(session, months=months or [MONTH], by=list(by), cost=cost)
    return {(*one.key, one.currency): one.amount for one in found}


def stored(lab: Lab) -> list[tuple[Any, ...]]:
    """Everything current, without numbers that only say when it came."""
    with lab.runtime.database.reading() as session:
        found = []
        for month in service.with_charges(session):
            for charge, part in service.rows_for(session, month):
                found.append(
                    (part.month, part.currency, part.account_id, charge.line_hash, charge.row_key, charge.billed_cost,
                     charge.effective_cost, charge.tenant_id, charge.resource_id, charge.flags)
                )  # fmt: skip
    return sorted(found, key=str)
