"""Differences between the versions of a resource, field by field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mcm.inventory.estate import Estate
from mcm.inventory.schemas import FieldChange

_PLAIN = (
    *("name", "region", "zone", "project", "project_name", "state", "native_state", "task_state", "presence"),
    *("missing_since", "gone_at", "locator", "created_at", "native_kind"),
)


def changes(older: Mapping[str, Any], newer: Mapping[str, Any], estate: Estate) -> list[FieldChange]:
    """Tags and attributes by key, relations by type and kind; ordered by field, the envelope first."""
    found = [
        FieldChange(field=name, before=_shown(older[name]), after=_shown(newer[name]))
        for name in _PLAIN
        if older[name] != newer[name]
    ]
    if older["account_id"] != newer["account_id"]:
        names = [_account(row["account_id"], estate) for row in (older, newer)]
        found.append(FieldChange(field="account", before=names[0], after=names[1]))
    for prefix in ("tags", "attributes"):
        found += _by_key(prefix, older[prefix] or {}, newer[prefix] or {})
    return found + _by_key("relations", _grouped(older["relations"]), _grouped(newer["relations"]))


def _account(account_id: str, estate: Estate) -> str | None:
    """The name; the id of one that was removed, unless it may be one that whoever asks must not know of."""
    return estate.account_name(account_id) or (None if estate.limited else account_id)


def _by_key(prefix: str, older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[FieldChange]:
    return [
        FieldChange(field=f"{prefix}.{key}", before=older.get(key), after=newer.get(key))
        for key in sorted({*older, *newer})
        if older.get(key) != newer.get(key)
    ]


def _grouped(relations: list[list[str]] | None) -> dict[str, list[str]]:
    """`type.kind` → native ids; a relation is stored as [type, kind, native id, native scope]."""
    groups: dict[str, list[str]] = {}
    for relation in relations or ():
        groups.setdefault(f"{relation[0]}.{relation[1]}", []).append(relation[2])
    return {name: sorted(targets) for name, targets in groups.items()}


def _shown(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
