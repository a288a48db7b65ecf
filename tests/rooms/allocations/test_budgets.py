"""Budgets: told once for each threshold and month, whoever looks how often and wherever they are stopped."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from mcm.allocations import service, watching
from mcm.allocations.budget_documents import BudgetWrite
from mcm.allocations.spending import standing
from mcm.events import kinds
from mcm.kit import clock
from mcm.models import BudgetAlert, Event
from mcm.notices import texts
from tests.baddays.serving import Served
from tests.lab import CALLER, Lab
from tests.rooms.allocations.bills import Row, bill, rate
from tests.rooms.allocations.conftest import Org
from tests.rooms.identity.people import Person

MONTH = "2026-03"


@pytest.fixture(autouse=True)
def _march(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)


def _budget(lab: Lab, name: str, amount: str = "100", **more: Any) -> None:
    wanted = BudgetWrite.model_validate({"amount": amount, "currency": "EUR", **more})
    with lab.runtime.database.writing() as session:
        service.write(session, CALLER, name, wanted, None)


def _spend(org: Org, amount: str, tenant: str = "team", **more: Any) -> None:
    with org.lab.runtime.database.writing() as session:
        bill(session, MONTH, [Row(org.tenants[tenant], amount, org.accounts["lab"])], **more)


def _told(lab: Lab) -> list[tuple[str, int]]:
    with lab.runtime.database.reading() as session:
        rows = session.scalars(select(Event).where(Event.kind.like("budget.%")).order_by(Event.id)).all()
        return [(row.kind, row.data["percent"]) for row in rows]


def test_each_threshold_is_told_once(org: Org) -> None:
    lab = org.lab
    _budget(lab, "alphas", tenant="alpha")
    _spend(org, "49.99")
    assert watching.run(lab.runtime) == 0
    _spend(org, "30.01")
    # Both that were passed at once, though nobody looked in between.
    assert watching.run(lab.runtime) == 2
    assert watching.run(lab.runtime) == 0
    assert _told(lab) == [(kinds.BUDGET_REACHED, 50), (kinds.BUDGET_REACHED, 80)]
    _spend(org, "-75")
    _spend(org, "75")
    assert watching.run(lab.runtime) == 0, "what fell and rose again is not told again"
    _budget(lab, "alphas", amount="79", tenant="alpha")
    assert watching.run(lab.runtime) == 1
    with lab.runtime.database.reading() as session:
        event = session.scalars(select(Event).where(Event.kind == kinds.BUDGET_REACHED)).first()
        assert event is not None
        assert event.tenant_id == org.tenants["alpha"]
        body = texts.body_of(event, texts.kind_of(event) or "")["data"]
        assert body["title"] == "budget alphas has reached 50 % of 2026-03: EUR 80.00 of 100.00 are spent"
        assert "alphas" in body["title_zh"]
        assert "80.00" in body["title_zh"]


def test_killed_between_it_has_told_all_or_nothing(org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = org.lab
    _budget(lab, "alphas", tenant="alpha")
    _spend(org, "90")

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(watching, "emit", dies)
        with pytest.raises(KeyboardInterrupt):
            watching.run(lab.runtime)
    assert not _told(lab)
    assert lab.count("budget_alert") == 0
    assert watching.run(lab.runtime) == 2
    assert (len(_told(lab)), lab.count("budget_alert")) == (2, 2)


def test_of_two_that_saw_the_same_one_tells(org: Org) -> None:
    lab = org.lab
    _budget(lab, "alphas", tenant="alpha")
    _spend(org, "90")
    with lab.runtime.database.reading() as session:
        row = service.get(session, "alphas")
        now = standing(session, row, MONTH)
        seen = watching._reached(session, row, now)
    assert [one.percent for one in seen] == [50, 80]
    assert watching.run(lab.runtime) == 2
    with lab.runtime.database.writing() as session:
        assert watching._raise(session, row.id, row.version, MONTH, now, seen) == 0
    assert len(_told(lab)) == 2


def test_what_is_forecast_is_told_as_that(org: Org) -> None:
    lab = org.lab
    _budget(lab, "betas", amount="300", tenant="beta", thresholds=[{"percent": 100, "of": "forecast"}])
    with lab.runtime.database.writing() as session:
        for month, days in (("2025-11", 30), ("2025-12", 31), ("2026-01", 31), ("2026-02", 28), (MONTH, 20)):
            bill(session, month, [Row(org.tenants["beta"], "10", day=day) for day in range(1, days + 1)])
    assert watching.run(lab.runtime) == 1
    assert _told(lab) == [(kinds.BUDGET_FORECAST, 100)]
    with lab.runtime.database.reading() as session:
        told = session.scalars(select(BudgetAlert)).one()
        now = service.detail(session, service.get(session, "betas"), MONTH).standing
    assert told.spent == now.forecast
    assert now.spent == 200
    assert now.forecast is not None
    assert now.forecast >= 300


def test_what_is_unknown_is_neither_0_nor_told(org: Org) -> None:
    lab = org.lab
    _budget(lab, "all", amount="10")
    _spend(org, "9")
    _spend(org, "1000", currency="UYW")
    with lab.runtime.database.reading() as session:
        now = service.detail(session, service.get(session, "all"), MONTH).standing
    assert (now.spent, now.share, now.forecast) == (None, None, None)
    assert [gap.about for gap in now.gaps] == ["no_exchange_rate"]
    assert watching.run(lab.runtime) == 0
    with lab.runtime.database.writing() as session:
        rate(session, "UYW", "EUR", "0.001", date(2026, 3, 1))
    assert watching.run(lab.runtime) == 3


def test_only_what_it_is_for(org: Org) -> None:
    lab = org.lab
    _budget(lab, "mine", tenant="alpha", only={"service": ["Storage"]})
    _budget(lab, "later", tenant="alpha", since="2026-04")
    _budget(lab, "off", tenant="alpha", enabled=False)
    _spend(org, "90")
    assert watching.run(lab.runtime) == 0
    with lab.runtime.database.reading() as session:
        assert service.detail(session, service.get(session, "mine"), MONTH).standing.spent == Decimal(0)


def test_whose_budget_it_is(org: Org, served: Served, by: Callable[[str], Person]) -> None:
    body = {"amount": "5", "currency": "EUR", "tenant": "alpha"}
    alpha, beta, whole = by("alpha"), by("beta"), by("whole")
    made = alpha.send("PUT", "/budgets/alphas", body)
    assert made.is_success, made.text
    assert beta.get("/budgets/alphas").status_code == 404
    assert beta.get("/budgets").json()["items"] == []
    assert beta.send("DELETE", "/budgets/alphas").status_code == 404
    assert beta.send("PUT", "/budgets/alphas", body | {"tenant": "beta"}).status_code == 404
    assert beta.send("PUT", "/budgets/betas", body).status_code == 404
    assert alpha.send("PUT", "/budgets/everybodys", body | {"tenant": None}).status_code == 403
    assert whole.send("PUT", "/budgets/everybodys", body | {"tenant": None}).is_success
    assert [one["name"] for one in alpha.get("/budgets").json()["items"]] == ["alphas"]
    assert [one["name"] for one in whole.get("/budgets").json()["items"]] == ["alphas", "everybodys"]
    _spend(org, "3")
    _spend(org, "100", tenant="beta")
    shown = alpha.get("/budgets/alphas", month=MONTH)
    assert shown.headers["ETag"] == '"1"'
    assert (shown.json()["standing"]["spent"], shown.json()["standing"]["share"]) == ("3", "0.6")
    assert alpha.send("PUT", "/budgets/alphas", body, **{"If-Match": '"9"'}).status_code == 412
    assert whole.send("DELETE", f"/tenants/{org.tenants['team']}").status_code in (200, 403, 409)
    assert alpha.send("DELETE", "/budgets/alphas").is_success
