"""Quotas: what is measured, what is refused and how it is said, and many who ask at once."""

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from mcm.auth.roles import Role
from mcm.auth.service import EVERYTHING, View, limit
from mcm.errors import InvalidInput
from mcm.kit import clock
from mcm.tenancy import quota, quota_repository, repository
from mcm.tenancy.errors import QuotaExceeded, ReservationEnded, ReservationNotFound, TenantNotFound
from mcm.tenancy.money_quota import taken
from mcm.tenancy.quota import Reserved
from mcm.tenancy.schemas import Amounts, Limits, MonthlyMoney
from tests import lab as labs
from tests.harness.postgres import PostgresServer
from tests.lab import CALLER, Lab
from tests.rooms.tenancy import tariff
from tests.rooms.tenancy.estate import ALPHA, BETA, DEEP, GROUP, Estate, caller, who

HOUR = timedelta(hours=1)


def _limit(lab: Lab, tenant_id: str, **amounts: int) -> None:
    with lab.runtime.database.writing() as session:
        tenant = repository.find(session, tenant_id)
        assert tenant is not None
        quota.set_limits(session, CALLER, tenant, Limits(**amounts))


def _reserve(lab: Lab, tenant_id: str, key: str, ttl: timedelta = HOUR, **amounts: int) -> Reserved:
    with lab.runtime.database.writing() as session:
        return quota.reserve(session, tenant_id, Amounts(**amounts), "a test", ttl, key=key)


def _done(lab: Lab, verb: Any, ident: str) -> Reserved:
    with lab.runtime.database.writing() as session:
        found: Reserved = verb(session, ident)
        return found


def _held(lab: Lab, tenant_id: str) -> int:
    with lab.runtime.database.reading() as session:
        return quota_repository.reserved(session, [tenant_id], clock.now())[tenant_id]["instances"]


def test_usage_is_what_lives_in_the_tenant_and_below(estate: Estate) -> None:
    volume = {"size_gib": 10.5}
    estate.world.resource("disk", kind="volume", account="acc_alpha-cloud", attributes=volume, tenant_id=ALPHA)
    estate.world.resource("unsized", kind="volume", account="acc_alpha-cloud", tenant_id=ALPHA)
    with estate.http(caller("alpha")) as http:
        usage = http.get("/api/v1/tenants/alpha/usage").json()
    assert usage["used"] == {"instances": 8, "vcpus": 16, "memory_mib": 16384, "storage_gib": 11}
    assert usage["unknown"] == {"instances": 0, "vcpus": 0, "memory_mib": 0, "storage_gib": 1}
    with estate.http(who(EVERYTHING)) as http:
        everything = http.get("/api/v1/tenants/group/usage").json()
    living = [row for row in estate.lab.resources() if row.presence != "gone"]
    assert everything["used"]["instances"] == len(living)
    assert everything["unknown"]["vcpus"] == sum("vcpus" not in row.attributes for row in living)


def test_limits_are_set_shown_and_lifted(estate: Estate) -> None:
    with estate.http(who(EVERYTHING, Role.SYSTEM_ADMIN)) as http:
        body = {"instances": 20, "storage_gib": 0}
        answer = http.put("/api/v1/tenants/alpha/quota", json=body, headers={"Idempotency-Key": "1"})
        expected = {"instances": 20, "vcpus": None, "memory_mib": None, "storage_gib": 0, "money_per_month": None}
        assert answer.json() == expected
        assert http.get("/api/v1/tenants/alpha/usage").json()["limits"] == answer.json()
        wrong = http.put("/api/v1/tenants/alpha/quota", json={"instances": -1}, headers={"Idempotency-Key": "2"})
        assert wrong.status_code == 422
        http.put("/api/v1/tenants/alpha/quota", json={}, headers={"Idempotency-Key": "3"})
        assert set(http.get("/api/v1/tenants/alpha/quota").json().values()) == {None}


def test_who_is_bound_by_a_limit_does_not_set_it(estate: Estate) -> None:
    """Authority over what is above sets it; an administrator of a tenant sets those of the tenants in it."""

    def put(http: httpx.Client, tenant: str) -> int:
        number = str(next(numbers))
        url = f"/api/v1/tenants/{tenant}/quota"
        return http.put(url, json={"instances": 99}, headers={"Idempotency-Key": number}).status_code

    numbers = itertools.count()
    _limit(estate.lab, BETA, instances=3)
    with estate.http(who(View(tenants=frozenset({BETA, DEEP})), Role.SYSTEM_ADMIN, tenant=BETA)) as http:
        assert put(http, BETA) == 403
        assert http.get(f"/api/v1/tenants/{BETA}/quota").json()["instances"] == 3
        assert put(http, DEEP) == 200
        assert put(http, ALPHA) == 404
    with estate.http(who(View(tenants=frozenset({GROUP, ALPHA, BETA, DEEP})), Role.SYSTEM_ADMIN)) as http:
        assert put(http, GROUP) == 403
        assert put(http, BETA) == 200
    with estate.http(who(EVERYTHING, Role.SYSTEM_ADMIN)) as http:
        assert put(http, GROUP) == 200


