"""Where the master key is and what it can do: wrap a data key, and unwrap it again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol


class KeySource(Protocol):
    """Safe to use from any thread.

    version: of the envelopes it makes. kind: file, environment or transit. where: for people, without secrets.
    place: what a value is bound to; a data key that was wrapped for one does not unwrap for another.
    """

    version: int
    kind: str
    where: str

    def current(self) -> str:
        """The id of the key that wraps now."""

    def has(self, key_id: str) -> bool:
        """Whether this key is at hand, as far as can be told without a value."""

    def wrap(self, data_key: bytes, place: str) -> tuple[str, bytes]:
        """(id of the key used, wrapped data key)."""

    def unwrap(self, wrapped: bytes, place: str, key_id: str) -> bytes:
        """Raises VaultError saying whether the key is another one or the value was altered or moved."""

    def alone(self) -> AbstractContextManager[object]:
        """One rotation at a time on this machine. Raises Conflict while there is another."""

    def unfinished(self) -> bool:
        """Whether an earlier rotation left something to be cleared away here."""

    def begin(self, register: Callable[[str], None]) -> str:
        """Makes a new key, which wraps from now on, and returns its id. The older ones go on unwrapping.

        register: to be called with the id before the key can wrap anything. Raises VaultError where mcm makes no keys.
        """

    def finish(self, key_id: str) -> None:
        """Nothing is wrapped by any other key any more: they may go."""

    def abandon(self, key_id: str) -> None:
        """Nothing is wrapped by this key, which was just made: it may go again."""


def bound(place: str, key_id: str) -> bytes:
    """The associated data of a value and of its local wrapping."""
    return f"mcm\0{place}\0{key_id}".encode()
