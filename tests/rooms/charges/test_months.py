"""Closing, corrections, reconciliation; who sees what."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text, update

from mcm.accounts.errors import AccountNotFound
from mcm.auth.service import View, limit
from mcm.charges import exporting, importing, months, presenting, service
from mcm.charges.errors import (
    ImportNotFound,
    InvalidCharge,
    InvalidDimension,
    MonthClosed,
    MonthNotFound,
    MonthRunning,
    RemainderUnnamed,
)
from mcm.errors import BadRequest, Forbidden
from mcm.kit import clock
from mcm.models import Account, ChargeImport, ChargePart
from mcm.paging import encode_cursor
from tests.lab import CALLER, Lab
from tests.rooms.charges.bills import MONTH, bill, take, total


def _correct(lab: Lab, amount: str, month: str = MONTH, **given: Any) -> str:
    wanted = {"amount": Decimal(amount), "currency": "EUR", "reason": "credit note 7"} | given
    with lab.runtime.database.writing() as session:
        account = service.account_to_charge(session, CALLER, "lab")
        return months.correct(session, lab.runtime.database, CALLER, account, month, wanted).id


def _close(lab: Lab) -> dict[str, Any]:
    with lab.runtime.database.writing() as session:
        return months.close(session, CALLER, MONTH)


@pytest.mark.only_on("sqlite")
def test_a_month_that_is_not_over_is_not_closed(lab: Lab) -> None:
    now = clock.now().replace(day=1)
    month, following = f"{now:%Y-%m}", f"{now + timedelta(days=32):%Y-%m}"
    start = {"BillingPeriodStart": f"{month}-01T00:00:00Z", "BillingPeriodEnd": f"{following}-01T00:00:00Z"}
    start |= {"ChargePeriodStart": f"{month}-01T00:00:00Z", "ChargePeriodEnd": f"{month}-01T01:00:00Z"}
    assert take(lab, bill([start]))[0] is not None
    with pytest.raises(MonthRunning, match="is not over"), lab.runtime.database.writing() as session:
        months.close(session, CALLER, month)
    assert lab.count("cost_month", "status = 'closed'") == 0


def _reconcile(lab: Lab, total: str, name: str | None = None, **given: Any) -> Any:
    wanted = {"total": Decimal(total), "currency": "EUR", "invoice": "INV-7", "remainder_name": name} | given
    with lab.runtime.database.writing() as session:
        account = service.account_to_charge(session, CALLER, "lab")
        return presenting.reconciliation(months.reconcile(session, CALLER, account, MONTH, wanted))


def test_a_closed_month_changes_by_corrections_only(lab: Lab) -> None:
    row, _ = take(lab, bill([{}]))
    assert row is not None
    closed = _close(lab)
    assert (closed["status"], closed["closed_by"]) == ("closed", "local")
    assert closed["totals"][0]["billed"] == Decimal("1.25")
    with pytest.raises(MonthClosed, match="already"):
        _close(lab)
    with pytest.raises(MonthClosed), lab.runtime.database.writing() as session:
        importing.remove(session, CALLER, service.find(session, row.id))
    correction = _correct(lab, "-0.123456789012345678", service="Support")
    assert total(lab, by=["charge_class", "service"]) == {
        (None, "Compute engine", "EUR"): Decimal("1.25"),
        ("Correction", "Support", "EUR"): Decimal("-0.123456789012345678"),
    }
    with pytest.raises(MonthClosed), lab.runtime.database.writing() as session:
        importing.remove(session, CALLER, service.find(session, correction))
    with lab.runtime.database.reading() as session:
        found = presenting.detail(session, service.find(session, correction))
        assert (found.kind, found.reason, found.months) == ("correction", "credit note 7", [MONTH])
        kept = months.one(session, MONTH)
    assert kept["totals"][0]["billed"] == Decimal("1.126543210987654322")
    assert kept["version"] == 1


def test_corrections_stay_when_a_newer_bill_comes(lab: Lab) -> None:
    take(lab, bill([{}]))
    _correct(lab, "-0.25")
    _correct(lab, "-0.25")
    take(lab, bill([{"BilledCost": "3"}]))
    assert total(lab) == {("EUR",): Decimal("2.5")}


def test_what_is_removed_is_gone_and_may_come_again(lab: Lab) -> None:
    row, _ = take(lab, bill([{}]))
    assert row is not None
    with lab.runtime.database.writing() as session:
        importing.remove(session, CALLER, service.find(session, row.id))
    assert total(lab) == {}
    again, _ = take(lab, bill([{}]))
    assert again is not None
    assert (again.id, again.status) == (row.id, "current")
    assert total(lab) == {("EUR",): Decimal("1.25")}


def test_an_invoice_reconciles_with_a_named_remainder(lab: Lab) -> None:
    take(lab, bill([{}, {"ResourceId": "r-2", "BilledCost": "0.1"}]))
    exact = _reconcile(lab, "1.35", "tax")
    assert (exact.remainder, exact.remainder_name) == (0, None)
    with pytest.raises(RemainderUnnamed, match=r"1.6065 EUR and 1.35 was charged: 0.2565 remains"):
        _reconcile(lab, "1.6065")
    named = _reconcile(lab, "1.6065", "value added tax, 19 %")
    assert (named.charged_total, named.remainder) == (Decimal("1.35"), Decimal("0.2565"))
    with pytest.raises(MonthNotFound, match="in USD"):
        _reconcile(lab, "1", currency="USD")
    with pytest.raises(InvalidCharge, match="'XXQ' is no currency"):
        _reconcile(lab, "1", currency="XXQ")
    with lab.runtime.database.reading() as session:
        names = [one.remainder_name for one in service.month_detail(session, MONTH).reconciliations]
    assert set(names) == {None, "value added tax, 19 %"}


def test_what_is_modelled_is_held_against_no_invoice_and_corrected_as_such(lab: Lab) -> None:
    take(lab, bill([{}]))
    with lab.runtime.database.writing() as session:
        session.execute(update(ChargePart).values(basis="modelled", kind="meter"))
    with pytest.raises(MonthNotFound, match="no billed cost"):
        _reconcile(lab, "1.25")
    _correct(lab, "-0.25")
    assert total(lab, by=["basis"]) == {("modelled", "EUR"): Decimal("1.0")}
    _correct(lab, "7", currency="USD")
    assert total(lab, by=["basis"])["billed", "USD"] == 7
    take(lab, bill([{"BilledCost": "3"}]), mode="add")
    _correct(lab, "0.5")
    # What is modelled, the correction to it too, is not in what an invoice is held against.
    assert _reconcile(lab, "3.5").charged_total == Decimal("3.5")


@pytest.mark.parametrize("month", ["2026-13", "september", "2026-9", "0000-01", "2026-09-01"])
def test_what_is_no_month(lab: Lab, month: str) -> None:
    with pytest.raises(InvalidCharge, match="is no month"):
        _correct(lab, "1", month=month)


@pytest.mark.parametrize("dimension", ["colour", "tag:", 'tag:a"b', "label", "tag", ""])
def test_what_charges_are_not_grouped_by(lab: Lab, dimension: str) -> None:
    with pytest.raises(InvalidDimension), lab.runtime.database.reading() as session:
        service.grouped(session, months=[MONTH], by=[dimension])


def test_what_one_may_not_see_does_not_exist(lab: Lab) -> None:
    """The other account is of a tenant below; one charge of the first is that tenant's too."""
    lab.sync()
    with lab.runtime.database.writing() as session:
        session.execute(
            text("INSERT INTO tenant (id, name, created_at, version) SELECT 'ten_b', 'b', created_at, 1 FROM tenant")
        )
        session.execute(text("UPDATE account SET tenant_id = 'ten_b' WHERE name = 'other'"))
        instance = lab.resources()[0]
        session.execute(text("UPDATE resource SET tenant_id = 'ten_b' WHERE id = :id"), {"id": instance.id})
    row, _ = take(lab, bill([{"BilledCost": "100"}, {"BilledCost": "10", "ResourceId": instance.native_id}]))
    take(lab, bill([{"BilledCost": "1"}]), account="other")
    take(lab, bill([{"BilledCost": "5", "BillingPeriodStart": "2026-08-01T00:00:00Z"}]), mode="add")
    assert row is not None
    with lab.runtime.database.reading() as session:
        limit(session, View(tenants=frozenset({"ten_b"})))
        (only,) = service.grouped(session, months=[MONTH, "2026-08"], cost="billed")
        assert (only.amount, only.rows) == (Decimal(11), 2)
        assert service.with_charges(session) == [MONTH]
        assert [one.totals[0].billed for one in service.month_items(session)] == [11]
        page = service.charges(session, [], {}, None, 10, None)
        assert sorted(str(item.billed_cost) for item in page.items) == ["1", "10"]
        assert len(service.imports(session, None, None, 10, None).items) == 1
        with pytest.raises(ImportNotFound):
            service.find(session, row.id)
        with pytest.raises(AccountNotFound):
            service.filters_of(session, ["account=lab"])
        with pytest.raises(MonthNotFound):
            service.month_detail(session, "2026-08")
        account = session.scalars(select(Account).where(Account.name == "lab")).one()
        limit(session, View(projects=frozenset({(account.id, "p-1")})))
        assert service.grouped(session, months=["2026-08"], cost="billed")[0].amount == 5
        limit(session, View(tenants=frozenset({"nobody"})))
        assert service.month_items(session) == []
    with lab.runtime.database.reading() as session:
        limit(session, View(tenants=frozenset({"ten_b"})))
        with pytest.raises(Forbidden, match="closed as a whole"):
            months.close(session, CALLER, MONTH)
    with lab.runtime.database.writing() as session:
        # Whose account it is may not put a cost on what was given to somebody else.
        limit(
            session,
            View(tenants=frozenset({session.scalars(select(Account.tenant_id).where(Account.name == "lab")).one()})),
        )
        account = service.account_to_charge(session, CALLER, "lab")
        wanted = {"amount": Decimal(1), "currency": "EUR", "reason": "theirs", "resource": instance.id}
        with pytest.raises(InvalidCharge, match="has no resource"):
            months.correct(session, lab.runtime.database, CALLER, account, MONTH, wanted)


