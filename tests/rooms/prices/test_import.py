"""Price lists from files: whole or not at all, every fault by its line, compared with the list before."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from mcm.kit import clock
from mcm.models import PriceList
from mcm.prices import service
from mcm.prices.errors import InvalidPriceList
from mcm.prices.offers import Basis, Item, Option, Unit
from mcm.prices.points import ListMeta, PointIn
from tests.days import days_ago
from tests.lab import Lab
from tests.rooms.prices.making import HEADER, bring, contents, file, line


def _refused(lab: Lab, content: bytes, **given: Any) -> list[tuple[int, str]]:
    before = contents(lab)
    with pytest.raises(InvalidPriceList) as refusal:
        bring(lab, content, **given)
    assert contents(lab) == before
    lines = refusal.value.details["lines"]
    assert isinstance(lines, list)
    return [(one["line"], one["message"]) for one in lines]


def test_what_a_file_says_is_what_is_kept(lab: Lab) -> None:
    report = bring(
        lab,
        b"\xef\xbb\xbf" + file(
            line("small", "0.123456789012345678"),
            line("small", "0", option="reserved", term="12", upfront="700.5"),
            line("disk", "0.08", item="storage", unit="gib_month"),
            line("out", "0", item="egress", unit="gb"),
            line("out", "0.09", item="egress", unit="gb", tier="100"),
        ),
    )  # fmt: skip
    (taken,) = report.lists
    assert (taken.points, taken.new, taken.changed, taken.flagged, taken.already) == (5, 5, 0, 0, False)
    with lab.runtime.database.reading() as session:
        on_demand, reserved = sorted(service.offers(session, item=Item.COMPUTE), key=lambda offer: offer.option)
        free, paid = sorted(service.offers(session, item=Item.EGRESS), key=lambda offer: offer.tier_from)
    assert on_demand.unit_price == on_demand.list_price == Decimal("0.123456789012345678")
    assert [on_demand.vcpus, on_demand.memory_gib, on_demand.basis, on_demand.seed] == [2, None, Basis.LIST, False]
    assert [reserved.unit_price, reserved.upfront, reserved.term_months] == [0, Decimal("700.5"), 12]
    assert [free.unit_price, paid.unit_price, paid.tier_from] == [0, Decimal("0.09"), 100]
    assert (on_demand.priced_on, on_demand.age_days, on_demand.age_warning) == (days_ago(1), 1, None)


def test_the_same_file_is_imported_once(lab: Lab) -> None:
    content = file(line())
    first = bring(lab, content).lists[0]
    before = contents(lab)
    again = bring(lab, content).lists[0]
    assert (again.already, again.list_id) == (True, first.list_id)
    assert contents(lab) == before


def test_a_dry_run_says_the_same_and_writes_nothing(lab: Lab) -> None:
    disk = line("disk", item="storage", unit="gib_month")
    bring(lab, file(*(line(sku, "1") for sku in "abcd"), disk))
    before = contents(lab)
    today = (("a", "1"), ("b", "1.2"), ("c", "2"), ("e", "1"))
    content = file(*(line(sku, price, on=days_ago(0)) for sku, price in today))
    dry = bring(lab, content, dry_run=True, complete=True).lists[0]
    assert contents(lab) == before
    real = bring(lab, content, complete=True).lists[0]
    for found in (dry, real):
        assert (found.new, found.changed, found.unchanged, found.gone, found.flagged) == (1, 2, 1, 1, 1)
        (flag,) = found.flags
        assert [flag.line, flag.sku, flag.flag, flag.previous, flag.price] == [4, "c", "jump", 1, 2]
        assert flag.percent == 100
    assert (dry.list_id, real.list_id is None) == (None, False)


@pytest.mark.parametrize(("price", "flagged"), [("1.3", 0), ("1.300000000000000001", 1), ("0.7", 0), ("0.69", 1)])
def test_a_jump_is_more_than_thirty_percent(lab: Lab, price: str, flagged: int) -> None:
    bring(lab, file(line(price="1")))
    assert bring(lab, file(line(price=price, on=days_ago(0)))).lists[0].flagged == flagged
    with lab.runtime.database.reading() as session:
        (offer,) = service.offers(session, item=Item.COMPUTE)
    assert offer.flags == (("jump",) if flagged else ())


def test_lists_in_other_currencies_and_of_later_days_are_not_compared(lab: Lab) -> None:
    bring(lab, file(line(price="1", currency="CNY")))
    bring(lab, file(line(price="9", on=days_ago(0))))
    taken = bring(lab, file(line(price="2", on=days_ago(5)))).lists[0]
    assert (taken.new, taken.flagged) == (1, 0)


def test_what_lies_ahead_is_kept_and_flagged(lab: Lab) -> None:
    taken = bring(lab, file(line(on=days_ago(-3)))).lists[0]
    assert [flag.flag for flag in taken.flags] == ["future"]
    with lab.runtime.database.reading() as session:
        assert service.offers(session, item=Item.COMPUTE) == []
        assert len(service.offers(session, item=Item.COMPUTE, on=days_ago(-3))) == 1


BAD = {
    "a compute price of 0": line(price="0"),
    "less than 0": line(price="-1"),
    "upfront is -1": line(price="1", option="reserved", term="12", upfront="-1"),
    "is no decimal number": line(price="1,5").replace("1,5", '"1,5"'),
    "more than 18 digits": line(price="0." + "1" * 19),
    "is no amount": line(price="NaN"),
    "did you mean 'hour'": line(unit="hours"),
    "not priced by gb": line(unit="gb"),
    "there is no item": line(item="bananas"),
    "there is no option": line(option="free"),
    "needs term_months": line(option="reserved"),
    "has no term_months": line(term="12"),
    "one list each": line(currency="EUR"),
    "sku is empty": line(sku=""),
    "the same price stands on line 2": line(),
    "fields where the header names": line() + ",1,2",
    "a whole number": line(option="reserved", term="1.5"),
    "without vcpus": line(vcpus="0"),
    "control characters": line(sku="a\x1b[2J"),
}


def test_every_fault_is_told_by_its_line_and_nothing_is_imported(lab: Lab) -> None:
    found = _refused(lab, file(line(), *BAD.values()))
    for number, said in enumerate(BAD, 3):
        assert any(line_number == number and said in message for line_number, message in found), (number, said, found)
    assert {number for number, _ in found} == set(range(3, 3 + len(BAD)))


def test_a_hundred_faults_are_enough(lab: Lab) -> None:
    found = _refused(lab, file(*(line(f"s{number}", "x") for number in range(500))))
    assert len(found) == 100


@pytest.mark.parametrize(
    ("content", "at", "said"),
    [
        (b"", 1, "empty"),
        (HEADER.encode(), 2, "no line below"),
        (file(line()).replace(b"unit_price", b"unitprice"), 1, "did you mean 'unit_price'"),
        (file(line()).replace(b",vcpus", b",sku"), 1, "comes twice"),
        (file(line(), line("b\xe9")).replace("é".encode(), b"\xe9"), 3, "no UTF-8"),
        (file(line()).decode().encode("utf-16"), 1, "no UTF-8"),
        (file(line(), '"open'), 3, "no CSV"),
        (file(line()) + b"a\0b\n", 3, "NUL"),
        (file(line()) + b"x" * 70_000, 3, "bytes"),
        (file(line(currency="USDT")), 2, "no currency"),
        (file(line(provider="No Such/Thing")), 2, "no name of a provider"),
        (file(line()).replace(days_ago(1).isoformat().encode(), b"31.01.2026"), 2, "a day is written"),
    ],
)  # fmt: skip
def test_files_that_are_none(lab: Lab, content: bytes, at: int, said: str) -> None:
    found = _refused(lab, content)
    assert any(number == at and said in message for number, message in found), found


def test_what_the_file_does_not_say_is_given_beside_it(lab: Lab) -> None:
    content = b"region,item,sku,option,unit,unit_price\nr1,compute,a,on_demand,hour,1\n"
    assert {message.partition(" ")[0] for _, message in _refused(lab, content)} == {"provider", "currency", "priced_on"}
    day = days_ago(2).isoformat()
    taken = bring(lab, content, provider="cloud", currency="CNY", priced_on=day).lists[0]
    assert (taken.provider, taken.currency, taken.priced_on) == ("cloud", "CNY", days_ago(2))
    assert "given beside it too" in _refused(lab, file(line()), provider="other")[0][1]


def _cloud(day: int, *prices: str) -> tuple[ListMeta, list[PointIn]]:
    meta = ListMeta("cloud", "its price api", "USD", days_ago(day), clock.now())
    return meta, [
        PointIn("r1", Item.COMPUTE, f"s{number}", Option.ON_DEMAND, Unit.HOUR, Decimal(price))
        for number, price in enumerate(prices)
    ]


def test_what_a_cloud_says_again_is_confirmed_and_not_kept_twice(lab: Lab) -> None:
    with lab.runtime.database.writing() as session:
        first = service.take(session, *_cloud(40, "1", "2"), on_fault="skip")
    with lab.runtime.database.writing() as session:
        meta, points = _cloud(0, "1", "2")
        again = service.take(session, meta, points[::-1], on_fault="skip")
    assert (again.already, again.list_id) == (True, first.list_id)
    assert lab.count("price_point") == 2
    with lab.runtime.database.reading() as session:
        assert {offer.age_days for offer in service.offers(session, item=Item.COMPUTE)} == {0}
        # Of a day before the second time it was as old as it was then.
        assert {offer.age_days for offer in service.offers(session, item=Item.COMPUTE, on=days_ago(10))} == {0}
    with lab.runtime.database.writing() as session:
        third = service.take(session, *_cloud(0, "1", "3"), on_fault="skip")
    assert (third.already, third.changed, third.unchanged, lab.count("price_list")) == (False, 1, 1, 2)


def test_of_a_cloud_the_points_that_make_no_sense_are_left_out(lab: Lab) -> None:
    meta, points = _cloud(0, "1", "0", "2")
    with lab.runtime.database.writing() as session:
        taken = service.take(session, meta, [*points, points[0]], on_fault="skip")
    assert (taken.points, taken.left_out) == (2, 2)
    assert ["compute price of 0" in str(taken.faults[0]), "came before" in str(taken.faults[1])] == [True, True]
    with pytest.raises(InvalidPriceList), lab.runtime.database.writing() as session:
        service.take(session, meta, [])
    with lab.runtime.database.reading() as session:
        assert session.scalars(select(PriceList.points)).all() == [2]


def test_many_points_are_written_in_parts(lab: Lab) -> None:
    lines = [line(f"s{number}", str(number + 1)) for number in range(4500)]
    assert bring(lab, file(*lines)).lists[0].points == 4500
    assert lab.count("price_point") == lab.count("sku") == 4500
    ((number, said),) = _refused(lab, file(*lines, lines[0]))
    assert (number, "stands on line 2" in said) == (4502, True)
