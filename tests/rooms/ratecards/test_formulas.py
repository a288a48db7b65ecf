"""The formulas of private rates against numbers worked out by hand, and against what must hold for all of them.

The pool of hall.yaml in November 2026:

    hosts         720,000 ÷ 60                                              12,000
    disk array    5 % a month, n = 2: 1 ÷ 1.05² × 1,102.5 = 1,000 of the
                  residual today; (5,100 − 1,000) × 0.05 ÷ (1 − 1 ÷ 1.1025)
                  = 4,100 × 0.055125 ÷ 0.1025                                2,205
    old, new      written off since 2023-01; in service from 2027-01             0
    energy        10 × 1.5 × 730 × 0.8                                       8,760
    space         2 × 1,500                                                  3,000
    licences      212 × 10 + 8 × 100 + 315                                   3,235
    support, staff, other       1,000 + 0.5 × 20,000 + 18,200               29,200
                                                                            58,400

    who           part     could be sold        sold at 0.5 × hours    full     at 0.4   at 0.8   all sold
    vCPU          29,200   250 × 4 × 0.8 = 800  400 × 730 = 292,000    0.10     0.125    0.0625   0.05
    memory        14,600   1,250 × 0.8 = 1,000  500 × 730 = 365,000    0.04     0.05     0.025    0.02
    ssd            8,760   43,800               21,900                 0.40     0.5      0.25     0.2
    GPU            5,840   16                   8 × 730 = 5,840        1        1.25     0.625    0.5

    marginal      energy of the load 4 × 1.5 × 730 × 0.8 = 3,504; licences per core and socket 2,920
    vCPU          1,752 ÷ 292,000 = 0.006        +  1,460 ÷ 584,000 = 0.0025     0.0085
    memory        876 ÷ 365,000 = 0.0024         +  730 ÷ 730,000 = 0.001        0.0034
    ssd           525.6 ÷ 21,900 = 0.024         +  438 ÷ 43,800 = 0.01          0.034
    GPU           350.4 ÷ 5,840 = 0.06           +  292 ÷ 11,680 = 0.025         0.085
"""

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.kit.money import presented
from mcm.ratecards.explained import SENTENCES
from mcm.ratecards.formulas import Load, annuity, break_even, straight_line
from mcm.ratecards.measuring import Measurement
from mcm.ratecards.parsing import parse
from mcm.ratecards.rates import Rates
from mcm.ratecards.reckoning import Reckoning, rates, reckon

HALL = Path(__file__).with_name("hall.yaml").read_text()
D = Decimal


def _hall(text: str = HALL, month: str = "2026-11") -> Reckoning:
    return reckon(parse(text), month, Measurement())


def _of(vcpu: str, memory: str, ssd: str, gpu: str) -> Rates:
    return Rates(D(vcpu), D(memory), {"ssd": D(ssd)}, D(gpu))


def test_the_pool_by_hand() -> None:
    made = _hall()
    assert [(one.code, str(one.amount)) for one in made.costs] == [
        ("asset.straight_line", "12000"),
        ("asset.annuity", "2205"),
        ("asset.written_off", "0"),
        ("asset.not_yet", "0"),
        ("energy", "8760"),
        ("space", "3000"),
        ("support", "1000"),
        ("other", "18200"),
        ("licence.core", "2120"),
        ("licence.socket", "800"),
        ("licence.flat", "315"),
        ("staff", "10000"),
    ]
    assert made.total.amount == 58400
    assert {name: one.amount for name, one in made.parts.items()} == {
        "vcpu": 29200,
        "memory": 14600,
        "gpu": 5840,
        "storage.ssd": 8760,
    }
    assert made.warnings == []


def test_the_rates_by_hand() -> None:
    made = _hall()
    assert rates(made.full) == _of("0.1", "0.04", "0.4", "1")
    assert rates(made.marginal) == _of("0.0085", "0.0034", "0.034", "0.085")
    assert rates(made.at[D("0.4")]) == _of("0.125", "0.05", "0.5", "1.25")
    assert rates(made.at[D("0.5")]) == rates(made.full)
    assert rates(made.at[D("0.8")]) == _of("0.0625", "0.025", "0.25", "0.625")
    assert rates(made.all_sold) == _of("0.05", "0.02", "0.2", "0.5")


