"""The sockets of one live connection, so that a read that outlives its deadline can be ended from outside.

A thread cannot be killed, but a blocked read returns when its socket is shut down. TLS moves the file descriptor into
another object, so a socket is remembered by descriptor and inode: a reused descriptor has another inode.
"""

import os
import socket
import threading


class SocketRegister:
    def __init__(self) -> None:
        self._known: dict[int, int] = {}
        self._lock = threading.Lock()

    def add(self, connected: socket.socket) -> None:
        fd = connected.fileno()
        with self._lock:
            self._known = {old: inode for old, inode in self._known.items() if _inode(old) == inode}
            self._known[fd] = os.fstat(fd).st_ino

    def shut_down(self) -> int:
        """Ends every read and write under way; returns how many sockets there were."""
        with self._lock:
            known, self._known = self._known, {}
        return sum(_shut_down(fd, inode) for fd, inode in known.items())


def _inode(fd: int) -> int | None:
    try:
        return os.fstat(fd).st_ino
    except OSError:
        return None


def _shut_down(fd: int, inode: int) -> bool:
    try:
        copy = os.dup(fd)
    except OSError:
        return False
    with socket.socket(fileno=copy) as ours:
        if _inode(copy) != inode:
            return False
        try:
            ours.shutdown(socket.SHUT_RDWR)
        except OSError:
            return False
    return True
