"""Requests that the routes of moves accept."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from mcm.models import Move
from mcm.moves import service
from mcm.moves.schemas import MoveCreate
from tests.architecture.calls import Call
from tests.lab import CALLER, Lab


def _asked(lab: Lab) -> dict[str, Any]:
    lab.account("other", instances=1, regions="1")
    lab.sync("other", kinds=("instance", "flavor", "network"))
    other = lab.scope("instance", name="other").account_id
    network = next(one for one in lab.resources("network", account_id=other) if not one.attributes.get("external"))
    flavor = max(lab.resources("flavor", account_id=other), key=lambda one: one.attributes["vcpus"])
    stopped = lab.resources(state="stopped", task_state=None)
    source = next(one for one in stopped if one.account_id != other)
    params = {"flavor": flavor.native_id, "networks": [network.native_id]}
    return {"resource": source.id, "account": "other", "params": params, "leave_volumes": True}


def _made(lab: Lab, status: str = "queued") -> str:
    body = MoveCreate.model_validate(_asked(lab))
    with lab.runtime.database.writing() as session:
        made = service.create(session, lab.runtime, CALLER, body).id
        if status != "queued":
            ended = update(Move).where(Move.id == made)
            session.execute(ended.values(status=status, holds=None, next_at=None, finished_at=Move.created_at))
    return f"/moves/{made}"


def _create(lab: Lab) -> Call:
    return Call("/moves", ["move.create"], _asked(lab))


def _cancel(lab: Lab) -> Call:
    return Call(f"{_made(lab)}/cancel", ["move.cancel"])


def _retry(lab: Lab) -> Call:
    return Call(f"{_made(lab, 'failed')}/retry", ["move.retry"])


CALLS: dict[tuple[str, str], Callable[[Lab], Call]] = {
    ("POST", "/api/v1/moves"): _create,
    ("POST", "/api/v1/moves/{move_id}/cancel"): _cancel,
    ("POST", "/api/v1/moves/{move_id}/retry"): _retry,
}
