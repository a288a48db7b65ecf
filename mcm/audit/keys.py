"""The keys of segments: made here, sealed by the vault, opened once for each process and sealing."""

import os

from sqlalchemy import Connection

from mcm.models.audit import place
from mcm.vault import Vault
from mcm.vault.sealed import admitted

_KEPT = 16


class SegmentKeys:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._opened: dict[int, tuple[bytes, bytes]] = {}

    def of(self, number: int, sealed: bytes) -> bytes:
        """Raises VaultError. What was sealed anew, as under another master key, is opened anew."""
        known = self._opened.get(number)
        if known is not None and known[0] == sealed:
            return known[1]
        key = bytes.fromhex(self._vault.open(sealed, place(number)))
        if len(self._opened) >= _KEPT:
            self._opened = {}
        self._opened[number] = (sealed, key)
        return key

    def new(self, connection: Connection, number: int) -> tuple[bytes, bytes, str]:
        """(key, sealed key, id of its master key, which is in use). Raises StaleKey just after a rotation."""
        key = os.urandom(32)
        sealed = self._vault.seal(key.hex(), place(number))
        return key, sealed, admitted(connection, sealed)
