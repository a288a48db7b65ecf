"""Connections to lent databases go on after the test that made them: a backend that has met the tables answers
sooner than one that has not, and most tests ask few questions.

For this process only, through SQLAlchemy's `do_connect`; what another process connects ends as ever.
"""

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

_MOST_IDLE = 4
# All that DISCARD ALL takes back, but for cached plans of what the database's own triggers ask; and its counters are
# written, as at the end of a backend.
_AS_NEW = b"""
DEALLOCATE ALL; CLOSE ALL; UNLISTEN *; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES;
SELECT pg_advisory_unlock_all(), pg_stat_force_next_flush()
"""


@dataclass
class _Lent:
    """idle: connections of libpq that nobody holds. engines: whose connections they are, by their dialects."""

    idle: list[Any] = field(default_factory=list)
    engines: "weakref.WeakSet[Any]" = field(default_factory=weakref.WeakSet)
    admin: Any = None
    lent: bool = True


class Warm:
    """Thread-safe. Databases it does not know are none of its business."""

    # Read by psycopg: `close` gives the connection to `putconn`.
    close_returns = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[int, str], _Lent] = {}
        self._out: dict[int, tuple[Any, tuple[int, str]]] = {}
        self._over: weakref.WeakSet[Any] = weakref.WeakSet()
        self._listening = False

    def lend(self, port: int, name: str) -> None:
        with self._lock:
            self._known.setdefault((port, name), _Lent()).lent = True
            if not self._listening:
                self._listening = True
                event.listen(Engine, "do_connect", self._connect)

    def end(self, port: int, name: str) -> set[int]:
        """Whoever connected during the test does not get in again. The processes at the server that are still known:
        idle, and the harness's own."""
        with self._lock:
            known = self._known.get((port, name))
            if known is None:
                return set()
            known.lent = False
            self._over |= known.engines
            known.engines.clear()
            # What is still held is no longer taken back.
            self._out = {key: out for key, out in self._out.items() if out[1] != (port, name)}
            pids = {pgconn.backend_pid for pgconn in known.idle}
            return pids | ({known.admin.info.backend_pid} if known.admin else set())

    def forget(self, port: int, name: str) -> None:
        """Ends all connections to it."""
        with self._lock:
            known = self._known.pop((port, name), None)
        if known is not None:
            for pgconn in known.idle:
                pgconn.finish()
            if known.admin is not None:
                known.admin.close()

    @contextmanager
    def administering(self, server: Any, name: str) -> Iterator[Any]:
        """A superuser's connection, kept when the database is known."""
        known = self._known.get((server.port, name))
        if known is None:
            with server.administering(name) as connection:
                yield connection
            return
        if known.admin is None or known.admin.closed:
            known.admin = server.administering(name)
        try:
            yield known.admin
            # Else they are written up to a second later, and what it has filled here would not be known as written.
            known.admin.execute("SELECT pg_stat_force_next_flush()")
        except BaseException:
            known.admin.close()
            raise

    def putconn(self, connection: Any) -> None:
        """Of psycopg's pools: what was closed comes back here."""
        with self._lock:
            _, key = self._out.pop(id(connection), (None, None))
            known = self._known.get(key) if key else None
            if known is None or not known.lent or len(known.idle) >= _MOST_IDLE or not _as_new(connection.pgconn):
                connection.pgconn.finish()
                return
            known.idle.append(connection.pgconn)

    def _connect(self, dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> Any:
        key = (int(parameters.get("port") or 0), str(parameters.get("dbname")))
        with self._lock:
            known = self._known.get(key)
            if dialect in self._over:
                raise dialect.dbapi.OperationalError("the test whose database this was is over")
            if known is None or not known.lent:
                return None
            known.engines.add(dialect)
            pgconn = known.idle.pop() if known.idle else None
        connection = dialect.dbapi.Connection(pgconn) if pgconn else dialect.dbapi.connect(**parameters)
        if pgconn and (context := parameters.get("context")):
            connection._adapters = type(context.adapters)(context.adapters)
        connection._pool = self
        with self._lock:
            self._out[id(connection)] = (connection, key)
        return connection


def _as_new(pgconn: Any) -> bool:
    """False: it cannot be used again."""
    from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

    if pgconn.status != ConnStatus.OK or pgconn.transaction_status == TransactionStatus.ACTIVE:
        return False
    if pgconn.transaction_status != TransactionStatus.IDLE:
        pgconn.exec_(b"ROLLBACK")
    return bool(pgconn.exec_(_AS_NEW).status == ExecStatus.TUPLES_OK)


WARM = Warm()
