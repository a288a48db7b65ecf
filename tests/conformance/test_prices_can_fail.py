"""What the suite finds wrong with single prices: each thing that can be, and nothing in a sound one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mcm.contract import PricePoint, PriceSource
from mcm.contract.conformance.pricing import _problems

_SOURCE = PriceSource("list", "USD", ("r1",))
_SOUND = PricePoint("r1", "compute", "small", "on_demand", "hour", Decimal("0.1"), "USD", date(2026, 1, 1))


def test_a_sound_price_has_no_fault() -> None:
    assert list(_problems(_SOUND, _SOURCE)) == []
    reserved: dict[str, Any] = {"option": "reserved", "term_months": 12, "unit_price": Decimal(0)}
    assert list(_problems(replace(_SOUND, upfront=Decimal(5), **reserved), _SOURCE)) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"region": "r2"},
        {"currency": "EUR"},
        {"unit": "gb"},
        {"item": "weather"},
        {"unit_price": Decimal(0)},
        {"unit_price": Decimal(-1)},
        {"unit_price": Decimal("NaN")},
        {"unit_price": 0.1},
        {"option": "reserved"},
        {"term_months": 12},
        {"operating_system": ""},
        {"vcpus": 2.0},
    ],
)
def test_a_broken_price_is_noticed(broken: dict[str, Any]) -> None:
    assert list(_problems(replace(_SOUND, **broken), _SOURCE))
