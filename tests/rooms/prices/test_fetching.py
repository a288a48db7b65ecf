"""Price lists read from a cloud: asked for, read beside the requests, taken whole or not at all, and every day anew."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from mcm.accounts import service as accounts
from mcm.accounts.schemas import AccountCreate
from mcm.models import Account, AuditEvent, PriceFetch, PriceList
from mcm.prices import fetches, fetching
from mcm.prices.errors import NoPriceReader
from mcm.prices.offers import Item
from mcm.prices.schemas import PriceFetchCreate, PriceFetchItem
from mcm.prices.service import offers
from tests.baddays.serving import serving as serving_http
from tests.harness.replay.inside import reply
from tests.lab import CALLER, Lab
from tests.providers.azure.retail import Retail, serving
from tests.rooms.identity.people import Person, user
from tests.rooms.prices.making import contents


@pytest.fixture
def retail() -> Iterator[Retail]:
    with serving(Retail()) as made:
        yield made


def _account(lab: Lab, retail: Retail, name: str = "list-prices", regions: str = "francecentral,eastus") -> str:
    wanted = AccountCreate.model_validate(
        {
            "name": name, "provider": "azure", "ownership": "public",
            "config": {"regions": regions, "endpoint": retail.url},
        }
    )  # fmt: skip
    access = accounts.draft(lab.runtime.registry, wanted)
    with lab.runtime.database.writing() as session:
        return accounts.create(session, CALLER, lab.runtime.settings, lab.runtime.vault, wanted, access).id


def _fetch(lab: Lab, account: str = "list-prices", **asked: Any) -> PriceFetchItem:
    wanted = PriceFetchCreate(account=account, **asked)
    with lab.runtime.database.writing() as session:
        fetch_id = fetches.ask(session, CALLER, lab.runtime.registry, wanted).id
    assert fetching.run_next(lab.runtime)
    with lab.runtime.database.reading() as session:
        return fetches.items(session, [fetches.get(session, fetch_id)])[0]


def test_what_a_cloud_asks_for_becomes_offers(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    done = _fetch(lab)
    assert done.status == "done"
    assert done.lists is not None
    (told,) = done.lists
    assert (told.provider, told.currency, told.already, told.left_out) == ("azure", "USD", False, 60)
    assert told.left_out_why == {
        "disk_of_fixed_size": 2,
        "low_priority": 18,
        "no_words": 10,
        "not_for_everybody": 30,
    }
    with lab.runtime.database.reading() as session:
        found = offers(session, item=Item.COMPUTE, provider="azure", regions=["eastus"])
        by = {(str(one.option), one.term_months, one.operating_system): one for one in found}
        assert str(by["on_demand", None, "linux"].unit_price.normalize()) == "0.0804"
        assert by["reserved", 12, "linux"].upfront == 416
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.target_kind == "price_fetch")).all()
    assert sorted(actions) == ["price_fetch.create", "price_list.fetch"]
    assert retail.asked


def test_the_same_a_second_time_is_confirmed_and_not_kept_twice(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    _fetch(lab)
    before = lab.count("price_point")
    again = _fetch(lab)
    assert again.lists is not None
    assert again.lists[0].already
    assert (lab.count("price_list"), lab.count("price_point")) == (1, before)


@pytest.mark.parametrize("broken_at", [3, 6])
def test_of_a_list_that_is_not_whole_nothing_is_taken(lab: Lab, retail: Retail, broken_at: int) -> None:
    _account(lab, retail)
    before = contents(lab)
    cut = reply(b'{"BillingCurrency": "USD", "Items": [{"curr')
    retail.change = lambda page, number: cut if number >= broken_at else page
    failed = _fetch(lab)
    assert (failed.status, failed.lists) == ("failed", None)
    assert failed.error is not None
    assert failed.error.code == "unexpected_response"
    assert contents(lab) == before


def test_a_dry_run_takes_nothing_and_says_what_it_would(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    before = contents(lab)
    done = _fetch(lab, preview=True, regions=["eastus"])
    assert done.lists is not None
    assert (done.status, done.lists[0].points, done.lists[0].new) == ("done", 14, 14)
    assert done.lists[0].list_id is None
    assert contents(lab) == before


def test_a_region_that_no_list_has_is_refused(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    failed = _fetch(lab, regions=["atlantis"])
    assert failed.error is not None
    assert (failed.status, failed.error.code) == ("failed", "no_price_reader")
    assert "francecentral" in failed.error.message


def test_an_account_without_a_price_list_is_refused(lab: Lab) -> None:
    lab.account()
    with lab.runtime.database.writing() as session, pytest.raises(NoPriceReader, match="simulated"):
        fetches.ask(session, CALLER, lab.runtime.registry, PriceFetchCreate(account="lab"))


def test_what_was_read_by_a_process_that_is_no_more_is_over(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    with lab.runtime.database.writing() as session:
        row = fetches.ask(session, CALLER, lab.runtime.registry, PriceFetchCreate(account="list-prices"))
        assert fetches.begin(session, row.id, "this-host-is-gone:1:1", row.created_at)
        row_id = row.id
        session.execute(update(PriceFetch).values(owner=None))
    fetching.tick(lab.runtime)
    with lab.runtime.database.reading() as session:
        assert fetches.get(session, row_id).status == "failed"


def test_it_is_read_again_every_day(lab: Lab, retail: Retail) -> None:
    """Of providers of prices alone at once; an account that is paused is left in peace."""
    _account(lab, retail)
    lab.account()
    database = lab.runtime.database
    with database.writing() as session:
        assert fetches.ask_daily(session, lab.runtime.registry) == 1
    assert fetching.run_next(lab.runtime)
    with database.writing() as session:
        assert fetches.ask_daily(session, lab.runtime.registry) == 0
        row = session.scalars(select(PriceFetch)).one()
        assert (row.status, row.daily, row.requested_by) == ("done", True, "system")
        row.created_at -= timedelta(hours=25)
        session.flush()
        assert fetches.ask_daily(session, lab.runtime.registry) == 1
        session.execute(update(Account).values(status="paused"))
        session.execute(update(PriceFetch).values(created_at=row.created_at))
        assert fetches.ask_daily(session, lab.runtime.registry) == 0


def test_an_account_of_prices_alone_is_signed_in_and_has_nothing_else(lab: Lab, retail: Retail) -> None:
    """Its reads, its page, its health; and what is asked of it that it cannot do."""
    account_id = _account(lab, retail)
    assert lab.sync("list-prices") == {"complete": 1}
    with lab.runtime.database.reading() as session:
        account = accounts.get(session, "list-prices")
        shown = accounts.detail(session, account)
        assert (shown.status, shown.realm, shown.resources) == ("ok", "azure:retail-prices", 0)
        assert [(one.kind, one.status) for one in shown.scope_list] == [("region", "ok")]
    assert lab.count("resource") == 0
    retail.change = lambda *_: reply(b"", 503)
    lab.sync("list-prices")
    with lab.runtime.database.reading() as session:
        assert accounts.get(session, account_id).error_code == "unreachable"


def test_its_pages_answer(lab: Lab, retail: Retail) -> None:
    """What the console asks for an account, and what looks at all accounts."""
    user(lab, "ada", "system_admin", "operator")
    _account(lab, retail)
    lab.sync("list-prices")
    with serving_http(lab) as served:
        person = Person(served)
        assert person.login("ada").is_success
        for path in (
            "/accounts/list-prices",
            "/accounts",
            "/providers/azure",
            "/locations",
            "/sync/runs",
            "/system/doctor",
            "/resources",
        ):
            answer = person.get(path)
            assert answer.is_success, (path, answer.text)
        shown = person.get("/providers/azure").json()
        assert (shown["capabilities"], shown["kinds"], shown["installed"]) == (["prices"], {}, True)
        assert [one["kind"] for one in person.get("/accounts/list-prices").json()["scope_list"]] == ["region"]
        person.http.close()


def test_an_account_that_is_removed_takes_its_readings_along(lab: Lab, retail: Retail) -> None:
    _account(lab, retail)
    _fetch(lab)
    with lab.runtime.database.writing() as session:
        accounts.remove(session, CALLER, accounts.get(session, "list-prices"))
    assert lab.count("price_fetch") == 0
    # Prices hold for everybody, and estimates name them.
    with lab.runtime.database.reading() as session:
        assert session.scalars(select(PriceList)).one().status == "current"
