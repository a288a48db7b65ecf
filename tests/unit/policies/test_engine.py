"""The rule language: whatever goes wrong, the rule has not said yes."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.policies.cel import ENGINE, MAX_CHARACTERS
from mcm.policies.compiled import CompiledPolicies
from mcm.policies.engine import NotCompiled, Problem
from mcm.policies.facts import VARIABLES, Type, clean
from mcm.policies.judging import judge
from mcm.policies.linting import lint
from mcm.policies.tokens import tokens
from tests.rooms.policies.making import NOW, compiled

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("conformance.yaml").read_text())
_ASKED = [case for case in CASES if "answer" in case]


@pytest.mark.parametrize("case", _ASKED, ids=lambda case: case["rule"][:60])
def test_a_rule_answers_as_it_must(case: dict[str, Any]) -> None:
    facts = {name: value for name, raw in case["facts"].items() if (value := clean(name, raw)) is not None}
    found = ENGINE.compile(case["rule"]).ask(facts)
    if case["answer"] == "error":
        assert found.value is None
        assert found.error
        assert case.get("says", "") in found.error
        assert not found.yes
    else:
        assert (found.value, found.error) == (case["answer"], "")


@pytest.mark.parametrize("case", [case for case in _ASKED if case["answer"] == "error"], ids=lambda c: c["rule"][:60])
def test_what_cannot_say_denies_and_is_reported(case: dict[str, Any]) -> None:
    given_facts = {name: value for name, value in case["facts"].items() if "." in name}
    hard, soft = compiled(case["rule"]), compiled(case["rule"], weight=2)
    for policy in (hard, soft):
        found = judge(CompiledPolicies((policy,), NOW), [given_facts], [given_facts], case["facts"])
        assert found.allowed[0][0] is policy.soft
        assert found.score[0][0] == (0.0 if policy.soft else 1.0)
        (reason,) = found.reasons(0, 0)
        assert (reason.outcome, reason.denies) == ("error", not policy.soft)
        assert reason.error


@pytest.mark.parametrize("case", [case for case in CASES if "refused" in case], ids=lambda case: case["rule"][:60])
def test_what_is_no_rule_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(NotCompiled) as error:
        ENGINE.compile(case["rule"])
    assert case["refused"] in error.value.problems[0].message


def test_a_misspelt_name_is_told_with_its_place() -> None:
    with pytest.raises(NotCompiled) as error:
        ENGINE.compile("workload.vcpus > 4 ||\n  '王' == workload.ownr")
    (problem,) = error.value.problems
    assert (problem.offset, problem.suggestion) == (31, "did you mean 'workload.owner'?")
    assert problem.excerpt == "  '王' == workload.ownr\n   　     ^"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "true" + ")" * 400,
        "!" * 4000,
        "[" * 500,
        "a." * 1900,
        "x" * (MAX_CHARACTERS + 1),
        "true ? " * 500,
        "-" * 999 + "1",
    ],
    ids=lambda text: text[:4],
)
def test_what_is_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(NotCompiled):
        ENGINE.compile(text)


def test_only_what_a_rule_asks_for_is_passed_on() -> None:
    program = ENGINE.compile('workload.labels.team == "a" && "x" in workload.labels && location.used < 1')
    assert program.names == {"workload.labels", "location.used"}
    assert program.label_keys == {"workload.labels": frozenset({"team", "x"})}
    assert ENGINE.compile("workload.labels.all(key, key != 'a')").label_keys == {"workload.labels": None}
    assert ENGINE.compile("workload.labels[workload.name] == 'a'").label_keys == {"workload.labels": None}
    assert ENGINE.compile("// workload.name\n'workload.owner' == workload.tier").names == {"workload.tier"}


_SIGNS = "[ ] ( ) { } , == != < > && || ! ? : + - * / % . ' \" \\ ` # // r' b' in all exists map size has timestamp 中"
_PIECES = st.sampled_from([*VARIABLES, *_SIGNS.split(), "'a'", '"b"', "4", "2.5", "true", "null", "\n", "\0"])


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=14).map(" ".join))
def test_no_text_breaks_the_reader(text: str) -> None:
    """It is compiled or refused, never anything else; what is compiled gives an answer to nothing at all."""
    words = tokens(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert not text or sum(len(word.text) for word in words) <= len(text)
    found, problems = _tried(text)
    assert found in (True, False, None)
    assert all(0 <= one.offset <= len(text) and one.message for one in problems)


def _tried(text: str) -> tuple[bool | None, list[Problem]]:
    try:
        return ENGINE.compile(text).ask({}).value, []
    except NotCompiled as error:
        return None, error.problems


_VALUES: dict[Type, Any] = {
    Type.STRING: st.text(max_size=3),
    Type.DOUBLE: st.one_of(st.integers(), st.floats(allow_nan=True), st.booleans()),
    Type.STRINGS: st.lists(st.text(max_size=2), max_size=2),
    Type.LABELS: st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
    Type.TIMESTAMP: st.datetimes().map(str),
    Type.BOOL: st.booleans(),
}
_ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.lists(st.integers(), max_size=2)
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_not_of_the_type_is_not_known(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(VARIABLES)))
    raw = data.draw(st.one_of(_ANY, _VALUES[VARIABLES[name]]))
    value = clean(name, raw)
    probe = {Type.DOUBLE: "{0} == {0}", Type.STRING: "{0} == {0}", Type.TIMESTAMP: "{0} == {0}"}
    program = ENGINE.compile(probe.get(VARIABLES[name], "size({0}) >= 0").format(name))
    answer = program.ask({} if value is None else {name: value})
    assert (answer.value is None) == (value is None), (name, raw)


def test_a_document_says_where_in_itself_a_rule_is_wrong() -> None:
    text = """apiVersion: mcm/v1
kind: PlacementPolicy
id: x
title: x
owner: x
rule:
  cel: {}
"""
    written = {
        "workload.vcpus > 1 && workload.nam == 'a'": (7, 30),
        "'workload.nam == ''a'''": (7, 9),
        '"workload.nam == \\"a\\""': (7, 9),
        "|\n    workload.vcpus > 1 &&\n    workload.nam == 'a'": (9, 5),
        ">-\n    workload.vcpus > 1\n    && workload.nam == 'a'": (9, 8),
    }
    for rule, place in written.items():
        (found,) = lint(text.format(rule)).findings
        assert (found.line, found.column) == place, rule
        assert found.suggestion == "did you mean 'workload.name'?"
