"""30 policies × 10,000 workloads × 20 locations, and the same asked cell by cell.

Cell by cell the whole takes minutes: a seeded sample of cells is asked, and its time is counted up to all of them. The
answers to the sample are compared with those of the whole."""

import random
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from mcm.policies.compiled import CompiledPolicies, CompiledPolicy
from mcm.policies.facts import Value
from mcm.policies.judging import judge
from mcm.policies.library import everything
from mcm.policies.linting import lint
from tests.bench.table import Row

WORKLOADS, LOCATIONS, POLICIES = 10_000, 20, 30
_SAMPLE = 20_000
_CLASSES = ("public", "internal", "confidential", "restricted", "unclassified")
# Beside the starter library: what organisations add, one rule for each of their own fields.
_MORE = (
    'workload.environment != "prod" || location.used < 0.9',
    'workload.operating_system != "windows" || location.jurisdiction == "CN"',
    "workload.gpus == 0 || location.gpus >= workload.gpus",
    'workload.memory_gib <= 256 || location.ownership == "private"',
    'workload.public_ips == 0 || !("pci" in location.labels)',
    "workload.trust_labels.all(one, one in location.labels)",
    'workload.tenant != "default/retail" || location.city in ["Shanghai", "Hangzhou"]',
    'workload.labels["team"] != "search" || location.provider == "a"',
    "location.cost <= 4000",
    "workload.vcpus * 4 <= 256",
)


def run(rounds: int) -> Iterable[Row]:
    policies, subjects, locations, context = _instance()
    ours, alone = [], []
    for _ in range(max(rounds, 1)):
        start = time.perf_counter()
        judged = judge(policies, subjects, locations, context)
        assert len(judged.masks) == len(judged.score) == WORKLOADS
        ours.append(time.perf_counter() - start)
        cells = random.Random(7).sample(range(POLICIES * WORKLOADS * LOCATIONS), _SAMPLE)
        start = time.perf_counter()
        answers = [_one(policies.policies, subjects, locations, context, cell) for cell in cells]
        alone.append((time.perf_counter() - start) * POLICIES * WORKLOADS * LOCATIONS / _SAMPLE)
        for cell, yes in zip(cells, answers, strict=True):
            policy, subject, place = _split(cell)
            assert bool(judged.mask_of(policies.policies[policy].id, subject) >> place & 1) == yes, cell
    times = [slow / quick for slow, quick in zip(alone, ours, strict=True)]
    yield Row(
        "policies: 30 × 10,000 × 20, of the time cell by cell",
        ratio=1 / median(times),
        target=1 / 50,
        floor=f"cell by cell {median(alone):.1f} s, counted up from {_SAMPLE:,} of 6 million",
        note=f"{median(ours):.3f} s, {median(times):.0f} × faster",
    )


def _split(cell: int) -> tuple[int, int, int]:
    rest, place = divmod(cell, LOCATIONS)
    policy, subject = divmod(rest, WORKLOADS)
    return policy, subject, place


def _one(
    policies: tuple[CompiledPolicy, ...],
    subjects: list[Any],
    locations: list[Any],
    context: Mapping[str, Value],
    cell: int,
) -> bool:
    policy, subject, place = _split(cell)
    rule, facts = policies[policy], subjects[subject]
    if not rule.binds(facts):
        return True
    asked = facts | locations[place] | context
    yes = rule.program.ask(asked).yes
    if yes and not rule.soft and facts["workload.data_class"] == "unclassified" and "workload.data_class" in rule.cel:
        yes = rule.program.ask(asked | {"workload.data_class": "restricted"}).yes
    return yes


def _instance() -> tuple[CompiledPolicies, list[dict[str, Value]], list[dict[str, Value]], dict[str, Value]]:
    chance = random.Random(42)
    subjects = [_workload(chance, number) for number in range(WORKLOADS)]
    locations = [_location(chance, number) for number in range(LOCATIONS)]
    policies = [draft.policy for one in everything() if (draft := lint(one.text)).policy is not None]
    while len(policies) < POLICIES:
        number = len(policies)
        text = (
            f"apiVersion: mcm/v1\nkind: PlacementPolicy\nid: own-{number}\ntitle: own {number}\nowner: bench\n"
            f"rule:\n  cel: '{_MORE[number % len(_MORE)]}'\n" + ("  weight: 3\n" if number % 3 == 0 else "")
        )
        made = lint(text).policy
        assert made is not None, lint(text).findings
        policies.append(made)
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    chosen = tuple(one for one in policies[:POLICIES] if one is not None)
    return CompiledPolicies(chosen, now), subjects, locations, {"now": now, "private_used": 0.7}


def _workload(chance: random.Random, number: int) -> dict[str, Value]:
    """No two have the same name, owner or set of labels; the rest is as varied as in an estate."""
    return {
        "workload.name": f"w{number}",
        "workload.tier": chance.choice(("web", "app", "db")),
        "workload.tenant": f"default/{chance.choice(('retail', 'search', 'bank', 'ops'))}",
        "workload.owner": f"owner{chance.randrange(300)}",
        "workload.application": f"app{chance.randrange(800)}",
        "workload.environment": chance.choice(("prod", "test", "dev")),
        "workload.criticality": chance.choice(("low", "normal", "high", "critical")),
        "workload.data_class": chance.choice(_CLASSES),
        "workload.residency": chance.choice(([], ["CN"], ["EU"], ["CN", "SG"])),
        "workload.trust_labels": chance.choice(([], ["pci"], ["mlps3"], ["eu"])),
        "workload.labels": {"team": chance.choice(("search", "shop", "core")), "ticket": f"T-{number}"},
        "workload.count": float(chance.randint(1, 12)),
        "workload.vcpus": float(chance.choice((1, 2, 4, 8, 16, 32, 64))),
        "workload.memory_gib": float(chance.choice((2, 4, 8, 16, 64, 512))),
        "workload.disk_gib": 100.0,
        "workload.gpus": float(chance.choice((0, 0, 0, 1, 4))),
        "workload.operating_system": chance.choice(("linux", "windows")),
        "workload.architecture": "x86_64",
        "workload.image": f"image{chance.randrange(40)}",
        "workload.flavor": f"flavor{chance.randrange(30)}",
        "workload.public_ips": float(chance.choice((0, 0, 1))),
        "workload.sites": float(chance.randint(1, 3)),
        "workload.cities": float(chance.randint(1, 2)),
        "workload.spread": chance.choice(([], ["host"], ["host", "zone"])),
        "workload.hours_per_month": 730.0,
        "workload.budget": float(chance.choice((500, 1000, 5000))),
        "workload.latency_ms": float(chance.choice((2, 10, 50))),
    }


def _location(chance: random.Random, number: int) -> dict[str, Value]:
    return {
        "location.id": f"l{number}",
        "location.account": f"account{number % 8}",
        "location.provider": chance.choice(("a", "b", "c")),
        "location.ownership": chance.choice(("private", "public", "hosted")),
        "location.region": f"r{number}",
        "location.zone": f"z{number % 3}",
        "location.site": f"s{number % 6}",
        "location.city": chance.choice(("Shanghai", "Hangzhou", "Frankfurt")),
        "location.jurisdiction": chance.choice(("CN", "EU", "SG")),
        "location.labels": chance.choice((["pci"], ["mlps3"], ["eu"], ["pci", "mlps3"], [])),
        "location.tenant": "default",
        "location.used": chance.random(),
        "location.gpus": float(chance.choice((0, 8))),
        "location.latency_ms": float(chance.randint(1, 40)),
        "location.cost": float(chance.randint(100, 8000)),
        "location.currency": "CNY",
    }
