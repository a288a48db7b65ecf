"""What fits: properties of the choice, against a search of everything; sizes, families, systems, licences, tiers."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcm.costs import misfits, shelves
from mcm.costs.burstable import is_burstable
from mcm.costs.demands import Demand, Need
from mcm.costs.matching import Index, Month, Way
from mcm.kit.money import EXACT
from mcm.prices.offers import Offer, Option
from tests.rooms.costs.stock import Row, offer, size

ON_DEMAND = Way(Option.ON_DEMAND)
HOURS = Decimal(730)
_SIZES = st.builds(
    lambda number, vcpus, memory, price, gpus: size(f"s{number}", vcpus, memory, str(price), gpus=gpus),
    st.integers(0, 99), st.integers(1, 8), st.integers(1, 32), st.decimals("0.01", "2", places=3), st.integers(0, 1),
)  # fmt: skip
_NEEDS = st.builds(
    lambda vcpus, memory, gpus: Need(Decimal(vcpus), Decimal(memory), gpus),
    st.integers(1, 9), st.integers(1, 33), st.integers(0, 1),
)  # fmt: skip
_STOCKS = st.lists(_SIZES, min_size=1, max_size=12, unique_by=lambda row: row["sku"])


def _offers(rows: Sequence[Row]) -> list[Offer]:
    return [offer(row, number=int(row["sku"][1:])) for row in rows]


def _fit(offers: Sequence[Offer], need: Need, way: Way = ON_DEMAND, hours: Decimal = HOURS) -> Month | None:
    with localcontext(EXACT):
        return Index(offers).fit("north", "n-1", need, way, hours)


@given(_STOCKS, _NEEDS)
def test_it_is_the_cheapest_of_all_that_hold_the_need(rows: list[Row], need: Need) -> None:
    found = _fit(_offers(rows), need)
    holding = [
        row for row in rows
        if row["vcpus"] >= need.vcpus and row["memory_gib"] >= need.memory_gib and row["gpus"] >= need.gpus
    ]  # fmt: skip
    if not holding:
        assert found is None
        return
    least = min(Decimal(row["price"]) for row in holding)
    assert found is not None
    assert found.offer.unit_price == least
    assert found.offer.sku in {row["sku"] for row in holding}
    assert found.amortised == least * 730


@given(_STOCKS, st.randoms(use_true_random=False), _NEEDS)
def test_the_order_of_the_offers_is_all_one(rows: list[Row], random: object, need: Need) -> None:
    offers = _offers(rows)
    first = _fit(offers, need)
    random.shuffle(offers)  # type: ignore[attr-defined]
    assert _fit(offers, need) == first


@given(_STOCKS, _NEEDS, st.integers(0, 4), st.integers(0, 16))
def test_a_bigger_need_never_gets_a_smaller_offer(rows: list[Row], need: Need, vcpus: int, memory: int) -> None:
    offers = _offers(rows)
    small = _fit(offers, need)
    big = _fit(offers, Need(need.vcpus + vcpus, need.memory_gib + memory, need.gpus))
    if big is None:
        return
    assert small is not None
    assert small.amortised <= big.amortised
    one, other = small.offer, big.offer
    sizes = [(found.vcpus or 0, found.memory_gib or 0, found.gpus) for found in (one, other)]
    smaller = all(b <= a for a, b in zip(*sizes, strict=True)) and sizes[0] != sizes[1]
    assert not smaller


@pytest.mark.parametrize(
    ("family", "sku", "burst"),
    [
        ("t3", "t3.large", True), (None, "t4g.small", True), ("t6", "ecs.t6-c1m1.large", True),
        ("B", "Standard_B2s", True),
        ("e2", "e2-micro", True), ("burstable", "x", True), ("m5", "m5.large", False),
        ("Dsv5", "Standard_D2s_v5", False),
        ("c7", "ecs.c7.large", False), ("e2", "e2-standard-2", False), ("E4", "VM.Standard.E4.Flex/1x8", False),
        ("n2", "n2.small", False), (None, "g1.a100", False), (None, "g1-small", True), ("Bv2", "Standard_B2s_v2", True),
    ],
)  # fmt: skip
def test_burstable_families(family: str | None, sku: str, burst: bool) -> None:
    assert is_burstable(family, sku) is burst


def test_burstable_sizes_are_for_those_who_ask() -> None:
    offers = [offer(size("t3.large", 2, 8, "0.01", family="t3")), offer(size("m5.large", 2, 8, "0.1"), number=1)]
    need = Need(Decimal(2), Decimal(8))
    chosen = _fit(offers, need)
    cheaper = _fit(offers, Need(Decimal(2), Decimal(8), burstable=True))
    assert chosen is not None
    assert cheaper is not None
    assert (chosen.offer.sku, cheaper.offer.sku) == ("m5.large", "t3.large")
    (note,) = misfits.why(Demand("web", 1, need, HOURS), offers[:1], "north", "n-1")
    assert note.code == "only_burstable_fits"


def test_architecture_gpu_and_system_are_kept() -> None:
    offers = [
        offer(size("arm", 4, 16, "0.01", architecture="arm64")),
        offer(size("win", 4, 16, "0.3", os="windows"), number=1),
        offer(size("gpu", 4, 16, "2", gpus=1, gpu_model="A10 24 GB"), number=2),
        offer(size("plain", 4, 16, "0.1"), number=3),
    ]
    four, sixteen = Decimal(4), Decimal(16)
    found = {
        "plain": Need(four, sixteen), "arm": Need(four, sixteen, architecture="arm64"),
        "win": Need(four, sixteen, operating_system="windows"), "gpu": Need(four, sixteen, 1, "a10"),
    }  # fmt: skip
    for sku, need in found.items():
        made = _fit(offers, need)
        assert made is not None
        assert (made.offer.sku, made.missing_licence) == (sku, False)
    own = _fit(offers, Need(four, sixteen, operating_system="windows", own_licence=True))
    assert own is not None
    assert own.offer.sku == "plain"


def test_a_licence_beside_the_machine_counts_in_the_choice() -> None:
    rows = [size("wide", 8, 16, "0.20"), size("slim", 4, 16, "0.21")]
    licences = [
        offer({"item": "licence", "sku": "win", "unit": "vcpu_hour", "price": "0.046", "os": "windows"}, number=9)
    ]
    offers = [offer(row, number=n) for n, row in enumerate(rows)]
    need = Need(Decimal(4), Decimal(16), operating_system="windows")
    with localcontext(EXACT):
        made = Index(offers, licences).fit("north", "n-1", need, ON_DEMAND, Decimal(100))
        assert made is not None
        assert made.licence is not None
        assert (made.offer.sku, made.licence.amortised) == ("slim", Decimal("18.4"))
        bare = Index(offers).fit("north", "n-1", need, ON_DEMAND, Decimal(100))
    assert bare is not None
    assert (bare.offer.sku, bare.licence, bare.missing_licence) == ("wide", None, True)


def test_what_is_bought_for_a_term_is_paid_for_every_hour() -> None:
    offers = [
        offer(size("s", 2, 4, "0.1"), number=1),
        offer(size("s", 2, 4, "0.02", option="reserved", term=12, upfront="120"), number=2),
        offer(size("s", 2, 4, "50", unit="month", option="subscription", term=1), number=3),
    ]
    need, hours = Need(Decimal(2), Decimal(4)), Decimal(100)
    ways = {way: _fit(offers, need, way, hours) for way in Index(offers).ways("north", "n-1")}
    told = {(way.option.value, way.term_months): one and (one.amortised, one.cash) for way, one in ways.items()}
    assert told == {
        ("on_demand", None): (Decimal(10), Decimal(10)),
        ("reserved", 12): (Decimal("24.6"), Decimal("134.6")),
        ("subscription", 1): (Decimal(50), Decimal(50)),
    }


def test_a_need_that_is_too_large_is_named_with_what_would_fit() -> None:
    offers = [offer(size("wide", 16, 32, "1"), number=1), offer(size("deep", 4, 128, "1"), number=2)]
    demand = Demand("db", 1, Need(Decimal(32), Decimal(256), 2), HOURS)
    said = [note.said() for note in misfits.why(demand, offers, "north", "n-1")]
    assert said == [
        "db: 32 vCPU is more than any size here has; the most is 16 (wide)",
        "db: 256 GiB of memory is more than any size here has; the most is 128 (deep)",
        "db: 2 GPU is more than any size here has; the most is 0 (wide)",
    ]
    (both,) = misfits.why(Demand("db", 1, Need(Decimal(16), Decimal(128)), HOURS), offers, "north", "n-1")
    assert both.code == "needs_together_too_large"
    assert "16 vCPU" in both.said()
    assert "16 vCPU" in both.said(chinese=True)
    (none,) = misfits.why(demand, [], "north", "n-1")
    assert none.said() == "there are no compute prices for north n-1"


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 900)), max_size=5, unique_by=lambda step: step[0]),
    st.integers(0, 900), st.integers(0, 6000), st.randoms(use_true_random=False),
)  # fmt: skip
def test_each_unit_is_paid_at_the_price_of_its_tier(
    steps: list[tuple[int, int]], first: int, quantity: int, random: object
) -> None:
    every = [(0, first), *steps]
    offers = [
        offer({"item": "egress", "sku": "out", "unit": "gb", "price": str(price), "from": str(start)}, number=start)
        for start, price in every
    ]
    random.shuffle(offers)  # type: ignore[attr-defined]
    with localcontext(EXACT):
        charge = shelves.graduated(offers, Decimal(quantity))
    # Unit by unit, each at the price of the last tier that begins at or before it.
    paid = sum(max((start, price) for start, price in every if start <= unit)[1] for unit in range(quantity))
    assert charge is not None
    assert charge.amount == paid
    with localcontext(EXACT):
        assert shelves.graduated([one for one in offers if one.tier_from], Decimal(1)) is None


def test_other_things_are_compared_in_one_currency() -> None:
    dollars = offer({"item": "egress", "sku": "out", "unit": "gb", "price": "0.12"}, number=1)
    yuan = replace(offer({"item": "egress", "sku": "out", "unit": "gb", "price": "0.8"}, number=2), currency="CNY")
    rates = {"USD": Decimal(7), "CNY": Decimal(1)}
    with localcontext(EXACT):
        charge = shelves.cheapest([dollars, yuan], Decimal(10), rate=rates.get)
    assert charge is not None
    assert charge.offers[0].currency == "CNY"


def test_what_is_paid_upfront_is_not_left_out_of_a_disk() -> None:
    row = {"item": "storage", "sku": "ssd", "class": "ssd", "unit": "gib_month", "price": "0"}
    committed = offer(row | {"option": "reserved", "term": 12, "upfront": "120"}, number=1)
    assert shelves.by_use([committed]) == []
