"""urllib3 connection pools whose sockets come from a CallContext; requests and botocore both stand on these.

Only the opening of a socket is replaced: pooling, TLS, retries and parsing stay the library's own.
"""

import socket
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from mcm.contract import CallContext


def pool_classes(context: CallContext) -> dict[str, type]:
    """For `PoolManager.pool_classes_by_scheme`."""

    def dialled(connection: Any) -> socket.socket:
        timeout = connection.timeout
        return context.dial(
            connection._dns_host, connection.port, timeout if isinstance(timeout, int | float) else None
        )

    class GuardedHTTPConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return dialled(self)

    class GuardedHTTPSConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return dialled(self)

    class GuardedHTTPPool(HTTPConnectionPool):
        ConnectionCls = GuardedHTTPConnection

    class GuardedHTTPSPool(HTTPSConnectionPool):
        ConnectionCls = GuardedHTTPSConnection

    return {"http": GuardedHTTPPool, "https": GuardedHTTPSPool}
