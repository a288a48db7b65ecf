"""Stored workloads that are placed nowhere yet, as things to place: parts of their tiers, and who must be with whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from mcm.optimizer.judging import Asked
from mcm.optimizer.picture import Group, Thing
from mcm.optimizer.schemas import OptimizationAsked
from mcm.placement import demand, repository, ruling
from mcm.placement.demand import Part
from mcm.placement.errors import Contradiction
from mcm.policies.facts import Facts
from mcm.workloads import repository as stored_workloads
from mcm.workloads import service as workloads
from mcm.workloads.documents import Tier
from mcm.workloads.service import Stored

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Tiered:
    stored: Stored
    tier: Tier
    part: Part


def of(session: Session, asked: OptimizationAsked) -> tuple[list[Tiered], list[str]]:
    """Of all that the session sees, or of those named. A tier that earlier decisions have made somewhere is placed.

    The second: workloads that contradict themselves and are left out. Of those named it raises Contradiction."""
    contrary: list[str] = []
    found = [workloads.get(session, name) for name in asked.workloads] or _every(session, asked)
    result = []
    for one in found:
        made = repository.running(session, one.tenant_id, one.name)
        tiers = {tier.name: tier for tier in one.document.tiers}
        try:
            wanted = demand.demand(one.document)
        except Contradiction:
            if asked.workloads:
                raise
            contrary.append(one.name)
            continue
        result += [Tiered(one, tiers[part.tier], part) for part in wanted.parts if part.tier not in made]
    return result, contrary


def asked(one: Tiered) -> Asked:
    each = one.part.need
    count = one.part.count
    thing = Thing(
        "tier", None, f"{one.stored.name}/{one.part.key}", count, one.stored.tenant_id,
        (each.vcpus * count, each.memory_gib * 1024 * count, each.disk_gib * count, each.gpus * count),
        None, None, {}, (), {}, part=one.part,
    )  # fmt: skip
    return Asked(thing, one.tier, ("tier", one.stored.id, one.tier.name), one.stored.document, one.tier.count)


def facts(one: Tiered, tenants: Mapping[str, str]) -> Facts:
    return ruling.subject(one.stored.document, one.tier, tenants.get(one.stored.tenant_id, ""))


def groups(found: Sequence[Tiered], first: int) -> list[Group]:
    """first: index of the first of them among all things."""
    by_workload: dict[str, list[int]] = {}
    for index, one in enumerate(found):
        by_workload.setdefault(one.stored.id, []).append(index)
    result: list[Group] = []
    for numbers in by_workload.values():
        wanted = demand.demand(found[numbers[0]].stored.document)
        of: dict[str, list[int]] = {}
        for number in numbers:
            of.setdefault(found[number].part.tier, []).append(first + number)
        result += _of_tiers(wanted, of)
        result += _of_pairs(wanted, of)
    return result


def _of_tiers(wanted: demand.Demand, of: Mapping[str, list[int]]) -> list[Group]:
    """Parts are alike, so that the first `least_sites` of them may be the ones at different sites."""
    found = []
    for tier, members in of.items():
        alone = wanted.of(tier)[0].alone
        found += [Group(level, tuple(members), False) for level in alone if len(members) > 1]
        for level, least in (("site", wanted.least_sites), ("city", wanted.least_cities)):
            if min(least, len(members)) > 1:
                found.append(Group(level, tuple(members[:least]), False))
    return found


def _of_pairs(wanted: demand.Demand, of: Mapping[str, list[int]]) -> list[Group]:
    found = []
    pairs: list[tuple[str, str, str]] = [(one.one, one.other, one.level) for one in wanted.together]
    # What must be near is kept at one site: of other sites it is not known here how far they are.
    pairs += [(one, other, "site") for one, other in sorted(wanted.bounds)]
    for one, other, level in pairs:
        few, many = sorted((of.get(one, []), of.get(other, [])), key=len)
        for number, member in enumerate(many if few else []):
            found.append(Group("location" if level == "host" else level, (few[number % len(few)], member), True))
    for pair in wanted.apart:
        # Two hosts of one location: it is the cloud that sees to that.
        if pair.level != "host":
            found += [
                Group(pair.level, (mine, theirs), False)
                for mine in of.get(pair.one, [])
                for theirs in of.get(pair.other, [])
            ]
    return found


def _every(session: Session, asked: OptimizationAsked) -> list[Stored]:
    if asked.account is not None:
        return []
    found: list[Any] = []
    after: str | None = None
    while True:
        rows = stored_workloads.listed(session, after=after, limit=_BATCH, text=None)
        found += [workloads.stored(row) for row in rows]
        if len(rows) < _BATCH:
            return found
        after = rows[-1].name
