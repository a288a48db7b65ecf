"""How a sealed value lies in its column.

Version 1, the key in mcm's hands: version (1) · key id (8) · wrapped data key (60) · nonce (12) · ciphertext.
Version 2, the key elsewhere: version (1) · key id (8) · length (2) · wrapped data key · nonce (12) · ciphertext.
"""

from dataclasses import dataclass

from mcm.vault.errors import VaultError

LOCAL, REMOTE = 1, 2
# Nonce, key and tag.
LOCAL_WRAPPED_BYTES = 12 + 32 + 16
_NONCE, _TAG = 12, 16
_HEAD = 9


@dataclass(frozen=True, slots=True)
class Envelope:
    """key_id: hexadecimal. nonce and ciphertext: of the value itself, under the data key."""

    version: int
    key_id: str
    wrapped: bytes
    nonce: bytes
    ciphertext: bytes

    def packed(self) -> bytes:
        length = b"" if self.version == LOCAL else len(self.wrapped).to_bytes(2, "big")
        head = bytes([self.version]) + bytes.fromhex(self.key_id) + length
        return head + self.wrapped + self.nonce + self.ciphertext


def unpacked(sealed: bytes) -> Envelope:
    """Raises VaultError for what cannot be an envelope."""
    version = sealed[0] if sealed else 0
    start, length = _HEAD, LOCAL_WRAPPED_BYTES
    if version == REMOTE:
        start, length = _HEAD + 2, int.from_bytes(sealed[_HEAD : _HEAD + 2], "big")
    end = start + length
    if version not in (LOCAL, REMOTE) or len(sealed) < end + _NONCE + _TAG:
        raise VaultError("a stored secret is damaged", next_step="enter it again")
    return Envelope(version, sealed[1:_HEAD].hex(), sealed[start:end], sealed[end : end + _NONCE], sealed[end + 12 :])


def key_of(sealed: bytes) -> str:
    """The id of the master key a value was sealed with."""
    return unpacked(sealed).key_id
