"""Whether somebody may see what a decision costs, and the decision without it for who may not.

Where something may run is for whoever has placement.read; what it costs there is for whoever has cost.read as well.
What is a share without a currency (the scores) stays.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, view

WITHHELD = "amounts are shown to who has the permission 'cost.read' for everything in it"
WITHHELD_ZH = "金额仅向对其中全部内容拥有 'cost.read' 权限者显示"
# Values of rules that are amounts, or made of them. A budget is the workload's own, and stands in its document.
_AMOUNTS = frozenset({"cost", "location.cost"})


def shown_to(caller: Caller, tenants: Collection[str]) -> bool:
    """tenants: ids of those whose work it is about."""
    seen = view(caller, Permission.COST_READ)
    return seen.everything or set(tenants) <= seen.tenants


def without(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome of a decision as it is kept, without amounts."""
    found = outcome["impossible"]
    return {
        **outcome,
        "chosen": _assignment(outcome["chosen"]),
        "runner_up": _assignment(outcome["runner_up"]),
        "candidates": [_candidate(one) for one in outcome["candidates"]],
        "impossible": None
        if found is None
        else {**found, "tiers": [{**one, "lacks": _rules(one["lacks"])} for one in found["tiers"]]},
    }


def withheld(*, shown: bool) -> dict[str, str | None]:
    """What answers say of it, in both languages."""
    return {"amounts_withheld": None if shown else WITHHELD, "amounts_withheld_zh": None if shown else WITHHELD_ZH}


def said_without(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What policies say: a message may hold the amount that it is about."""
    return [
        {
            **one,
            "values": _values(one["values"]),
            "message": one["title"],
            "message_zh": one["title_zh"] or one["title"],
        }
        if _AMOUNTS & set(one["values"])
        else dict(one)
        for one in found
    ]


def _assignment(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {**found, "cost": None, "egress": None, "parts": [{**one, "cost": None} for one in found["parts"]]}


def _candidate(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **found,
        "cost": None,
        "points": [],
        "failed": _rules(found["failed"]),
        "unknown": _rules(found["unknown"]),
        "said": said_without(found["said"]),
    }


def _rules(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "values": _rule(one["values"])} for one in found]


def _rule(values: Mapping[str, Any]) -> dict[str, Any]:
    inner = values.get("values")
    if isinstance(inner, Mapping) and _AMOUNTS & set(inner):
        title, title_zh = values.get("title", ""), values.get("title_zh", "")
        return {**values, "values": _values(inner), "message": title, "message_zh": title_zh or title}
    return _values(values)


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if name in _AMOUNTS else value for name, value in values.items()}
