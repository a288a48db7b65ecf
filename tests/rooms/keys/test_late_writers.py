"""Rotation while others write and read: eight threads store secrets and open them, and none is ever unreadable."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from mcm.accounts.access import place
from mcm.models import Account, Secret
from mcm.vault import StaleKey, Vault
from mcm.vault.local import FileKeys
from tests.rooms.keys.filling import Filled
from tests.rooms.keys.test_rotation import rotate

THREADS, ROTATIONS = 8, 6


class _Writers:
    """Each as a process of its own would be: with a vault of its own on the same key file."""

    def __init__(self, filled: Filled) -> None:
        self._filled = filled
        self.ended = threading.Event()
        self.written: dict[str, str] = {}
        self.stale = self.opened = 0
        with filled.lab.runtime.database.reading() as session:
            self._account = session.scalars(select(Account.id)).one()

    def run(self, number: int) -> None:
        assert isinstance(self._filled.vault.source, FileKeys)
        vault, count = Vault(self._filled.vault.source.path), 0
        while not self.ended.is_set():
            key = f"t{number}-{count % 5}"
            count += 1
            text = secrets.token_hex(12)
            try:
                self._write(vault, key, text)
            except StaleKey:
                # The rotation ended in between. Nothing of it was stored: again, with the new key.
                self.stale += 1
                self._write(vault, key, text)
            self.written[place(self._account, key)] = text
            self._read(vault)

    def _write(self, vault: Vault, key: str, text: str) -> None:
        with self._filled.lab.runtime.database.writing(durable=False) as session:
            sealed = vault.seal(text, place(self._account, key))
            session.merge(Secret(account_id=self._account, key=key, sealed=sealed))

    def _read(self, vault: Vault) -> None:
        with self._filled.lab.runtime.database.reading() as session:
            rows = session.scalars(select(Secret)).all()
        for row in rows:
            assert vault.open(row.sealed, place(row.account_id, row.key))
            assert row.master_key_id == vault.key_of(row.sealed)
            self.opened += 1


@pytest.mark.timeout(300)
def test_rotation_under_load_leaves_no_row_unreadable_and_loses_no_write(filled: Filled) -> None:
    writers = _Writers(filled)
    with ThreadPoolExecutor(THREADS) as pool:
        running = [pool.submit(writers.run, number) for number in range(THREADS)]
        try:
            for _ in range(ROTATIONS):
                before = writers.opened
                rotate(filled.lab, Vault(filled.lab.runtime.settings.key_file))
                while writers.opened == before and not any(one.done() for one in running):
                    time.sleep(0.01)
        finally:
            writers.ended.set()
        for one in running:
            one.result()
    assert len(writers.written) == THREADS * 5 or writers.opened > THREADS
    fresh = Vault(filled.lab.runtime.settings.key_file)
    assert filled.opened(fresh).items() >= (writers.written | filled.texts).items()
    assert filled.key_ids() == filled.known() == {fresh.key_id}


def test_writer_of_another_process_is_waited_for_or_refused(filled: Filled) -> None:
    """A transaction that stored a value and has not committed yet: rotation includes it, whichever comes first."""
    stored, released = threading.Event(), threading.Event()
    account = filled.lab.scope("region").account_id
    where = place(account, "slow")

    def slow() -> None:
        with filled.lab.runtime.database.writing() as session:
            session.add(Secret(account_id=account, key="slow", sealed=filled.vault.seal("slow-value", where)))
            session.flush()
            stored.set()
            released.wait(30)

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(slow)
        assert stored.wait(30)
        rotating = pool.submit(rotate, filled.lab, Vault(filled.lab.runtime.settings.key_file))
        time.sleep(0.3)
        assert not rotating.done()
        released.set()
        writer.result()
        rotating.result()
    assert filled.opened(Vault(filled.lab.runtime.settings.key_file))[where] == "slow-value"
