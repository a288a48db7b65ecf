"""What runs is asked again and again whether it may: only what changed, and all of it when a rule or a place changed.

What changed is told by events (numbered in the order of their commits), what people set by the audit trail. A look that
finds nothing new takes the same few statements however large the inventory is.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mcm.events.kinds import INVENTORY_CHANGED
from mcm.kit import clock
from mcm.models import AuditEvent, Event, PolicyCheck, ResourceRow
from mcm.policies import classification, running, service, violations
from mcm.policies.compiled import CompiledPolicies
from mcm.policies.judging import judge
from mcm.policies.running import Places, Resource
from mcm.policies.violations import Found

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

_CHUNK = 500
# Of merges that run side by side one may commit after another that began later.
_OVERLAP = timedelta(minutes=10)
_MUCH = 1_000
_SET = ("resource.update",)
# Whoever a resource belongs to, whatever it is: told for all of them at once.
_MOVED = ("tenant.rules",)


@dataclass
class Plan:
    """What is to be looked at. ids None: everything."""

    policies: CompiledPolicies
    places: Places
    fingerprint: str
    classifies: bool
    event_id: int
    audit_seq: int
    valid_from: datetime | None
    began: datetime
    ids: list[str] | None
    after: str = ""
    looked_at: int = 0
    changed: dict[str, int] = field(default_factory=dict)


def tick(runtime: "Runtime") -> None:
    """From the table of jobs. Each chunk is a transaction of its own: nobody waits for the whole."""
    with runtime.database.reading() as session:
        plan = planned(session)
        passed = _passed(session) if plan is None else None
    if plan is None:
        if passed is not None:
            with runtime.database.writing(durable=False) as session:
                session.execute(update(PolicyCheck).values(event_id=passed[0], audit_seq=passed[1]))
        return
    more = True
    while more:
        with runtime.database.writing(durable=False) as session:
            more = step(session, plan)
            if not more:
                finish(session, plan)


def run(session: Session, *, whole: bool = False) -> Plan | None:
    """All of it in this transaction. None: nothing has changed since it was checked last."""
    plan = planned(session, whole=whole)
    if plan is not None:
        while step(session, plan):
            pass
        finish(session, plan)
    return plan


def planned(session: Session, *, whole: bool = False) -> Plan | None:
    state = session.get(PolicyCheck, 1)
    event_id, audit_seq = (state.event_id, state.audit_seq) if state is not None else (0, 0)
    newest = select(func.max(Event.id)).where(Event.id > event_id, Event.kind == INVENTORY_CHANGED)
    last_event = session.scalar(newest)
    last_seq = session.scalar(select(func.max(AuditEvent.seq))) or 0
    set_by_hand = session.execute(
        select(AuditEvent.seq, AuditEvent.action, AuditEvent.target_id).where(
            AuditEvent.seq > audit_seq,
            AuditEvent.seq <= last_seq,
            AuditEvent.action.in_((*_SET, *_MOVED)),
            AuditEvent.outcome == "succeeded",
        )
    ).all()
    places, policies = running.places(session), service.active(session, stage="running")
    rules = classification.told(session)
    mark = _fingerprint(policies, places, rules)
    same = state is not None and state.fingerprint == mark and not any(row.action in _MOVED for row in set_by_hand)
    if same and not whole and last_event is None and not set_by_hand:
        return None
    ids = None
    if same and not whole and state is not None:
        ids = sorted({row.target_id for row in set_by_hand} | set(_changed(session, state, last_event is not None)))
    return Plan(
        policies, places, mark, bool(rules), last_event or event_id, max(audit_seq, last_seq),
        session.scalar(select(func.max(ResourceRow.valid_from))), clock.now(), ids,
    )  # fmt: skip


def _passed(session: Session) -> tuple[int, int] | None:
    """Where to go on from, when much has happened that is nothing to rules: it is not to be read again and again."""
    state = session.get_one(PolicyCheck, 1)
    event_id = session.scalar(select(func.max(Event.id))) or 0
    audit_seq = session.scalar(select(func.max(AuditEvent.seq))) or 0
    if event_id - state.event_id < _MUCH and audit_seq - state.audit_seq < _MUCH:
        return None
    return max(event_id, state.event_id), max(audit_seq, state.audit_seq)


def step(session: Session, plan: Plan) -> bool:
    """Looks at the next ones; whether there are more."""
    kinds = classification.KINDS if plan.classifies else (running.KIND,)
    if plan.ids is None:
        chunk = running.resources(session, kinds=kinds, after=plan.after, limit=_CHUNK)
        wanted: Sequence[str] = [one.id for one in chunk]
        more = len(chunk) == _CHUNK
        plan.after = chunk[-1].id if chunk else plan.after
    else:
        wanted, plan.ids = plan.ids[:_CHUNK], plan.ids[_CHUNK:]
        chunk = running.resources(session, kinds=kinds, ids=wanted, limit=_CHUNK)
        more = bool(plan.ids)
    if plan.classifies:
        chunk = classification.classify(session, chunk)
    instances = [one for one in chunk if one.kind == running.KIND]
    found = judged(plan.policies, instances, plan.places)
    violations.record(session, wanted, found, plan.began, plan.changed)
    plan.looked_at += len(instances)
    return more


def finish(session: Session, plan: Plan) -> None:
    whole = plan.ids is None
    if whole:
        violations.forget_unseen(session, plan.began, plan.changed)
    state = session.get(PolicyCheck, 1, with_for_update=True)
    if state is None:
        state = PolicyCheck(id=1)
        session.add(state)
    state.event_id, state.audit_seq, state.valid_from = plan.event_id, plan.audit_seq, plan.valid_from
    state.fingerprint, state.checked_at = plan.fingerprint, plan.began
    state.whole_at = plan.began if whole else state.whole_at


def judged(policies: CompiledPolicies, found: Sequence[Resource], places: Places) -> list[Found]:
    """What breaks which policy; soft ones are nobody's violation."""
    hard = CompiledPolicies(tuple(one for one in policies.policies if not one.soft), policies.at, policies.stage)
    if not hard.policies or not found:
        return []
    where = sorted({(one.account_id, one.region, one.zone or "") for one in found})
    index = {key: number for number, key in enumerate(where)}
    facts = [places.facts(*key) for key in where]
    subjects = [running.subject(one, places.tenants) for one in found]
    judgement = judge(hard, subjects, facts, {"now": policies.at})
    owners = {one.id: one.document.owner for one in hard.policies}
    hashes = {one.id: one.hash for one in hard.policies}
    result = []
    for number, one in enumerate(found):
        place = index[one.account_id, one.region, one.zone or ""]
        for reason in judgement.reasons(number, place):
            owner = str(subjects[number].get("workload.owner") or owners[reason.policy])
            result.append(Found(one.id, reason, hashes[reason.policy], owner, running.exposure(one, facts[place])))
    return result


def as_of(session: Session) -> datetime | None:
    """As of when the violations hold: now, when nothing has changed since; None: never checked."""
    state = session.get(PolicyCheck, 1)
    if state is None:
        return None
    return clock.now() if planned(session) is None else state.checked_at


def _changed(session: Session, state: PolicyCheck, told: bool) -> Collection[str]:
    if not told:
        return []
    query = select(ResourceRow.id).where(ResourceRow.kind.in_(classification.KINDS))
    if state.valid_from is not None:
        query = query.where(ResourceRow.valid_from >= state.valid_from - _OVERLAP)
    return session.scalars(query).all()


def _fingerprint(policies: CompiledPolicies, places: Places, rules: list[Any]) -> str:
    asked = [
        [one.id, one.version, one.hash, [[each.id, clock.to_text(each.until)] for each in one.exemptions]]
        for one in policies.policies
    ]
    # What hangs on the hour is asked anew each hour.
    timed = any("now" in one.program.names for one in policies.policies)
    hour = policies.at.strftime("%Y%m%d%H") if timed else ""
    return hashlib.sha256(orjson.dumps([asked, places.told(), rules, hour])).hexdigest()
