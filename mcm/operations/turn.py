"""One turn of one operation: its claim, its row while the turn lasts, and how what is found out is written down.

Whoever dies in between leaves a row that says how far it got; the next turn looks before it sends anything again.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mcm.accounts.access import access_of, with_secrets
from mcm.contract import ProviderError
from mcm.contract.actions import Params
from mcm.errors import McmError
from mcm.gateway import AccountAccess
from mcm.kit import clock, process
from mcm.models import Operation
from mcm.operations import machine, recording, repository
from mcm.operations.errors import AccountGone
from mcm.operations.machine import Note
from mcm.operations.orders import params_of
from mcm.operations.pace import Pace
from mcm.sync.tools import Tools
from mcm.vault import Vault

LEASE_S = 150.0
# What is left of a lease must outlast the longest turn.
_LEFT = timedelta(seconds=75)
Move = Callable[[Operation, datetime], Note | None]
log = logging.getLogger(__name__)


class TurnLost(Exception):
    """Somebody else has taken the operation over; what this turn found out is theirs to find out again."""


@dataclass
class Work:
    """One claimed operation. row: detached, as it was written last but for the time of its next look. told: the
    turn's error is recorded already. keeps: what is looked at again this soon stays in hand until then."""

    tools: Tools
    row: Operation
    turn: int
    keeps: timedelta
    pace: Pace
    told: bool = False
    access: AccountAccess = field(init=False)
    params: Params = field(init=False)
    _later: list[Move] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """The next request or look may be made at once."""
        row = self.row
        return row.lease_owner is not None and row.next_at is not None and row.next_at <= clock.now()

    @property
    def waits(self) -> bool:
        """It is held until the next look, and long enough for that one."""
        row = self.row
        if not self.keeps or row.lease_until is None or row.next_at is None or not self._keeps(row, clock.now()):
            return False
        return row.next_at + _LEFT < row.lease_until

    @property
    def expected_s(self) -> float | None:
        """From sending the current step to its end."""
        return self.pace.expected(*self._place)

    def took(self) -> None:
        """The current step was just seen as done."""
        seconds = machine.waited_s(self.row.steps[self.row.step], clock.now())
        self.pace.took(*self._place, seconds)

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.row.account_id, self.row.action, self.row.steps[self.row.step]["name"]

    def _keeps(self, row: Operation, now: datetime) -> bool:
        """Only what the cloud works on: nobody can take that back, so nobody waits for the row."""
        return row.status in ("sent", "observed") and row.next_at is not None and row.next_at <= now + self.keeps

    @contextmanager
    def locked(self, *, durable: bool = True) -> Iterator[tuple[Session, Operation, datetime]]:
        """The row in a transaction, as long as this turn is the newest. Raises TurnLost."""
        with self.tools.database.writing(durable=durable) as session:
            row = repository.held(session, self.row.id, self.turn)
            if row is None:
                raise TurnLost
            now = clock.now()
            for move in self._later:
                recording.note(session, row, move(row, now), now)
            yield session, row, now
            if row.next_at is None or (row.next_at > now and not self._keeps(row, now)):
                # Nobody needs to hold it while it waits.
                row.lease_owner = row.lease_until = None
            session.flush()
            session.expunge(row)
        self.row = row
        self._later.clear()

    def record(self, move: Move, *, durable: bool = True) -> None:
        if self.keeps and not self._later and self._only_waits(move):
            return
        with self.locked(durable=durable) as (session, row, now):
            recording.note(session, row, move(row, now), now)

    def record_with_next(self, move: Move) -> None:
        """For what costs nothing if the process dies before: it is written with what is found out next, at once."""
        move(self.row, clock.now())
        self._later.append(move)

    def _only_waits(self, move: Move) -> bool:
        """Nothing new but when to look again, soon: who comes after this one looks at once anyway."""
        names = self.row.__mapper__.column_attrs.keys()
        after, now = Operation(**{name: getattr(self.row, name) for name in names}), clock.now()
        if move(after, now) is not None or not self._keeps(after, now):
            return False
        if any(getattr(after, name) != getattr(self.row, name) for name in names if name != "next_at"):
            return False
        self.row.next_at = after.next_at
        return True

    def let_go(self) -> None:
        """The turn is over, however it ended."""
        if self.row.lease_owner is not None:
            with self.locked(durable=False) as (_, row, now):
                row.next_at = row.next_at if row.next_at is None else max(row.next_at, now)
                row.lease_owner = row.lease_until = None


def claim(tools: Tools, vault: Vault, operation_id: str, keeps_s: float = 0.0, pace: Pace | None = None) -> Work | None:
    """None: another has it, it has ended, or nothing could be begun and that was recorded."""
    now = clock.now()
    with tools.database.writing(durable=False) as session:
        row = repository.claim(session, operation_id, process.owner(), now, LEASE_S)
        if row is None:
            return None
        if row.cancel_at is not None and row.sent_at is None:
            recording.note(session, row, machine.cancel(row, now), now)
            return None
        account, sealed = with_secrets(session, row.account_id)
        session.expunge_all()
    work = Work(tools, row, row.turn, timedelta(seconds=keeps_s), pace or Pace())
    # With no transaction open: the master key may be on a server.
    try:
        if account is None:
            raise AccountGone("its account was removed before the cloud could be asked")
        work.access = access_of(account, sealed, vault, tools.registry)
        work.params = params_of(row, vault)
    except (ProviderError, McmError) as error:
        _not_begun(work, error)
        return None
    return work


def _not_begun(work: Work, error: ProviderError | McmError) -> None:
    why = f"the cloud cannot be asked any more: {error.message}"
    with suppress(TurnLost):
        if work.row.sent_at is not None:
            work.record(lambda row, now: machine.doubt(row, why, now), durable=False)
        else:
            work.record(lambda row, now: machine.fail(row, error, now), durable=False)
        work.let_go()