def test_a_limit_above_holds_for_the_sum_below_and_is_named(estate: Estate) -> None:
    lab = estate.lab
    used = sum(row.presence != "gone" for row in lab.resources())
    _limit(lab, GROUP, instances=used + 3)
    _limit(lab, BETA, instances=100)
    _reserve(lab, ALPHA, "a", instances=2)
    with pytest.raises(QuotaExceeded) as refused:
        _reserve(lab, DEEP, "b", instances=2)
    assert refused.value.details == {
        "tenant": GROUP, "resource": "instances", "limit": used + 3, "used": used, "reserved": 2, "asked": 2
    }  # fmt: skip
    assert f"'group': of {used + 3}, {used} are used and 2 reserved" in refused.value.message
    with lab.runtime.database.writing() as session:
        limit(session, View(tenants=frozenset({BETA, DEEP})))
        with pytest.raises(QuotaExceeded) as hidden:
            quota.reserve(session, DEEP, Amounts(instances=2), "a test", HOUR, key="b")
    assert hidden.value.details == {"resource": "instances", "asked": 2}
    assert "group" not in hidden.value.message
    assert _reserve(lab, DEEP, "b", instances=1, vcpus=10**6).status == "reserved"


def test_a_key_is_one_reservation(estate: Estate) -> None:
    lab = estate.lab
    first = _reserve(lab, ALPHA, "same", instances=2)
    assert _reserve(lab, ALPHA, "same", instances=2) == first
    assert _held(lab, GROUP) == 2
    with pytest.raises(InvalidInput):
        _reserve(lab, ALPHA, "same", instances=3)
    assert _reserve(lab, BETA, "same", instances=3).id != first.id
    assert _done(lab, quota.release, first.id).status == "released"
    assert _reserve(lab, ALPHA, "same", instances=2).status == "released"
    assert _held(lab, ALPHA) == 0


def test_reservations_end_in_one_way_only(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = estate.lab
    committed, overdue, released = (_reserve(lab, ALPHA, key, instances=1) for key in "abc")
    assert _done(lab, quota.commit, committed.id) == _done(lab, quota.commit, committed.id)
    assert _done(lab, quota.release, released.id) == _done(lab, quota.release, released.id)
    with pytest.raises(ReservationEnded):
        _done(lab, quota.release, committed.id)
    with pytest.raises(ReservationEnded):
        _done(lab, quota.commit, released.id)
    assert _held(lab, ALPHA) == 2
    later = datetime.now(UTC) + 2 * HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert _held(lab, ALPHA) == 0
    with pytest.raises(ReservationEnded):
        _done(lab, quota.commit, overdue.id)
    with lab.runtime.database.writing() as session:
        assert (quota.expire(session), quota.expire(session)) == (1, 0)
    assert _done(lab, quota.release, overdue.id).status == "expired"


def test_what_is_not_there_cannot_be_reserved(estate: Estate) -> None:
    with pytest.raises(TenantNotFound):
        _reserve(estate.lab, "ten_nobody", "a", instances=1)
    with pytest.raises(ReservationNotFound):
        _done(estate.lab, quota.commit, "qrs_nobody")
    mine = _reserve(estate.lab, ALPHA, "a", instances=1)
    with estate.lab.runtime.database.writing() as session:
        limit(session, View(tenants=frozenset({BETA})))
        with pytest.raises(ReservationNotFound):
            quota.release(session, mine.id)
        with pytest.raises(TenantNotFound):
            quota.reserve(session, ALPHA, Amounts(instances=1), "a test", HOUR, key="b")


@pytest.fixture
def crowded(postgres_server: PostgresServer, postgres_template: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(postgres_server.url_for(postgres_server.create_database(template=postgres_template)), tmp_path)
    yield made
    made.close()


@pytest.mark.postgres
@pytest.mark.parametrize("of", ["instances", "money"])
def test_fifty_who_ask_at_once_never_get_more_than_there_is(
    crowded: Lab, of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.rooms.tenancy import estate as estates

    tariff.hang_out(monkeypatch)
    lab = estates.make(crowded).lab
    used = sum(row.presence != "gone" for row in lab.resources())
    _limit(lab, ALPHA, instances=8 + 15)
    if of == "instances":
        _limit(lab, GROUP, instances=used + 23)
    else:
        with lab.runtime.database.writing() as session:
            tenant = repository.find(session, GROUP)
            assert tenant is not None
            paid = taken(session, [GROUP], "EUR")[GROUP].used
            # One vCPU each costs 2, and for half of one more there is room.
            limits = Limits(money_per_month=MonthlyMoney(amount=paid + 2 * 23 + 1, currency="EUR"))
            quota.set_limits(session, CALLER, tenant, limits)
    outcomes: list[str] = []
    start = threading.Barrier(50)

    def ask(number: int) -> None:
        start.wait()
        try:
            # Half of them twice, as after a lost answer.
            for _ in range(1 + number % 2):
                whose = (ALPHA, BETA, DEEP)[number % 3]
                with lab.runtime.database.writing() as session:
                    one, change = Amounts(instances=1), tariff.new(whose, 1)
                    quota.reserve(session, whose, one, "a test", HOUR, key=f"k{number}", change=change)
            outcomes.append("reserved")
        except QuotaExceeded as refused:
            outcomes.append(str(refused.details["tenant"]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 50
    assert outcomes.count("reserved") == 23 == _held(lab, GROUP)
    assert _held(lab, ALPHA) <= 15
