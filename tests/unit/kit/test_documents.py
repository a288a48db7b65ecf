"""Documents in YAML: what is wrong is found where it stands, and nothing dangerous or ambiguous is taken."""

from decimal import Decimal
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from mcm.kit.documents import MAX_CHARACTERS, DocumentError, check, read, read_all

KEYS = st.text("abcdefgh", min_size=1, max_size=5)
LEAVES = st.one_of(st.booleans(), st.integers(-(10**6), 10**6), st.text("xyzß运 :#-", max_size=8), st.none())
TREES = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4))
)

# Several share the machine.
_UNHURRIED = settings(deadline=None)


@_UNHURRIED
@given(data=st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_what_is_written_is_read(data: dict[str, Any]) -> None:
    assert read(yaml.safe_dump(data, allow_unicode=True)).data == data


@_UNHURRIED
@given(text=st.text(max_size=200))
def test_any_text_is_a_document_or_an_error_with_a_place(text: str) -> None:
    found = None
    try:
        assert read_all(text)
    except DocumentError as error:
        found = error.findings
    assert found is None or (found and all(one.line >= 1 and one.column >= 1 for one in found))


def test_yaml_is_read_as_1_2_says() -> None:
    found = read("a: no\nb: 2026-01-31\nc: 1.10\nd: 017\ne: 1:30\nf: true\ng: 1e3\nh: ~\ni: '5'").data
    assert found == {
        "a": "no", "b": "2026-01-31", "c": Decimal("1.10"), "d": 17, "e": "1:30", "f": True, "g": Decimal(1000),
        "h": None, "i": "5",
    }  # fmt: skip
    assert type(found["c"]) is Decimal
    assert type(found["f"]) is bool


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 3, "comes twice"),
        ("a: &x 1\nb: *x\n", 1, 4, "anchors and aliases"),
        ("a: [1, 2\nb: 3\n", 2, 2, "no YAML"),
        ("a: 1\n---\nb: 2\n", 3, 1, "second document"),
        ("[a]: 1\n", 1, 1, None),
        ("", 1, 1, "nothing in it"),
        ("a: \x07\n", 1, 1, "no YAML"),
        ("!!python/object/apply:os.system ['true']", 1, 1, None),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(text: str, line: int, column: int, said: str | None) -> None:
    try:
        found = read(text)
    except DocumentError as error:
        first = error.findings[0]
        assert (first.line, first.column) == (line, column)
        assert said is None or said in str(first)
    else:
        # A tag nobody knows makes no object of anything.
        assert said is None
        assert found.data == ["true"]


def test_bombs_end_at_once() -> None:
    with pytest.raises(DocumentError, match="anchors"):
        read("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    # Each would take its reader minutes: the time grows with the square of the depth.
    for text in ("[" * 100 + "]" * 100, "[" * 900_000, "- " * 400_000, "{a: " * 200_000):
        with pytest.raises(DocumentError, match="nested deeper"):
            read(text)
    with pytest.raises(DocumentError, match="characters"):
        read("x" * (MAX_CHARACTERS + 1))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    size: Literal["small", "large"] = "small"


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: list[_Part]


def test_findings_of_a_shape_have_places_and_hints() -> None:
    document = read("parts:\n  - name: a\n    sise: small\n  - size: smal\n")
    made, findings = check(document, _Whole)
    assert made is None
    told = {(one.line, one.column): one for one in findings}
    assert "there is no field 'sise'" in told[3, 5].message
    assert told[3, 5].suggestion == "did you mean 'size'?"
    assert told[3, 5].path == "parts[0].sise"
    assert "'name' is missing" in told[4, 5].message
    assert told[4, 11].suggestion == "did you mean 'small'?"


def test_a_good_one_is_the_shape() -> None:
    made, findings = check(read("parts:\n- name: a\n"), _Whole)
    assert (made, findings) == (_Whole(parts=[_Part(name="a")]), [])