def test_break_even_by_hand() -> None:
    """4 vCPU and 16 GiB cost 4 × 0.05 + 16 × 0.02 = 0.52 an hour when all is sold, and with 730 GiB of ssd 0.2 more."""
    card, load = rates(_hall().all_sold), Load(vcpus=D(4), memory_gib=D(16))
    found = break_even(card, D("0.8"), load)
    assert (found.utilisation, found.reason, found.all_sold) == (D("0.65"), "", D("0.52"))
    with_disk = Load(vcpus=D(4), memory_gib=D(16), storage_gib={"ssd": D(730)})
    assert break_even(card, D("0.8"), with_disk).utilisation == D("0.9")
    assert break_even(card, D("0.52"), load).utilisation == 1
    for price, wanted, reason in (
        ("0.51", load, "dearer_when_all_is_sold"),
        ("0", load, "no_price"),
        ("1", Load(), "nothing_to_pay"),
        ("1", Load(storage_gib={"hdd": D(1)}), "not_sold:storage.hdd"),
    ):
        none = break_even(card, D(price), wanted)
        assert (none.utilisation, none.reason) == (None, reason)
    without = Rates(card.vcpu_hour, card.memory_gib_hour, {}, None)
    assert break_even(without, D(9), Load(gpus=D(1))).reason == "not_sold:gpu"


def test_an_annuity_as_a_spreadsheet_gives_it() -> None:
    # =PMT(0.05/12; 60; -100000) is 1,887.12; =PMT(0.06/12; 360; -200000) is 1,199.10, as tables of mortgages have it.
    assert presented(annuity(D(100000), 60, D(0), D("0.05")), "USD") == D("1887.12")
    assert presented(annuity(D(200000), 360, D(0), D("0.06")), "USD") == D("1199.10")


def test_an_asset_is_written_off_from_its_first_month_to_its_last() -> None:
    """The disk array lives for two months, October and November."""
    paid = {month: _hall(month=month).costs[1] for month in ("2026-09", "2026-10", "2026-11", "2026-12")}
    assert [(one.code, str(one.amount)) for one in paid.values()] == [
        ("asset.not_yet", "0"),
        ("asset.annuity", "2205"),
        ("asset.annuity", "2205"),
        ("asset.written_off", "0"),
    ]
    assert paid["2026-12"].values["until"] == "2026-12"


def test_without_idle_power_the_marginal_rate_says_that_it_is_too_much() -> None:
    made = _hall(HALL.replace("  kw_idle: 6\n", ""))
    assert [one.code for one in made.warnings] == ["idle_power_unknown"]
    # 8,760 × 0.5 ÷ 292,000 = 0.015, and the licences as before.
    assert made.marginal["vcpu"].amount == D("0.0175")


def test_every_number_can_be_reckoned_again_from_its_formula() -> None:
    made = _hall()
    terms = [*made.costs, made.total, *made.marginal_costs]
    for group in (made.parts, made.sellable, made.utilisation, made.full, made.marginal, *made.at.values()):
        terms += group.values()
    assert len(terms) > 40
    for one in terms:
        plain = re.sub(r"(\d+(?:\.\d+)?)", r"Fraction('\1')", one.formula)
        plain = plain.replace("×", "*").replace("÷", "/").replace("−", "-").replace("^Fraction('2')", "**2")
        assert abs(eval(plain, {"Fraction": Fraction}) - Fraction(one.amount)) < Fraction(1, 10**15), one
        assert one.sentence
        assert re.search(r"[\u4e00-\u9fff]", one.sentence_zh)
        assert "{" not in one.sentence + one.sentence_zh


def test_sentences_ask_for_the_same_in_both_languages() -> None:
    asked = re.compile(r"\{(\w+)\}")
    for english, chinese in SENTENCES.values():
        assert {one.removesuffix("_zh") for one in asked.findall(chinese)} == set(asked.findall(english))


_MONEY = st.decimals(0, 10**9, places=2)
_LIVES = st.integers(1, 600)


