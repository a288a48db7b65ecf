"""Documents: the verbs mean what their CEL says, the starter library holds, contradictions are seen."""

import json
from typing import Any

import pytest

from mcm.policies.documents import PlacementPolicy
from mcm.policies.library import everything
from mcm.policies.linting import lint
from mcm.policies.standing import tried
from tests.rooms.policies.making import compiled, document

PRIVATE, PUBLIC = {"location.ownership": "private"}, {"location.ownership": "public"}


@pytest.mark.parametrize(
    ("rule", "facts", "yes"),
    [
        ({"require": {"location": {"ownership": "private"}}}, {"location.ownership": "private"}, True),
        ({"require": {"when": {"vcpus": {"above": 4}}, "location": {"used": 1}}}, {"workload.vcpus": 4}, True),
        ({"exclude": {"location": {"city": ["A", "B"]}}}, {"location.city": "B"}, False),
        ({"exclude": {"when": {"image": {"starts_with": "old-"}}}}, {"workload.image": "old-1"}, False),
        ({"exclude": {"when": {"image": {"matches": "^v[0-9]$"}}}}, {"workload.image": "v12"}, True),
        ({"exclude": {"when": {"labels": {"team": ["a", "b"]}}}}, {"workload.labels": {"team": "b"}}, False),
        ({"exclude": {"when": {"labels": {"team": "a"}}}}, {"workload.labels": {}}, True),
        ({"exclude": {"when": {"environment": {"not": "prod"}}}}, {"workload.environment": "test"}, False),
        ({"exclude": {"when": {"environment": {"not_in": ["prod", "dr"]}}}}, {"workload.environment": "dr"}, True),
        ({"require": {"location": {"labels": {"has_all": ["pci", "eu"]}}}}, {"location.labels": ["pci"]}, False),
        ({"require": {"location": {"labels": {"has_any": ["pci", "eu"]}}}}, {"location.labels": ["pci"]}, True),
        ({"require": {"location": {"labels": {"has_none": ["pci", "eu"]}}}}, {"location.labels": ["pci"]}, False),
        ({"require": {"location": {"labels": "pci"}}}, {"location.labels": ["pci"]}, True),
        (
            {"exclude": {"when": {"residency": {"holds": "location.jurisdiction"}}}},
            {"workload.residency": ["CN"], "location.jurisdiction": "CN"},
            False,
        ),
        (
            {"exclude": {"when": {"private_used": {"at_most": 0.5}}, "location": {"ownership": "public"}}},
            {"private_used": 0.5, "location.ownership": "public"},
            False,
        ),
        ({"exclude": {"when": {"now": {"at_least": "2027-02-05T00:00:00Z"}}}}, {"now": "2027-02-04T23:59:59Z"}, True),
        ({"exclude": {"when": {"name": 'a"b\\c'}}}, {"workload.name": 'a"b\\c'}, False),
        ({"exclude": {"when": {"data_class": "confidential"}}}, {"workload.data_class": "unclassified"}, False),
        ({"prefer": {"location": {"ownership": "private"}}}, {"location.ownership": "public"}, False),
        ({"avoid": {"location": {"ownership": "public"}}}, {"location.ownership": "public"}, False),
    ],
)  # fmt: skip
def test_the_verbs(rule: dict[str, Any], facts: dict[str, Any], yes: bool) -> None:
    for expect, ok in (("allow", yes), ("deny", not yes)):
        draft = lint(document(rule, examples=[{"name": "it", "expect": expect, "facts": facts}]))
        assert (draft.policy is not None) is ok, draft.findings


def test_every_starter_holds_its_examples_and_is_told_in_both_languages() -> None:
    found = everything()
    assert len(found) >= 15
    for one in found:
        draft = lint(one.text)
        assert draft.policy is not None
        assert not draft.findings, one.name
        said = {each.expect for each in draft.policy.document.examples}
        assert said == {"allow", "deny"}, one.name
        for chinese in (draft.policy.document.title_zh, draft.policy.document.message_zh):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), one.name


def test_the_schema_knows_every_starter() -> None:
    schema = PlacementPolicy.model_json_schema(by_alias=True)
    assert {"apiVersion", "kind", "id", "title", "owner", "rule"} == set(schema["required"])
    json.dumps(schema)


def test_the_hash_is_of_what_it_says() -> None:
    one, other = lint(document("location.used < 0.5")), lint("# a remark\n" + document("location.used < 0.5"))
    assert one.policy is not None
    assert other.policy is not None
    assert one.policy.hash == other.policy.hash
    assert lint(document("location.used < 0.6")).policy.hash != one.policy.hash  # type: ignore[union-attr]


def test_two_that_leave_nothing_together_are_named() -> None:
    inside = compiled({"require": {"when": {"environment": "prod"}, "location": {"ownership": "private"}}}, "inside")
    outside = compiled({"exclude": {"when": {"environment": "prod"}, "location": {"ownership": "private"}}}, "outside")
    elsewhere = compiled(
        {"exclude": {"when": {"environment": "test"}, "location": {"ownership": "private"}}}, "elsewhere"
    )
    softly = compiled({"avoid": {"when": {"environment": "prod"}, "location": {"ownership": "private"}}}, "softly")
    subjects = [{"workload.name": "w1", "workload.environment": "prod"}, {"workload.environment": "test"}]
    (found,) = tried(outside, [inside, elsewhere, softly], subjects, [PRIVATE, PUBLIC])
    assert (found.code, found.policies, found.count, found.subjects) == ("contradiction", ["inside"], 1, ["w1"])
    assert tried(outside, [inside], subjects[1:], [PRIVATE, PUBLIC]) == []
    # Where there is one kind of place only, the second policy alone leaves nothing: that is another matter.
    assert [one.code for one in tried(outside, [inside], subjects[:1], [PRIVATE])] == ["refuses_everything"]


def test_what_refuses_everything_is_told_and_what_cannot_say_is_not() -> None:
    subjects = [{"workload.vcpus": 4.0}, {"workload.vcpus": 8.0}]
    assert [one.code for one in tried(compiled("workload.vcpus > 100"), [], subjects, [PRIVATE])] == [
        "refuses_everything"
    ]
    assert tried(compiled("workload.vcpus > 7"), [], subjects, [PRIVATE]) == []
    # Costs are known when a place is sought.
    assert tried(compiled("location.cost < 100"), [], subjects, [PRIVATE]) == []
    # What nobody has stated of any place stays unknown.
    nowhere = {name: value for name, value in PRIVATE.items() if name != "location.jurisdiction"}
    (found,) = tried(compiled("location.jurisdiction == 'CN'"), [], subjects, [nowhere, nowhere])
    assert (found.code, found.count) == ("refuses_everything", 2)
    assert "location.jurisdiction is known of none of them" in found.message
    there = {**nowhere, "location.jurisdiction": "CN"}
    assert tried(compiled("location.jurisdiction == 'CN'"), [], subjects, [nowhere, there]) == []
    # An example that says nothing of it is no place.
    assert tried(compiled("location.jurisdiction == 'CN'"), [], [], [nowhere]) == []
