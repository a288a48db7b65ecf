"""Instances that run without a break and are paid by the hour: what a commitment would save."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, update

from mcm.findings import standing
from mcm.findings.errors import FindingWithoutAction
from mcm.findings.found import Found, Kind
from mcm.findings.schemas import FindingPlan
from mcm.findings.service import item, plan
from mcm.kit import clock
from mcm.models import Account, Charge, ChargePart, ResourceRow, ResourceVersion
from tests.lab import CALLER, Lab
from tests.rooms.costs import stock
from tests.rooms.findings.desk import MONTH, PRICED, change, look, measured, prices, record, says

HOURLY, RESERVED, UPFRONT = Decimal("0.1"), Decimal("0.03"), Decimal("240")


@pytest.fixture
def steady(lab: Lab) -> ResourceRow:
    """It has run for 200 days as far as mcm knows; a year of it costs less than by the hour, three years still less."""
    prices(
        lab,
        stock.size("s", 2, 4, str(HOURLY)),
        stock.size("s", 2, 4, str(RESERVED), option="reserved", term=12, upfront=str(UPFRONT)),
        stock.size("s", 2, 4, "0.01", option="reserved", term=36),
        stock.size("s", 2, 4, "0.005", option="spot"),
    )
    row = next(row for row in lab.resources() if row.state == "running")
    says(lab, row.id, **PRICED)
    change(lab, row.id, first_seen=_ago(200))
    return row


def _ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days, hours=1)


def _found(lab: Lab, row: ResourceRow) -> Found | None:
    return look(lab).get((row.id, Kind.UNCOMMITTED_INSTANCE))


def _billed(lab: Lab, row: ResourceRow, commitment: str | None, *, days: int = 10, status: str = "current") -> None:
    """A day of its use, as a bill has it."""
    at = _ago(days)
    with lab.runtime.database.writing() as session:
        part = ChargePart(
            import_id="imp_1", account_id=row.account_id, month=f"{at:%Y-%m}", currency="USD", basis="billed",
            kind="bill", status=status, rows=1, unknown=0, created_at=at,
        )  # fmt: skip
        session.add(part)
        session.flush()
        values: dict[str, Any] = {
            "part_id": part.id, "line": 2, "flags": 0, "line_hash": 1, "row_key": 1, "tenant_id": row.tenant_id,
            "resource_id": row.id, "billed_cost": Decimal("2.4"), "charge_category": "Usage", "charge_start": at,
            "charge_end": at + timedelta(days=1), "commitment_id": commitment,
        }  # fmt: skip
        session.execute(insert(Charge).values(**values))


def test_what_a_year_of_it_would_save(lab: Lab, steady: ResourceRow) -> None:
    _billed(lab, steady, None)
    found = _found(lab, steady)
    assert found is not None
    assert found.saving.amount == (HOURLY - RESERVED) * MONTH - UPFRONT / 12
    assert (found.saving.currency, found.saving.basis, found.saving.notes) == ("USD", "list", ())
    assert (found.confidence, found.action, found.params) == ("high", None, {})
    assert {name: found.evidence[name] for name in ("days", "option", "term_months", "upfront")} == {
        "days": 200, "option": "reserved", "term_months": 12, "upfront": "240 USD",
    }  # fmt: skip


def test_no_bill_says_whether_it_is_covered(lab: Lab, steady: ResourceRow) -> None:
    _billed(lab, steady, None, days=80)
    _billed(lab, steady, "ri-1", status="superseded")
    found = _found(lab, steady)
    assert found is not None
    assert (found.confidence, found.saving.notes) == ("low", ("coverage_unknown",))


def test_what_a_commitment_pays_for_already(lab: Lab, steady: ResourceRow) -> None:
    _billed(lab, steady, None)
    _billed(lab, steady, "ri-1", days=20)
    assert _found(lab, steady) is None


@pytest.mark.parametrize(("days", "confidence"), [(29, None), (30, "medium"), (179, "medium"), (180, "high")])
def test_it_has_to_run_without_a_break(lab: Lab, steady: ResourceRow, days: int, confidence: str | None) -> None:
    _billed(lab, steady, None)
    columns = {column.key for column in ResourceVersion.__mapper__.column_attrs}
    with lab.runtime.database.writing() as session:
        row = session.get_one(ResourceRow, steady.id)
        before = {name: getattr(row, name) for name in columns if hasattr(row, name)}
        before |= {
            "resource_id": row.id,
            "state": "stopped",
            "valid_from": _ago(190),
            "valid_to": _ago(days),
            "native": None,
        }
        session.add(ResourceVersion(**before))
        # What changed since while it ran is no break.
        session.add(ResourceVersion(**before | {"state": "running", "valid_from": _ago(days), "valid_to": _ago(1)}))
    found = _found(lab, steady)
    assert (found.confidence if found is not None else None) == confidence
    assert found is None or found.evidence["days"] == days


def test_what_is_idle_is_not_bought_for_a_year(lab: Lab, steady: ResourceRow) -> None:
    measured(lab, steady.id, 0.01)
    assert {kind for ident, kind in look(lab) if ident == steady.id} == {Kind.IDLE_INSTANCE}


def test_private_clouds_sell_none_and_neither_is_what_costs_more(lab: Lab, steady: ResourceRow) -> None:
    with lab.runtime.database.writing() as session:
        session.execute(update(Account).values(ownership="private"))
    assert _found(lab, steady) is None
    with lab.runtime.database.writing() as session:
        session.execute(update(Account).values(ownership="public"))
    assert _found(lab, steady) is not None
    prices(lab, stock.size("s", 2, 4, "0.02"), stock.size("s", 2, 4, "0.03", option="reserved", term=12))
    assert _found(lab, steady) is None


def test_mcm_makes_no_plan_of_it(lab: Lab, steady: ResourceRow) -> None:
    runtime = lab.runtime
    record(lab)
    with runtime.database.writing() as session:
        (row,) = standing.page(session, None, 10, standing.wanted("open", clock.now(), None, None, steady.id))
        shown = item(row, clock.now())
        assert (shown.kind, shown.action) == ("uncommitted_instance", None)
        with pytest.raises(FindingWithoutAction) as refused:
            plan(session, runtime.registry, runtime.settings, CALLER, FindingPlan(findings=[shown.id]))
    assert "bought at the cloud" in refused.value.message