def test_pages_are_whole_and_cursors_keep_their_place(lab: Lab) -> None:
    rows = [{"ResourceId": f"r-{number}", "ServiceName": "ab"[number % 2]} for number in range(25)]
    take(lab, bill(rows))
    seen: list[str | None] = []
    with lab.runtime.database.reading() as session:
        cursor = None
        while True:
            filters = service.filters_of(session, ["service=a", "tag:env=prod"])
            page = service.charges(session, [MONTH], filters, None, 4, cursor)
            seen += [item.native_id for item in page.items]
            if (cursor := page.next_cursor) is None:
                break
        assert seen == [f"r-{number}" for number in range(0, 25, 2)]
        assert service.charges(session, [MONTH], {}, "negative_cost", 10, None).items == []
        for cursor in (encode_cursor([7, 7]), encode_cursor(["x", "y"])):
            with pytest.raises(BadRequest):
                service.imports(session, None, None, 10, cursor)
        with pytest.raises(BadRequest):
            service.charges(session, [MONTH], {}, None, 10, encode_cursor([None]))
        with pytest.raises(InvalidDimension, match="no flag"):
            service.charges(session, [MONTH], {}, "loud", 10, None)
        assert isinstance(session.scalars(select(ChargeImport)).one().report, dict)


def test_what_a_bill_calls_a_thing_is_no_formula_in_a_spreadsheet(lab: Lab) -> None:
    take(lab, bill([{"ServiceName": "=HYPERLINK(1)", "BilledCost": "-1.25"}]))
    with lab.runtime.database.reading() as session:
        found = list(service.rows_for(session, MONTH))
        out = b"".join(exporting.export(lambda: iter(found), "1.2", "csv")).decode()
    assert ",'=HYPERLINK(1)," in out
    assert ",-1.25," in out or out.splitlines()[1].startswith("-1.25,")
