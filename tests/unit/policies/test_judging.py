"""Policies × subjects × locations: as if each cell were asked alone, and the rules of what nobody has said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mcm.policies.compiled import CompiledPolicies, CompiledPolicy, Exemption
from mcm.policies.facts import Facts
from mcm.policies.judging import Judgement, judge
from tests.rooms.policies.making import NOW, compiled

RULES = [
    compiled({"require": {"when": {"data_class": ["confidential"]}, "location": {"ownership": "private"}}}, "class"),
    compiled("workload.vcpus <= 8 || location.used < 0.5", "size"),
    compiled('workload.labels["team"] == "a"', "team"),
    compiled("workload.trust_labels.all(one, one in location.labels)", "trust"),
    compiled('location.jurisdiction == "CN"', "home", scope={"environments": ["prod"]}),
    compiled('workload.name != "w1"', "name", mode="warn"),
    compiled('workload.tier == "web"', "labelled", scope={"labels": {"team": "b"}, "tenants": ["default/shop"]}),
    compiled({"prefer": {"location": {"ownership": "private"}}}, "cheap", weight=3),
    compiled({"avoid": {"when": {"vcpus": {"above": 4}}, "location": {"used": {"above": 0.5}}}}, "crowded", weight=1),
    compiled("now > timestamp('2027-01-01T00:00:00Z') && private_used < 0.9", "window"),
]
SUBJECTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"workload.name": st.sampled_from(["w1", "w2"])},
    optional={
        "workload.data_class": st.sampled_from(["public", "confidential", "restricted", "unclassified"]),
        "workload.vcpus": st.sampled_from([1, 4, 8.0, 16, float("nan"), "8", True, 1.0]),
        "workload.labels": st.dictionaries(st.sampled_from(["team", "x"]), st.sampled_from(["a", "b"]), max_size=2),
        "workload.trust_labels": st.lists(st.sampled_from(["pci", "eu"]), max_size=2),
        "workload.environment": st.sampled_from(["prod", "test"]),
        "workload.tenant": st.sampled_from(["default", "default/shop", "default/shop/web", "default/shopping"]),
        "workload.tier": st.sampled_from(["web", "db"]),
    },
)
LOCATIONS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"location.ownership": st.sampled_from(["private", "public"])},
    optional={
        "location.used": st.sampled_from([0.1, 0.6, 1]),
        "location.labels": st.lists(st.sampled_from(["pci", "eu"]), max_size=2),
        "location.jurisdiction": st.sampled_from(["CN", "EU"]),
    },
)


def _alone(policy: CompiledPolicy, subject: Facts, location: Facts, context: Facts) -> Judgement:
    return judge(CompiledPolicies((policy,), NOW), [subject], [location], context)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SUBJECTS, min_size=1, max_size=6),
    st.lists(LOCATIONS, min_size=1, max_size=4),
    st.sampled_from([{}, {"now": NOW}, {"now": NOW, "private_used": 0.5}, {"now": NOW, "private_used": 1.0}]),
    st.sets(st.integers(0, len(RULES) - 1), min_size=1).map(sorted),
)
def test_together_is_as_each_alone(subjects: Any, locations: Any, context: Any, chosen: list[int]) -> None:
    policies = [RULES[number] for number in chosen]
    found = judge(CompiledPolicies(tuple(policies), NOW), subjects, locations, context)
    for i, subject in enumerate(subjects):
        for j, location in enumerate(locations):
            single = [_alone(one, subject, location, context) for one in policies]
            assert found.allowed[i][j] == all(one.allowed[0][0] for one in single)
            assert found.allowed[i][j] == bool(found.masks[i] >> j & 1)
            assert found.allowed[i][j] == (not any(reason.denies for reason in found.reasons(i, j)))
            reasons = [reason for one in single for reason in one.reasons(0, 0)]
            # NaN is not itself.
            assert repr(found.reasons(i, j)) == repr(reasons)
            soft = [(one, each) for one, each in zip(policies, single, strict=True) if one.soft]
            whole = sum(one.weight for one, _ in soft)
            wanted = sum(one.weight * each.score[0][0] for one, each in soft) / whole if whole else 1.0
            assert abs(found.score[i][j] - wanted) < 1e-9


def test_nobody_has_said_of_what_class_it_is() -> None:
    """Then a hard rule takes it for restricted as well, however it is written."""
    private, public = {"location.ownership": "private"}, {"location.ownership": "public"}
    for rule in (
        'workload.data_class != "restricted" || location.ownership == "private"',
        'workload.data_class != "unclassified" || location.ownership == "private"',
        'workload.data_class in ["public", "internal"] || location.ownership == "private"',
        '!(workload.data_class in ["confidential", "restricted"]) || location.ownership == "private"',
    ):
        unsaid: list[dict[str, Any]] = [{}, {"workload.data_class": "unclassified"}, {"workload.data_class": None}]
        for facts in unsaid:
            found = judge(CompiledPolicies((compiled(rule),), NOW), [facts], [private, public], {})
            assert found.allowed[0] == (True, False), rule
    open_to = judge(CompiledPolicies((compiled(rule),), NOW), [{"workload.data_class": "public"}], [public], {})
    assert open_to.allowed[0][0]


def test_of_whom_it_is_not_known_whether_they_are_bound_are() -> None:
    policy = compiled(
        "false", scope={"tenants": ["default/shop"], "environments": ["prod"], "labels": {"tier": "gold"}}
    )
    inside: dict[str, Any] = {
        "workload.tenant": "default/shop/web",
        "workload.environment": "prod",
        "workload.labels": {"tier": "gold"},
    }
    outside: list[dict[str, Any]] = [
        inside | {"workload.tenant": "default/shopping"}, inside | {"workload.environment": "test"},
        inside | {"workload.labels": {}}, inside | {"workload.labels": {"tier": "silver"}},
    ]  # fmt: skip
    unknown: list[dict[str, Any]] = [{name: value for name, value in inside.items() if name != left} for left in inside]
    found = judge(CompiledPolicies((policy,), NOW), [inside, *unknown, *outside], [{}], {})
    assert [row[0] for row in found.allowed] == [False] * 4 + [True] * 4


def test_a_name_is_excepted_in_its_tenant_only() -> None:
    exempt = Exemption("pex_1", "workload.name", "payroll", NOW + timedelta(days=1), "group/bank")
    policy = replace(compiled("location.used < 0.5"), exemptions=(exempt,))
    tenants = ("group/bank", "group/bank/cards", "group/banking", "group", None)
    subjects: list[Any] = [{"workload.name": "payroll"} | ({"workload.tenant": one} if one else {}) for one in tenants]
    found = judge(CompiledPolicies((policy,), NOW), subjects, [{"location.used": 0.75}], {})
    assert [row[0] for row in found.allowed] == [True, True, False, False, False]
    assert [found.reasons(index, 0)[0].outcome for index in (0, 2)] == ["exempt", "deny"]


def test_modes_and_exceptions() -> None:
    exempt = Exemption("pex_1", "workload.name", "w1", NOW + timedelta(days=1))
    of_one = Exemption("pex_2", "resource", "r7", NOW + timedelta(days=1))
    for mode, outcome, denies in (("enforce", "deny", True), ("warn", "warn", False), ("audit", "audit", False)):
        policy = compiled(
            "location.used < 0.5", mode=mode, message="used: {location.used}", message_zh="已用 {location.used}"
        )
        subjects: list[Any] = [
            {"workload.name": "w1"},
            {"workload.name": "w2"},
            {"workload.name": "w3", "resource": "r7"},
        ]
        excepted = replace(policy, exemptions=(exempt, of_one))
        found = judge(
            CompiledPolicies((excepted,), NOW), subjects, [{"location.used": 0.75}, {"location.used": 0.25}], {}
        )
        assert list(found.allowed) == [(True, True), (not denies, True), (True, True)]
        (reason,) = found.reasons(1, 0)
        assert (reason.outcome, reason.denies, reason.values) == (outcome, denies, {"location.used": 0.75})
        assert (reason.message, reason.message_zh) == ("used: 0.75", "已用 0.75")
        assert [(one.outcome, one.exemption) for i in (0, 2) for one in found.reasons(i, 0)] == [
            ("exempt", "pex_1"),
            ("exempt", "pex_2"),
        ]
        assert found.reasons(1, 1) == []
        assert [one.outcome for one in found.reasons(1, 1, passed=True)] == ["pass"]


def test_a_bound_that_nobody_states_is_no_bound() -> None:
    policy = compiled("location.cost <= workload.budget && location.latency_ms <= workload.latency_ms")
    places = [{"location.cost": 5.0, "location.latency_ms": 1.0}, {"location.cost": 5.0}]
    found = judge(CompiledPolicies((policy,), NOW), [{}, {"workload.budget": 4.0}], places, {})
    # What is stated, and what nobody measured, are told apart.
    assert list(found.allowed) == [(True, False), (False, False)]


def test_no_subjects_no_locations_no_policies() -> None:
    policies = CompiledPolicies(tuple(RULES), NOW)
    assert list(judge(policies, [], [{}], {}).allowed) == []
    assert list(judge(policies, [{}], [], {}).allowed) == [()]
    nothing = judge(CompiledPolicies((), NOW), [{}], [{}], {})
    assert (list(nothing.allowed), nothing.score) == ([(True,)], [(1.0,)])
