"""Planning in a lab: callers with rights, plans made and applied without HTTP, and a second person."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update

from mcm.auth import grants
from mcm.auth.service import Caller
from mcm.models import Operation, Plan, PlanItem, RelationRow, ResourceRow
from mcm.plans import applying, approval, presenting, service, standing
from mcm.plans.schemas import PlanCreate, PlanDetail
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import user
from tests.rooms.operations.acting import Acts


@dataclass
class Desk:
    """`anna` operates, `bob` approves; both are users of this mcm."""

    lab: Lab
    acts: Acts
    anna: Caller
    bob: Caller

    def machines(self, number: int, state: str = "running") -> list[ResourceRow]:
        found = self.lab.resources("instance", state=state, presence="present", task_state=None)
        assert len(found) >= number
        return found[:number]

    def volume(self) -> ResourceRow:
        """One that is attached to nothing, as far as mcm knows."""
        row = self.lab.resources("volume", presence="present")[0]
        self.change(row, state="available")
        with self.lab.runtime.database.writing() as session:
            session.execute(delete(RelationRow).where(RelationRow.source_id == row.id))
        return self.lab.by_native_id(row.native_id)

    def plan(self, action: str, rows: list[ResourceRow] | str, caller: Caller | None = None, **params: Any) -> str:
        about: dict[str, Any] = {"filter": rows} if isinstance(rows, str) else {"resources": [row.id for row in rows]}
        wanted = PlanCreate.model_validate({"action": action, "params": params, **about})
        runtime = self.lab.runtime
        with runtime.database.writing() as session:
            return service.create(session, runtime.registry, runtime.settings, caller or self.anna, wanted).id

    def approve(self, plan_id: str, caller: Caller | None = None, given: str | None = None) -> None:
        runtime = self.lab.runtime
        said = given or self.row(plan_id).hash
        with runtime.database.writing() as session:
            approval.approve(session, caller or self.bob, runtime.settings, plan_id, said)

    def begin(self, plan_id: str, caller: Caller | None = None) -> None:
        with self.lab.runtime.database.writing() as session:
            applying.begin(session, caller or self.anna, plan_id)

    def apply(self, plan_id: str, caller: Caller | None = None) -> PlanDetail:
        self.begin(plan_id, caller)
        applying.run(self.lab.runtime)
        return self.shown(plan_id)

    def row(self, plan_id: str) -> Plan:
        with self.lab.runtime.database.reading() as session:
            return standing.get(session, plan_id)

    def shown(self, plan_id: str) -> PlanDetail:
        with self.lab.runtime.database.reading() as session:
            return presenting.detail(session, standing.get(session, plan_id), costs=True)

    def change(self, row: ResourceRow, **values: Any) -> None:
        with self.lab.runtime.database.writing() as session:
            session.execute(update(ResourceRow).where(ResourceRow.id == row.id).values(**values))

    def operations(self) -> int:
        return self.lab.count("operation")

    def end(self, status: str, *ids: str) -> None:
        """What became of operations, as if the cloud had said so."""
        with self.lab.runtime.database.writing() as session:
            chosen = update(Operation).where(Operation.id.in_(ids)) if ids else update(Operation)
            session.execute(chosen.values(status=status, holds=None, next_at=None))

    def items(self, plan_id: str) -> list[PlanItem]:
        with self.lab.runtime.database.reading() as session:
            return list(session.query(PlanItem).where(PlanItem.plan_id == plan_id))


def person(lab: Lab, name: str, *roles: str) -> Caller:
    ident = user(lab, name, *roles)
    with lab.runtime.database.reading() as session:
        return Caller(ident, "ten_default", name, "test", "rq_test", grants=grants.load(session, ident))


def read(lab: Lab) -> None:
    lab.account(action_ms="0", instances=80)
    lab.sync()


def make(lab: Lab) -> Desk:
    """In a lab that was read."""
    lab.runtime.operations.wake = lambda: None  # type: ignore[method-assign]
    return Desk(lab, Acts(lab), person(lab, "anna", "operator"), person(lab, "bob", "approver"))


LOCAL = CALLER
