"""Money: nothing is lost and nothing is made up, whatever is shared, divided or written."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from mcm.kit import currencies, money

AMOUNTS = st.decimals(Decimal("-1e15"), Decimal("1e15"), allow_nan=False, allow_infinity=False, places=18)
WEIGHTS = st.lists(st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=6), min_size=1, max_size=12)

# Several share the machine.
_UNHURRIED = settings(deadline=None)


@_UNHURRIED
@given(total=AMOUNTS, weights=WEIGHTS.filter(any))
def test_shares_add_up_to_the_last_digit(total: Decimal, weights: list[Decimal]) -> None:
    parts = money.shares(total, weights)
    assert sum(map(Fraction, parts)) == Fraction(total)
    # Each is its exact part, but for less than one of the 18th place.
    whole = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / whole) < Fraction(1, 10**18)
        assert weight or part == 0


@_UNHURRIED
@given(total=AMOUNTS, weights=WEIGHTS.filter(any))
def test_who_has_more_weight_gets_no_less(total: Decimal, weights: list[Decimal]) -> None:
    parts = money.shares(abs(total), weights)
    pairs = sorted(zip(weights, parts, strict=True), key=lambda pair: pair[0])
    for (lower, smaller), (upper, larger) in pairwise(pairs):
        assert lower == upper or smaller <= larger


@_UNHURRIED
@given(total=AMOUNTS, weights=WEIGHTS.filter(lambda found: any(found) and len(set(found)) == len(found)))
def test_shares_do_not_depend_on_the_order(total: Decimal, weights: list[Decimal]) -> None:
    forwards = dict(zip(weights, money.shares(total, weights), strict=True))
    backwards = dict(zip(weights[::-1], money.shares(total, weights[::-1]), strict=True))
    # Equal remainders go to whoever comes first, and so may one unit of the 18th place.
    assert all(abs(Fraction(forwards[one]) - Fraction(backwards[one])) <= Fraction(1, 10**18) for one in weights)
    assert sum(map(Fraction, forwards.values())) == sum(map(Fraction, backwards.values()))


def test_there_is_nothing_to_share_by() -> None:
    with pytest.raises(ZeroDivisionError):
        money.shares(Decimal(1), [Decimal(0), Decimal(0)])
    with pytest.raises(ZeroDivisionError):
        money.quotient(Decimal(1), Decimal(0))


@_UNHURRIED
@given(amount=AMOUNTS)
def test_what_is_written_is_read_again(amount: Decimal) -> None:
    text = money.written(amount)
    assert money.exact(text) == amount
    assert "E" not in text
    assert text == "0" or not text.endswith((".", "0")) or "." not in text


@_UNHURRIED
@given(amount=AMOUNTS, by=AMOUNTS.filter(bool))
def test_a_quotient_is_right_to_half_of_the_18th_place(amount: Decimal, by: Decimal) -> None:
    if abs(Fraction(amount) / Fraction(by)) < 10**20:
        found = money.quotient(amount, by)
        assert abs(Fraction(found) - Fraction(amount) / Fraction(by)) <= Fraction(1, 2 * 10**18)


@_UNHURRIED
@given(amount=AMOUNTS, currency=st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_what_people_see_is_rounded_once_to_what_the_currency_has(amount: Decimal, currency: str) -> None:
    digits = {"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4}[currency]
    assert currencies.DIGITS[currency] == digits
    assert abs(Fraction(money.presented(amount, currency)) - Fraction(amount)) <= Fraction(1, 2 * 10**digits)


@pytest.mark.parametrize(
    "given",
    [0.1, True, None, "", "1e", "NaN", "Infinity", "-inf", "1,5", "1" * 21, "0." + "0" * 18 + "1", b"1", "1e21"],
)
def test_what_is_no_amount_is_refused(given: Any) -> None:
    with pytest.raises(money.NotAnAmount):
        money.exact(given)


@pytest.mark.parametrize(
    ("given", "text"), [("1e3", "1000"), ("-0", "0"), (" 1.50 ", "1.5"), (7, "7"), ("1e-18", "0." + "0" * 17 + "1")]
)
def test_what_is_one_has_one_spelling(given: Any, text: str) -> None:
    assert money.written(money.exact(given)) == text


class _Shape(BaseModel):
    amount: money.Amount


def test_json_carries_a_string_and_never_a_float() -> None:
    assert _Shape(amount=Decimal("0.10")).model_dump_json() == '{"amount":"0.1"}'
    assert _Shape.model_validate_json('{"amount":"0.1"}').amount == Decimal("0.1")
    with pytest.raises(ValidationError, match="not as float"):
        _Shape.model_validate_json('{"amount":0.1}')
