"""What could be saved: found by numbers, priced by hand, seen by those who see the resource, planned, dismissed."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select, update

from mcm.auth.roles import Role
from mcm.findings import standing
from mcm.findings.found import Kind
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import Finding, ResourceRow
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from mcm.utilisation import days
from tests import prepared
from tests.baddays.serving import serving
from tests.lab import CALLER, Lab
from tests.rooms.costs import stock
from tests.rooms.findings.desk import MONTH, PRICED, change, look, measured, prices, quiet, read, record, says
from tests.rooms.identity.people import Person, user


def test_idle_only_by_enough_days_and_coverage(lab: Lab) -> None:
    running = [row for row in lab.resources() if row.state == "running"]
    idle, busy, few, thin, dear, off = running[:6]
    measured(lab, idle.id, 0.03)
    measured(lab, busy.id, 0.6, 0.9)
    measured(lab, few.id, 0.03, of_days=6)
    measured(lab, thin.id, 0.03, share=0.4)
    measured(lab, dear.id, 0.03, share=0.6)
    measured(lab, off.id, 0.03)
    change(lab, off.id, state="stopped")
    says(lab, idle.id, **PRICED)
    says(lab, dear.id, stop_billing="keeps")
    assert look(lab)[idle.id, Kind.IDLE_INSTANCE].saving.amount is None, "no price is known: unknown, not 0"
    prices(lab, stock.size("s", 2, 4, "0.1"), stock.size("m", 8, 64, "0.9"))
    found = look(lab)
    assert {ident for ident, _ in found} == {idle.id, dear.id}
    one = found[idle.id, Kind.IDLE_INSTANCE]
    assert (one.action, one.saving.amount, one.saving.currency, one.saving.basis) == (
        "instance.stop", Decimal("0.1") * MONTH, "USD", "list",
    )  # fmt: skip
    assert (one.confidence, one.evidence["days"], one.evidence["cpu_p95"]) == ("high", 14, 0.03)
    kept = found[dear.id, Kind.IDLE_INSTANCE]
    assert (kept.saving.amount, kept.saving.notes, kept.confidence) == (None, ("stopping_keeps_the_bill",), "low")


def test_savings_come_in_the_organisations_currency(database_url: str, tmp_path: Path) -> None:
    lab = quiet(prepared.lab(database_url, tmp_path, "findings in yuan", read, currency="CNY"))
    try:
        row = next(row for row in lab.resources() if row.state == "running")
        measured(lab, row.id, 0.03)
        says(lab, row.id, **PRICED)
        prices(lab, stock.size("s", 2, 4, "0.1"))
        unknown = look(lab)[row.id, Kind.IDLE_INSTANCE].saving
        assert (unknown.amount, "no_exchange_rate" in unknown.notes) == (None, True), "no rate is known: unknown, not 0"
        with lab.runtime.database.writing() as session:
            stock.rate(session, "USD", "CNY", "7")
        found = look(lab)[row.id, Kind.IDLE_INSTANCE].saving
        assert (found.amount, found.currency) == (Decimal("0.7") * MONTH, "CNY")
    finally:
        lab.close()


def test_oversized_is_the_next_smaller_flavor_that_holds_it(lab: Lab) -> None:
    flavors = [(row.attributes["vcpus"], row.attributes["memory_mib"], row) for row in lab.resources("flavor")]
    most = max(flavors, key=lambda one: (one[0], one[1]))
    row = next(row for row in lab.resources() if row.state == "running")
    says(lab, row.id, vcpus=most[0], memory_mib=most[1], os_family="linux", architecture=None, gpu_count=None)
    cpu, memory = 0.10, 0.10
    measured(lab, row.id, cpu, memory)
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
    prices(
        lab, stock.size("now", most[0], most[1] // 1024, "2.5"), stock.size("then", vcpus, mib // 1024, "1.25"),
    )  # fmt: skip
    one = look(lab)[row.id, Kind.OVERSIZED_INSTANCE]
    there = next(found for found in flavors if found[2].native_id == one.params["flavor"])
    assert there[:2] == (vcpus, mib)
    assert one.saving.amount == Decimal("1.25") * MONTH
    assert (one.evidence["memory_p95"], one.evidence["to_vcpus"]) == (memory, vcpus)
    # Memory that nobody measured cannot be taken away.
    with lab.runtime.database.writing() as session:
        days.prune(session, clock.now().date() + timedelta(days=1))
    measured(lab, row.id, cpu)
    found = look(lab).get((row.id, Kind.OVERSIZED_INSTANCE))
    assert found is None or found.evidence["to_memory_mib"] >= most[1]


def test_what_nothing_uses_and_what_is_old(lab: Lab) -> None:
    prices(
        lab,
        stock.size("s", 2, 4, "0.1"),
        {"item": "storage", "sku": "ssd", "class": "ssd", "unit": "gib_month", "price": "0.08"},
        {"item": "snapshot", "sku": "snap", "unit": "gib_month", "price": "0.05"},
        {"item": "public_ip", "sku": "ip", "unit": "hour", "price": "0.005"},
    )
    lost, used, young = lab.resources("volume")[:3]
    long_ago = clock.now() - timedelta(days=40)
    for row, attached, since in ((lost, [], long_ago), (used, [{"instance": "i"}], long_ago), (young, [], clock.now())):
        says(lab, row.id, attachments=attached, size_gib=100, type="ssd")
        change(lab, row.id, state="available", valid_from=since)
    address = lab.resources("public_ip")[0]
    says(lab, address.id, idle=True, associated_with=None)
    change(lab, address.id, valid_from=long_ago)
    snapshot = lab.resources("snapshot")[0]
    says(lab, snapshot.id, size_gib=40)
    change(lab, snapshot.id, created_at=clock.now() - timedelta(days=400))
    found = look(lab)
    assert {(ident, kind.value): (one.saving.amount, one.confidence) for (ident, kind), one in found.items()} == {
        (lost.id, "orphaned_volume"): (Decimal(8), "medium"),
        (address.id, "orphaned_address"): (Decimal("0.005") * MONTH, "medium"),
        (snapshot.id, "old_snapshot"): (Decimal(2), "high"),
    }
    assert found[lost.id, Kind.ORPHANED_VOLUME].evidence["days"] == 40
    assert "at_most" in found[snapshot.id, Kind.OLD_SNAPSHOT].saving.notes


def test_a_dismissal_outlives_what_goes_and_comes_back(lab: Lab) -> None:
    row = next(row for row in lab.resources() if row.state == "running")
    measured(lab, row.id, 0.01)
    assert record(lab) == {"open": 1, "new": 1, "resolved": 0}
    assert record(lab) == {"open": 1, "new": 0, "resolved": 0}
    with lab.runtime.database.writing() as session:
        one = session.scalars(select(Finding)).one()
        one.dismissed_at = clock.now()
    change(lab, row.id, state="stopped")
    assert record(lab) == {"open": 0, "new": 0, "resolved": 1}
    change(lab, row.id, state="running")
    assert record(lab) == {"open": 1, "new": 1, "resolved": 0}
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
        measured(lab, row.id, 0.01)
        says(lab, row.id, **PRICED)
    prices(lab, stock.size("s", 2, 4, "0.1"))
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
