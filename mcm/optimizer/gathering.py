"""Reads everything a search is made from, in a number of statements that hangs on no size of the inventory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mcm.kit.money import EXACT
from mcm.optimizer import judging, parts, pricing, repository
from mcm.optimizer.errors import InvalidOptimization
from mcm.optimizer.judging import Asked
from mcm.optimizer.picture import Host, Picture, Thing
from mcm.optimizer.pricing import Prices
from mcm.optimizer.problem import Amounts
from mcm.optimizer.schemas import OptimizationAsked
from mcm.placement import locations
from mcm.placement.locations import Location
from mcm.policies import running
from mcm.policies.facts import Facts
from mcm.registry import Registry

if TYPE_CHECKING:
    from mcm.policies.running import Resource

# More than this in one search is no question for one search.
MOST = 50_000
_MIGRATE = "instance.migrate"
_MIB = 1024.0


def picture(session: Session, registry: Registry, tenant_id: str, asked: OptimizationAsked) -> Picture:
    """As the session sees it. Raises InvalidOptimization, WorkloadNotFound, Contradiction."""
    every = locations.current(session, registry)
    places, index = _distinct(every)
    found = Picture(places, [], [], [], as_of=min((one.as_of for one in places if one.as_of), default=None))
    found.tenants = {one.tenant_id for one in every}
    instances = [] if asked.workloads else _instances(session, asked, every, index, found)
    tiers, contrary = parts.of(session, asked) if asked.goal == "cost" else ([], [])
    found.warnings += [("contradicts_itself", {"workload": name}) for name in contrary]
    if not instances and not tiers:
        raise InvalidOptimization(
            "there is nothing to place: no instance that tells its size, and no workload that is placed nowhere",
            next_step="`mcm sync`, `mcm workload apply -f FILE`, or ask for another account",
        )
    prices = Prices(session, every, asked.currency, tenant_id)
    hosts = _hosts(session, index, found)
    providers = {one.account_id: one.provider for one in every}
    subjects = [_of_instance(row, home, hosts, registry, providers) for row, home in instances]
    subjects += [parts.asked(one) for one in tiers]
    if len(subjects) > MOST:
        raise InvalidOptimization(
            f"{len(subjects)} instances and parts of workloads are too many; {MOST} is the most",
            next_step="ask for one account, or for some workloads",
        )
    tenants = running.places(session).tenants
    facts: list[Facts] = [running.subject(row, tenants) for row, _ in instances]
    facts += [parts.facts(one, tenants) for one in tiers]
    found.things, found.says = judging.things(session, places, subjects, facts, prices)
    found.groups = parts.groups(tiers, len(instances))
    found.tenants |= {one.tenant_id for one in found.things}
    unpriced = sum(all(price.amount is None for price in one.prices.values()) for one in found.things)
    if unpriced and asked.goal in ("cost", "evacuate"):
        found.warnings.append(("unpriced", {"count": unpriced}))
    return found


def _distinct(every: Sequence[Location]) -> tuple[list[Location], dict[tuple[str, str, str], int]]:
    """Each place once, and the index of each (account, region, zone)."""
    order: dict[str, int] = {}
    chosen: list[Location] = []
    index = {}
    for one in every:
        if one.place not in order:
            order[one.place] = len(chosen)
            chosen.append(one)
        index[one.account_id, one.region, one.zone] = order[one.place]
    return chosen, index


def at(index: Mapping[tuple[str, str, str], int], account_id: str, region: str, zone: str | None) -> int | None:
    """A place without zones holds whatever zone is told."""
    found = index.get((account_id, region, zone or ""))
    return found if found is not None else index.get((account_id, region, ""))


def _instances(
    session: Session, asked: OptimizationAsked, every: Sequence[Location],
    index: Mapping[tuple[str, str, str], int], found: Picture,
) -> list[tuple["Resource", int]]:  # fmt: skip
    """Those that are meant, that tell their size and whose place is known."""
    wanted = _meant(asked, every)
    left: Counter[str] = Counter()
    chosen = []
    for row in running.resources(session, limit=MOST + 1, seen=True):
        if row.state in ("error", "deleting", "deleted"):
            continue
        home = at(index, row.account_id, row.region, row.zone)
        if wanted is not None and (row.account_id not in wanted or (asked.site and (
            home is None or found.locations[home].site != asked.site))):  # fmt: skip
            continue
        if home is None:
            left["place_unknown"] += 1
        elif pricing.tier_of(row.attributes) is None:
            left["size_unknown"] += 1
        else:
            chosen.append((row, home))
    found.warnings += [(code, {"count": number}) for code, number in sorted(left.items())]
    return chosen


def _meant(asked: OptimizationAsked, every: Sequence[Location]) -> set[str] | None:
    """Accounts; None: all."""
    if asked.account is not None:
        chosen = {one.account_id for one in every if asked.account in (one.account, one.account_id)}
        if not chosen:
            known = ", ".join(sorted({one.account for one in every})) or "none"
            raise InvalidOptimization(
                f"account: there is no account '{asked.account}' in which something runs that you may place",
                next_step=f"those are: {known}",
            )
        return chosen
    if asked.site is not None:
        chosen = {one.account_id for one in every if one.site == asked.site}
        if not chosen:
            known = ", ".join(sorted({one.site for one in every if one.site})) or "none: say where accounts are"
            raise InvalidOptimization(
                f"site: no place is said to be at '{asked.site}'", next_step=f"those are: {known}"
            )
        return chosen
    return None


def _hosts(session: Session, index: Mapping[tuple[str, str, str], int], found: Picture) -> dict[tuple[int, str], int]:
    """Fills in the hosts; gives (location, native id or name) → index."""
    names: dict[tuple[int, str], int] = {}
    for row in repository.hosts(session):
        home = at(index, row.account_id, row.region, row.zone)
        told = row.attributes or {}
        if home is None or told.get("maintenance"):
            continue
        cores = told.get("cpu_threads") or told.get("cpu_cores")
        overcommit = told.get("cpu_overcommit") or found.locations[home].cpu_overcommit or 1.0
        capacity = (float(cores) * overcommit if cores else None, _number(told.get("memory_mib")))
        used = _number(told.get("vcpus_used")), _number(told.get("memory_used_mib"))
        for name in (row.native_id, row.name):
            if name:
                names.setdefault((home, name), len(found.hosts))
        found.hosts.append(Host(home, row.native_id, row.name or row.native_id, capacity, used))
    return names


def _of_instance(
    row: "Resource",
    home: int,
    hosts: Mapping[tuple[int, str], int],
    registry: Registry,
    providers: Mapping[str, str],
) -> Asked:
    told = row.attributes
    tier = pricing.tier_of(told)
    assert tier is not None
    host = hosts.get((home, str(told.get("host")))) if told.get("host") else None
    needs: Amounts = (
        float(tier.vcpus), float(told["memory_mib"]), float(tier.disk_gib), float(tier.gpus)
    )  # fmt: skip
    key = (
        tier.vcpus,
        tier.memory_gib,
        tier.disk_gib,
        tier.gpus,
        tier.architecture,
        tier.operating_system,
        tier.public_ips,
    )
    provider = providers.get(row.account_id)
    offered = registry.descriptor(provider).actions.get(_MIGRATE) if provider is not None else None
    migrates = offered is not None and not offered.absent and row.state == "running"
    thing = Thing(
        "instance", row.id, row.name or row.id, 1, row.tenant_id, needs, home, host, {}, (), {}, migrates,
        disk_known=told.get("disk_gib") is not None,
    )  # fmt: skip
    return Asked(thing, tier, key, None, 1)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def egress(session: Session, found: Picture, asked: OptimizationAsked, tenant_id: str) -> dict[int, Decimal | None]:
    """By thing, what taking its disks out of its home costs once; None: not known, also where it tells no disk."""
    if asked.goal not in ("cost", "evacuate"):
        return {}
    prices = Prices(session, found.locations, asked.currency, tenant_id)
    with localcontext(EXACT):
        return {
            index: prices.egress(
                found.locations[one.home], EXACT.create_decimal(str(one.needs[2])) if one.disk_known else None
            )
            for index, one in enumerate(found.things)
            if one.home is not None
        }
