"""Hours of private accounts by the rate card, against numbers reckoned by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from mcm.charges import metering, months, service
from mcm.charges.errors import MonthClosed, NothingToMeter
from mcm.models import ResourceRow, ResourceVersion
from mcm.ratecards import service as ratecards
from mcm.ratecards.rates import RateCard, Rates
from tests.lab import CALLER, Lab
from tests.rooms.charges.bills import MONTH, bill, take, total

RATES = Rates(Decimal("0.02"), Decimal("0.005"), {"ssd": Decimal("0.1"), "hdd": Decimal("0.03")}, None)
_KNOWN: dict[str, Any] = {
    "id": "card-1", "pool": "hall", "currency": "CNY", "month": MONTH, "full": RATES, "marginal": RATES, "at": {},
    "utilisation": Decimal("0.6"), "measured_on": None, "published_on": date(2026, 9, 30), "age_days": 0,
}  # fmt: skip


def _card(account_id: str) -> RateCard:
    return RateCard(account_id=account_id, **_KNOWN)


@pytest.fixture(autouse=True)
def _rated(monkeypatch: pytest.MonkeyPatch, lab: Lab) -> None:
    def current(_: Any, account_id: str, on: date | None = None) -> RateCard | None:
        assert on is not None
        return _card(account_id) if account_id == _account(lab, "lab") else None

    monkeypatch.setattr(ratecards, "current", current)


def _account(lab: Lab, name: str) -> str:
    with lab.runtime.database.reading() as session:
        return service.account_to_charge(session, CALLER, name).id


def _at(day: int, hour: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def _row(lab: Lab, number: int, kind: str, since: datetime, **given: Any) -> dict[str, Any]:
    sizes = {"vcpus": 4, "memory_mib": 8192} if kind == "instance" else {"size_gib": 100.5, "type": "fast-ssd"}
    return {
        "id": f"res-{number}", "tenant_id": "ten_default", "realm": "r", "kind": kind, "native_scope": "", "native_id":
        f"n-{number}", "native_kind": kind, "provider": "simulated", "account_id": _account(lab, "lab"), "scope_id": 1,
        "name": f"{kind}-{number}", "region": "here", "zone": None, "project": "p", "project_name": "P",
        "state": "running" if kind == "instance" else "in_use", "native_state": "", "task_state": None,
        "presence": "present", "missing_since": None, "gone_at": None, "tags": {"env": "prod"}, "attributes": sizes,
        "relations": [], "locator": "", "created_at": _at(1, month=1), "first_seen": _at(1, month=1),
        "valid_from": since, "fingerprint": "", "search": "", "labels": {}, "owner": None, "data_class": None,
        "managed": "observed", "version": 1,
    } | given  # fmt: skip


def _now(lab: Lab, row: dict[str, Any]) -> None:
    with lab.runtime.database.writing() as session:
        session.add(ResourceRow(**row))


def _then(lab: Lab, row: dict[str, Any], until: datetime) -> None:
    own = ("labels", "owner", "data_class", "managed", "version", "id")
    kept = {name: value for name, value in row.items() if name not in own}
    with lab.runtime.database.writing() as session:
        session.add(ResourceVersion(**kept, resource_id=row["id"], valid_to=until))


def _meter(lab: Lab, month: str = MONTH, *, store: bool = True) -> list[metering.Metered]:
    database = lab.runtime.database
    with database.reading() as session:
        accounts = service.accounts_to_meter(session, CALLER, None)
    made = metering.meter(database, accounts, month, store=store)
    if store:
        try:
            with database.writing() as session:
                metering.finish(session, CALLER, month, made)
        finally:
            metering.discard(made)
    return made


def test_a_month_of_hours_is_what_is_reckoned_by_hand(lab: Lab) -> None:
    # The whole of September: 720 hours.
    _now(lab, _row(lab, 1, "instance", _at(1, month=8)))
    # 10 days with 4 processors, 5 days stopped, then 2 processors for 120 hours, then gone.
    resized = _row(lab, 2, "instance", _at(1, month=8))
    _then(lab, resized, _at(11))
    _then(lab, resized | {"state": "stopped", "valid_from": _at(11)}, _at(16))
    _then(lab, resized | {"attributes": {"vcpus": 2, "memory_mib": 2048}, "valid_from": _at(16)}, _at(21))
    _now(lab, resized | {"presence": "gone", "gone_at": _at(21), "valid_from": _at(21)})
    # Known since the 16th only, though it is older.
    _now(lab, _row(lab, 3, "instance", _at(16)))
    # Nobody knows what it was doing for a day.
    odd = _row(lab, 4, "instance", _at(1, month=8), state="unknown")
    _then(lab, odd, _at(2))
    _now(lab, odd | {"presence": "gone", "valid_from": _at(2)})
    # 100.5 GiB for 365 hours: half a month; and one that went missing on the 11th.
    _now(lab, _row(lab, 5, "volume", _at(15, 19)))
    missing = {"presence": "missing", "missing_since": _at(11), "attributes": {"size_gib": 73, "type": "hdd"}}
    _now(lab, _row(lab, 6, "volume", _at(1, month=8), **missing))
    _now(lab, _row(lab, 7, "volume", _at(1, month=8), attributes={"size_gib": 10, "type": "tape"}))

    one, other = sorted(_meter(lab), key=lambda made: made.account.name)
    assert (one.skipped, other.skipped) == (None, "no_rate_card")
    found = total(lab, by=["native_id", "sku", "basis"])
    hours = 720 * 4 * Decimal("0.02"), 720 * 8 * Decimal("0.005")
    assert found == {
        ("n-1", "vcpu", "modelled", "CNY"): hours[0],
        ("n-1", "memory", "modelled", "CNY"): hours[1],
        ("n-2", "vcpu", "modelled", "CNY"): (240 * 4 + 120 * 2) * Decimal("0.02"),
        ("n-2", "memory", "modelled", "CNY"): (240 * 8 + 120 * 2) * Decimal("0.005"),
        ("n-3", "vcpu", "modelled", "CNY"): hours[0] / 2,
        ("n-3", "memory", "modelled", "CNY"): hours[1] / 2,
        ("n-5", "storage-ssd", "modelled", "CNY"): Decimal("100.5") / 2 * Decimal("0.1"),
        ("n-6", "storage-hdd", "modelled", "CNY"): (Decimal(73) * 240 / 730 * Decimal("0.03")),
    }
    told = {one["code"]: (one["count"], one["example"]) for one in one.findings.told()}
    assert told == {
        "not_observed": (2, "instance-3"), "unknown_state": (1, "instance-4"), "no_rate": (1, "volume-7")
    }  # fmt: skip
    assert lab.count("charge", "resource_id IS NOT NULL") == len(found)


def test_metering_again_changes_nothing_and_a_bill_comes_first(lab: Lab) -> None:
    _now(lab, _row(lab, 1, "instance", _at(1, month=8)))
    _meter(lab)
    before = total(lab, by=["sku"])
    again = _meter(lab)
    assert {one.skipped for one in again} == {"unchanged", "no_rate_card"}
    assert total(lab, by=["sku"]) == before
    assert lab.count("charge_part") == 1
    _now(lab, _row(lab, 2, "instance", _at(1, month=8)))
    _meter(lab)
    assert total(lab)[("CNY",)] == 2 * sum(filter(None, before.values()), Decimal(0))
    take(lab, bill([{}]))
    assert total(lab, by=["basis"]) == {("billed", "EUR"): Decimal("1.25")}
    assert {one.skipped for one in _meter(lab)} == {"billed", "no_rate_card"}


def test_a_bill_that_is_added_takes_the_place_of_what_was_metered(lab: Lab) -> None:
    _now(lab, _row(lab, 1, "instance", _at(1, month=8)))
    _meter(lab)
    take(lab, bill([{}]), mode="add")
    take(lab, bill([{"ResourceId": "r-2"}]), mode="add")
    assert total(lab, by=["basis"]) == {("billed", "EUR"): Decimal("2.5")}


def test_a_dry_run_stores_nothing_and_closed_or_coming_months_are_refused(lab: Lab) -> None:
    _now(lab, _row(lab, 1, "instance", _at(1, month=8)))
    dry = _meter(lab, store=False)
    assert dry[0].staging is not None
    assert lab.count("charge_part") == lab.count("charge") == 0
    _meter(lab)
    with lab.runtime.database.writing() as session:
        months.close(session, CALLER, MONTH)
    _now(lab, _row(lab, 2, "instance", _at(1, month=8)))
    with pytest.raises(MonthClosed):
        _meter(lab)
    assert lab.count("charge_part") == 1
    with pytest.raises(NothingToMeter, match="has not begun"):
        _meter(lab, "2099-01")


def test_classes_of_disks() -> None:
    classes = dict.fromkeys(("hdd", "ssd", "premium"), Decimal(1))
    named = {
        disk: metering.storage_class(disk, classes) for disk in ("SSD", "gp3-ssd", "nvme-fast", "sata", "tape", "")
    }
    assert named == {
        "SSD": "ssd", "gp3-ssd": "ssd", "nvme-fast": "premium", "sata": "hdd", "tape": "tape", "": "unnamed"
    }  # fmt: skip
    assert metering.storage_class("tape", {"ssd": Decimal(1)}) == "ssd"
    assert replace(RATES).gpu_hour is None


def test_a_disk_that_is_no_volume_is_metered_as_long_as_it_is_there(lab: Lab) -> None:
    sizes = {"vcpus": 1, "memory_mib": 1024, "disk_gib": 73, "local_disk_gib": 73}
    row = _row(lab, 1, "instance", _at(1, month=8), attributes=sizes)
    # 240 hours running, 240 stopped, then shelved: its disk was given back.
    _then(lab, row, _at(11))
    _then(lab, row | {"state": "stopped", "valid_from": _at(11)}, _at(21))
    _now(lab, row | {"state": "shelved", "valid_from": _at(21)})
    # What of its disks are volumes is metered as such, however large all of them are.
    _now(lab, _row(lab, 2, "instance", _at(1, month=8), attributes=sizes | {"local_disk_gib": None}))
    _meter(lab)
    found = total(lab, by=["native_id", "service", "sku"])
    disks = {key[:3]: amount for key, amount in found.items() if key[2] == "storage-ssd"}
    assert disks == {("n-1", "Instances", "storage-ssd"): Decimal(73) * 480 / 730 * Decimal("0.1")}
    assert found["n-1", "Instances", "vcpu", "CNY"] == 240 * Decimal("0.02")


def test_that_nothing_was_used_is_kept_and_takes_the_place_of_what_was_metered(lab: Lab) -> None:
    row = _row(lab, 1, "instance", _at(1, month=8))
    _now(lab, row)
    _meter(lab)
    assert total(lab)
    with lab.runtime.database.writing() as session:
        session.delete(session.get(ResourceRow, "res-1"))
    assert {one.skipped for one in _meter(lab)} == {"nothing_used", "no_rate_card"}
    assert total(lab) == {}
    assert lab.count("charge_part", "status = 'current' AND kind = 'meter' AND rows = 0") == 1
    with lab.runtime.database.reading() as session:
        assert months.listed(session) == []
        assert service.with_charges(session) == []
    assert {one.skipped for one in _meter(lab)} == {"nothing_used", "no_rate_card"}
    assert lab.count("charge_part", "status = 'current'") == 1
    _now(lab, row)
    _meter(lab)
    assert total(lab)
