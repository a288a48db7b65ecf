"""Canonical text reads back as the same tree, and stays the same."""

import pytest
from hypothesis import given, settings

from mcm.filters import Expression, canonical, parse
from tests.unit.filters.strategies import expressions


@given(expressions())
@settings(max_examples=400, deadline=None)
def test_a_tree_survives_its_text(tree: Expression) -> None:
    text = canonical(tree)
    assert parse(text) == tree
    assert canonical(parse(text)) == text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ""),
        ("   ", ""),
        ("kind=instance", 'kind = "instance"'),
        ("tags:env", 'tags:"env"'),
        ("tags.env:*", "tags.env:*"),
        ('name:"*"', "name:*"),
        ("-zone:*", "NOT zone:*"),
        ("not(zone=a)", 'NOT zone = "a"'),
        ("((name = a))", 'name = "a"'),
        ("(name=a and name=b) and name=c", 'name = "a" AND name = "b" AND name = "c"'),
        ("name=a or (name=b and name=c)", 'name = "a" OR (name = "b" AND name = "c")'),
        ("NOT (name=a OR name=b)", 'NOT (name = "a" OR name = "b")'),
        ("vcpus >= 8.0", "vcpus >= 8"),
        ("size_gib < 1.5e1", "size_gib < 15"),
        ("created_at<2026-01-01", 'created_at < "2026-01-01"'),
        ("created_at<2026-01-01T08:00:00+08:00", 'created_at < "2026-01-01T00:00:00Z"'),
        ("created_at:2026-01-01", 'created_at = "2026-01-01"'),
        ("age > 48h", "age > 2d"),
        ("age > 1d12h", "age > 36h"),
        ("encrypted = TRUE", "encrypted = true"),
        ("address = 10.0.0.1", 'ip = "10.0.0.1"'),
        ("attributes.vcpus = 4", "vcpus = 4"),
        ("attributes.owner = me", 'attributes.owner = "me"'),
        ('tags."cost center" = 1', 'tags."cost center" = "1"'),
        ("tags.kubernetes.io/name = x", 'tags.kubernetes.io/name = "x"'),
        ("name = 'a \"b\" \\* \\\\'", 'name = "a \\"b\\" \\* \\\\"'),
        ("name = web-*", 'name = "web-*"'),
        ("attributes.absent.volume:x", 'absent.volume:"x"'),
    ],
)
def test_many_ways_to_write_one_thing(written: str, expected: str) -> None:
    assert canonical(parse(written)) == expected
