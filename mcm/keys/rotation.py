"""Changes the master key in steps that a kill between any two leaves finishable: whoever runs it again goes on.

1. The database learns the new key's id; then the key itself is put beside the old one (a new version at a key server).
2. One transaction seals every value anew, checks each, and forgets the old key's id: a value that somebody sealed with
   the old key just before, and stores just after, is refused by the database, and sealed again.
3. The old key goes.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from mcm.db.session import Database
from mcm.errors import McmError
from mcm.keys import repository
from mcm.keys.errors import KeyNotAtHand
from mcm.keys.schemas import RotationAnswer
from mcm.vault import Vault, VaultError, sealed

log = logging.getLogger(__name__)


class Rotation:
    """`with rotation.prepared(): …reseal in a transaction…; rotation.finish()`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self.target = ""
        self.resumed = False
        self._made = False

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """Step 1. When the block fails, a key that was made for it goes again, unless it is in use already."""
        with self._vault.source.alone():
            self._prepare()
            try:
                yield
            except Exception:
                self._abandon()
                raise

    def reseal(self, session: Session) -> RotationAnswer:
        """Step 2, in the caller's transaction."""
        live = {key_id for key_id, used in repository.lock(session).items() if used}
        repository.register(session, self.target)
        number = 0
        for column in sealed.COLUMNS:
            for row in repository.values(session, column):
                if row.key_id in live - {self.target}:
                    self._reseal(session, column, row)
                    number += 1
        self._check(session, live)
        repository.forget(session, live - {self.target})
        former = sorted(live - {self.target})
        source = self._vault.source
        return RotationAnswer(
            key_id=self.target, former=former, values=number, source=source.kind, where=source.where,
            resumed=self.resumed,
        )  # fmt: skip

    def finish(self) -> None:
        """Step 3, after the commit. Without harm at any time: a key that still has values stays."""
        with self._database.reading() as session:
            given_up = {key.id for key in repository.known(session) if key.retired_at is not None}
            used = set(repository.counts(session)) - given_up
        source = self._vault.source
        if used <= {source.current()}:
            source.finish(source.current())

    def preview(self, session: Session) -> RotationAnswer:
        self._require_at_hand(session)
        source, counts = self._vault.source, repository.counts(session)
        for key in repository.known(session):
            if key.retired_at is not None:
                counts.pop(key.id, None)
        return RotationAnswer(
            key_id=source.current(), former=sorted(counts), values=sum(counts.values()), source=source.kind,
            where=source.where, resumed=self._unfinished(session), dry_run=True,
        )  # fmt: skip

    def _prepare(self) -> None:
        with self._database.reading() as session:
            self._require_at_hand(session)
            self.resumed = self._unfinished(session)
        source = self._vault.source
        if self.resumed:
            self.target = source.current()
            return
        self.target = source.begin(self._register)
        self._made = True

    def _register(self, key_id: str) -> None:
        with self._database.writing() as session:
            repository.register(session, key_id)

    def _unfinished(self, session: Session) -> bool:
        """A key other than the current one has values, or the current one was never put to use."""
        source = self._vault.source
        current, live = source.current(), {key.id for key in repository.known(session) if key.retired_at is None}
        used = live & set(repository.counts(session))
        return source.unfinished() or bool(used - {current}) or bool(live and current not in live)

    def _require_at_hand(self, session: Session) -> None:
        """Raises KeyNotAtHand before anything is done, when a value could not be opened afterwards."""
        live = {key.id for key in repository.known(session) if key.retired_at is None}
        missing = [key_id for key_id in repository.counts(session) if key_id in live and not self._vault.has(key_id)]
        if missing:
            raise KeyNotAtHand(
                f"values are sealed with master key {', '.join(missing)}, but {self._vault.source.where} holds key "
                f"{self._vault.key_id}; nothing was changed",
                next_step="put the key they were sealed with in place first; `mcm keys show` lists all",
            )

    def _reseal(self, session: Session, column: sealed.SealedColumn, row: Any) -> None:
        place = column.place(row)
        try:
            text = self._vault.open(row.value, place)
        except VaultError as error:
            raise type(error)(
                f"{place} does not open, so nothing was rotated: {error.message}", next_step=error.next_step
            ) from error
        value = self._vault.seal(text, place)
        self._require_target(value)
        repository.store(session, column, row, value, self.target)

    def _require_target(self, value: bytes) -> None:
        if self._vault.key_of(value) != self.target:
            raise VaultError("the master key was changed during the rotation; nothing was rotated",
                             next_step="run `mcm keys rotate` again")  # fmt: skip

    def _check(self, session: Session, live: set[str]) -> None:
        """Every value opens where it lies and is the new key's, before anything is committed."""
        for column in sealed.COLUMNS:
            for row in repository.values(session, column):
                if row.key_id in live | {self.target}:
                    self._require_target(row.value)
                    self._vault.open(row.value, column.place(row))

    def _abandon(self) -> None:
        if not self._made:
            return
        try:
            with self._database.writing() as session:
                repository.lock(session)
                if repository.counts(session)[self.target]:
                    return
                repository.forget(session, {self.target})
            self._vault.source.abandon(self.target)
        except McmError as error:
            log.warning("the rotation is left unfinished, `mcm keys rotate` takes it up again: %s", error.message)
