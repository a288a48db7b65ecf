"""Finds a free loopback port for a service that cannot pick one itself.

A service that accepts port 0 should get 0: between our test of a port and the service's bind another may take it.
"""

import random
import socket

# Below Linux's default ephemeral range (32768-60999): the kernel never gives these to an outgoing connection meanwhile.
_FIRST_PORT, _LAST_PORT = 20000, 32767
# Not the shared generator: plugins seed it, and then every xdist worker would try the same ports.
_RANDOM = random.SystemRandom()
_handed_out: set[int] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """Returns a TCP port that nothing listens on and that this process has not been given before."""
    for _ in range(200):
        port = _RANDOM.randint(_FIRST_PORT, _LAST_PORT)
        if port not in _handed_out and _can_bind(host, port):
            _handed_out.add(port)
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _can_bind(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: a port whose last connections are in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
