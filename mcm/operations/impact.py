"""The blast radius of an action: what hangs on its targets, what data is in it, what is protected, what it costs."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mcm.auth.service import view_of
from mcm.models import RelationRow, ResourceRow
from mcm.operations import bill
from mcm.tenancy import sight

_SHOWN = 200
_CHUNK = 500


def impact(session: Session, targets: Sequence[ResourceRow], left: Sequence[ResourceRow]) -> dict[str, Any]:
    """Of what the session may see. `left`: what a plan leaves alone, for the protected among it."""
    ids = [row.id for row in targets]
    mine = set(ids)
    found = {(of, row.id): (of, row, how) for of, row, how in _hanging(session, ids, backwards=False)}
    ports = {row.id: of for of, row, _ in found.values() if row.kind == "port"}
    # An address may hang on the machine's port and not on the machine.
    for port, row, how in _hanging(session, list(ports), backwards=False):
        if row.kind == "public_ip":
            found.setdefault((ports[port], row.id), (ports[port], row, how))
    for of, row, how in _hanging(session, ids, backwards=True):
        found.setdefault((of, row.id), (of, row, how))
    others = {row.id: (of, row, how) for of, row, how in found.values() if row.id not in mine}
    dependants = [row for _, row, _ in others.values()]
    return {
        "targets": len(targets),
        "left": len(left),
        "dependants": len(others),
        "by_kind": dict(Counter(row.kind for row in dependants)),
        "data_class": _classes(targets),
        "dependants_data_class": _classes(dependants),
        "protected": {
            "left": sum(row.managed == "protected" for row in left),
            "dependants": sum(row.managed == "protected" for row in dependants),
        },
        "listed": [
            {
                "of": of,
                "id": row.id,
                "kind": row.kind,
                "name": row.name,
                "state": row.state,
                "relation": how,
                "data_class": row.data_class,
                "protected": row.managed == "protected",
            }
            for of, row, how in list(others.values())[:_SHOWN]
        ],
    } | bill.monthly(session, targets, {of for of, row, _ in found.values() if row.kind == "volume"})


def visible(session: Session, stored: dict[str, Any], *, costs: bool) -> dict[str, Any]:
    """What was found in the view of whoever made the plan, without what the reader's does not hold. costs: whether
    the reader may know what things cost."""
    if not costs:
        stored = bill.hidden(stored)
    listed = stored["listed"]
    ids = [each["id"] for each in listed]
    seen = set(session.scalars(select(ResourceRow.id).where(ResourceRow.id.in_(ids), *sight.resources_of(session))))
    if view_of(session).everything or len(seen) == len(listed) == stored["dependants"]:
        return stored
    kept = [each for each in listed if each["id"] in seen]
    return stored | {
        "dependants": len(kept),
        "by_kind": dict(Counter(each["kind"] for each in kept)),
        "dependants_data_class": dict(Counter(each["data_class"] or "unknown" for each in kept)),
        "protected": stored["protected"] | {"dependants": sum(each["protected"] for each in kept)},
        "listed": kept,
    }


def _classes(rows: Sequence[ResourceRow]) -> dict[str, int]:
    return dict(Counter(row.data_class or "unknown" for row in rows))


def _hanging(session: Session, ids: Sequence[str], *, backwards: bool) -> list[tuple[str, ResourceRow, str]]:
    """(of which, what hangs on it, how) of what the session may see. backwards: what these are attached to."""
    mine, other = (
        (RelationRow.source_id, RelationRow.target_id) if backwards else (RelationRow.target_id, RelationRow.source_id)
    )
    found: list[tuple[str, ResourceRow, str]] = []
    for start in range(0, len(ids), _CHUNK):
        query = (
            select(mine, ResourceRow, RelationRow.type)
            .join(ResourceRow, ResourceRow.id == other)
            .where(mine.in_(ids[start : start + _CHUNK]), ResourceRow.presence != "gone")
            .where(*sight.resources_of(session))
        )
        if backwards:
            query = query.where(RelationRow.type == "attached_to")
        found += [
            (row[0], row[1], row[2]) for row in session.execute(query.order_by(ResourceRow.kind, ResourceRow.name))
        ]
    return found
