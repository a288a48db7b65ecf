"""What clouds say is used: read in lots, kept by day, read again without harm, shown to those who see the machine."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.auth.roles import Role
from mcm.contract import NotSupported, Sample
from mcm.identity import roles
from mcm.identity.schemas import HeldIn
from mcm.kit import clock
from mcm.models import ResourceRow, UtilisationDay, UtilisationRead
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from mcm.utilisation import days, reading, showing
from mcm.utilisation.distribution import Distribution
from mcm_providers.simulated import metrics
from mcm_providers.simulated.adapter import SimulatedProvider
from tests import prepared
from tests.baddays.serving import serving
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import Person, user


@pytest.fixture
def lab(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setattr(reading, "LOT", 7)
    made = prepared.lab(database_url, tmp_path, "utilisation", _read)
    made.world().change(made.world().ids()[3], status="SHUTOFF")
    made.sync(kinds=("instance",))
    yield made
    made.close()


def _read(lab: Lab) -> None:
    lab.account(instances=20, regions="1")
    lab.sync(kinds=("instance", "host"))


def _rows(lab: Lab) -> dict[tuple[str, str, Any], UtilisationDay]:
    with lab.runtime.database.reading() as session:
        return {(row.resource_id, row.metric, row.day): row for row in session.scalars(select(UtilisationDay))}


def _again(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        session.execute(update(UtilisationRead).values(due_at=clock.now()))
    assert reading.run_next(lab.runtime)


def _reading(lab: Lab) -> UtilisationRead:
    with lab.runtime.database.reading() as session:
        return session.scalars(select(UtilisationRead)).one()


def test_a_reading_is_what_the_cloud_says_and_the_next_one_changes_nothing_of_it(lab: Lab) -> None:
    assert reading.run_next(lab.runtime)
    assert not reading.run_next(lab.runtime), "nothing is due any more"
    found = _rows(lab)
    yesterday = clock.now().date() - timedelta(days=1)
    midnight = datetime.combine(yesterday, datetime.min.time(), UTC)
    running = [row for row in lab.resources() if row.state == "running"]
    assert 0 < len(running) < 20, "some are off"
    hosts = lab.resources("host")
    for row in [*running, *hosts]:
        ref = next(ref for ident, ref in _asked(lab) if ident == row.id)
        said = [
            one.value
            for one in metrics.samples(ref, row.created_at, midnight, midnight + timedelta(days=1))
            if one.metric == "memory"
        ]
        if not said:
            continue
        kept = found[row.id, "memory", yesterday]
        in_order = sorted(said)
        assert (kept.samples, kept.coverage_s) == (len(said), 3600 * len(said))
        assert (kept.min, kept.max) == (in_order[0], in_order[-1])
        assert kept.p95 == in_order[math.ceil(len(said) * 0.95) - 1]
        assert kept.mean == pytest.approx(sum(said) / len(said))
    # What was off has no measurements, rather than zeros.
    assert {key[0] for key in found} <= {row.id for row in [*running, *hosts]}
    told = _reading(lab)
    assert (told.status, told.resources) == ("ok", 20 + len(hosts))
    assert told.measured == len({key[0] for key in found})
    _again(lab)
    after = _rows(lab)
    assert {key: row.p95 for key, row in after.items() if key[2] == yesterday} == {
        key: row.p95 for key, row in found.items() if key[2] == yesterday
    }


def _asked(lab: Lab) -> list[Any]:
    with lab.runtime.database.reading() as session:
        account_id = session.scalars(select(UtilisationRead.account_id)).one()
        return days.asked(session, account_id)


def test_a_cloud_that_has_forgotten_half_of_a_day_takes_nothing_away(lab: Lab) -> None:
    ident, day = lab.resources()[0].id, clock.now().date()
    whole = Distribution(24, 86_400, 0.1, 0.2, 0.9, 0.95, 0.4)
    half = Distribution(12, 43_200, 0.1, 0.1, 0.1, 0.1, 0.1)
    for one, kept in ((half, half), (whole, whole), (half, whole)):
        with lab.runtime.database.writing() as session:
            days.store(session, {(ident, "cpu", day): one}, clock.now())
        row = _rows(lab)[ident, "cpu", day]
        assert (row.coverage_s, row.p95) == (kept.coverage_s, kept.p95)
    with lab.runtime.database.writing() as session:
        days.store(
            session, {(ident, "cpu", day - timedelta(days=500)): whole, ("gone", "cpu", day): whole}, clock.now()
        )
        days.prune(session, day - timedelta(days=400))
    assert set(_rows(lab)) == {(ident, "cpu", day)}


def test_a_reading_that_fails_keeps_what_is_known_and_says_why(lab: Lab) -> None:
    reading.run_next(lab.runtime)
    before = _rows(lab)
    lab.world().faults.arm("expired")
    _again(lab)
    told = _reading(lab)
    assert (told.status, told.error_code) == ("failed", "authentication_failed")
    assert "expired" in (told.error_message or "")
    assert _rows(lab).keys() == before.keys()
    assert told.due_at > clock.now(), "not at once again"


def test_an_account_without_meters_is_no_trouble_of_its_cloud(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unable(*_: object) -> Iterator[Sample]:
        raise NotSupported("this account names no server to ask", reason="no_meters")

    monkeypatch.setattr(SimulatedProvider, "metrics", unable)
    assert reading.run_next(lab.runtime)
    told = _reading(lab)
    assert (told.status, told.error_code) == ("failed", "not_supported")
    assert told.error_message == "this account names no server to ask"
    assert "names no server" not in caplog.text
    day, machine = clock.now().date(), lab.resources()[0]
    with lab.runtime.database.reading() as session:
        shown = showing.of_resource(session, lab.runtime.registry, machine.id, day, day)
    assert (shown.status, shown.metrics) == ("unsupported", [])


def test_over_http_who_sees_the_machine_sees_what_it_uses(lab: Lab) -> None:
    reading.run_next(lab.runtime)
    mine, others = [row for row in lab.resources() if row.state == "running"][:2]
    with lab.runtime.database.writing() as session:
        tenant = tenants.create(session, CALLER, TenantCreate(name="alpha", kind="department", parent="default"))
        session.execute(update(ResourceRow).where(ResourceRow.id == mine.id).values(tenant_id=tenant.id))
    for name in ("anna", "olga"):
        user(lab, name)
    with lab.runtime.database.writing() as session:
        roles.bind(session, CALLER, "anna", Role.VIEWER, HeldIn(tenant="alpha"))
        roles.bind(session, CALLER, "olga", Role.OPERATOR, HeldIn())
    with serving(lab) as served:
        anna, olga = Person(served), Person(served)
        assert anna.login("anna").is_success
        assert olga.login("olga").is_success
        told = anna.send("GET", f"/resources/{mine.id}/utilisation").json()
        assert told["status"] == "ok"
        cpu = next(one for one in told["metrics"] if one["metric"] == "cpu")
        assert cpu["unit"] == "share"
        assert cpu["days"] == len(cpu["points"])
        assert cpu["p95"] == max(point["p95"] for point in cpu["points"])
        assert anna.send("GET", f"/resources/{others.id}/utilisation").status_code == 404
        assert anna.send("GET", "/utilisation/readings").json()["items"] == []
        (read,) = olga.send("GET", "/utilisation/readings").json()["items"]
        assert (read["account"], read["status"]) == ("lab", "ok")
        for bad in ("since=2026-02-30", "since=2026-02-02&until=2026-02-01", "since=1990-01-01", "until=0001-01-01"):
            answer = olga.send("GET", f"/resources/{mine.id}/utilisation?{bad}")
            assert answer.status_code in (200, 422), bad
            assert answer.is_success == bad.startswith("until"), bad
        assert olga.send("GET", "/utilisation/readings?cursor=e30").status_code == 400
        assert anna.send("POST", "/utilisation/readings", {"account": "lab"}).status_code == 403
        assert olga.send("POST", "/utilisation/readings", {"account": "none"}).status_code == 404
        assert olga.send("POST", "/utilisation/readings", {"account": "lab"}).json()["status"] == "waiting"
