"""Limits of money per month: what counts, what is refused and how it is said, who sees what."""

import itertools
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, View, limit
from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.errors import Conflict
from mcm.tenancy import money, quota, repository
from mcm.tenancy.errors import QuotaExceeded, QuotaUnpriced
from mcm.tenancy.money import Change, Holding
from mcm.tenancy.quota import Reserved
from mcm.tenancy.schemas import Amounts, Limits, MonthlyMoney, Usage
from tests import lab as labs
from tests.lab import CALLER, Lab
from tests.rooms.tenancy import tariff
from tests.rooms.tenancy.estate import ALPHA, BETA, DEEP, GROUP, Estate, caller, who
from tests.rooms.tenancy.tariff import new

HOUR = timedelta(hours=1)
_keys = itertools.count()


@pytest.fixture(autouse=True)
def _tariff(monkeypatch: pytest.MonkeyPatch) -> None:
    tariff.hang_out(monkeypatch)


def _limit(lab: Lab, tenant_id: str, amount: str, currency: str = "EUR") -> None:
    with lab.runtime.database.writing() as session:
        tenant = repository.find(session, tenant_id)
        assert tenant is not None
        wanted = MonthlyMoney(amount=Decimal(amount), currency=currency)
        quota.set_limits(session, CALLER, tenant, Limits(money_per_month=wanted))


def _reserve(lab: Lab, tenant_id: str, change: Change | None, *, view: View = EVERYTHING) -> Reserved:
    with lab.runtime.database.writing() as session:
        limit(session, view)
        key = f"k{next(_keys)}"
        return quota.reserve(session, tenant_id, Amounts(instances=1), "a test", HOUR, key=key, change=change)


def _usage(lab: Lab, tenant_id: str, currency: str | None = None) -> Usage:
    with lab.runtime.database.reading() as session:
        tenant = repository.find(session, tenant_id)
        assert tenant is not None
        return quota.usage(session, tenant, money=True, currency=currency)


def test_what_lives_and_is_being_made_is_counted_with_what_has_no_price(estate: Estate) -> None:
    """Alpha has 8 instances of 2 vCPUs; disks that are volumes are counted once."""
    world, lab = estate.world, estate.lab
    assert _usage(lab, ALPHA).money is None
    there: dict[str, Any] = {"account": "acc_alpha-cloud", "tenant_id": ALPHA}
    disk = world.resource("disk", kind="volume", attributes={"size_gib": 10.5, "type": "fast"}, **there)
    world.resource("unsized", kind="volume", **there)
    big = world.resource("big", attributes={"vcpus": 4, "memory_mib": 1024, "disk_gib": 10.5}, **there)
    world.resource("local", attributes={"vcpus": 4, "memory_mib": 1024, "disk_gib": 20}, **there)
    both = world.resource(
        "both", attributes={"vcpus": 1, "memory_mib": 1024, "disk_gib": 7, "local_disk_gib": 7}, **there
    )
    world.resource("sizeless", attributes={"disk_gib": 5}, **there)
    world.resource("away", attributes={"vcpus": 64}, presence="gone", **there)
    world.relation(disk, "attached_to", big, "instance")
    world.relation(disk, "attached_to", both, "instance")
    _limit(lab, ALPHA, "100")
    _reserve(lab, ALPHA, new(ALPHA, 3))
    _reserve(lab, ALPHA, Change(new(ALPHA, 5).after, new(ALPHA, 4).after))
    _reserve(lab, ALPHA, Change(new(ALPHA, 1).after, new(ALPHA, 4).after))
    found = _usage(lab, ALPHA).money
    assert found is not None
    # 8 × 4 + 2 × 8 + 2 for vCPUs, 10.5 + 20 + 7 + 5 GiB of disks; what shrinks gives nothing back before it is smaller.
    assert (found.currency, found.used, found.reserved) == ("EUR", Decimal("54.25"), Decimal(8))
    assert (found.unpriced, found.unpriced_reserved, found.basis) == (2, 0, "list")
    assert [(one.count, one.reason, one.how_zh) for one in found.reasons] == [
        (2, tariff.NO_SIZE.reason, tariff.NO_SIZE.how_zh)
    ]
    # The eight are one question, however many they are; and all of it is asked at once.
    assert sorted(one.count for one in tariff.ASKED[-1] if one.vcpus == 2 and one.account_id != "acc_any") == [3, 5]
    assert len(tariff.ASKED[-1]) == len(set(tariff.ASKED[-1]))
    above = _usage(lab, GROUP, "USD").money
    assert above is not None
    assert (above.currency, above.used > found.used, above.reserved) == ("USD", True, Decimal(8))


