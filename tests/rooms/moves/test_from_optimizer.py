"""What an optimization would move to another cloud, once somebody applies it."""

from typing import Any

from mcm.contract import ResourceKind
from mcm.models import OptimizationRow
from mcm.optimizer import moving, service
from mcm.optimizer.schemas import Applied, ApplyRequest, OptimizationCreate
from tests.lab import CALLER
from tests.rooms.moves.desk import Desk


def _found(desk: Desk, *ids: str) -> str:
    region = desk.lab.scope("instance", name="there").region
    with desk.lab.runtime.database.writing() as session:
        row = service.create(session, desk.lab.runtime.settings, CALLER, OptimizationCreate())
        row.status = "done"
        for number, ident in enumerate(ids):
            data: dict[str, Any] = {"how": "person", "target": {"location": f"there/{region}", "host": None}}
            session.add(
                OptimizationRow(optimization_id=row.id, number=number, kind="move", resource_id=ident, data=data)
            )
        return row.id


def _apply(desk: Desk, optimization: str, *, dry_run: bool = False, **wanted: Any) -> Applied:
    with desk.lab.runtime.database.writing() as session:
        body = ApplyRequest.model_validate(wanted)
        return moving.apply(session, desk.lab.runtime, CALLER, optimization, body, dry_run=dry_run)


def test_what_mcm_can_move_becomes_a_move_and_the_rest_stays_with_people(desk: Desk) -> None:
    source = desk.source()
    other = next(one for one in desk.lab.resources(account_id=desk.id("here"), state="running") if one.id != source.id)
    region = source.region
    volume = {"id": "11111111-0000-4000-8000-000000000001", "name": "data", "size_gib": 5, "status": "in-use"}
    volume |= {"attachments": [{"instance": other.native_id}], "bootable": False, "encrypted": True}
    desk.lab.world("here").add(ResourceKind.VOLUME, region, volume)
    desk.lab.sync("here", kinds=("volume",))
    optimization = _found(desk, source.id, other.id)

    for wanted in ({}, {"moves": "stop"}):
        shown = _apply(desk, optimization, dry_run=bool(wanted), **wanted)
        assert [(one.row, one.possible, one.move_id) for one in shown.moves] == [(0, True, None), (1, False, None)]
        assert [one.code for one in shown.moves[1].against] == ["has_volumes"]
        assert (shown.person, desk.lab.count("move")) == (2, 0)

    made = _apply(desk, optimization, moves="stop")
    move = made.moves[0].move_id
    assert move is not None
    assert (made.person, made.moves[1].move_id) == (1, None)
    assert desk.row(move).wanted["stop"] is True
    # Applied once more it begins nothing a second time.
    again = _apply(desk, optimization, moves="stop")
    assert ([one.row for one in again.moves], again.person, desk.lab.count("move")) == ([1], 1, 1)
    assert desk.until(move).status == "succeeded"
