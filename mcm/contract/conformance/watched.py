"""A context that notices sockets opened past it, and ids that no cloud has given out."""

import random
import socket
import string
import threading
from collections.abc import Container, Iterator
from contextlib import contextmanager

import pytest

from mcm.contract.conformance.context import PlainContext

_HEX = "0123456789abcdef"


class WatchedContext(PlainContext):
    """`unguarded` lists addresses that were connected to without `dial`, while `watching`."""

    def __init__(self, seconds: float = 120.0) -> None:
        super().__init__(seconds=seconds)
        self.unguarded: list[str] = []
        self._inside = threading.local()

    def dial(self, host: str, port: int, timeout: float | None = None) -> socket.socket:
        self._inside.dialling = True
        try:
            return super().dial(host, port, timeout)
        finally:
            self._inside.dialling = False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Unix sockets are let pass; only network addresses count."""
        connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

        def note(which: socket.socket, address: object) -> None:
            if which.family != socket.AF_UNIX and not getattr(self._inside, "dialling", False):
                self.unguarded.append(str(address))

        def watched_connect(which: socket.socket, address: tuple[str, int]) -> None:
            note(which, address)
            connect(which, address)

        def watched_connect_ex(which: socket.socket, address: tuple[str, int]) -> int:
            note(which, address)
            return connect_ex(which, address)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket.socket, "connect", watched_connect)
            patch.setattr(socket.socket, "connect_ex", watched_connect_ex)
            yield


def invented_id(like: str, taken: Container[str]) -> str:
    """An id of the same form (digits stay digits, hexadecimal stays hexadecimal) that is not among `taken`.

    A cloud refuses an id of a foreign form as malformed; whether it says "not found" shows with a well-formed one.
    """
    throw = random.Random(like)
    letters = _HEX if set(like.lower()) - set(string.punctuation) <= set(_HEX + "i") else ""
    for _ in range(1000):
        made = "".join(_other(sign, letters, throw) for sign in like)
        if made != like and made not in taken:
            return made
    made = like  # no digits in it, or all such ids are taken: a longer one
    while made == like or made in taken:
        made += throw.choice(string.digits)
    return made


def _other(sign: str, letters: str, throw: random.Random) -> str:
    if sign.isascii() and sign.isdigit():
        return throw.choice(string.digits)
    return throw.choice("abcdef") if letters and sign in "abcdef" else sign
