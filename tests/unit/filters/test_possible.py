"""What is known of a scope decides whether a filter can concern it; doubt counts as yes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.filters import Expression, parse, possibility
from tests.unit.filters.strategies import conditions, expressions

FACTS = {"kind": "instance", "account": "east", "provider": "simulated", "ownership": "private", "region": "r1"}


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("", True),
        ("kind = instance", True),
        ("kind = volume", False),
        ("kind != instance", False),
        ("NOT kind = instance", False),
        ("NOT kind = volume", True),
        ("kind = volume OR name = x", True),
        ("kind = volume OR region = r2", False),
        ("kind = instance AND vcpus > 3", True),
        ("kind = volume AND vcpus > 3", False),
        ("NOT (kind = instance AND name = x)", True),
        ("NOT (kind = instance OR name = x)", False),
        ("region = r*", True),
        ("region:2", False),
        ("zone = anywhere", True),
        ("ownership = public", False),
        ("tags.kind = volume", True),
    ],
)
def test_examples(text: str, possible: bool) -> None:
    asked = possibility(parse(text))
    assert asked(FACTS) is possible
    assert asked(FACTS) is possible


@given(expressions(conditions(st.sampled_from(["kind", "region", "account", "name", "vcpus"]))))
@settings(deadline=None)
def test_knowing_less_never_excludes_more(tree: Expression) -> None:
    asked = possibility(tree)
    if asked(FACTS):
        assert asked({name: value for name, value in FACTS.items() if name != "region"})
    assert asked({}) or not asked(FACTS)
