"""Rows → resources as the API, the command line and exports show them; and which of their fields can be columns."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mcm.contract.errors import clean_text
from mcm.filters import FIELDS, Source
from mcm.filters.checking import find_field
from mcm.filters.errors import closest
from mcm.inventory.errors import InvalidColumn
from mcm.inventory.estate import Estate
from mcm.inventory.query import AnyRow
from mcm.inventory.schemas import ResourceItem

MAX_COLUMNS = 100
INSTANCE_FIELDS = ("vcpus", "memory_mib", "private_ips", "public_ips", "flavor", "image", "host")
ITEM_FIELDS = tuple(name for name in ResourceItem.model_fields if name not in INSTANCE_FIELDS)
_AS_STORED = (
    *("id", "account_id", "provider", "kind", "native_id", "native_kind", "name", "region", "zone", "project"),
    *("project_name", "state", "native_state", "task_state", "tags", "labels", "owner", "data_class", "managed"),
    *("created_at", "first_seen", "missing_since", "gone_at", "attributes", "version"),
)

Item = dict[str, Any]
Column = tuple[str, Callable[[Item], Any]]


def item(row: AnyRow, estate: Estate) -> Item:
    """One resource with everything a list shows."""
    stored: Any = row._mapping
    made: Item = {name: stored[name] for name in _AS_STORED}
    account = estate.accounts.get(made["account_id"])
    if account is None and estate.limited:
        # Of somebody else, through whom it was read once.
        made["account_id"] = None
    scope_id = stored["scope_id"]
    presence = estate.presence(stored["presence"], scope_id)
    made["account"] = account.name if account else None
    made["ownership"] = account.ownership if account else None
    made["presence"] = presence
    made["stale_reason"] = estate.stale_reason(scope_id) if presence in ("stale", "unreachable") else None
    made["as_of"] = estate.as_of(scope_id)
    made["last_changed"] = stored["valid_from"]
    if made["kind"] == "instance":
        attributes = made["attributes"]
        for name in INSTANCE_FIELDS:
            made[name] = attributes.get(name)
    return made


def parse_columns(text: str | None) -> list[Column] | None:
    """None: everything. Names of an item's fields, attributes, `tags.KEY` and `labels.KEY`. Raises InvalidColumn."""
    if text is None or not text.strip():
        return None
    names = list(dict.fromkeys(part.strip() for part in text.split(",")))
    if len(names) > MAX_COLUMNS:
        raise InvalidColumn(f"more than {MAX_COLUMNS} columns")
    return [_column(name) for name in names]


def columns_named(names: Iterable[str]) -> list[Column]:
    return [_column(name) for name in names]


def picked(made: Item, columns: Sequence[Column] | None) -> Item:
    """The named columns, and always the id."""
    if columns is None:
        return made
    return {"id": made["id"]} | {name: read(made) for name, read in columns}


def _column(name: str) -> Column:
    if name in ITEM_FIELDS:
        return name, lambda made: made[name]
    found = find_field(name) if len(name) <= 300 else None
    if found is not None:
        field, key = found
        if field.source is Source.MAP and key:
            inside = field.column if field.column in ("tags", "labels") else None
            if inside is not None:
                return name, lambda made: made[inside].get(key)
            return name, lambda made: (made["attributes"].get(field.column) or {}).get(key)
        if field.source in (Source.ATTRIBUTE, Source.MAP) and not field.member:
            return name, lambda made: made["attributes"].get(field.column)
    near = closest(name, [*ITEM_FIELDS, *(field.name for field in FIELDS.values() if not field.member)])
    raise InvalidColumn(
        f"there is no column '{clean_text(name[:60])}'",
        next_step=f'did you mean "{near}"?' if near else "use fields of resources, attributes, tags.KEY or labels.KEY",
    )
