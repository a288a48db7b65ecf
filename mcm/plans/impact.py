"""The blast radius of a plan: what hangs on its targets, what data is in it, and what of it is protected."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from mcm.models import ResourceRow
from mcm.plans import repository

_SHOWN = 200
NO_PRICES = ("no prices yet: what it costs or saves is not known", "尚无价格数据，无法得知费用变化")


def impact(session: Session, targets: Sequence[ResourceRow], left: Sequence[ResourceRow]) -> dict[str, Any]:
    """Of what the session may see. `left`: what the plan leaves alone, for the protected among it."""
    ids = [row.id for row in targets]
    mine = set(ids)
    found = {(of, row.id): (of, row, how) for of, row, how in repository.hanging(session, ids, backwards=False)}
    ports = {row.id: of for of, row, _ in found.values() if row.kind == "port"}
    # An address may hang on the machine's port and not on the machine.
    for port, row, how in repository.hanging(session, list(ports), backwards=False):
        if row.kind == "public_ip":
            found.setdefault((ports[port], row.id), (ports[port], row, how))
    for of, row, how in repository.hanging(session, ids, backwards=True):
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
        "money": None,
        "money_note": NO_PRICES[0],
        "money_note_zh": NO_PRICES[1],
    }


def _classes(rows: Sequence[ResourceRow]) -> dict[str, int]:
    return dict(Counter(row.data_class or "unknown" for row in rows))
