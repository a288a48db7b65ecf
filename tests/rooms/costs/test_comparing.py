"""What a comparison says where something is missing, does not fit, or is asked for otherwise."""

from decimal import Decimal
from typing import Any

import pytest

from mcm.auth.service import View, limit
from mcm.costs import repository, service
from mcm.costs.comparing import compare
from mcm.costs.errors import InvalidComparison
from mcm.costs.owned import break_even
from mcm.costs.places import Where
from mcm.costs.schemas import ColumnItem, CompareRequest, Comparison
from mcm.prices import discounts
from mcm.prices.offers import Basis, Option
from mcm.prices.schemas import RateRuleWrite
from mcm.workloads.documents import Tier
from tests.days import days_ago
from tests.lab import CALLER, Lab
from tests.rooms.costs import stock
from tests.rooms.costs.conftest import CARDS
from tests.rooms.costs.test_golden import SHOP

WEB = "apiVersion: mcm/v1\nkind: Workload\nname: web\ntiers: [{count: 2, vcpus: 2, memory_gib: 4%s}]\n%s"


def _compare(lab: Lab, document: str = WEB % ("", ""), **more: Any) -> Comparison:
    asked = CompareRequest.model_validate({"document": document, **more})
    with lab.runtime.database.reading() as session:
        return compare(session, CALLER, asked).comparison


def _by_key(made: Comparison) -> dict[str, ColumnItem]:
    return {column.key: column for column in made.columns}


def _codes(column: ColumnItem) -> set[str]:
    return {one.code for one in column.notes}


def test_a_currency_without_a_rate_is_unknown_and_not_nothing(priced: Lab) -> None:
    made = _compare(priced, currency="EUR")
    assert {column.total.amount for column in made.columns} == {None}
    for column in made.columns:
        assert "no_exchange_rate" in _codes(column)
        assert column.rank is None
        compute = next(line for line in column.lines if line.item == "compute")
        assert compute.billed is not None
        assert compute.amount is None


def test_a_part_that_no_rate_converts_is_none_of_the_sum(priced: Lab) -> None:
    tier = Tier(vcpus=2, memory_gib=4)
    with priced.runtime.database.reading() as session:
        places = [one for one in service.places(session) if one.ownership != "private"]
        dollars, euros = (
            [
                service.priced(session, tier, Decimal(730), one, using=service.book(session, currency=currency))
                for one in places
            ]
            for currency in ("USD", "EUR")
        )
    assert any(one.parts["compute"] for one in dollars)
    assert {one.parts["compute"] for one in euros} == {None}
    assert any(line.amount for one in euros for line in one.lines), "each line keeps what it was billed as"


