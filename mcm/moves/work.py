"""One turn of one move: its claim, its rows while the turn lasts, and how what is found out is written down.

Whoever dies in between leaves rows that say how far it got. What was asked of a cloud stands in the transaction that
asked for it, so the next turn looks at that and asks for nothing twice.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mcm.accounts.access import account_access, opened, stored
from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, limit, view
from mcm.db import standing
from mcm.gateway import AccountAccess
from mcm.kit import clock, process
from mcm.models import Account, Move, MoveStep
from mcm.moves import repository, telling
from mcm.moves.disks import disk_of
from mcm.moves.errors import MoveOwnerGone, StepFailed
from mcm.plans import acting_as

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

LEASE_S = 180.0
# So often a long copy tells how far it is, keeps its lease and looks whether somebody wants its end.
BEAT_S = 5.0


class TurnLost(Exception):
    """Somebody else has taken the move over; what this turn found out is theirs to find out again."""


class Stopped(Exception):
    """Somebody wants the move's end, and the step that is under way can be left."""


@dataclass
class Work:
    """One claimed move. row, steps: detached, as they were written last."""

    runtime: "Runtime"
    row: Move
    steps: list[MoveStep]
    turn: int
    _beaten: float = field(default_factory=time.monotonic)

    @contextmanager
    def locked(self, number: int | None = None) -> Iterator[tuple[Session, Move, MoveStep]]:
        """The rows in a transaction, as long as this turn is the newest; what shows of a change is told. number: of a
        step. Raises TurnLost."""
        with self.runtime.database.writing() as session:
            row = repository.held(session, self.row.id, self.turn)
            if row is None:
                raise TurnLost
            steps = list(repository.steps(session, row.id))
            before = telling.mark(row, steps)
            yield session, row, steps[number if number is not None else 0]
            session.flush()
            if telling.mark(row, steps) != before:
                telling.tell(session, row, steps)
            for one in (row, *steps):
                session.expunge(one)
            self.row, self.steps = row, steps

    def caller(self, session: Session) -> Caller:
        """As whom steps are asked for, now; the session sees what they may act on. Raises MoveOwnerGone."""
        found = acting_as.rebuilt(session, self.row.caller)
        if found is None:
            raise MoveOwnerGone(f"{self.row.requested_by} may not come in any more")
        limit(session, view(found, Permission.OPERATION_RUN))
        return found

    def disk(self, number: int) -> str:
        """Which one a step is about: "" is what the instance starts from, else a key of `wanted["disks"]`."""
        return disk_of(self.steps[number].name)

    def facts(self, disk: str = "") -> dict[str, Any]:
        """What steps about that disk have found out."""
        found: dict[str, Any] = self.row.facts.get("disks", {}).get(disk, {}) if disk else self.row.facts
        return found

    def keep(self, number: int, disk: str | None = None, **facts: Any) -> None:
        """Facts for later steps, of the disk that the step is about unless another is named. None forgets one."""
        which = self.disk(number) if disk is None else disk
        with self.locked(number) as (_, row, _step):
            disks = row.facts.get("disks", {})
            before = disks.get(which, {}) if which else row.facts
            after = {key: value for key, value in {**before, **facts}.items() if value is not None}
            row.facts = {**row.facts, "disks": {**disks, which: after}} if which else after

    def beat(self, number: int, done: int | None = None, total: int | None = None) -> None:
        """From within a copy, as often as one likes. Raises Stopped when somebody wants its end."""
        if time.monotonic() - self._beaten < BEAT_S:
            return
        self._beaten = time.monotonic()
        with self.locked(number) as (_, row, step):
            row.lease_until = clock.now() + timedelta(seconds=LEASE_S)
            step.done_bytes = done if done is not None else step.done_bytes
            step.total_bytes = total if total is not None else step.total_bytes
        if self.row.cancel_at is not None and self.row.status == "running":
            raise Stopped

    def access(self, account_id: str) -> AccountAccess:
        """With no transaction open while secrets are opened: the master key may be on a server."""
        runtime = self.runtime
        with runtime.database.reading() as session:
            sealed = stored(session, account_id)
        vault = opened(runtime.vault, account_id, sealed)
        with runtime.database.reading() as session:
            account = session.get(Account, account_id)
            if account is None:
                raise StepFailed("its account was removed")
            return account_access(session, account, vault, runtime.registry)

    def record(self, number: int, action: str, phase: str = "result", **details: Any) -> None:
        """The trail of what goes to a cloud besides operations."""
        with self.locked(number) as (session, row, _):
            told = {"move": row.id, "attempt": row.attempt, **details}
            caller = acting_as.rebuilt(session, row.caller)
            if caller is not None:
                extra = {"phase": "intent", "outcome": "accepted"} if phase == "intent" else {}
                audit.record(session, caller, action, "move", row.id, details=told, **extra)

    def let_go(self) -> None:
        """The turn is over, however it ended."""
        if self.row.lease_owner is not None:
            with self.locked() as (_, row, _step):
                row.lease_owner = row.lease_until = None


def claim(runtime: "Runtime", move_id: str) -> Work | None:
    """None: another has it, or it has ended."""
    with runtime.database.writing() as session:
        standing.require_confirmed(session)
        row = repository.claim(session, move_id, process.owner(), clock.now(), LEASE_S)
        if row is None:
            return None
        steps = list(repository.steps(session, move_id))
        session.flush()
        turn = row.turn
        for one in (row, *steps):
            session.expunge(one)
    return Work(runtime, row, steps, turn)
