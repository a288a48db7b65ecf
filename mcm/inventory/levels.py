"""Capacity and use below one node of the hierarchy: sums with their coverage."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcm.inventory.estate import Estate, ScopeState
from mcm.inventory.hierarchy_repository import SUMMED
from mcm.inventory.schemas import Level, Measure

_NOT_BELOW = {"zone": ("datastore",), "host": ("datastore",), "unplaced": ("datastore", "host"), "pool": ()}


def level(estate: Estate, type_: str, sums: Mapping[str, Any], scopes: Sequence[ScopeState]) -> Level:
    """sums: rows of `hierarchy_repository` by kind. scopes: those of the node's account and region."""
    measures: dict[str, dict[str, Measure]] = {}
    for kind, names in SUMMED.items():
        reading = [scope for scope in scopes if scope.kind == kind and scope.status != "unsupported"]
        covered = bool(reading) and kind not in _NOT_BELOW.get(type_, ())
        # Datastores are known to belong to a region; to a pool only where the cloud says so.
        if type_ == "pool" and kind == "datastore" and kind not in sums:
            covered = False
        fresh = covered and all(scope.id in estate.fresh for scope in reading)
        measures[kind] = _measures(sums.get(kind), names, covered, fresh)
    instance, host, datastore = measures["instance"], measures["host"], measures["datastore"]
    return Level(
        instances=instance["number"],
        instances_running=instance["running"],
        instance_vcpus=instance["vcpus"],
        instance_memory_mib=instance["memory_mib"],
        hosts=host["number"],
        host_cpu_cores=host["cpu_cores"],
        host_vcpus_used=host["vcpus_used"],
        host_memory_mib=host["memory_mib"],
        host_memory_used_mib=host["memory_used_mib"],
        datastores=datastore["number"],
        datastore_capacity_gib=datastore["capacity_gib"],
        datastore_used_gib=datastore["used_gib"],
    )


def _measures(row: Any, names: Sequence[str], covered: bool, fresh: bool) -> dict[str, Measure]:
    number = 0 if row is None else int(row.number)
    # Nothing found is 0 only where everything was read; otherwise nobody knows.
    nothing = 0.0 if covered and fresh else None
    made = {
        "number": Measure(value=number or nothing, known=number, of=number, at_least=not fresh),
        "running": Measure(
            value=float(row.running) if number else nothing, known=number, of=number, at_least=not fresh
        ),
    }
    for name in names:
        known = int(getattr(row, f"{name}_known")) if number else 0
        total = float(getattr(row, name)) if known else nothing if not number else None
        made[name] = Measure(value=total, known=known, of=number, at_least=not fresh or known < number)
    return made
