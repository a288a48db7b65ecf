"""Moves as the HTTP API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcm.models import Move, MoveStep
from mcm.moves import noting
from mcm.moves.disks import disk_of
from mcm.moves.planning import afterwards
from mcm.moves.schemas import MoveDetail, MoveItem, MoveStepItem
from mcm.moves.telling import current
from mcm.moves.texts import step_told

# Of what is known of the image, what is for people; the rest are handles.
_SHOWN = ("source_format", "format", "source_bytes", "checksum", "min_disk_gib", "properties", "uploaded", "verified")


def item(row: Move, steps: Sequence[MoveStep]) -> MoveItem:
    return MoveItem.model_validate(_shown(row, steps))


def detail(row: Move, steps: Sequence[MoveStep]) -> MoveDetail:
    image = _image(row.facts)
    volumes = [
        {"number": number, "name": one["name"], **_image(row.facts.get("disks", {}).get(number, {}))}
        for number, one in row.wanted.get("disks", {}).items()
    ]
    image |= {"volumes": volumes} if volumes else {}
    back = (row.ends_as or row.status) in ("failed", "cancelled")
    found = {
        "params": row.params, "steps": [_step(row, one) for one in steps], "image": image,
        "person": [] if back else afterwards(row.resource_name, row.wanted),
    }  # fmt: skip
    return MoveDetail.model_validate(_shown(row, steps) | found)


def _image(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in _SHOWN if name in facts}


def _shown(row: Move, steps: Sequence[MoveStep]) -> dict[str, Any]:
    same = (
        "id", "status", "resource_id", "resource_name", "region", "target_region", "made_id", "attempt", "error_code",
        "error_message", "next_step", "requested_by", "created_at", "started_at", "finished_at", "version",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "step": current(steps), "account": row.account_name, "target_account": row.target_account_name,
        "stop": row.wanted["stop"], "retire": row.wanted["retire"], "cancel_requested": row.cancel_at is not None,
    }  # fmt: skip


def _step(row: Move, step: MoveStep) -> MoveStepItem:
    text, disk = step_told(step.name, row.wanted), disk_of(step.name)
    volume = row.wanted["disks"][disk]["name"] if disk else None
    same = (
        "number", "name", "status", "operation_id", "undo_operation_id", "done_bytes", "total_bytes", "started_at",
        "finished_at",
    )  # fmt: skip
    note, note_zh = noting.shown(step)
    found = {name: getattr(step, name) for name in same}
    return MoveStepItem(text=text.text, text_zh=text.text_zh, note=note, note_zh=note_zh, volume=volume, **found)
