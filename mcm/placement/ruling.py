"""What policies say about a tier at each place, from what a decision keeps of them: so it can be asked again later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mcm.placement.demand import data_class
from mcm.placement.locations import Location
from mcm.policies import compiled
from mcm.policies.compiled import CompiledPolicies, Exemption
from mcm.policies.facts import Facts
from mcm.policies.judging import Judgement, Reason, judge
from mcm.workloads.documents import Tier, Workload


def kept(policies: CompiledPolicies) -> list[dict[str, Any]]:
    """As JSON: whole documents, as an id and a version may be gone when somebody asks."""
    return [
        {
            "id": one.id,
            "version": one.version,
            "hash": one.hash,
            "document": one.document.model_dump_json(by_alias=True),
            "exemptions": [
                {"id": each.id, "field": each.field, "value": each.value, "until": each.until.isoformat()}
                | ({"tenant": each.tenant} if each.tenant else {})
                for each in one.exemptions
            ],
        }
        for one in policies
    ]


def rebuilt(found: Sequence[Mapping[str, Any]], now: datetime) -> CompiledPolicies:
    """Raises NotCompiled, ValidationError for what this version of mcm cannot read any more."""
    policies = []
    for one in found:
        made = compiled.stored(one["id"], one["version"], one["hash"], one["document"])
        exemptions = tuple(
            Exemption(
                each["id"], each["field"], each["value"], datetime.fromisoformat(each["until"]), each.get("tenant", "")
            )
            for each in one["exemptions"]
        )
        policies.append(replace(made, exemptions=exemptions))
    return CompiledPolicies(tuple(policies), now)


def subject(workload: Workload, tier: Tier, tenant: str) -> Facts:
    """What rules see of a tier; what nobody said is left out. tenant: its path."""
    found: dict[str, Any] = {
        "workload.name": workload.name,
        "workload.tier": tier.name,
        "workload.tenant": tenant or None,
        "workload.owner": workload.owner,
        "workload.application": workload.application,
        "workload.environment": workload.environment,
        "workload.criticality": workload.criticality,
        "workload.data_class": data_class(workload, tier),
        "workload.residency": list(tier.residency if tier.residency is not None else workload.residency),
        "workload.trust_labels": list(tier.trust_labels if tier.trust_labels is not None else workload.trust_labels),
        "workload.labels": dict(workload.labels),
        "workload.count": float(tier.count),
        "workload.vcpus": float(tier.vcpus),
        "workload.memory_gib": float(tier.memory_gib),
        "workload.disk_gib": float(tier.disk_gib + sum(one.size_gib for one in tier.disks)),
        "workload.gpus": float(tier.gpus),
        "workload.architecture": tier.architecture,
        "workload.operating_system": tier.operating_system,
        "workload.image": tier.image_family,
        "workload.public_ips": float(tier.public_ips),
        "workload.hours_per_month": float(tier.hours_per_month or workload.hours_per_month),
        "workload.sites": float(workload.sites),
        "workload.cities": float(workload.cities),
        "workload.spread": list(tier.spread),
        "workload.budget": float(workload.budget.amount) if workload.budget is not None else None,
        "workload.latency_ms": float(min(tier.latency_ms.values())) if tier.latency_ms else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def judged(
    policies: CompiledPolicies, subject: Facts, places: Sequence[Facts], now: datetime, private_used: float | None
) -> Judgement:
    """Of one tier, as what a place costs is the tier's own."""
    context: dict[str, Any] = {"now": now.isoformat()}
    if private_used is not None:
        context["private_used"] = private_used
    return judge(policies, [subject], places, context)


def told(reason: Reason) -> dict[str, Any]:
    """As a decision keeps it."""
    return {
        "policy": reason.policy,
        "version": reason.version,
        "title": reason.title,
        "title_zh": reason.title_zh,
        "mode": reason.mode,
        "outcome": reason.outcome,
        "message": reason.message,
        "message_zh": reason.message_zh,
        "values": {name: _plain(value) for name, value in reason.values.items()},
        "error": reason.error,
        "exemption": reason.exemption,
    }


def private_used(places: Sequence[Location]) -> float | None:
    """The used share of all private places together, by the scarcer of vcpus and memory."""
    found = []
    for name in ("vcpus", "memory_gib"):
        known = [
            (one.measure(name).total or 0.0, room)
            for one in places
            if one.ownership == "private" and (room := one.room(name)) is not None and one.measure(name).total
        ]
        total = sum(each[0] for each in known)
        if total:
            found.append(min(max(1 - sum(each[1] for each in known) / total, 0.0), 1.0))
    return max(found, default=None)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
