"""A pool's document says where it is wrong: line, column, and what may be meant."""

from typing import Any

import pytest

from mcm.ratecards.errors import InvalidRateCard
from mcm.ratecards.parsing import parse
from tests.rooms.ratecards.test_formulas import HALL


def _where(text: str, part: str) -> tuple[int, int]:
    """Of the first time the part stands in the text, counted here from scratch."""
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


# What is put in the place of what; the text that the finding points at; what it says.
BAD = {
    "a field that is not there": ("  pue: 1.5", "  pui: 1.5", "pui", "no field 'pui'"),
    "a field that is missing": ("  tariff: 0.8\n", "", "kw: 10", "'tariff' is missing"),
    "shares beyond one": ("  gpu: 0.1", "  gpu: 0.2", "vcpu: 0.5\n  memory", "add up to 1.1"),
    "a PUE below one": ("pue: 1.5", "pue: 0.9", "0.9", "greater than or equal to 1"),
    "a currency that is none": ("currency: CNY", "currency: RMB", "RMB", "no currency"),
    "a month that is none": ("2026-10-15", "2026-13-01", "2026-13-01", "month"),
    "a method that is none": ("method: annuity", "method: annuitty", "annuitty", "did you mean 'annuity'"),
    "no more than was paid": ("residual: 1102.5", "residual: 6000", "6000", "more than what was paid"),
    "a rate on a straight line": (
        "    in_service_since: 2026-01\n",
        "    annual_rate: 0.07\n    in_service_since: 2026-01\n",
        "0.07",
        "knows no rate",
    ),
    "a licence that counts nothing": (", count: 212", "", "{name: hypervisor", "how many cores"),
    "nothing idle above the average": ("kw_idle: 6", "kw_idle: 11", "11\n  pue", "without load"),
    "a reserve of everything": ("ha_reserve: {vcpu: 0.2,", "ha_reserve: {vcpu: 1,", "1, memory: 0.2}", "less than 1"),
    "a utilisation of nothing": ("utilisation: 0.5", "utilisation: 0", "0\nutilisations", "above 0"),
    "GPUs that cannot be measured": (
        "utilisation: 0.5",
        "utilisation: {vcpu: 0.5, memory: 0.5, storage: 0.5, gpu: measured}",
        "measured}",
        "cannot be measured",
    ),
    "a capacity that is neither": ("vcpu: 250", "vcpu: many", "many", "the word 'measured'"),
    "storage without a share": ("{ssd: 43800}", "{ssd: 43800, hdd: 10}", "10}", "shares.storage.hdd is missing"),
    "an amount with a text": ("capex: 5100", "capex: about 5100", "about 5100", "no decimal number"),
    "two utilisations": ("[0.4, 0.5, 0.8]", "[0.4, 0.8]", "[0.4, 0.8]", "three different"),
    "a key that comes twice": ("currency: CNY", "currency: CNY\ncurrency: USD", "currency: USD", "comes twice"),
    "an account that comes twice": ("[lab]", "[lab, lab]", "lab]\nassets", "comes twice"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_said_with_its_place(case: str) -> None:
    old, new, at, says = BAD[case]
    text = HALL.replace(old, new, 1)
    assert text != HALL
    with pytest.raises(InvalidRateCard) as caught:
        parse(text)
    findings: Any = caught.value.details["findings"]
    line, column = _where(text, at)
    here = [one for one in findings if (one["line"], one["column"]) == (line, column)]
    assert [one for one in here if says in f"{one['message']} {one['suggestion']}"], findings
    assert f"line {line}, column {column}: " in caught.value.message
    # A misspelt name is also a missing one; nothing else is said twice.
    assert len(findings) == (2 if case == "a field that is not there" else 1)


def test_all_that_is_wrong_is_said_at_once_and_in_order() -> None:
    text = HALL.replace("capex: 720000", "capex: -1").replace("pue: 1.5", "pue: 0").replace("kind: RateCard", "kind: X")
    with pytest.raises(InvalidRateCard) as caught:
        parse(text)
    findings: Any = caught.value.details["findings"]
    assert [one["path"] for one in findings] == ["kind", "assets[0].capex", "energy.pue"]


@pytest.mark.parametrize("text", ["", "- 1", "a: &b 1\nc: *b", "kind: [", "just words", "{}"])
def test_what_is_no_such_document(text: str) -> None:
    with pytest.raises(InvalidRateCard, match="line 1"):
        parse(text)
