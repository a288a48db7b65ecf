"""Asking for an optimization in a lab, and what it came to."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from mcm.models import ResourceRow
from mcm.optimizer import runner, service
from mcm.optimizer.schemas import Applied, ApplyRequest, OptimizationCreate, OptimizationDetail, OptimizationRowItem
from mcm.workloads import service as workloads
from tests.lab import CALLER, Lab
from tests.rooms.placement.estate import document


@dataclass
class Desk:
    lab: Lab

    def ask(self, **wanted: Any) -> str:
        with self.lab.runtime.database.writing() as session:
            body = OptimizationCreate.model_validate({"time_limit_s": 10} | wanted)
            return service.create(session, self.lab.runtime.settings, CALLER, body).id

    def run(self, **wanted: Any) -> tuple[OptimizationDetail, list[OptimizationRowItem]]:
        made = self.ask(**wanted)
        assert runner.run_next(self.lab.runtime)
        return self.shown(made), self.rows(made)

    def shown(self, optimization_id: str) -> OptimizationDetail:
        with self.lab.runtime.database.reading() as session:
            return service.detail(service.get(session, optimization_id), CALLER)

    def rows(self, optimization_id: str) -> list[OptimizationRowItem]:
        with self.lab.runtime.database.reading() as session:
            return service.rows(session, CALLER, optimization_id, kind=None, limit=1000, cursor=None).items

    def apply(self, optimization_id: str, *, dry_run: bool = False, rows: tuple[int, ...] = ()) -> Applied:
        runtime = self.lab.runtime
        with runtime.database.writing() as session:
            return service.apply(
                session, runtime.registry, runtime.settings, CALLER, optimization_id, ApplyRequest(rows=list(rows)),
                dry_run=dry_run,
            )  # fmt: skip

    def classify(self, data_class: str) -> None:
        with self.lab.runtime.database.writing() as session:
            session.execute(update(ResourceRow).where(ResourceRow.kind == "instance").values(data_class=data_class))

    def workload(self, **fields: Any) -> None:
        with self.lab.runtime.database.writing() as session:
            workloads.apply(session, CALLER, document(**fields))

    def change(self, row: ResourceRow, **attributes: Any) -> None:
        with self.lab.runtime.database.writing() as session:
            found = session.get_one(ResourceRow, row.id)
            found.attributes = {**found.attributes, **attributes}

    def stop(self, row: ResourceRow) -> None:
        with self.lab.runtime.database.writing() as session:
            session.get_one(ResourceRow, row.id).state = "stopped"
