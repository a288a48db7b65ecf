"""What could be saved: found by numbers, priced by hand, seen by those who see the resource, planned, dismissed."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.auth.roles import Role
from mcm.findings import looking, standing
from mcm.findings.found import Found, Kind
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import Account, Finding, ResourceRow
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from mcm.utilisation import days
from mcm.utilisation.distribution import Distribution
from tests import prepared
from tests.baddays.serving import serving
from tests.lab import CALLER, Lab
from tests.rooms.costs import stock
from tests.rooms.identity.people import Person, user

MONTH = Decimal(730)


# Of the size that has a price, and free of charge while it is stopped.
PRICED: dict[str, Any] = {"stop_billing": "stops", "vcpus": 2, "memory_mib": 4096, "os_family": "linux",
                          "architecture": "x86_64", "gpu_count": None}  # fmt: skip


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = _quiet(prepared.lab(database_url, tmp_path, "findings", _read))
    yield made
    made.close()


def _quiet(made: Lab) -> Lab:
    with made.runtime.database.writing() as session:
        session.execute(update(Account).values(ownership="public"))
        # Only what a test says is orphaned or old.
        session.execute(update(ResourceRow).values(valid_from=clock.now()))
        session.execute(update(ResourceRow).where(ResourceRow.kind == "snapshot").values(created_at=clock.now()))
    return made


def _read(lab: Lab) -> None:
    lab.account(instances=12, regions="1")
    lab.sync(kinds=("instance", "volume", "public_ip", "snapshot", "flavor", "image"))


def _prices(lab: Lab, *rows: dict[str, Any]) -> None:
    with lab.runtime.database.writing() as session:
        stock.put(session, "simulated", lab.resources()[0].region, list(rows))


def _used(
    lab: Lab, ident: str, cpu: float, memory: float | None = None, *, of_days: int = 14, share: float = 1
) -> None:
    today = clock.now().date()
    for metric, value in (("cpu", cpu), ("memory", memory)):
        if value is not None:
            seconds = int(86_400 * share)
            one = Distribution(24, seconds, value / 2, value / 2, value, value, value / 2)
            found = {(ident, metric, today - timedelta(days=back)): one for back in range(of_days)}
            with lab.runtime.database.writing() as session:
                days.store(session, found, clock.now())


def _set(lab: Lab, ident: str, **values: Any) -> None:
    with lab.runtime.database.writing() as session:
        session.execute(update(ResourceRow).where(ResourceRow.id == ident).values(**values))


def _told(lab: Lab, ident: str, **values: Any) -> None:
    with lab.runtime.database.writing() as session:
        row = session.get_one(ResourceRow, ident)
        row.attributes = row.attributes | values


def _look(lab: Lab) -> dict[tuple[str, Kind], Found]:
    with lab.runtime.database.reading() as session:
        return {(one.resource_id, one.kind): one for one in looking.look(session, clock.now())}


def _record(lab: Lab) -> dict[str, int]:
    found = list(_look(lab).values())
    with lab.runtime.database.writing() as session:
        return standing.record(session, found, clock.now())


def test_idle_only_by_enough_days_and_coverage(lab: Lab) -> None:
    running = [row for row in lab.resources() if row.state == "running"]
    idle, busy, few, thin, dear, off = running[:6]
    _used(lab, idle.id, 0.03)
    _used(lab, busy.id, 0.6, 0.9)
    _used(lab, few.id, 0.03, of_days=6)
    _used(lab, thin.id, 0.03, share=0.4)
    _used(lab, dear.id, 0.03, share=0.6)
    _used(lab, off.id, 0.03)
    _set(lab, off.id, state="stopped")
    _told(lab, idle.id, **PRICED)
    _told(lab, dear.id, stop_billing="keeps")
    assert _look(lab)[idle.id, Kind.IDLE_INSTANCE].saving.amount is None, "no price is known: unknown, not 0"
    _prices(lab, stock.size("s", 2, 4, "0.1"), stock.size("m", 8, 64, "0.9"))
    found = _look(lab)
    assert {ident for ident, _ in found} == {idle.id, dear.id}
    one = found[idle.id, Kind.IDLE_INSTANCE]
    assert (one.action, one.saving.amount, one.saving.currency, one.saving.basis) == (
        "instance.stop", Decimal("0.1") * MONTH, "USD", "list",
    )  # fmt: skip
    assert (one.confidence, one.evidence["days"], one.evidence["cpu_p95"]) == ("high", 14, 0.03)
    kept = found[dear.id, Kind.IDLE_INSTANCE]
    assert (kept.saving.amount, kept.saving.notes, kept.confidence) == (None, ("stopping_keeps_the_bill",), "low")


def test_savings_come_in_the_organisations_currency(database_url: str, tmp_path: Path) -> None:
    lab = _quiet(prepared.lab(database_url, tmp_path, "findings in yuan", _read, currency="CNY"))
    try:
        row = next(row for row in lab.resources() if row.state == "running")
        _used(lab, row.id, 0.03)
        _told(lab, row.id, **PRICED)
        _prices(lab, stock.size("s", 2, 4, "0.1"))
        unknown = _look(lab)[row.id, Kind.IDLE_INSTANCE].saving
        assert (unknown.amount, "no_exchange_rate" in unknown.notes) == (None, True), "no rate is known: unknown, not 0"
        with lab.runtime.database.writing() as session:
            stock.rate(session, "USD", "CNY", "7")
        found = _look(lab)[row.id, Kind.IDLE_INSTANCE].saving
        assert (found.amount, found.currency) == (Decimal("0.7") * MONTH, "CNY")
    finally:
        lab.close()


def test_oversized_is_the_next_smaller_flavor_that_holds_it(lab: Lab) -> None:
    flavors = [(row.attributes["vcpus"], row.attributes["memory_mib"], row) for row in lab.resources("flavor")]
    most = max(flavors, key=lambda one: (one[0], one[1]))
    row = next(row for row in lab.resources() if row.state == "running")
    _told(lab, row.id, vcpus=most[0], memory_mib=most[1], os_family="linux", architecture=None, gpu_count=None)
    cpu, memory = 0.10, 0.10
    _used(lab, row.id, cpu, memory)
    fits = [
        (vcpus, mib, one.native_id)
        for vcpus, mib, one in flavors
        if vcpus * 10 >= most[0] * cpu / 0.7 * 10
        and mib >= most[1] * memory / 0.8
        and (vcpus, mib) != most[:2]
        and not one.attributes.get("gpu_count")
    ]
    wanted = max(fits)
    vcpus, mib = wanted[0], wanted[1]
    _prices(
        lab, stock.size("now", most[0], most[1] // 1024, "2.5"), stock.size("then", vcpus, mib // 1024, "1.25"),
    )  # fmt: skip
    one = _look(lab)[row.id, Kind.OVERSIZED_INSTANCE]
    there = next(found for found in flavors if found[2].native_id == one.params["flavor"])
    assert there[:2] == (vcpus, mib)
    assert one.saving.amount == Decimal("1.25") * MONTH
    assert (one.evidence["memory_p95"], one.evidence["to_vcpus"]) == (memory, vcpus)
    # Memory that nobody measured cannot be taken away.
    with lab.runtime.database.writing() as session:
        days.prune(session, clock.now().date() + timedelta(days=1))
    _used(lab, row.id, cpu)
    found = _look(lab).get((row.id, Kind.OVERSIZED_INSTANCE))
    assert found is None or found.evidence["to_memory_mib"] >= most[1]


def test_what_nothing_uses_and_what_is_old(lab: Lab) -> None:
    _prices(
        lab,
        stock.size("s", 2, 4, "0.1"),
        {"item": "storage", "sku": "ssd", "class": "ssd", "unit": "gib_month", "price": "0.08"},
        {"item": "snapshot", "sku": "snap", "unit": "gib_month", "price": "0.05"},
        {"item": "public_ip", "sku": "ip", "unit": "hour", "price": "0.005"},
    )
    lost, used, young = lab.resources("volume")[:3]
    long_ago = clock.now() - timedelta(days=40)
    for row, attached, since in ((lost, [], long_ago), (used, [{"instance": "i"}], long_ago), (young, [], clock.now())):
        _told(lab, row.id, attachments=attached, size_gib=100, type="ssd")
        _set(lab, row.id, state="available", valid_from=since)
    address = lab.resources("public_ip")[0]
    _told(lab, address.id, idle=True, associated_with=None)
    _set(lab, address.id, valid_from=long_ago)
    snapshot = lab.resources("snapshot")[0]
    _told(lab, snapshot.id, size_gib=40)
    _set(lab, snapshot.id, created_at=clock.now() - timedelta(days=400))
    found = _look(lab)
    assert {(ident, kind.value): (one.saving.amount, one.confidence) for (ident, kind), one in found.items()} == {
        (lost.id, "orphaned_volume"): (Decimal(8), "medium"),
        (address.id, "orphaned_address"): (Decimal("0.005") * MONTH, "medium"),
        (snapshot.id, "old_snapshot"): (Decimal(2), "high"),
    }
    assert found[lost.id, Kind.ORPHANED_VOLUME].evidence["days"] == 40
    assert "at_most" in found[snapshot.id, Kind.OLD_SNAPSHOT].saving.notes


def test_a_dismissal_outlives_what_goes_and_comes_back(lab: Lab) -> None:
    row = next(row for row in lab.resources() if row.state == "running")
    _used(lab, row.id, 0.01)
    assert _record(lab) == {"open": 1, "new": 1, "resolved": 0}
    assert _record(lab) == {"open": 1, "new": 0, "resolved": 0}
    with lab.runtime.database.writing() as session:
        one = session.scalars(select(Finding)).one()
        one.dismissed_at = clock.now()
    _set(lab, row.id, state="stopped")
    assert _record(lab) == {"open": 0, "new": 0, "resolved": 1}
    _set(lab, row.id, state="running")
    assert _record(lab) == {"open": 1, "new": 1, "resolved": 0}
    with lab.runtime.database.writing() as session:
        one = session.scalars(select(Finding)).one()
        assert standing.is_dismissed(one, clock.now())
        one.dismissed_until = clock.now() - timedelta(days=1)
        assert not standing.is_dismissed(one, clock.now())
        one.resolved_at = clock.now() - timedelta(days=500)
        standing.prune(session, clock.now() - timedelta(days=365))
        assert session.scalars(select(Finding)).first() is None


def test_over_http_listed_planned_and_dismissed_by_those_who_may(lab: Lab) -> None:
    first, second, mine = [row for row in lab.resources() if row.state == "running"][:3]
    for row in (first, second, mine):
        _used(lab, row.id, 0.01)
        _told(lab, row.id, **PRICED)
    _prices(lab, stock.size("s", 2, 4, "0.1"))
    with lab.runtime.database.writing() as session:
        tenant = tenants.create(session, CALLER, TenantCreate(name="alpha", kind="department", parent="default"))
        session.execute(update(ResourceRow).where(ResourceRow.id == mine.id).values(tenant_id=tenant.id))
    for name in ("anna", "olga", "cora"):
        user(lab, name)
    with lab.runtime.database.writing() as session:
        roles.bind(session, CALLER, "anna", Role.OPERATOR, HeldIn(tenant="alpha"))
        roles.bind(session, CALLER, "olga", Role.OPERATOR, HeldIn())
        roles.bind(session, CALLER, "cora", Role.COST_ANALYST, HeldIn())
    with serving(lab) as served:
        by = {name: Person(served) for name in ("anna", "olga", "cora")}
        for name, person in by.items():
            assert person.login(name).is_success
        assert by["olga"].send("POST", "/findings/check").status_code == 403
        assert by["cora"].send("POST", "/findings/check").json()["open"] == 3
        pages, cursor = [], None
        while True:
            answer = by["cora"].send("GET", f"/findings?limit=2{f'&cursor={cursor}' if cursor else ''}").json()
            pages.append([one["resource_id"] for one in answer["items"]])
            cursor = answer["next_cursor"]
            if not cursor:
                break
        assert [len(page) for page in pages] == [2, 1]
        assert {ident for page in pages for ident in page} == {first.id, second.id, mine.id}
        (seen,) = by["anna"].send("GET", "/findings").json()["items"]
        assert (seen["resource_id"], seen["saving"], seen["status"]) == (mine.id, "73", "open")
        (total,) = by["anna"].send("GET", "/findings/summary").json()["kinds"]
        assert (total["count"], total["priced"], total["saving"]) == (1, 1, "73")
        every = {one["resource_id"]: one["id"] for one in by["olga"].send("GET", "/findings").json()["items"]}
        assert by["anna"].send("GET", f"/findings/{every[first.id]}").status_code == 404
        assert by["anna"].send("POST", "/findings/plan", {"findings": [every[first.id]]}).status_code == 404
        assert by["cora"].send("POST", "/findings/plan", {"findings": [every[first.id]]}).status_code == 403
        plan = {"findings": [every[first.id], every[mine.id]], "note": "idle for weeks"}
        (made,) = by["olga"].send("POST", "/findings/plan", plan).json()["plans"]
        assert (made["action"], made["note"]) == ("instance.stop", "idle for weeks")
        detail = by["olga"].send("GET", f"/plans/{made['id']}").json()
        assert {one["resource_id"] for one in detail["items"]} == {first.id, mine.id}
        one = f"/findings/{every[second.id]}"
        later = (clock.now() + timedelta(days=30)).isoformat()
        assert by["olga"].send("POST", f"{one}/dismiss", {"reason": "spare"}).status_code == 403
        for bad in (
            {},
            {"reason": " "},
            {"reason": "x", "until": "2020-01-01T00:00:00Z"},
            {"reason": "x", "until": "n"},
        ):
            assert by["cora"].send("POST", f"{one}/dismiss", bad).status_code == 422, bad
        told = by["cora"].send("POST", f"{one}/dismiss", {"reason": "spare", "until": later}).json()
        assert (told["status"], told["dismissed_by"], told["dismissed_why"]) == ("dismissed", "cora", "spare")
        assert second.id not in {row["resource_id"] for row in by["cora"].send("GET", "/findings").json()["items"]}
        refused = by["olga"].send("POST", "/findings/plan", {"findings": [every[second.id]]})
        assert (refused.status_code, refused.json()["code"]) == (409, "finding_not_open")
        assert by["cora"].send("POST", f"{one}/reopen").json()["status"] == "open"
        assert by["cora"].send("GET", "/findings?cursor=e30").status_code == 400
        assert by["cora"].send("GET", "/findings?kind=none").status_code == 422