def test_more_than_the_limit_is_refused_and_exactly_the_limit_is_not(estate: Estate) -> None:
    lab = estate.lab
    used = _usage(lab, GROUP, "EUR").money
    assert used is not None
    _limit(lab, GROUP, str(used.used + 12))
    _limit(lab, BETA, "100000")
    _reserve(lab, ALPHA, new(ALPHA, 4))
    with pytest.raises(QuotaExceeded) as refused:
        _reserve(lab, DEEP, new(DEEP, 3))
    assert refused.value.details == {
        "tenant": GROUP, "resource": "money_per_month", "currency": "EUR", "limit": str(used.used + 12),
        "used": str(used.used), "reserved": "8", "asked": "6", "unpriced": used.unpriced,
    }  # fmt: skip
    assert f"no room for 6.00 EUR a month in tenant 'group': of {used.used + 12}.00 EUR" in refused.value.message
    with pytest.raises(QuotaExceeded) as hidden:
        _reserve(lab, DEEP, new(DEEP, 3), view=View(tenants=frozenset({BETA, DEEP})))
    assert hidden.value.details == {"resource": "money_per_month", "asked": "6", "currency": "EUR"}
    assert "group" not in hidden.value.message
    assert _reserve(lab, DEEP, new(DEEP, 2)).status == "reserved"
    # Full: what costs nothing more is none of the limit's business.
    assert _reserve(lab, DEEP, Change(new(DEEP, 2).after, new(DEEP, 2).after)).status == "reserved"
    assert _reserve(lab, DEEP, None).status == "reserved"
    with pytest.raises(QuotaExceeded):
        _reserve(lab, DEEP, new(DEEP, 1))


def test_what_has_no_price_is_refused_where_a_limit_holds_and_counted_where_none_does(estate: Estate) -> None:
    lab = estate.lab
    assert _reserve(lab, BETA, new(BETA, None)).status == "reserved"
    before = Change(new(ALPHA, 4).after, new(ALPHA, None).after)
    _limit(lab, GROUP, "1000000")
    with pytest.raises(QuotaUnpriced) as refused:
        _reserve(lab, ALPHA, new(ALPHA, None))
    assert refused.value.details == {
        "tenant": GROUP, "resource": "money_per_month", "reasons": [tariff.NO_SIZE.reason]
    }  # fmt: skip
    assert "tenant 'group' has a limit of money per month" in refused.value.message
    assert "nobody says how large it is" in refused.value.message
    assert refused.value.next_step == (
        "say how large it is; or lift the limit: mcm quota set group --money-per-month none"
    )
    assert "大小未知" in refused.value.message_zh
    with pytest.raises(QuotaUnpriced) as hidden:
        _reserve(lab, ALPHA, new(ALPHA, None), view=View(tenants=frozenset({ALPHA})))
    assert "group" not in hidden.value.message + hidden.value.next_step + str(hidden.value.details)
    # What was without a price counted as nothing until now: with one, all of it is new.
    _reserve(lab, ALPHA, before)
    found = _usage(lab, GROUP).money
    assert found is not None
    assert (found.reserved, found.unpriced_reserved) == (Decimal(8), 1)


def test_without_anybody_who_knows_prices_nothing_is_free(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money, "_asked", [])
    _limit(estate.lab, ALPHA, "1000000")
    with pytest.raises(QuotaUnpriced):
        _reserve(estate.lab, ALPHA, new(ALPHA, 1))
    found = _usage(estate.lab, ALPHA).money
    assert found is not None
    assert (found.used, found.unpriced) == (Decimal(0), 8)


