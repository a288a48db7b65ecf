"""A mistake is told with its place, what stands there, what could, and what was probably meant."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.errors import InvalidInput
from mcm.filters import FilterError, parse
from mcm.filters.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS

# (filter, column, part of the message, found, suggestion)
MISTAKES = [
    ('state = "runing"', 9, 'there is no state "runing"', "'\"runing\"'", '"running"'),
    ("kind = instanc AND vcpus > 3", 8, "no kind", "'instanc'", '"instance"'),
    ('kind = instance AND stat = "x"', 21, "there is no field 'stat'", "'stat'", '"state"'),
    ("vcpu > 3", 1, "there is no field 'vcpu'", "'vcpu'", '"vcpus"'),
    ("attributes.vcpu > 3", 1, "there is no field 'attributes.vcpu'", "'attributes.vcpu'", '"vcpus"'),
    ("kind = instance AND state = running OR vcpus > 3", 37, "may not be mixed", "'OR'", None),
    ("name = a OR name = b AND name = c", 22, "may not be mixed", "'AND'", None),
    ('name = "abc', 8, "quote that opens here is not closed", "'\"abc'", None),
    ("name = my web", 11, "AND or OR is missing", "'web'", None),
    ("name == a", 7, "write = once", "'='", None),
    ("name =", 7, "ends where a value should follow", "the end", None),
    ("(name = a", 10, "ends where ')' should follow", "the end", None),
    ("name = a)", 9, "a ')' too many", "')'", None),
    ("name = a AND", 13, "ends where a condition should follow", "the end", None),
    ("AND", 1, "no condition can begin", "'AND'", None),
    ("web", 4, "needs an operator", "the end", None),
    ("vcpus > many", 9, "plain number", "'many'", None),
    ("memory_mib > 8GiB", 14, "plain number (MiB)", "'8GiB'", None),
    ("created_at > 30d", 14, "date or time", "'30d'", "age, as in age < 30d"),
    ("created_at > 2026-13-01", 14, "date or time", "'2026-13-01'", None),
    ("age > soon", 7, "duration", "'soon'", None),
    ("age = 30d", 5, "cannot be asked of age", "'='", None),
    ("encrypted > true", 11, "cannot be asked of encrypted", "'>'", None),
    ("encrypted = yes", 13, "true or false", "'yes'", None),
    ("tags = env", 6, "give a key", "'='", None),
    ('tags."" = x', 1, "key of tags is empty", "'tags.\"\"'", None),
    ("rules:ssh", 7, "list of objects", "'ssh'", None),
    ('name > "a*"', 8, "wildcard cannot be compared", "'\"a*\"'", None),
    ("name = ***********", 8, "wildcards", "'***********'", None),
    ("name = \0", 8, "no name can hold", None, None),
]


@pytest.mark.parametrize(("text", "column", "said", "found", "suggestion"), MISTAKES)
def test_mistakes(text: str, column: int, said: str, found: str | None, suggestion: str | None) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    error = caught.value
    assert said in error.message
    assert f"at column {column}:" in error.message
    assert (error.details["position"], error.details["column"], error.details["line"]) == (column, column, 1)
    assert error.details["suggestion"] == suggestion
    if suggestion is not None:
        assert f"did you mean {suggestion}?" in error.message
    if found is not None:
        assert error.details["found"] == found
    shown, caret = str(error.details["excerpt"]).split("\n")
    assert caret.strip() == "^"
    assert len(caret) == column
    assert shown.startswith(text[: column - 1])


def test_it_is_an_invalid_input_with_its_own_code() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse("x")
    assert caught.value.code == "invalid_filter"
    assert caught.value.status == 422


def test_expected_names_what_could_stand_there() -> None:
    with pytest.raises(FilterError) as caught:
        parse("presence = here")
    assert caught.value.details["expected"] == ["gone", "missing", "present", "stale", "unreachable"]
    with pytest.raises(FilterError) as caught:
        parse("name = a name = b")
    assert caught.value.details["expected"] == ["AND", "OR", "the end"]
    with pytest.raises(FilterError) as caught:
        parse("rules.pear = x")
    assert "rules.peer" in str(caught.value.details["expected"])


def test_the_second_line_has_its_own_columns() -> None:
    with pytest.raises(FilterError) as caught:
        parse('kind = "instance"\n  AND stat = 1')
    assert (caught.value.details["line"], caught.value.details["column"]) == (2, 7)
    assert caught.value.details["excerpt"] == "  AND stat = 1\n      ^"


def test_the_caret_stands_below_wide_characters() -> None:
    with pytest.raises(FilterError) as caught:
        parse('name = "中文" AND stat = 1')
    shown, caret = str(caught.value.details["excerpt"]).split("\n")
    assert caret == " " * (len('name = "') + 4 + len('" AND ')) + "^"
    assert shown == 'name = "中文" AND stat = 1'


def test_a_long_line_is_shown_around_the_mistake() -> None:
    with pytest.raises(FilterError) as caught:
        parse('name = "' + "x" * 500 + '" AND stat = 1 AND name = "' + "y" * 500 + '"')
    shown, caret = str(caught.value.details["excerpt"]).split("\n")
    assert len(shown) < 130
    assert shown[len(caret) - 1 :].startswith("stat = 1")


@pytest.mark.parametrize("name", ["prdo", "Prod"])
def test_unknown_accounts_are_told(name: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(f"account = {name}", {"account": ["prod", "test"]})
    assert caught.value.details["suggestion"] == '"prod"'


def test_account_patterns_may_match_none() -> None:
    assert parse("account = aws-*", {"account": ["prod"]}) is not None
    assert parse("account = anything") is not None


def test_limits() -> None:
    within = "(" * (MAX_DEPTH) + "name = a" + ")" * MAX_DEPTH
    assert parse(within) is not None
    with pytest.raises(FilterError, match="nested more than"):
        parse(f"({within})")
    with pytest.raises(FilterError, match="nested more than"):
        parse("NOT " * 600 + "name = a")
    terms = " AND ".join(["name=a"] * MAX_TERMS)
    assert parse(terms) is not None
    with pytest.raises(FilterError, match="more than 200 conditions"):
        parse(f"{terms} AND name = b")
    with pytest.raises(FilterError, match=f"more than {MAX_LENGTH}"):
        parse("name = " + "a" * MAX_LENGTH)


PIECES = [*"ab ()\"'=<>!:.-*\\,5\né", "AND ", " OR ", "NOT ", "name", "tags", "kind = instance", "vcpus > 3"]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
@settings(max_examples=500, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    with contextlib.suppress(FilterError):
        parse(text)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(lambda pieces: "".join(pieces) + " AND ?"))
@settings(deadline=None)
def test_the_place_is_always_in_the_text(text: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert 1 <= int(str(caught.value.details["position"])) <= len(text) + 1
