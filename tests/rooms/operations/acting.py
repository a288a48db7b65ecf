"""Asking for actions in a lab, one turn at a time: tests decide when what happens, and nothing waits."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from mcm.auth.service import EVERYTHING, Caller, View, limit
from mcm.kit import clock
from mcm.models import Operation, OperationLog, ResourceRow
from mcm.operations import repository, service
from mcm.operations.acting import take_turn
from mcm.operations.schemas import OperationCreate
from mcm.operations.turn import Work
from mcm.sync.tools import Tools
from mcm_providers.simulated.adapter import SimulatedProvider
from tests.lab import CALLER, Lab

ENDED = ("succeeded", "failed", "cancelled", "in_doubt")


class Killed(BaseException):
    """As sudden as a signal: nothing in mcm catches it."""


@dataclass
class Acts:
    lab: Lab

    def one(self, state: str = "running", kind: str = "instance", **columns: Any) -> ResourceRow:
        return self.lab.resources(kind, state=state, presence="present", **columns)[0]

    def ask(
        self,
        action: str,
        row: ResourceRow | None = None,
        caller: Caller = CALLER,
        _seen: View | None = None,
        **params: Any,
    ) -> str:
        """Asks for it; returns the operation's id. Without a row: in the lab's first region. _seen: a limited view."""
        where = {"resource": row.id} if row is not None else {"account": "lab", "region": self.region}
        asked = OperationCreate.model_validate({"action": action, "params": params, **where})
        runtime = self.lab.runtime
        with runtime.database.writing() as session:
            limit(session, _seen or EVERYTHING)
            found = service.wanted(session, runtime.registry, caller, asked)
            return service.create(session, runtime.vault, caller, found).id

    @property
    def region(self) -> str:
        return self.lab.resources("instance")[0].region

    def turn(self, operation_id: str) -> Operation:
        """One turn, whenever it is due."""
        runtime = self.lab.runtime
        with runtime.database.writing() as session:
            due = update(Operation).where(Operation.id == operation_id, Operation.next_at.is_not(None))
            session.execute(due.values(next_at=clock.now() - timedelta(seconds=1)))
        take_turn(
            Tools(runtime.settings, runtime.database, runtime.registry, runtime.gateway), runtime.vault, operation_id
        )
        return self.row(operation_id)

    def die(self, operation_id: str, call: str, instead: Callable[..., Any]) -> None:
        """A turn in which the process dies in that call of the adapter; `instead` raises Killed."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SimulatedProvider, call, instead)
            # Who is dead lets go of nothing.
            patch.setattr(Work, "let_go", lambda _: None)
            with pytest.raises(Killed):
                self.turn(operation_id)

    def run(self, operation_id: str, turns: int = 20) -> Operation:
        """Turns until it has ended. Raises AssertionError when it has not after so many."""
        for _ in range(turns):
            row = self.turn(operation_id)
            if row.status in ENDED:
                return row
        raise AssertionError(f"still {row.status} after {turns} turns: {self.told(operation_id)}")

    def row(self, operation_id: str) -> Operation:
        with self.lab.runtime.database.reading() as session:
            found = repository.find(session, operation_id)
            assert found is not None
            return found

    def told(self, operation_id: str) -> list[str]:
        with self.lab.runtime.database.reading() as session:
            lines: list[OperationLog] = list(repository.log(session, operation_id))
            return [line.code for line in lines]

    def effects(self, operation_id: str) -> Counter[str]:
        """What the cloud did for this operation, by what it was."""
        token = self.row(operation_id).token
        return Counter(what for mark, _, _, what in self.lab.world().effects if mark == token)

    def arm(self, fault: str) -> None:
        self.lab.world().faults.arm(fault)

    def disarm(self) -> None:
        self.lab.world().faults.disarm()


def read(lab: Lab) -> None:
    """What is prepared for them: one account, read whole."""
    lab.account(action_ms="0")
    lab.sync()


class Later:
    """Moves the clock of mcm ahead, for what needs time to pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real, self.ahead = clock.now, timedelta(0)
        monkeypatch.setattr(clock, "now", lambda: self._real() + self.ahead)

    def move(self, **ahead: float) -> None:
        self.ahead += timedelta(**ahead)
