"""What holds on a day: the newest list of each place, never a seed where there is better, with what was negotiated."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.db import migrate
from mcm.errors import Conflict
from mcm.prices import discounts, importing, listing, seeding, service
from mcm.prices.errors import InvalidRateRule, PriceListNotFound, PriceListWithdrawn
from mcm.prices.offers import Basis, Item, Offer, Option, Unit, age_warning
from mcm.prices.ratings import Rule, rated
from mcm.prices.schemas import RateRuleWrite
from mcm.tenancy import service as tenants
from mcm.tenancy.schemas import TenantCreate
from tests.days import days_ago, today
from tests.lab import CALLER, Lab
from tests.rooms.prices.making import bring, contents, file, line


def _prices(lab: Lab, **asked: Any) -> dict[str, str]:
    """By provider, region and sku."""
    with lab.runtime.database.reading() as session:
        found = service.offers(session, **({"item": Item.COMPUTE} | asked))
    names = [f"{one.provider} {one.region} {one.sku}{' reserved' * bool(one.term_months)}" for one in found]
    told = {name: format(one.unit_price, "f") for name, one in zip(names, found, strict=True)}
    assert len(told) == len(found)
    return told


def test_the_newest_list_of_each_region_and_item_holds(lab: Lab) -> None:
    bring(
        lab,
        file(
            line("a", "1", on=days_ago(20)),
            line("b", "1", on=days_ago(20)),
            line("a", "9", on=days_ago(20), region="r2"),
        ),
    )
    bring(lab, file(line("a", "2", on=days_ago(10))), complete=True)
    # What the newer list of the place does not name any more is not offered any more, as it claims to name all.
    assert _prices(lab) == {"cloud r1 a": "2", "cloud r2 a": "9"}
    assert _prices(lab, on=days_ago(11)) == {"cloud r1 a": "1", "cloud r1 b": "1", "cloud r2 a": "9"}
    assert _prices(lab, on=days_ago(21)) == {}
    assert _prices(lab, regions=["r2", "r7"]) == {"cloud r2 a": "9"}
    assert _prices(lab, provider="another") == {}
    # A list that speaks of something else takes nothing away.
    bring(lab, file(line("disk", item="storage", unit="gib_month", on=days_ago(1))))
    assert _prices(lab) == {"cloud r1 a": "2", "cloud r2 a": "9"}


def test_what_a_partial_list_does_not_name_keeps_the_price_of_the_newest_that_has_it(lab: Lab) -> None:
    names = ("a", "b", "c")
    bring(lab, file(*(line(one, "1", on=days_ago(30)) for one in names)), complete=True)
    bring(lab, file(line("a", "2", on=days_ago(20)), line("b", "2", on=days_ago(20))))
    report = bring(lab, file(line("a", "3", on=days_ago(10))))
    assert [one.gone for one in report.lists] == [0]
    assert _prices(lab) == {"cloud r1 a": "3", "cloud r1 b": "2", "cloud r1 c": "1"}
    assert _prices(lab, on=days_ago(15)) == {"cloud r1 a": "2", "cloud r1 b": "2", "cloud r1 c": "1"}
    with lab.runtime.database.reading() as session:
        aged = {one.sku: one.age_days for one in service.offers(session, item=Item.COMPUTE)}
        used = {row.complete for row in listing.lists(session, provider=None, seed=None, limit=9, cursor=None).items}
        wanted: dict[str, Any] = {"provider": "cloud", "regions": None, "item": None, "wanted": {}, "on": None}
        paged = listing.prices(session, **wanted, tenant=None, limit=2, cursor=None)
        rest = listing.prices(session, **wanted, tenant=None, limit=2, cursor=paged.next_cursor)
    assert aged == {"a": 10, "b": 20, "c": 30}
    assert used == {True, False}
    assert [one.sku for one in (*paged.items, *rest.items)] == list(names)
    # One that claims to name all ends what is older.
    bring(lab, file(line("b", "5", on=days_ago(5))), complete=True)
    assert _prices(lab) == {"cloud r1 b": "5"}


def test_two_sites_of_one_provider_stand_beside_each_other(lab: Lab) -> None:
    bring(lab, file(line("a", "1")))
    bring(lab, file(line("a", "6", currency="CNY", on=days_ago(0))))
    with lab.runtime.database.reading() as session:
        found = service.offers(session, item=Item.COMPUTE)
    assert {one.currency: one.unit_price for one in found} == {"CNY": Decimal(6), "USD": Decimal(1)}


def test_of_two_periods_the_one_that_began_last_holds(lab: Lab) -> None:
    header = file(line()).decode().splitlines()[0] + ",valid_from,valid_to"
    lines = [
        f"{line('a', '1', on=days_ago(9))},{days_ago(9)},",
        f"{line('a', '2', on=days_ago(9))},{days_ago(5)},{days_ago(3)}",
        f"{line('a', '3', on=days_ago(9))},{days_ago(-4)},",
    ]
    bring(lab, file(*lines, header=header))
    told = [_prices(lab, on=days_ago(back))["cloud r1 a"] for back in (9, 5, 3, 2, -3, -4)]
    assert told == ["1", "2", "2", "1", "1", "3"]


def test_a_withdrawn_list_is_used_for_no_day(lab: Lab) -> None:
    bring(lab, file(line("a", "1", on=days_ago(20))))
    content = file(line("a", "2", on=days_ago(10)))
    newest = bring(lab, content).lists[0].list_id
    assert newest is not None
    with lab.runtime.database.writing() as session:
        service.withdraw(session, CALLER, newest, None)
    assert _prices(lab) == _prices(lab, on=days_ago(5)) == {"cloud r1 a": "1"}
    for wrong, list_id in ((PriceListWithdrawn, newest), (PriceListNotFound, "prl_never")):
        with pytest.raises(wrong), lab.runtime.database.writing() as session:
            service.withdraw(session, CALLER, list_id, None)
    assert lab.count("price_point") == 2
    # It may be imported again, as another list.
    again = bring(lab, content).lists[0]
    assert (again.already, again.list_id == newest) == (False, False)
    assert _prices(lab) == {"cloud r1 a": "2"}


def test_of_two_that_start_at_once_one_brings_the_seed(lab: Lab) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(seeding.first_start, [lab.runtime.database] * 2)) == [False, True]


def test_the_seed_is_loaded_once_and_gives_way(lab: Lab) -> None:
    database = lab.runtime.database
    assert seeding.first_start(database)
    before = contents(lab)
    assert not seeding.first_start(database)
    with database.writing() as session:
        assert all(one.already for one in importing.import_seed(session, CALLER).lists)
    assert contents(lab) == before

    with database.reading() as session:
        found = service.offers(session, item=Item.COMPUTE)
        assert len({one.provider for one in found}) == 5
        assert all(one.seed and one.unit_price + one.upfront > 0 and one.vcpus for one in found)
        assert all(one.source.startswith("seed") and one.age_warning for one in found)
        assert {one.currency for one in found if one.region == "cn-hangzhou"} == {"CNY"}
        assert service.converted(session, Decimal(1), "USD", "CNY", today()).seed
        some = next(one for one in found if one.region == "us-east-1")
        wanted = [Item.STORAGE, Item.EGRESS, Item.PUBLIC_IP, Item.SNAPSHOT, Item.LOAD_BALANCER]
        for item in wanted:
            assert len({one.provider for one in service.offers(session, item=item)}) == 5

    # As soon as a real list says anything about a region, no example stands beside it.
    bring(lab, file(line("real", "1", provider=some.provider, region=some.region)))
    told = _prices(lab, provider=some.provider)
    assert [name for name in told if f" {some.region} " in name] == [f"{some.provider} {some.region} real"]
    assert len(told) > 1
    assert _prices(lab, provider=some.provider, item=Item.STORAGE, regions=[some.region]) == {}


def test_a_step_back_of_the_schema_loses_examples_only(lab: Lab) -> None:
    seeding.first_start(lab.runtime.database)
    engine = lab.runtime.database.engine
    migrate.downgrade(engine, "0013")
    migrate.upgrade(engine)
    assert seeding.first_start(lab.runtime.database)
    bring(lab, file(line()))
    with pytest.raises(Conflict, match="1 row of price_list"):
        migrate.downgrade(engine, "0013")
    assert _prices(lab, provider="cloud") == {"cloud r1 small": "0.1"}


@pytest.mark.parametrize(
    ("days", "said"), [(0, None), (29, None), (30, "price_old"), (89, "price_old"), (90, "price_very_old")]
)
def test_old_prices_say_so(days: int, said: str | None) -> None:
    assert age_warning(days) == said


def _rule(lab: Lab, name: str, kind: str = "discount", percent: str | None = "10", **more: Any) -> None:
    wanted = {"name": name, "kind": kind, "percent": percent, "valid_from": days_ago(10)} | more
    with lab.runtime.database.writing() as session:
        discounts.create(session, CALLER, RateRuleWrite.model_validate(wanted))


def test_what_was_negotiated_holds_in_its_days_and_for_whom_it_was(lab: Lab) -> None:
    lab.account("lab")
    with lab.runtime.database.writing() as session:
        upper = tenants.create(session, CALLER, TenantCreate(name="upper", parent="default")).id
        lower = tenants.create(session, CALLER, TenantCreate(name="lower", parent="default/upper")).id
    with lab.runtime.database.reading() as session:
        from mcm.accounts import service as accounts

        account = accounts.get(session, "lab").id
    bring(lab, file(line("a", "1", on=days_ago(30)), line("b", "1", on=days_ago(30))))
    _rule(lab, "all", valid_to=days_ago(2))
    _rule(lab, "one", percent="20", sku="b", valid_from=days_ago(5))
    _rule(lab, "upper", percent="30", tenant="upper")
    _rule(lab, "lower", percent="40", tenant="default/upper/lower", valid_from=days_ago(5))
    _rule(lab, "margin", "markup", "50", account="lab")

    def told(on: date | None = None, **whom: Any) -> list[str]:
        return list(_prices(lab, on=on or today(), **whom).values())

    assert told(days_ago(11)) == ["1", "1"]
    assert told(days_ago(6)) == ["0.9", "0.9"]
    assert told(days_ago(2)) == ["0.9", "0.8"]
    assert told() == ["1", "0.8"]
    # A rule that names the sku says more than one that names a tenant; the nearer tenant more than the one above.
    assert told(tenant_id=upper) == ["0.7", "0.8"]
    assert told(tenant_id=lower) == ["0.6", "0.8"]
    assert told(days_ago(6), tenant_id=lower) == ["0.7", "0.7"]
    assert told(account_id=account) == ["1.5", "1.2"]
    with lab.runtime.database.reading() as session:
        first, second = service.offers(session, item=Item.COMPUTE, account_id=account)
    assert [second.list_price, second.basis, second.rules] == [1, Basis.CONTRACTED, ("one", "margin")]
    assert (first.basis, first.rules) == (Basis.CONTRACTED, ("margin",))


def test_a_fixed_price_is_all_that_is_paid_for_one_sku(lab: Lab) -> None:
    bring(lab, file(line("a", "1"), line("a", "0", option="reserved", term="12", upfront="9"), line("b", "1")))
    fixed = {"item": "compute", "sku": "a", "option": "reserved", "unit": "hour", "currency": "USD"}
    _rule(lab, "fixed", "fixed", None, unit_price="0.05", term_months=12, **fixed)
    _rule(lab, "yen", "fixed", None, unit_price="5", **(fixed | {"currency": "JPY", "sku": "b", "option": "on_demand"}))
    with lab.runtime.database.reading() as session:
        offers = service.offers(session, item=Item.COMPUTE)
    found = {f"{one.sku} {one.option}": [one.unit_price, one.upfront] for one in offers}
    assert found == {"a on_demand": [1, 0], "a reserved": [Decimal("0.05"), 0], "b on_demand": [1, 0]}


@pytest.mark.parametrize(
    "wanted",
    [
        {"percent": None},
        {"percent": "0"},
        {"percent": "-5"},
        {"percent": "100.1"},
        {"kind": "markup", "percent": "1001"},
        {"unit_price": "1"},
        {"kind": "fixed"},
        {"kind": "fixed", "percent": None, "unit_price": "1", "currency": "USD", "unit": "hour"},
        {"kind": "fixed", "percent": None, "unit_price": "1", "currency": "USD", "unit": "gb", "item": "compute",
         "sku": "a", "option": "on_demand"},
        {"kind": "fixed", "percent": None, "unit_price": "-1", "currency": "USD", "unit": "hour", "item": "compute",
         "sku": "a", "option": "on_demand"},
        {"option": "spot", "term_months": 12},
        {"valid_to": days_ago(11)},
        {"reference": "a\x1b"},
    ],
)  # fmt: skip
def test_negotiated_rates_that_make_no_sense(lab: Lab, wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidRateRule):
        _rule(lab, "odd", **wanted)
    assert lab.count("rate_rule") == 0


_OFFER = Offer(
    "cloud", "r1", Item.COMPUTE, "a", Option.RESERVED, Unit.HOUR, Decimal(1), Decimal(1), "USD", Basis.LIST, "test",
    today(), 0, "prl_1", "prp_1", family="f", operating_system="linux", term_months=12,
)  # fmt: skip
_PERCENT = st.decimals(Decimal("0.01"), Decimal(100), allow_nan=False, allow_infinity=False, places=2)
_MAYBE: Callable[[str], st.SearchStrategy[str | None]] = lambda value: st.sampled_from([None, value])  # noqa: E731
_RULES = st.lists(
    st.builds(
        Rule, name=st.uuids().map(str), kind=st.sampled_from(["discount", "markup"]), valid_from=st.just(today()),
        percent=_PERCENT, provider=_MAYBE("cloud"), region=_MAYBE("r1"), sku=_MAYBE("a"), family=_MAYBE("f"),
        operating_system=_MAYBE("linux"), term_months=st.sampled_from([None, 12]),
    ),
    max_size=6,
)  # fmt: skip


@settings(deadline=None)
@given(rules=_RULES, data=st.data())
def test_the_order_of_rules_is_all_one_and_they_never_add_up(rules: list[Rule], data: st.DataObject) -> None:
    found = rated(_OFFER, rules)
    assert found == rated(_OFFER, data.draw(st.permutations(rules)))
    lower = [Fraction(rule.percent or 0) / 100 for rule in rules if rule.kind == "discount"]
    upper = [Fraction(rule.percent or 0) / 100 for rule in rules if rule.kind == "markup"]
    possible = {(1 - less) * (1 + more) for less in lower or [Fraction(0)] for more in upper or [Fraction(0)]}
    assert Fraction(found.unit_price) in possible
    assert (found.basis is Basis.CONTRACTED) == bool(rules)
    assert found.list_price == 1
