"""AES-256-GCM envelope: each value has a data key of its own, wrapped by the master key.

Both layers are bound to the value's place (table, row, column, master key), so a ciphertext that was moved elsewhere
does not open. Layout: version (1) · master key id (8) · nonce (12) · wrapped data key (48) · nonce (12) · ciphertext.
"""

import os
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mcm.vault import keyfile
from mcm.vault.errors import VaultError

__all__ = ["Vault", "VaultError"]

_VERSION = 1
_KEY_ID = slice(1, 9)
_OUTER_NONCE = slice(9, 21)
_WRAPPED = slice(21, 69)
_INNER_NONCE = slice(69, 81)
_BODY = slice(81, None)


class Vault:
    """Opens the key file at the first use, so that reading inventory needs no key."""

    def __init__(self, key_file: Path) -> None:
        self._file = key_file

    @cached_property
    def _key(self) -> bytes:
        return keyfile.load_or_create(self._file)

    @cached_property
    def key_id(self) -> str:
        return keyfile.key_id(self._key)

    def seal(self, text: str, place: str) -> bytes:
        """`place` names table, row and column; the same must be given to `open`."""
        bound = self._bound(place, self.key_id)
        data_key = AESGCM.generate_key(256)
        outer, inner = os.urandom(12), os.urandom(12)
        wrapped = AESGCM(self._key).encrypt(outer, data_key, bound)
        body = AESGCM(data_key).encrypt(inner, text.encode(), bound)
        return bytes([_VERSION]) + bytes.fromhex(self.key_id) + outer + wrapped + inner + body

    def open(self, sealed: bytes, place: str) -> str:
        """Raises VaultError saying whether the key is another one or the value was altered or moved."""
        if len(sealed) < _BODY.start + 16 or sealed[0] != _VERSION:
            raise VaultError("a stored secret is damaged", next_step="enter the account's secrets again")
        used = sealed[_KEY_ID].hex()
        if used != self.key_id:
            raise VaultError(
                f"the stored secrets were sealed with master key {used}, but {self._file} holds key {self.key_id}",
                next_step="put the right key file in place (MCM_MASTER_KEY_FILE), or enter the secrets again",
            )
        bound = self._bound(place, used)
        try:
            data_key = AESGCM(self._key).decrypt(sealed[_OUTER_NONCE], sealed[_WRAPPED], bound)
            return AESGCM(data_key).decrypt(sealed[_INNER_NONCE], sealed[_BODY], bound).decode()
        except InvalidTag as error:
            raise VaultError(
                "a stored secret was altered or moved to another place; it is refused",
                next_step="enter the account's secrets again, and find out who changed the database",
            ) from error

    @staticmethod
    def _bound(place: str, key_id: str) -> bytes:
        return f"mcm\0{place}\0{key_id}".encode()
