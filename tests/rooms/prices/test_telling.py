"""What is told of readings of prices: asked for, begun, ended, once each, to who sees the readings themselves."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from mcm.auth.permissions import Permission
from mcm.auth.roles import PERMISSIONS, Role
from mcm.auth.service import DEFAULT_TENANT, Caller, Grant, View, limit, view
from mcm.errors import Conflict
from mcm.events.kinds import PRICE_FETCH_CHANGED
from mcm.events.sieve import sieve_of, told
from mcm.models import Event, PriceFetch
from mcm.prices import fetches, fetching
from mcm.prices.errors import NoPriceReader
from mcm.prices.schemas import PriceFetchCreate
from tests.lab import CALLER, Lab
from tests.providers.azure.retail import Retail, serving
from tests.rooms.events.following import rows
from tests.rooms.prices.test_fetching import _account, _fetch


@pytest.fixture
def retail() -> Iterator[Retail]:
    with serving(Retail()) as made:
        yield made


def _told(lab: Lab) -> list[Event]:
    return rows(lab, PRICE_FETCH_CHANGED)


def test_each_step_is_told_once(lab: Lab, retail: Retail) -> None:
    account = _account(lab, retail)
    done = _fetch(lab, preview=True, regions=["eastus"])
    found = _told(lab)
    assert {(row.subject_kind, row.subject_id, row.account_id, row.tenant_id) for row in found} == {
        ("price_fetch", done.id, account, "")
    }
    assert [row.data for row in found] == [
        {"status": status, "account": "list-prices", "preview": True, "daily": False}
        for status in ("queued", "running", "done")
    ]
    assert not fetching.run_next(lab.runtime)
    assert len(_told(lab)) == 3


def test_why_it_failed_is_told_by_its_code(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    _fetch(lab, regions=["mars"])
    last = _told(lab)[-1]
    assert (last.data["status"], last.data["error_code"]) == ("failed", NoPriceReader.code)
    # A cloud's own words stay where they are.
    assert "mars" not in str(last.data)


def test_what_is_asked_for_daily_and_what_died_is_told_too(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    with lab.runtime.database.writing() as session:
        assert fetches.ask_daily(session, lab.runtime.registry) == 1
    with lab.runtime.database.writing() as session:
        session.execute(update(PriceFetch).values(status="running", owner=None))
    fetching.tick(lab.runtime)
    queued, failed = _told(lab)
    assert (queued.data["daily"], queued.data["status"]) == (True, "queued")
    assert (failed.data["status"], failed.data["error_code"]) == ("failed", "abandoned")


def test_who_was_slower_tells_nothing(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    with lab.runtime.database.writing() as session:
        wanted = PriceFetchCreate(account="list-prices")
        row = fetches.ask(session, CALLER, lab.runtime.registry, wanted)
        fetch_id, at = row.id, row.created_at
    for first in (True, False):
        with lab.runtime.database.writing() as session:
            assert fetches.begin(session, fetch_id, "host:1:1", at) == first
    assert [row.data["status"] for row in _told(lab)] == ["queued", "running"]


def test_what_is_not_committed_is_not_told(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    with pytest.raises(Conflict):
        _ask_and_lose(lab)
    assert _told(lab) == []


def _ask_and_lose(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        fetches.ask(session, CALLER, lab.runtime.registry, PriceFetchCreate(account="list-prices"))
        raise Conflict("no")


def test_it_is_seen_by_who_sees_the_page(lab: Lab, retail: Retail) -> None:
    """By a role in the whole that may read prices, and by nothing less, as the listing of readings."""
    account = _account(lab, retail)
    _fetch(lab, preview=True, regions=["eastus"])
    event = told(_told(lab)[-1])
    less = View(tenants=frozenset({DEFAULT_TENANT}), projects=frozenset({(account, "p1")}))
    for role in Role:
        for where in (View(everything=True), less):
            caller = Caller("prn_x", DEFAULT_TENANT, "x", "test", "rq_test", grants=(Grant(role, where),))
            with lab.runtime.database.reading() as session:
                limit(session, view(caller, Permission.PRICE_READ))
                listed = bool(fetches.page(session, limit=10, cursor=None).items)
            sieve = sieve_of(caller, ())
            assert (sieve is not None and sieve.passes(event)) == (
                listed and Permission.OPERATION_READ in PERMISSIONS[role]
            ), (role, where)
            assert listed == (where.everything and Permission.PRICE_READ in PERMISSIONS[role]), (role, where)