def test_negotiated_rates_are_for_who_sees_the_whole_account_or_tenant(
    priced: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with priced.runtime.database.writing() as session:
        (own,) = repository.accounts(session)
        for name, whose in (("of-account", {"account": "hall"}), ("of-tenant", {"tenant": CALLER.tenant_id})):
            rule = {"name": name, "kind": "discount", "percent": "50", "valid_from": days_ago(5)} | whose
            discounts.create(session, CALLER, RateRuleWrite.model_validate(rule))
    where = Where("mine/n-1", "north", "n-1", own.account_id, "mine", "public")
    monkeypatch.setattr(repository, "accounts", lambda session: [where])

    def asked(view: View) -> ColumnItem:
        with priced.runtime.database.reading() as session:
            limit(session, view)
            made = compare(session, CALLER, CompareRequest(document=WEB % ("", ""), locations=["mine/n-1"])).comparison
        return _by_key(made)["mine/n-1#on_demand"]

    whole = asked(View(tenants=frozenset({CALLER.tenant_id})))
    part = asked(View(projects=frozenset({(str(own.account_id), "p-1")})))
    assert whole.total.amount is not None
    assert part.total.amount == 2 * whole.total.amount
    assert (whole.total.basis, part.total.basis) == ("contracted", "list")
    assert "negotiated_rates_withheld" in _codes(part) - _codes(whole)
    assert "of-account" not in part.model_dump_json()


def test_what_nobody_can_run_says_which_need_is_too_large(priced: Lab) -> None:
    made = _compare(
        priced, "apiVersion: mcm/v1\nkind: Workload\nname: db\ntiers: [{vcpus: 4, memory_gib: 900, gpus: 1}]\n"
    )
    assert {column.total.amount for column in made.columns} == {None}
    north = _by_key(made)["north:n-1#on_demand"]
    (memory, gpus) = [one for one in north.notes if one.code == "need_too_large"]
    assert memory.params == {
        "tier": "main", "what": "memory_gib", "wanted": "900", "largest": "64", "sku": "n2.mem"
    }  # fmt: skip
    assert gpus.params["what"] == "gpus"
    assert "900" in memory.message
    assert "900" in memory.message_zh
    assert memory.message != memory.message_zh
    assert "no_gpu_rate" in _codes(_by_key(made)["hall/global#internal"])


def test_absent_is_not_included_and_never_nothing(priced: Lab) -> None:
    east = _by_key(_compare(priced, SHOP, currency="CNY"))["east:e-1#on_demand"]
    items = {one.item: one for one in east.items}
    for item in ("snapshot", "transfer", "public_ip", "load_balancer", "support", "tax"):
        assert (items[item].state, items[item].amount, items[item].shown) == ("not_included", None, None)
    assert items["licence"].state == "not_needed"
    assert east.total.at_least
    assert {"better_disk_class", "price_age_amber", "not_included"} <= _codes(east)


def test_a_private_cloud_without_a_card_has_no_price(priced: Lab) -> None:
    CARDS.clear()
    column = _by_key(_compare(priced))["hall/global#internal"]
    assert (column.total.amount, column.total.basis, column.rank) == (None, "unknown", None)
    assert [one.code for one in column.notes] == ["no_rate_card"]
    states = {one.item: one.state for one in column.items}
    assert (states["compute"], states["storage"]) == ("not_included", "not_needed")
    CARDS[column.place.account_id or ""] = stock.card(column.place.account_id or "", measured=False, age=100)
    again = _by_key(_compare(priced))["hall/global#internal"]
    assert {"utilisation_assumed", "price_age_red"} <= _codes(again)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(("age", "said"), [(5, None), (45, "rate_card_age_amber"), (400, "rate_card_age_red")])
def test_a_rate_card_holds_on_and_says_how_old_it_is(priced: Lab, age: int, said: str | None) -> None:
    (ident,) = CARDS
    CARDS[ident] = stock.card(ident, age=age)
    column = _by_key(_compare(priced))["hall/global#internal"]
    assert column.total.amount is not None
    aged = {one.code: one.params for one in column.notes if one.code.startswith("rate_card_age")}
    assert set(aged) == ({said} if said else set())
    assert not said or aged[said]["days"] == str(age)


def test_only_what_is_asked_for(priced: Lab) -> None:
    keys = set(_by_key(_compare(priced, options=["reserved"], locations=["north", "hall"])))
    assert keys == {"north:n-1#reserved-12", "hall/global#internal"}
    # What nobody offers there is told, and does not vanish.
    (east,) = _compare(priced, options=["spot"], locations=["e-1"]).columns
    assert (east.total.amount, _codes(east)) == (None, {"option_not_offered"})
    # A commitment of three years to a far larger size, where nothing is saved, is none.
    (north,) = [one for one in _compare(priced, locations=["north"]).columns if one.option == "reserved"]
    assert north.term_months == 12
    spot = WEB % ("", "purchase: [spot]\n")
    assert {column.option for column in _compare(priced, spot, locations=["north"]).columns} == {"spot"}
    mixed = _by_key(_compare(priced, SHOP, options=["spot"], locations=["north"]))["north:n-1#spot"]
    assert {"falls_back_to_on_demand", "spot_may_end"} <= _codes(mixed)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "exactly one of workload, document and filter"),
        ({"document": WEB % ("", ""), "workload": "web"}, "not workload and document"),
        ({"document": WEB % ("", ""), "locations": ["nowhere"]}, "there is no location 'nowhere'"),
        ({"document": WEB % ("", ""), "on": "2999-01-01"}, "has not come yet"),
        ({"filter": 'name = "none"'}, "no instance matches"),
    ],
)
def test_what_cannot_be_compared(priced: Lab, asked: dict[str, Any], said: str) -> None:
    with priced.runtime.database.reading() as session, pytest.raises(InvalidComparison, match=said) as caught:
        compare(session, CALLER, CompareRequest.model_validate(asked))
    assert caught.value.next_step


def test_the_budget_is_judged_in_its_own_currency(priced: Lab) -> None:
    made = _compare(priced, WEB % ("", "budget: {amount: '60', currency: USD}\n"), currency="CNY")
    found = _by_key(made)
    # 2 × 0.0416 × 730 dollars are 60.736.
    over = next(one for one in found["north:n-1#on_demand"].notes if one.code == "over_budget")
    assert over.params == {"over": "5.3", "currency": "CNY", "budget": "60 USD"}
    assert "over_budget" not in _codes(found["north:n-1#spot"])
    # Without --currency it is compared in that of the budget.
    assert _compare(priced, WEB % ("", "budget: {amount: '60', currency: CNY}\n")).currency == "CNY"


