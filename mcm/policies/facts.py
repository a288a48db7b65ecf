"""What policies speak of: the variables of a rule, flat and typed.

A value that nobody knows is left out, so that a rule which asks for it fails, and fails closed."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

Value = str | float | bool | list[str] | dict[str, str] | datetime


class Type(StrEnum):
    STRING = "string"
    DOUBLE = "double"
    BOOL = "bool"
    STRINGS = "list(string)"
    LABELS = "map(string, string)"
    TIMESTAMP = "timestamp"


# Quantities are doubles, so that no rule fails for comparing 4 with 4.5.
WORKLOAD: Mapping[str, Type] = MappingProxyType(
    {
        "workload.name": Type.STRING,
        "workload.tier": Type.STRING,
        "workload.tenant": Type.STRING,
        "workload.owner": Type.STRING,
        "workload.application": Type.STRING,
        "workload.environment": Type.STRING,
        "workload.criticality": Type.STRING,
        "workload.data_class": Type.STRING,
        "workload.residency": Type.STRINGS,
        "workload.trust_labels": Type.STRINGS,
        "workload.labels": Type.LABELS,
        "workload.count": Type.DOUBLE,
        "workload.vcpus": Type.DOUBLE,
        "workload.memory_gib": Type.DOUBLE,
        "workload.disk_gib": Type.DOUBLE,
        "workload.gpus": Type.DOUBLE,
        "workload.architecture": Type.STRING,
        "workload.operating_system": Type.STRING,
        "workload.image": Type.STRING,
        "workload.flavor": Type.STRING,
        "workload.public_ips": Type.DOUBLE,
        "workload.hours_per_month": Type.DOUBLE,
        "workload.sites": Type.DOUBLE,
        "workload.cities": Type.DOUBLE,
        "workload.spread": Type.STRINGS,
        "workload.budget": Type.DOUBLE,
        # The tightest bound to another tier, in ms.
        "workload.latency_ms": Type.DOUBLE,
    }
)
# location.used: the larger of the used shares of vcpus and memory, 0 to 1. location.latency_ms: to where the workload's
# other tiers are, or to the users' site. location.cost: of the tier there in a month, in location.currency.
LOCATION: Mapping[str, Type] = MappingProxyType(
    {
        "location.id": Type.STRING,
        "location.account": Type.STRING,
        "location.provider": Type.STRING,
        "location.ownership": Type.STRING,
        "location.region": Type.STRING,
        "location.zone": Type.STRING,
        "location.site": Type.STRING,
        "location.city": Type.STRING,
        "location.jurisdiction": Type.STRING,
        "location.labels": Type.STRINGS,
        "location.tenant": Type.STRING,
        "location.used": Type.DOUBLE,
        "location.gpus": Type.DOUBLE,
        "location.latency_ms": Type.DOUBLE,
        "location.cost": Type.DOUBLE,
        "location.currency": Type.STRING,
    }
)
# Of these, what people state or clouds are; the others are found out when a place is sought.
STATED = frozenset(
    f"location.{name}" for name in ("provider", "ownership", "region", "zone", "site", "city", "jurisdiction")
)
# private_used: the used share of all private locations the workload may run on, for bursting.
CONTEXT: Mapping[str, Type] = MappingProxyType({"now": Type.TIMESTAMP, "private_used": Type.DOUBLE})
VARIABLES: Mapping[str, Type] = MappingProxyType({**WORKLOAD, **LOCATION, **CONTEXT})
Facts = Mapping[str, Value]


UNCLASSIFIED, RESTRICTED = "unclassified", "restricted"
NO_BOUND = 1e12
# Where nobody states a bound there is none: that is known. All else that is not given is unknown.
DEFAULTS: Mapping[str, Value] = MappingProxyType({"workload.budget": NO_BOUND, "workload.latency_ms": NO_BOUND})


def clean(name: str, value: object) -> Value | None:
    """The value as the variable has it; None: it is not known, or is nothing such a variable can be.

    What is no number is not passed on: every comparison with it is false, so that a rule with a `!` would let it in."""
    kind = VARIABLES[name]
    if kind is Type.DOUBLE:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None
    if kind is Type.STRING:
        return value if _is_text(value) else None  # type: ignore[return-value]
    if kind is Type.BOOL:
        return value if isinstance(value, bool) else None
    if kind is Type.STRINGS:
        return list(value) if isinstance(value, list | tuple) and all(map(_is_text, value)) else None
    if kind is Type.LABELS:
        known = isinstance(value, Mapping) and all(_is_text(key) and _is_text(one) for key, one in value.items())
        return dict(value) if known else None  # type: ignore[call-overload]
    return _instant(value)


def _instant(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else None


def _is_text(value: object) -> bool:
    # A half of a surrogate pair is no text that an engine could take.
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)
