"""What a policy would do beside the others, before it is stored: refuse everything, or leave nothing with another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.placement import locations
from mcm.policies import running
from mcm.policies.compiled import CompiledPolicies, CompiledPolicy
from mcm.policies.facts import STATED, Facts
from mcm.policies.judging import Judgement, judge
from mcm.policies.linting import facts_of

_MOST_SUBJECTS, _SHOWN = 2_000, 5


@dataclass(frozen=True, slots=True)
class Warned:
    """code: refuses_everything or contradiction. policies: the other one. subjects: names of some of `count`."""

    code: str
    message: str
    message_zh: str
    policies: list[str] = field(default_factory=list)
    count: int = 0
    subjects: list[str] = field(default_factory=list)


def warnings(session: Session, policy: CompiledPolicy, others: Sequence[CompiledPolicy]) -> list[Warned]:
    """Tried on the places and the running instances that are known, and on the examples of the policies."""
    if not policy.denies:
        return []
    rivals = [
        one
        for one in others
        if one.id != policy.id and one.denies and set(one.document.applies) & set(policy.document.applies)
    ]
    places: list[Facts] = [one.facts() for one in locations.current(session)]
    known = running.places(session)
    subjects: list[Mapping[str, Any]] = [
        running.subject(one, known.tenants) for one in running.resources(session, limit=_MOST_SUBJECTS, seen=True)
    ]
    return tried(policy, rivals, subjects, places)


def tried(
    policy: CompiledPolicy, rivals: Sequence[CompiledPolicy], subjects: Sequence[Facts], places: Sequence[Facts]
) -> list[Warned]:
    examples = [facts_of(each) for one in (policy, *rivals) for each in one.document.examples]
    # An example says little: a rule that asks for more cannot say there, which is neither a yes nor a no.
    real = len(subjects) if places else 0
    subjects = [*subjects, *(one[0] for one in examples if one[0])]
    made = [one[1] for one in examples if one[1]]
    number, places = len(places) or len(made), [*places, *made]
    if not places or not subjects:
        return []
    judged = judge(CompiledPolicies((policy, *rivals), clock.now()), subjects, places, {})
    bound = [index for index in range(len(subjects)) if judged.binds(policy.id, index)]
    mine = {index: judged.said(policy.id, index) for index in bound}
    known = (1 << number) - 1
    if bound and not any(yes & known for yes, _ in mine.values()):
        silent = _silent(policy, places[:number]) if any(index < real for index in bound) else []
        if silent or all(no & known == known for _, no in mine.values()):
            return [_everything([index for index in bound if index < real] or bound, number, silent)]
    found = (_contradiction(judged, one, mine, subjects) for one in rivals)
    return [one for one in found if one is not None]


def _silent(policy: CompiledPolicy, places: Sequence[Facts]) -> list[str]:
    """What it asks of places that is known of none, and that deciding will not find out either: which is a no."""
    asked = sorted(policy.program.names & STATED)
    return [name for name in asked if all(one.get(name) is None for one in places)]


def _everything(bound: Sequence[int], places: int, silent: Sequence[str]) -> Warned:
    names = ", ".join(silent)
    return Warned(
        "refuses_everything",
        f"the policy would refuse everything: each of {len(bound)} known workloads at each of {places} places"
        + (f"; {names} is known of none of them, which is a no" if silent else ""),
        f"该策略将拒绝一切：已知的 {len(bound)} 个工作负载在全部 {places} 个位置均不被允许"
        + (f"；所有位置的 {names} 均未知，视为不允许" if silent else ""),
        count=len(bound),
    )


def _contradiction(
    judged: Judgement, other: CompiledPolicy, mine: Mapping[int, tuple[int, int]], subjects: Sequence[Facts]
) -> Warned | None:
    """Of the places about which both can say: each alone leaves some, both together none."""
    caught = []
    for index, (yes, no) in mine.items():
        their_yes, their_no = judged.said(other.id, index)
        both = (yes | no) & (their_yes | their_no)
        if yes & both and their_yes & both and not yes & their_yes & both:
            caught.append(index)
    if not caught:
        return None
    names = [str(name) for index in caught if (name := subjects[index].get("workload.name"))]
    return Warned(
        "contradiction",
        f"together with the policy '{other.id}' nothing is left for {len(caught)} known workloads, "
        "though each of the two alone leaves them some place",
        f"与策略“{other.id}”同时生效时，{len(caught)} 个已知工作负载将无处可放，而单独一项策略仍有可用位置",
        [other.id],
        len(caught),
        names[:_SHOWN],
    )
