"""Decisions as the API shows them: sentences in place of codes, and without places that whoever asks does not see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mcm.auth.service import Caller, view_of
from mcm.models import CapacityReservation, Placement
from mcm.placement import amounts, measures, outcomes, repository
from mcm.placement.errors import LocationNotFound
from mcm.placement.schemas import (
    ImpossibleItem,
    MadeItem,
    NearestItem,
    OutcomeItem,
    PlacementDetail,
    PlacementItem,
    ReplayItem,
    ReservationItem,
    RuleItem,
    WhyItem,
    WhyTier,
)
from mcm.placement.service import places_of, status_of
from mcm.placement.texts import CONSTRAINTS, sentences

_ASSIGNMENT = ("parts", "score", "group", "cost", "complete", "egress", "unpriced_edges", "currency", "crowding")


class Sight:
    """Which places a session may be told of, by the names of their accounts."""

    def __init__(self, session: Session) -> None:
        self._all = view_of(session).everything
        self._names = {one.name for one in measures.accounts(session)}

    def __call__(self, location: str) -> bool:
        return self._all or location.partition("/")[0] in self._names

    def told(self, location: str) -> str:
        return location if self(location) else ""


def item(session: Session, row: Placement, sight: Sight | None = None) -> PlacementItem:
    """sight: of the session, for who asks more than once."""
    may_tell, at = sight or Sight(session), places_of(row)
    known = sorted(filter(may_tell, at))
    return PlacementItem(
        **{name: getattr(row, name) for name in PlacementItem.model_fields if hasattr(row, name) and name != "status"},
        status=status_of(row),
        at=known,
        elsewhere=len(at) - len(known),
        instances=sum(int(one["count"]) for one in row.chosen if "moved" not in one),
        requires_approval=bool(row.needs) and not row.alone,
    )


def detail(session: Session, row: Placement, caller: Caller) -> PlacementDetail:
    may_tell = Sight(session)
    instances = repository.instances(session, row.id)
    known = repository.operations(session, [one.operation_id for one in instances if one.operation_id])
    made = [
        MadeItem(
            tier=one.tier, number=one.number, name=one.name, location=may_tell.told(one.location), status=one.status,
            operation_id=one.operation_id, tried=[each for each in one.tried if may_tell(each)],
            # What went wrong there is of the place.
            reason=one.reason if all(map(may_tell, (one.location, *one.tried))) else None,
            operation_status=known[one.operation_id].status if one.operation_id in known else None,
        )
        for one in instances
    ]  # fmt: skip
    held = repository.reservations(session, None, 1000, (), row.id)
    return PlacementDetail(
        **item(session, row, may_tell).model_dump(),
        as_of=datetime.fromisoformat(row.inputs["now"]),
        outcome=outcome(row.outcome, seen(session, row.inputs), priced=amounts.shown_to(caller, [row.tenant_id])),
        made=made,
        reservations=[reservation(one, may_tell) for one in held],
    )


def seen(session: Session, inputs: Mapping[str, Any]) -> set[str]:
    """Locations of the decision whose accounts the session sees: others do not exist for whoever asks."""
    accounts = {one.id for one in measures.accounts(session)}
    return {one["id"] for one in inputs["places"] if one["account_id"] in accounts}


def outcome(found: outcomes.Outcome, visible: set[str], *, priced: bool) -> OutcomeItem:
    """priced: whether amounts may be shown."""
    found = found if priced else amounts.without(found)
    candidates = [
        {**one, **{name: [rule(each) for each in one[name]] for name in ("failed", "unknown")}}
        for one in found["candidates"]
        if one["location"] in visible
    ]
    return OutcomeItem.model_validate(
        {
            **{name: found[name] for name in ("feasible", "cut", "steps", "weights", "policies")},
            "stale": [text for text in found["stale"] if _may_tell(text, found, visible)],
            "chosen": _assignment(found["chosen"], visible),
            "runner_up": _assignment(found["runner_up"], visible),
            "candidates": candidates,
            "impossible": impossible(found["impossible"], visible),
            **amounts.withheld(shown=priced),
        }
    )


def rule(found: Mapping[str, Any]) -> RuleItem:
    return RuleItem(rule=found["rule"], values=found["values"], **sentences(found["rule"], found["values"]))


def impossible(found: Mapping[str, Any] | None, visible: set[str]) -> ImpossibleItem | None:
    """With a sentence for each thing that would make it fit."""
    if found is None:
        return None
    tiers, english, chinese = [], list[str](), list[str]()
    for one in found["tiers"]:
        nearest = one["nearest"] if one["nearest"] in visible else None
        lacks = [rule(each) for each in one["lacks"]] if nearest is not None else []
        tiers.append(NearestItem(tier=one["tier"], nearest=nearest, lacks=lacks, blocked=one["blocked"]))
        if nearest is None:
            english.append(f"tier '{one['tier']}': there is no place to look at")
            chinese.append(f"层“{one['tier']}”：没有可供考虑的位置")
            continue
        why, why_zh = "; ".join(each.reason for each in lacks), "；".join(each.reason_zh for each in lacks)
        fix, fix_zh = lacks[0].how_to_fix if lacks else "", lacks[0].how_to_fix_zh if lacks else ""
        english.append(f"tier '{one['tier']}' may go nowhere; the nearest is {nearest}: {why} - {fix}")
        chinese.append(f"层“{one['tier']}”无处可放；最接近的是 {nearest}：{why_zh}。{fix_zh}")
    for name in found["without"]:
        english.append(f"without {CONSTRAINTS[name][0]} it would fit")
        chinese.append(f"若不考虑{CONSTRAINTS[name][1]}则可放置")
    if not found["proven"]:
        english.append("the search was cut short: it may be possible all the same")
        chinese.append("搜索被提前终止：仍有可能放置")
    elif not english:
        english.append("each tier has a place, and together they have none; more than one constraint would have to go")
        chinese.append("每一层单独可放置，但无法同时满足；需放宽一个以上的约束")
    return ImpossibleItem(
        tiers=tiers, without=list(found["without"]), sentences=english, sentences_zh=chinese, proven=found["proven"],
        places=len(visible),
    )  # fmt: skip


def reservation(row: CapacityReservation, may_tell: Sight) -> ReservationItem:
    found = ReservationItem.model_validate(row, from_attributes=True)
    return found.model_copy(update={"location": may_tell.told(row.location)})


def replay(
    session: Session, row: Placement, again: outcomes.Outcome, now: outcomes.Outcome, inputs: Mapping[str, Any],
    caller: Caller,
) -> ReplayItem:  # fmt: skip
    digest = outcomes.digest(again)
    before, after = row.outcome["chosen"], now["chosen"]
    where = [
        [(one["tier"], one["part"], one["location"]) for one in each["parts"]] if each else []
        for each in (before, after)
    ]
    home = before is not None and after is not None and after["group"] < before["group"]
    return ReplayItem(
        id=row.id, hash=row.hash, replayed_hash=digest, same=digest == row.hash, changed=where[0] != where[1],
        come_home=home, now=outcome(now, seen(session, inputs), priced=amounts.shown_to(caller, [row.tenant_id])),
    )  # fmt: skip


def why(session: Session, row: Placement, location: str, caller: Caller) -> WhyItem:
    """Of every tier, why not there, or how much worse. Raises LocationNotFound for what was no candidate, or is not the
    caller's to see."""
    visible = seen(session, row.inputs)
    priced = amounts.shown_to(caller, [row.tenant_id])
    told = row.outcome if priced else amounts.without(row.outcome)
    rows = [one for one in told["candidates"] if one["location"] == location and location in visible]
    if not rows:
        near = ", ".join(sorted(visible)[:8])
        raise LocationNotFound(
            f"'{location}' was no candidate of placement {row.id}", next_step=f"candidates: {near}" if near else ""
        )
    best = {
        one["tier"]: one["score"]["total"] for one in row.outcome["candidates"] if one["chosen"] and one["score"]
    }  # fmt: skip
    tiers = [_why(one, best.get(one["tier"])) for one in rows]
    return WhyItem(id=row.id, location=location, tiers=tiers, **amounts.withheld(shown=priced))