def test_a_renewed_reservation_is_judged_by_what_it_is_for(estate: Estate) -> None:
    lab = estate.lab
    held = _reserve(lab, ALPHA, new(ALPHA, 10))
    with lab.runtime.database.writing() as session:
        quota.release(session, held.id)
    _limit(lab, ALPHA, "51")
    with pytest.raises(QuotaExceeded), lab.runtime.database.writing() as session:
        quota.renew(session, held.id, HOUR, key="again")
    _limit(lab, ALPHA, "52")
    with lab.runtime.database.writing() as session:
        quota.renew(session, held.id, HOUR, key="again")
    found = _usage(lab, ALPHA).money
    assert found is not None
    assert (found.used, found.reserved) == (Decimal(32), Decimal(20))


def test_over_http(estate: Estate) -> None:
    """Who may not read costs sees the limit and not what is spent."""
    with estate.http(who(EVERYTHING, Role.SYSTEM_ADMIN)) as http:

        def put(body: object) -> int:
            key = {"Idempotency-Key": str(next(_keys))}
            return http.put("/api/v1/tenants/alpha/quota", json=body, headers=key).status_code

        wanted = {"amount": "5000.50", "currency": "EUR"}
        assert put({"vcpus": 9, "money_per_month": wanted}) == 200
        shown = http.get("/api/v1/tenants/alpha/quota").json()
        assert (shown["money_per_month"], shown["vcpus"]) == ({"amount": "5000.5", "currency": "EUR"}, 9)
        for wrong in ({"amount": "-1"}, {"amount": 5.5}, {"amount": "x"}, {"currency": "XXQ"}, {"currency": "eur"}):
            assert put({"money_per_month": wanted | wrong}) == 422, wrong
        assert http.get("/api/v1/tenants/alpha/usage?currency=QQQ").status_code == 422
        in_yen = http.get("/api/v1/tenants/alpha/usage?currency=JPY").json()["money"]
        assert (in_yen["currency"], in_yen["used"], in_yen["unpriced"]) == ("JPY", "32", 0)
        assert put({"vcpus": 9}) == 200
        assert http.get("/api/v1/tenants/alpha/usage").json()["money"] is None
        assert put({"money_per_month": wanted}) == 200
    with estate.http(caller("alpha")) as http:
        blind = http.get("/api/v1/tenants/alpha/usage").json()
    assert (blind["money"], blind["limits"]["money_per_month"]["amount"]) == (None, "5000.5")
    with estate.http(caller("alpha", Role.OPERATOR)) as http:
        assert http.get("/api/v1/tenants/alpha/usage").json()["money"]["used"] == "32"


def test_a_step_back_refuses_to_forget_a_limit(database_url: str, tmp_path: Path) -> None:
    lab, engine = labs.make(database_url, tmp_path), build_engine(database_url)
    try:
        with lab.runtime.database.writing() as session:
            tenant = repository.everyone(session)[0]
            wanted = MonthlyMoney(amount=Decimal("12.34"), currency="EUR")
            quota.set_limits(session, CALLER, tenant, Limits(money_per_month=wanted))
            change = Change(Holding("volume", tenant.id, "acc_x", "r1", disk_gib=Decimal("1.5")))
            quota.reserve(session, tenant.id, Amounts(), "a test", HOUR, key="k")
        with pytest.raises(Conflict, match="1 row of quota_money"):
            migrate.downgrade(engine, "0022")
        with lab.runtime.database.writing() as session:
            quota.set_limits(session, CALLER, tenant, Limits())
            quota.reserve(session, tenant.id, Amounts(storage_gib=2), "a test", HOUR, key="l", change=change)
        migrate.downgrade(engine, "0022")
        migrate.upgrade(engine)
        with engine.connect() as connection:
            kept = connection.execute(text("SELECT storage_gib, change FROM quota_reservation ORDER BY key")).all()
        assert [tuple(row) for row in kept] == [(0, None), (2, None)]
        # What it was for is forgotten, and said to be.
        found = _usage(lab, tenant.id, "EUR").money
        assert found is not None
        assert (found.reserved, found.unpriced_reserved) == (Decimal(0), 1)
    finally:
        engine.dispose()
        lab.close()
