"""Availability as it was observed, composed over tiers; what stands at one place only; unknown stays unknown."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from mcm.auth.service import View, limit
from mcm.kit import clock
from mcm.models import Account, ResourceRow, SyncRun
from mcm.placement import settings
from mcm.placement.location_schemas import LocationSet
from mcm.resilience import composing, observing, service
from mcm.resilience.composing import Standing
from mcm.resilience.errors import ApplicationNotFound
from tests.lab import CALLER, Lab, make
from tests.rooms.placement.estate import add

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = make(database_url, tmp_path / "data")
    yield made
    made.close()


def _bucket(minutes: int) -> str:
    return f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"[:15]


def test_time_counts_as_what_was_seen_last_for_an_hour_and_then_as_nothing() -> None:
    until = NOON + timedelta(hours=10)
    reads = [(_bucket(0), 5, 0), (_bucket(30), 0, 4), (_bucket(40), 1, 3), (_bucket(50), 3, 0)]
    found = observing.observed(reads, NOON, until)
    # Answered from 0 to 30 and from 50 on, with the hour that it is taken for; 20 minutes not; then nobody looked.
    assert (found.answered_s, found.unanswered_s, found.outages) == ((3 + 1 + 6) * 600, 2 * 600, 1)
    assert found.available == Decimal(10) / 12 // Decimal("0.000001") * Decimal("0.000001")
    assert found.coverage == Decimal("0.2")
    assert (found.reads, found.first, found.last) == (16, NOON, NOON + timedelta(minutes=50))
    nothing = observing.observed([], NOON, until)
    assert (nothing.available, nothing.coverage, nothing.first) == (None, Decimal(0), None)
    assert observing.share(999_999_999, 1_000_000_000) == Decimal("0.999999")


def test_tiers_need_each_other_and_places_stand_in_for_each_other() -> None:
    both = composing.parallel({"a": Decimal("0.99"), "b": Decimal("0.9")})
    assert (both.value, both.formula) == (Decimal("0.999"), "1 − (1 − a=0.99) × (1 − b=0.9)")
    whole = composing.serial({"web": both.value, "db": Decimal("0.9")})
    assert (whole.value, whole.formula) == (Decimal("0.8991"), "web=0.999 × db=0.9")
    for made in (composing.parallel, composing.serial):
        lacking = made({"a": Decimal("0.99"), "b": None})
        assert (lacking.value, lacking.lacking) == (None, ("b",))
        assert "b=?" in lacking.formula
        assert made({}).value is None


def test_one_place_only_is_said_and_so_is_that_nobody_knows() -> None:
    one = Standing("dc", "r1", "z1", "hall-1", "Beijing")
    assert composing.single([one]) == {
        "account": "dc", "region": "dc/r1", "zone": "dc/r1/z1", "site": "hall-1", "city": "Beijing"
    }  # fmt: skip
    other = Standing("cloud", "r9", "", None, "Beijing")
    assert composing.single([one, other]) == {"site": None, "city": "Beijing"}
    unknown = Standing("dc", "r1", None, "hall-1", "Beijing")
    assert composing.single([one, unknown])["zone"] is None
    assert "zone" not in composing.single([other, unknown])


def _observe(lab: Lab, name: str, *minutes_ago: int, error: str | None = None) -> None:
    with lab.runtime.database.writing() as session:
        account = session.scalars(select(Account).where(Account.name == name)).one()
        for one in minutes_ago:
            at = clock.now() - timedelta(minutes=one)
            session.add(
                SyncRun(
                    id=f"run-{name}-{one}", scope_id=1, account_id=account.id, account_name=name, region="r",
                    kind="instance", mode="full", outcome="failed" if error else "complete", started_at=at,
                    finished_at=at, error_code=error,
                )
            )  # fmt: skip


def test_an_application_over_two_accounts_with_what_was_observed_and_promised(lab: Lab) -> None:
    add(lab, "dc", "private", flavour="vmware", instances=4)
    add(lab, "cloud", "public", flavour="public", instances=4, project="core-banking")
    with lab.runtime.database.writing() as session:
        session.execute(delete(SyncRun))
        rows = {
            name: session.scalars(
                select(ResourceRow)
                .join(Account, Account.id == ResourceRow.account_id)
                .where(Account.name == name, ResourceRow.kind == "instance")
                .order_by(ResourceRow.id)
                .limit(2)
            ).all()
            for name in ("dc", "cloud")
        }
        for row, tier, state in (
            *((each, "web", "running") for each in (rows["dc"][0], rows["cloud"][0])),
            (rows["dc"][1], "db", "running"),
            (rows["cloud"][1], "db", "stopped"),
        ):
            row.labels, row.state = {"application": "shop", "tier": tier}, state
        places = {name: f"{name}/{found[0].region}" for name, found in rows.items()}
        settings.write(session, CALLER, "dc", LocationSet(sla_percent=Decimal("99.9"), sla_source="contract 7"), None)
    # Half of what was seen of dc was no answer; a cloud that says no has answered.
    _observe(lab, "dc", 125, 115, 105, 95)
    _observe(lab, "dc", 85, 75, 65, 55, 45, 35, 25, 15, 5, error="unreachable")
    _observe(lab, "cloud", *range(5, 126, 10), error="permission_denied")
    with lab.runtime.database.reading() as session:
        report = service.accounts(session, 1)
        shop = service.application(session, "shop", 1)
        limit(session, View(tenants=frozenset({"ten_other"})))
        assert service.accounts(session, 1).items == []
        with pytest.raises(ApplicationNotFound):
            service.application(session, "shop", 1)
    cloud, dc = report.items
    assert (cloud.available, cloud.outages, cloud.promised_percent) == (Decimal(1), 0, None)
    assert dc.available is not None
    assert Decimal(0) < dc.available < Decimal("0.5")
    assert (dc.outages, dc.reads, dc.promised_percent, dc.promised_source) == (1, 13, Decimal("99.9"), "contract 7")
    assert Decimal(0) < dc.coverage < Decimal("0.2")
    web = next(one for one in shop.tiers if one.tier == "web")
    db = next(one for one in shop.tiers if one.tier == "db")
    assert (web.observed.value, db.observed.value) == (Decimal(1), dc.available)
    assert shop.observed.value == dc.available
    assert "db=" in shop.observed.formula
    assert " × " in shop.observed.formula
    # What nobody promised is unknown, for the tier and for the whole.
    assert (db.promised.value, web.promised.value, shop.promised.value) == (Decimal("0.999"), None, None)
    assert [one.partition("/")[0] for one in web.promised.lacking] == ["cloud"]
    assert (db.running, db.stopped) == (1, 1)
    assert (db.single["account"], db.single["site"]) == ("dc", "dc-site")
    assert not {"account", "region", "zone", "site"} & set(web.single)
    assert places["dc"] in {one.location for one in db.places} or db.places[0].location.startswith(places["dc"])
