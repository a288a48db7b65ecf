"""Charges as an import leaves them, written straight into the database: asked for is what becomes of them."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Charge, ChargePart, ExchangeRate

_ids = itertools.count(1)


@dataclass(frozen=True)
class Row:
    """One charge. amount None: the bill does not say."""

    tenant_id: str
    amount: str | None
    account_id: str = "acc_x"
    service: str | None = "Compute"
    day: int = 1
    quantity: str | None = None
    unit: str | None = None
    resource_id: str | None = "res_1"
    tags: dict[str, str] | None = None
    project: str | None = None
    sku: str | None = None
    category: str = "Usage"
    days: int = 1


def bill(
    session: Session, month: str, rows: Iterable[Row], *, currency: str = "EUR", basis: str = "billed",
    effective: str = "1",
) -> None:  # fmt: skip
    """effective: times the billed cost."""
    by_account: dict[str, list[Row]] = {}
    for row in rows:
        by_account.setdefault(row.account_id, []).append(row)
    now = clock.now()
    for account_id, found in by_account.items():
        part = ChargePart(
            id=next(_ids), import_id=f"imp_{account_id}_{month}_{currency}", account_id=account_id, month=month,
            currency=currency, basis=basis, kind="file" if basis == "billed" else "meter", status="current",
            rows=len(found), unknown=0, created_at=now,
        )  # fmt: skip
        session.add(part)
        for line, row in enumerate(found, 1):
            start = datetime.fromisoformat(f"{month}-01T00:00:00+00:00") + timedelta(days=row.day - 1)
            billed = None if row.amount is None else Decimal(row.amount)
            values: dict[str, Any] = {
                "part_id": part.id, "line": line, "flags": 0, "line_hash": next(_ids), "row_key": next(_ids),
                "tenant_id": row.tenant_id, "resource_id": row.resource_id, "service_name": row.service,
                "billed_cost": billed, "effective_cost": None if billed is None else billed * Decimal(effective),
                "region_id": "r1", "sub_account_id": row.project, "charge_category": row.category, "sku_id": row.sku,
                "charge_start": start, "charge_end": start + timedelta(days=row.days), "tags": row.tags,
                "consumed_quantity": None if row.quantity is None else Decimal(row.quantity),
                "consumed_unit": row.unit, "provider_name": "cloud",
            }  # fmt: skip
            session.add(Charge(id=next(_ids), **values))
    session.flush()


def rate(session: Session, base: str, quote: str, value: str, on: date) -> None:
    session.add(
        ExchangeRate(
            id=f"fx_{next(_ids)}", base=base, quote=quote, rate=Decimal(value), source="a bank", quoted_on=on,
            seed=False, recorded_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()
