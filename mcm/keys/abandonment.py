"""Goes on without a master key that is lost: what it sealed is given up, and the audit trail begins anew.

One transaction, after the new key is there: a kill before it leaves all as it was, and whoever runs it again goes on.
Operations and the audit trail keep what the lost key sealed, closed; the rest is dropped, so that nothing is done
without its secret: accounts are paused, identity providers and signed webhooks disabled, codes asked for still.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from mcm.audit import lost as trail
from mcm.audit import service as audit
from mcm.auth.service import Caller
from mcm.db.session import Database
from mcm.errors import InvalidInput
from mcm.keys import losses, repository
from mcm.keys.errors import NothingLost
from mcm.keys.schemas import AbandonAnswer
from mcm.vault import Vault


class Abandonment:
    """For the command line beside the database; nothing else may have it open."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def preview(self) -> AbandonAnswer:
        """Makes no key and changes nothing. Raises NothingLost, or VaultError for a key that cannot be asked for."""
        with self._database.reading() as session:
            lost = self._lost(session)
            return self._answer(losses.of(session, lost), lost).model_copy(update={"dry_run": True})

    def run(self, caller: Caller) -> AbandonAnswer:
        with self._database.reading() as session:
            self._lost(session)
        self._make_key()
        target = self._vault.source.current()
        with self._database.writing() as session:
            repository.lock(session)
            lost = self._lost(session)
            found = losses.of(session, lost)
            if any(key.id == target and key.retired_at is not None for key in repository.known(session)):
                raise InvalidInput(
                    f"{self._vault.source.where} holds key {target}, which was given up as lost before",
                    next_step="put another key there, or none: one is made then",
                )
            repository.register(session, target)
            repository.give_up(session, lost)
            losses.drop(session, lost)
            segments, rows = trail.begin_anew(session, frozenset(lost))
            told = self._answer(found, lost).model_copy(update={"key_id": target, "segments": segments, "rows": rows})
            said = told.model_dump(mode="json", exclude={"dry_run", "key_id"})
            audit.record(session, caller, "keys.abandon", "vault_key", target, details=said)
        return told

    def _lost(self, session: Session) -> list[str]:
        """Ids of the keys in use that are not at hand."""
        live = [key.id for key in repository.known(session) if key.retired_at is None]
        source, former = self._vault.source, self._vault.former
        absent = source.kind == "file" and not Path(source.where).exists()
        lost = [
            key_id
            for key_id in live
            if not (former is not None and former.has(key_id)) and (absent or not source.has(key_id))
        ]
        if not lost:
            raise NothingLost(
                f"the master key at {source.where} opens what is stored" if live else "nothing was ever sealed here",
                next_step="`mcm keys rotate` changes the key" if live else "",
            )
        if len(lost) < len(live):
            raise InvalidInput(
                "some of the stored values open and others do not: a rotation was interrupted, or the key changed",
                next_step=f"find the key file that has {', '.join(lost)}, or restore a backup",
            )
        return lost

    def _make_key(self) -> None:
        source = self._vault.source
        if source.kind == "file" and not Path(source.where).exists():
            source.renew()  # type: ignore[attr-defined]

    def _answer(self, found: losses.Losses, lost: Sequence[str]) -> AbandonAnswer:
        return AbandonAnswer(
            lost=list(lost), accounts=found.accounts, secrets=found.secrets, second_factors=found.second_factors,
            providers=found.providers, webhooks=found.webhooks, segments=found.segments, rows=found.rows,
            where=self._vault.source.where,
        )  # fmt: skip
