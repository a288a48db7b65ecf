"""One turn of one operation: its claim, its row while the turn lasts, and how what is found out is written down.

Whoever dies in between leaves a row that says how far it got; the next turn looks before it sends anything again.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mcm.accounts.access import account_access, opened, stored
from mcm.contract import ProviderError
from mcm.contract.actions import Params
from mcm.db import standing
from mcm.errors import McmError
from mcm.gateway import AccountAccess
from mcm.kit import clock, process
from mcm.models import Account, Operation, Secret
from mcm.operations import machine, recording, repository
from mcm.operations.errors import AccountGone
from mcm.operations.machine import Note
from mcm.operations.orders import params_of, place
from mcm.sync.tools import Tools
from mcm.vault import Vault

LEASE_S = 150.0
Move = Callable[[Operation, datetime], Note | None]
log = logging.getLogger(__name__)


class TurnLost(Exception):
    """Somebody else has taken the operation over; what this turn found out is theirs to find out again."""


@dataclass
class Work:
    """One claimed operation. row: detached, as it was written last. told: the turn's error is recorded already."""

    tools: Tools
    row: Operation
    turn: int
    access: AccountAccess
    params: Params
    told: bool = False

    @property
    def goes_on(self) -> bool:
        """The next request or look may be made at once."""
        return self.row.lease_owner is not None and self.row.next_at is not None

    @contextmanager
    def locked(self, *, durable: bool = True) -> Iterator[tuple[Session, Operation, datetime]]:
        """The row in a transaction, as long as this turn is the newest. Raises TurnLost."""
        with self.tools.database.writing(durable=durable) as session:
            row = repository.held(session, self.row.id, self.turn)
            if row is None:
                raise TurnLost
            now = clock.now()
            yield session, row, now
            if row.next_at is None or row.next_at > now:
                # Nobody needs to hold it while it waits.
                row.lease_owner = row.lease_until = None
            session.flush()
            session.expunge(row)
            self.row = row

    def record(self, move: Move, *, durable: bool = True) -> None:
        with self.locked(durable=durable) as (session, row, now):
            recording.note(session, row, move(row, now), now)

    def let_go(self) -> None:
        """The turn is over, however it ended."""
        if self.row.lease_owner is not None:
            with self.locked(durable=False) as (_, row, now):
                row.next_at = row.next_at if row.next_at is None else max(row.next_at, now)
                row.lease_owner = row.lease_until = None


def claim(tools: Tools, vault: Vault, operation_id: str) -> Work | None:
    """None: another has it, it has ended, or nothing could be begun and that was recorded."""
    with tools.database.reading() as session:
        asked = session.get(Operation, operation_id)
        if asked is None or standing.read_only(session):
            return None
        sealed = stored(session, asked.account_id)
    ready, trouble = _opened(vault, asked, sealed)
    now = clock.now()
    with tools.database.writing(durable=False) as session:
        row = repository.claim(session, operation_id, process.owner(), now, LEASE_S)
        if row is None:
            return None
        try:
            if row.cancel_at is not None and row.sent_at is None:
                recording.note(session, row, machine.cancel(row, now), now)
                return None
            account = session.get(Account, row.account_id)
            if account is None:
                raise AccountGone("its account was removed before the cloud could be asked")
            if trouble is not None:
                raise trouble
            access = account_access(session, account, ready, tools.registry)
            params = params_of(row, ready)
        except (ProviderError, McmError) as error:
            began = row.sent_at is not None
            found = machine.doubt(row, f"the cloud cannot be asked any more: {error.message}", now) if began else None
            recording.note(session, row, found if began else machine.fail(row, error, now), now)
            return None
        session.flush()
        turn = row.turn
        session.expunge(row)
    return Work(tools, row, turn, access, params)


def _opened(vault: Vault, asked: Operation, sealed: Sequence[Secret]) -> tuple[Vault, McmError | None]:
    """Before the transaction, in which nobody waits for a key server; what was entered anew since is opened there."""
    try:
        ready = opened(vault, asked.account_id, sealed)
        if asked.sealed is not None:
            ready.open_ahead(asked.sealed, place(asked.id))
    except McmError as error:
        return vault, error
    return ready, None