def test_licences_are_within_beside_or_the_organisations_own(priced: Lab) -> None:
    with priced.runtime.database.writing() as session:
        rows = [stock.size("w.small", 2, 4, "0.09", os="windows"), stock.size("w.small", 2, 4, "0.04")]
        stock.put(session, "west", "w-1", rows)
        rows = [stock.size("x.small", 2, 4, "0.04")]
        rows.append({"item": "licence", "sku": "win", "unit": "vcpu_hour", "price": "0.02", "os": "windows"})
        stock.put(session, "extra", "x-1", rows)
    windows = WEB % (", operating_system: windows", "")
    found = _by_key(_compare(priced, windows, currency="USD"))

    def licence(made: dict[str, ColumnItem], key: str) -> tuple[str, Decimal | None]:
        item = next(one for one in made[key].items if one.item == "licence")
        return item.state, item.shown

    assert licence(found, "west:w-1#on_demand") == ("within", None)
    assert licence(found, "extra:x-1#on_demand") == ("included", Decimal("58.40"))
    assert licence(found, "north:n-1#on_demand") == ("not_included", None)
    assert found["north:n-1#on_demand"].total.at_least
    own = _by_key(_compare(priced, windows.replace("windows", "windows, licence: own"), currency="USD"))
    assert licence(own, "west:w-1#on_demand") == ("not_included", None)
    assert own["west:w-1#on_demand"].total.shown == Decimal("58.40")
    assert "own_licence" in _codes(own["west:w-1#on_demand"])


def test_what_a_tier_costs_somewhere_for_other_rooms(priced: Lab) -> None:
    tier = Tier.model_validate({"name": "web", "count": 2, "vcpus": 2, "memory_gib": 4, "disk_gib": 10})
    with priced.runtime.database.reading() as session:
        places = {where.key: where for where in service.places(session)}
        assert set(places) == {"hall/global", "north:n-1", "east:e-1"}
        book = service.book(session, currency="CNY")
        book.load(places.values())
        north = service.priced(session, tier, Decimal(730), places["north:n-1"], using=book)
        assert north.amount == (Decimal("0.0416") * 2 * 730 + Decimal("1.6")) * Decimal("7.2")
        assert north.offer is not None
        assert north.fit is not None
        assert (north.offer.sku, north.complete, north.basis, north.option) == (
            "n2.small",
            True,
            Basis.LIST,
            "on_demand",
        )
        assert set(north.parts) == {"compute", "storage"}
        spot = service.priced(
            session, tier, Decimal(730), places["north:n-1"], using=book, options=(Option.SPOT, Option.ON_DEMAND)
        )
        assert (spot.option, spot.amount is not None and spot.amount < north.amount) == ("spot", True)
        full = service.priced(session, tier, Decimal(730), places["hall/global"], using=book)
        least = service.priced(session, tier, Decimal(730), places["hall/global"], using=book, marginal=True)
        # 2 × 730 hours of 2 vCPU and 4 GiB, 20 GiB of ssd: at the full rates of 60 % and at the marginal ones.
        assert full.amount == Decimal("2") * 730 * (2 * Decimal("0.11") + 4 * Decimal("0.02")) + 20 * Decimal("0.3")
        assert least.amount == Decimal("2") * 730 * (2 * Decimal("0.01") + 4 * Decimal("0.001")) + 20 * Decimal("0.02")
        assert (full.basis, full.offer, full.option) == (Basis.MODELLED, None, "internal")
        huge = Tier.model_validate({"vcpus": 500, "memory_gib": 4})
        nothing = service.priced(session, huge, Decimal(730), places["north:n-1"], using=book)
        assert (nothing.amount, nothing.complete, nothing.basis) == (None, False, Basis.UNKNOWN)
        assert [note.code for note in nothing.notes] == ["need_too_large"]


def test_break_even_by_hand() -> None:
    two = Decimal("0.2")
    # 10 + 20 / u: 110 at 20 %, 60 at 40 %, 50 at 50 %, 30 when all is sold.
    costs = {two: Decimal(110), two * 2: Decimal(60)}
    assert break_even(costs, Decimal(50)) == ("from", Decimal("0.5"))
    assert break_even(costs, Decimal(30)) == ("from", Decimal(1))
    assert break_even(costs, Decimal("29.99")) == ("never", None)
    assert break_even(costs, Decimal(5)) == ("never", None)
    assert break_even({two: Decimal(7), two * 2: Decimal(7)}, Decimal(8)) == ("always", None)
    assert break_even({two: Decimal(7)}, Decimal(8)) is None
