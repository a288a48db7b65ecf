"""Where each thing may be, what that costs and what policies say about it: all things at all places at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import Any

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.kit.money import EXACT
from mcm.optimizer.picture import Says, Thing
from mcm.optimizer.pricing import Price, Prices, shared
from mcm.placement import ruling
from mcm.placement.locations import Location
from mcm.policies import service as policies
from mcm.policies.compiled import CompiledPolicies
from mcm.policies.facts import Facts
from mcm.policies.judging import Judgement, judge
from mcm.workloads.documents import Tier, Workload

_COST = "location.cost"


@dataclass(frozen=True, slots=True)
class Asked:
    """A thing before it is judged. key: equal for tiers that are priced alike. of: how many instances the tier has."""

    thing: Thing
    tier: Tier
    key: tuple[Any, ...]
    workload: Workload | None
    of: int


def things(
    session: Session, places: Sequence[Location], asked: Sequence[Asked], facts: Sequence[Facts], prices: Prices
) -> tuple[list[Thing], Says]:
    """The things with all of it, and what policies say besides. Asks no database afterwards."""
    active = policies.active(session)
    context: dict[str, Any] = {"now": clock.now().isoformat()}
    used = ruling.private_used(places)
    if used is not None:
        context["private_used"] = used
    with localcontext(EXACT):
        priced = [
            {index: shared(prices.of(one.key, one.tier, place, one.workload), one.thing.count, one.of)
             for index, place in enumerate(places)}
            for one in asked
        ]  # fmt: skip
    standing = [_standing(place) for place in places]
    found: list[Thing | None] = [None] * len(asked)
    rulings: dict[int, tuple[Judgement, int]] = {}
    for numbers in _alike(active, asked):
        here = [_facts(active, place, priced[numbers[0]][index], prices.currency) for index, place in enumerate(places)]
        judged = judge(active, [facts[number] for number in numbers], here, context)
        for row, number in enumerate(numbers):
            rulings[number] = judged, row
            blocked = dict(_blocked(judged, row, facts[number], places, standing, asked[number].thing.home))
            found[number] = replace(
                asked[number].thing, blocked=blocked, score=judged.score[row], prices=priced[number]
            )

    def says(thing: int, location: int) -> list[dict[str, Any]]:
        judged, row = rulings[thing]
        return [ruling.told(one) for one in judged.reasons(row, location) if not one.denies]

    return [one for one in found if one is not None], says


def _alike(active: CompiledPolicies, asked: Sequence[Asked]) -> list[list[int]]:
    """Things for which a place's facts are the same: all of them, unless some rule asks what it costs there."""
    if not any(_COST in one.program.names for one in active):
        return [list(range(len(asked)))] if asked else []
    found: dict[Any, list[int]] = {}
    for number, one in enumerate(asked):
        found.setdefault((one.key, one.thing.count), []).append(number)
    return list(found.values())


def _facts(active: CompiledPolicies, place: Location, price: Price, currency: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(place.facts())
    if price.amount is not None and any(_COST in one.program.names for one in active):
        found |= {_COST: float(price.amount), "location.currency": currency}
    return found


def _standing(place: Location) -> tuple[str, dict[str, Any]] | None:
    """Why nothing new is put there, whatever it is."""
    if place.closed:
        return "closed", {}
    if place.status != "ok":
        return "account_not_ok", {"account": place.account, "status": place.status}
    if place.creates is False:
        return "cannot_create", {"provider": place.provider}
    if place.unsound:
        return "stale", {"stale": list(place.stale)[:3]}
    return None


def _blocked(
    judged: Judgement, row: int, facts: Facts, places: Sequence[Location],
    standing: Sequence[tuple[str, dict[str, Any]] | None], home: int | None,
) -> list[tuple[int, tuple[str, Mapping[str, Any]]]]:  # fmt: skip
    found: list[tuple[int, tuple[str, Mapping[str, Any]]]] = []
    allowed = judged.allowed[row]
    # Of the types that these variables have.
    told: Mapping[str, Any] = facts
    residency, labels = told.get("workload.residency") or (), told.get("workload.trust_labels") or ()
    for index, place in enumerate(places):
        stands = standing[index]
        if not allowed[index]:
            denying = next((one for one in judged.reasons(row, index) if one.denies), None)
            found.append((index, ("policy", _policy(denying))))
        elif residency and place.jurisdiction not in residency:
            found.append((index, ("residency", {"wanted": list(residency), "jurisdiction": place.jurisdiction})))
        elif set(labels) - set(place.labels):
            found.append((index, ("trust_labels", {"lacks": sorted(set(labels) - set(place.labels))})))
        elif stands is not None and index != home:
            # What runs there already may stay.
            found.append((index, stands))
    return found


def _policy(reason: Any) -> dict[str, Any]:
    """priced: whether its message may hold an amount."""
    if reason is None:
        return {"policy": "?", "title": "", "title_zh": "", "message": "", "message_zh": ""}
    return {
        "policy": reason.policy, "title": reason.title, "title_zh": reason.title_zh, "message": reason.message,
        "message_zh": reason.message_zh, "priced": _COST in reason.values,
    }  # fmt: skip
