"""What a plan relies on: of each target what matters, its digest, the hash over all, and what has changed since."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy.orm import Session

from mcm.contract.actions import Action
from mcm.models import PlanItem, ResourceRow
from mcm.plans import repository

# Not the whole content: a new address or a counter that moved must not spoil a plan.
_COLUMNS = ("name", "state", "presence", "managed", "data_class", "tenant_id", "account_id", "project", "region")
_OWN_DOING = {"state", "presence", "attached"}
_WHOSE = {"tenant_id", "account_id", "project"}


def seen(session: Session, action: Action, rows: Sequence[ResourceRow]) -> dict[str, dict[str, Any]]:
    """By resource id. What destroys also relies on what is attached: nobody agreed to lose more than they saw."""
    attached = repository.attached(session, [row.id for row in rows]) if action.destructive else {}
    return {
        row.id: {name: getattr(row, name) for name in _COLUMNS}
        | ({"attached": attached.get(row.id, [])} if action.destructive else {})
        for row in rows
    }


def digest(found: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(found, option=orjson.OPT_SORT_KEYS)).hexdigest()


def plan_hash(action: str, params: Mapping[str, Any], targets: Iterable[tuple[str, str]]) -> str:
    """targets: (resource id, digest of what was seen)."""
    whole = {"action": action, "params": params, "targets": sorted(targets)}
    return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def outgrown(session: Session, action: Action, item: PlanItem) -> list[str]:
    """What about a target is not what was agreed to, once its operation has been at work on it: what the operation
    itself may have changed (its state, whether it is there, what was taken off it) does not count."""
    rows = repository.rows(session, [item.resource_id])
    found = seen(session, action, list(rows.values())).get(item.resource_id, {})
    changed = [name for name in found if name not in _OWN_DOING and found[name] != item.seen.get(name)]
    if set(found.get("attached", ())) - set(item.seen.get("attached", ())):
        changed.append("attached")
    return sorted(changed)


def drift(session: Session, action: Action, items: Sequence[PlanItem]) -> list[dict[str, Any]]:
    """The items that are not what they were: {resource_id, name, changed, before, after}."""
    rows = repository.rows(session, [item.resource_id for item in items])
    now = seen(session, action, list(rows.values()))
    changed = []
    for item in items:
        found = now.get(item.resource_id)
        if found is not None and digest(found) == item.version:
            continue
        names = ["gone"] if found is None else sorted(name for name in found if found[name] != item.seen.get(name))
        # Whoever has the plan need not be allowed to know whose it is now.
        told = [] if found is None or _WHOSE & set(names) else [name for name in names if name != "attached"]
        changed.append(
            {
                "resource_id": item.resource_id,
                "name": item.name,
                "changed": names or ["version"],
                "before": {name: item.seen.get(name) for name in told},
                "after": {name: found[name] for name in told} if found is not None else {},
            }
        )
    return changed