def _why(one: Mapping[str, Any], best: float | None) -> WhyTier:
    failed = [rule(each) for each in one["failed"]]
    score = one["score"]
    behind = round(best - score["total"], 6) if best is not None and score is not None else None
    if one["chosen"]:
        english, chinese = "it was chosen", "已选中"
    elif failed:
        english, chinese = "; ".join(each.reason for each in failed), "；".join(each.reason_zh for each in failed)
    elif behind is not None and behind > 0:
        english, chinese = f"it may go there; it scores {behind:g} less", f"可以放置；得分低 {behind:g}"
    else:
        english = "it may go there by itself; with the other tiers and groups the chosen one is better"
        chinese = "单独可以放置；与其他层和优先组一起考虑时，所选位置更好"
    return WhyTier(
        tier=one["tier"], allowed=one["allowed"], chosen=one["chosen"], failed=failed,
        unknown=[rule(each) for each in one["unknown"]], said=one["said"], score=score, behind=behind,
        sentence=english, sentence_zh=chinese,
    )  # fmt: skip


def _assignment(found: Mapping[str, Any] | None, visible: set[str]) -> Mapping[str, Any] | None:
    """Whoever sees only some of the places is told of those."""
    if found is None:
        return None
    parts = [one for one in found["parts"] if one["location"] in visible]
    return {**{name: found[name] for name in _ASSIGNMENT}, "parts": parts} if parts else None


def _may_tell(text: str, found: outcomes.Outcome, visible: set[str]) -> bool:
    """Sentences about freshness name accounts."""
    names = {one["location"].split("/")[0] for one in found["candidates"] if one["location"] in visible}
    return any(f" of {name}, region " in text for name in names)


def parts_at(found: Sequence[Mapping[str, Any]], may_tell: Sight) -> str:
    return ", ".join(
        f"{one['count']} × {one['tier']} at {may_tell.told(one['location']) or 'a place that you may not see'}"
        for one in found
    )