@settings(deadline=None)
@given(_MONEY, _LIVES, st.decimals(0, 1, places=4))
def test_without_interest_an_annuity_is_a_straight_line(capex: Decimal, life: int, part: Decimal) -> None:
    residual = capex * part
    line = straight_line(capex, life, residual)
    assert annuity(capex, life, residual, D(0)) == line
    before = None
    for exponent in (6, 9, 12, 18):
        distance = annuity(capex, life, residual, D(1).scaleb(-exponent)) - line
        # Interest of a rate r on at most the price: never less than the line, never more than r × price above it.
        assert D("-1e-17") <= distance <= capex.scaleb(-exponent) + D("1e-17")
        assert before is None or distance <= before
        before = distance


@settings(deadline=None)
@given(_MONEY, st.integers(1, 400), st.decimals("0.0001", 1, places=4))
def test_what_an_annuity_pays_ends_at_the_residual(capex: Decimal, life: int, rate: Decimal) -> None:
    """The debt, month by month in fractions: with interest, less what is paid."""
    residual = capex / 4
    paid, debt, interest = Fraction(annuity(capex, life, residual, rate)), Fraction(capex), Fraction(rate) / 12
    scale = 10**30
    for _ in range(life):
        debt = Fraction(round((debt * (1 + interest) - paid) * scale), scale)
    growth = (1 + interest) ** life
    assert abs(debt - Fraction(residual)) <= Fraction(life + 1, 10**17) * growth * 2


_POOL = """\
apiVersion: mcm/v1
kind: RateCard
name: any
currency: CNY
accounts: [lab]
other: [{{name: all, monthly: {monthly}}}]
shares: {{vcpu: {vcpu}, memory: {memory}, storage: {{hdd: {hdd}}}}}
capacity: {{vcpu: {cores}, memory_gib: {gib}, storage_gib: {{hdd: {disk}}}}}
overcommit: {{vcpu: {over}}}
ha_reserve: {{vcpu: {reserve}, memory: {reserve}}}
utilisation: {used}
"""


@st.composite
def _pools(draw: st.DrawFn) -> dict[str, Decimal]:
    hundredths = draw(st.tuples(st.integers(0, 50), st.integers(0, 50)))
    vcpu, memory = D(hundredths[0]) / 100, D(hundredths[1]) / 100
    size = st.integers(1, 10**6).map(D)
    return {
        "monthly": draw(_MONEY), "vcpu": vcpu, "memory": memory, "hdd": 1 - vcpu - memory,
        "cores": draw(size), "gib": draw(size), "disk": draw(size), "over": draw(st.decimals("0.5", 16, places=2)),
        "reserve": draw(st.decimals(0, "0.9", places=2)), "used": draw(st.decimals("0.01", "0.5", places=3)),
    }  # fmt: skip


def _sold(pool: dict[str, Decimal]) -> dict[str, Decimal]:
    """Unit-hours (disks: units) of a month, from the text's own numbers."""
    kept = 1 - pool["reserve"]
    return {
        "vcpu": pool["cores"] * pool["over"] * kept * pool["used"] * 730,
        "memory": pool["gib"] * kept * pool["used"] * 730,
        "storage.hdd": pool["disk"] * pool["used"],
    }


@settings(deadline=None)
@given(_pools())
def test_what_is_sold_at_the_rates_gives_back_the_pool(pool: dict[str, Decimal]) -> None:
    made = _hall(_POOL.format(**pool))
    sold = _sold(pool)
    earned = sum(Fraction(one.amount) * Fraction(sold[name]) for name, one in made.full.items())
    assert presented(D(earned.numerator) / D(earned.denominator), "CNY") == presented(pool["monthly"], "CNY")


@settings(deadline=None)
@given(_pools())
def test_twice_the_utilisation_is_half_the_rate(pool: dict[str, Decimal]) -> None:
    once = _hall(_POOL.format(**pool)).full
    twice = _hall(_POOL.format(**pool | {"used": pool["used"] * 2})).full
    distances = [abs(Fraction(once[name].amount) - 2 * Fraction(twice[name].amount)) for name in once]
    # Both are rounded to 18 places: half a step, and twice half a step.
    assert max(distances) <= Fraction(3, 2 * 10**18)


@pytest.mark.parametrize("method", ["straight_line", "annuity"])
def test_amounts_are_never_floats(method: str) -> None:
    made = _hall(HALL.replace("method: straight_line", f"method: {method}"))
    assert all(type(one.amount) is Decimal for one in made.costs)
