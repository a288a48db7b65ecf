"""AES-256-GCM envelope: each value has a data key of its own, wrapped by the master key wherever that is.

Both layers are bound to the value's place (table, row, column), the inner one to the master key too, so a ciphertext
that was moved elsewhere does not open. `mcm.vault.envelope` has the layout.
"""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mcm.kit import hushed
from mcm.vault.envelope import Envelope, key_of, unpacked
from mcm.vault.errors import VaultError
from mcm.vault.local import FileKeys, altered
from mcm.vault.source import KeySource, bound

__all__ = ["Vault", "VaultError"]


class Vault:
    """Asks for the key at the first use, so that reading inventory needs none."""

    def __init__(self, source: KeySource | Path, former: KeySource | None = None) -> None:
        """A path: the key file there. former: only opens, for the rotation away from it."""
        self.source: KeySource = FileKeys(source) if isinstance(source, Path) else source
        self.former = former

    @property
    def key_id(self) -> str:
        """Of the key that seals now; `key_of` tells which one a value was really sealed with."""
        return self.source.current()

    def seal(self, text: str, place: str) -> bytes:
        """`place` names table, row and column; the same must be given to `open`."""
        hushed.remember(text)
        data_key, nonce = AESGCM.generate_key(256), os.urandom(12)
        key_id, wrapped = self.source.wrap(data_key, place)
        body = AESGCM(data_key).encrypt(nonce, text.encode(), bound(place, key_id))
        return Envelope(self.source.version, key_id, wrapped, nonce, body).packed()

    def open(self, sealed: bytes, place: str) -> str:
        """Raises VaultError saying whether the key is another one or the value was altered or moved."""
        envelope = unpacked(sealed)
        source = self.source
        if self.former is not None and self.former.version == envelope.version and self.former.has(envelope.key_id):
            source = self.former
        if envelope.version != source.version:
            raise VaultError(
                f"a stored secret was sealed with master key {envelope.key_id} of another kind than "
                f"{self.source.where}, which is in use",
                next_step="start mcm with the master key as it was configured when the secret was stored",
            )
        data_key = source.unwrap(envelope.wrapped, place, envelope.key_id)
        try:
            body = AESGCM(data_key).decrypt(envelope.nonce, envelope.ciphertext, bound(place, envelope.key_id))
        except (InvalidTag, ValueError) as error:
            raise altered() from error
        text = body.decode()
        hushed.remember(text)
        return text

    def has(self, key_id: str) -> bool:
        """Whether what was sealed with this key can be opened, as far as can be told without a value."""
        return self.source.has(key_id) or (self.former is not None and self.former.has(key_id))

    @staticmethod
    def key_of(sealed: bytes) -> str:
        return key_of(sealed)
