"""Lends a test a migrated database that is as a new one: emptied and renamed after use, which is cheaper than a copy.

A database whose schema a test has changed, or that has grown, is dropped instead. If others than those of this process
are still connected it gets a new name, so that whoever still knows the old one does not get into the next test.
"""

import secrets
import time
from collections.abc import Sequence
from typing import Any

from tests.harness.postgres import PostgresServer
from tests.harness.postgres_warm import WARM

_LARGEST_BYTES = 40 * 2**20
_THOROUGH_EACH = 16
# The first version that says at once what was written, of connections that go on.
_COUNTS_AT_ONCE = 150000
_ENDING_S, _PAUSE_S = 10.0, 0.002
# Objects by identity, and what an ALTER changes of them.
_SHAPE = """
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
  SELECT 'c' || oid || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'a' || attrelid || ':' || attnum || attname || attnotnull || attisdropped || atttypid
    FROM pg_attribute WHERE attnum > 0
      AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL SELECT 't' || oid || tgenabled::text FROM pg_trigger
  UNION ALL SELECT 'k' || oid FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'f' || oid || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts(part)
"""
_SIZE = "SELECT pg_database_size(current_database())"
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND NOT pid = ANY(%s)"
# Counters are written when a connection ends, before it can no longer be seen. Opening each table to look costs more.
_WRITTEN = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_tup_ins > 0"
_ALTERED = """
SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) > 0 FROM pg_stat_sys_tables
WHERE relname IN ('pg_attribute', 'pg_type', 'pg_trigger', 'pg_constraint', 'pg_proc')
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
_UNLEARN_SIZES = """
UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND (relpages <> 0 OR reltuples <> -1)
"""
_UNLEARN_VALUES = """
DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""
_USED = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


class DatabasePool:
    """For one thread of one process. `template`: a migrated database that nobody is connected to."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        self._shape = ""
        self._tables: list[str] = []
        # What the migrations themselves have put there: table → its rows as COPY gives them.
        self._rows: dict[str, bytes] = {}
        self._sequences: dict[str, int] = {}
        self._maintenance: Any = None
        self._keeps = False
        self._taken = 0

    def lend(self) -> str:
        name = self._free.pop() if self._free else self._server.create_database(template=self._template)
        if not self._shape:
            self._look_at(name)
        if self._keeps:
            WARM.lend(self._server.port, name)
        return name

    def take_back(self, name: str) -> None:
        """Ends whatever is still connected to it but idle connections of this process."""
        if self._maintenance is None:
            # Kept, as making one costs as much as all that is asked of it; the server's end is its end.
            self._maintenance = self._server.administering()
        maintenance, self._taken = self._maintenance, self._taken + 1
        known = list(WARM.end(self._server.port, name))
        if self._end_others(name, known):
            # Who they were cannot be told, nor whether they come back: nobody but a superuser does.
            maintenance.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
            self._end_others(name, known)
            self._renamed(name)
        elif self._emptied(name):
            self._free.append(name)
        else:
            self._dropped(name)

    def _renamed(self, name: str) -> None:
        if not self._emptied(name):
            self._dropped(name)
            return
        WARM.forget(self._server.port, name)
        self._end_others(name)
        renamed = f"mcm_{secrets.token_hex(6)}"
        self._maintenance.execute(f'ALTER DATABASE "{name}" RENAME TO "{renamed}"')
        self._maintenance.execute(f'ALTER DATABASE "{renamed}" CONNECTION LIMIT -1')
        self._free.append(renamed)

    def _dropped(self, name: str) -> None:
        WARM.forget(self._server.port, name)
        self._end_others(name)
        self._maintenance.execute(f'DROP DATABASE IF EXISTS "{name}"')

    def _end_others(self, name: str, but: Sequence[int] = ()) -> bool:
        """Asks until there are none: PostgreSQL itself looks again after a tenth of a second only. Whether there were.

        Connections that were closed a moment ago may still be there: they count as well."""
        began, found = time.monotonic(), False
        while self._maintenance.execute(_OTHERS, (name, list(but))).fetchone() is not None:
            if time.monotonic() > began + _ENDING_S:
                break
            found = True
            time.sleep(_PAUSE_S)
        return found

    def _look_at(self, name: str) -> None:
        with WARM.administering(self._server, name) as connection:
            self._keeps = connection.info.server_version >= _COUNTS_AT_ONCE
            self._shape = connection.execute(_SHAPE).fetchone()[0]
            self._tables = [row[0] for row in connection.execute(_TABLES)]
            self._sequences = dict(connection.execute(_USED).fetchall())
            for table in self._filled(connection):
                with connection.cursor().copy(f'COPY public."{table}" TO STDOUT') as rows:
                    self._rows[table] = b"".join(bytes(part) for part in rows)

    def _emptied(self, name: str) -> bool:
        """False: it cannot be told to be as new, or is too large for that to be cheap."""
        with WARM.administering(self._server, name) as connection:
            thorough = self._taken % _THOROUGH_EACH == 0
            if thorough and connection.execute(_SIZE).fetchone()[0] > _LARGEST_BYTES:
                return False
            altered = thorough or connection.execute(_ALTERED).fetchone()[0]
            if altered and connection.execute(_SHAPE).fetchone()[0] != self._shape:
                return False
            with connection.transaction():
                # Neither foreign keys nor the triggers that protect the audit trail stand in the way.
                connection.execute("SET LOCAL session_replication_role = replica")
                written = self._rows.keys() | {row[0] for row in connection.execute(_WRITTEN)}
                for table in self._filled(connection) if thorough else sorted(written):
                    connection.execute(f'DELETE FROM public."{table}"')
                for table, rows in self._rows.items():
                    with connection.cursor().copy(f'COPY public."{table}" FROM STDIN') as into:
                        into.write(rows)
                for sequence, _ in connection.execute(_USED).fetchall():
                    at = self._sequences.get(sequence)
                    connection.execute(
                        "SELECT setval(%s::regclass, %s, %s)", (f'public."{sequence}"', at or 1, at is not None)
                    )
                # What was learnt of a table while it was full, or empty, says nothing of the next test.
                connection.execute("SET LOCAL allow_system_table_mods = on")
                connection.execute(_UNLEARN_SIZES)
                connection.execute(_UNLEARN_VALUES)
            connection.execute("SELECT pg_stat_reset()")
        return True

    def _filled(self, connection: Any) -> list[str]:
        asked = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM public.\"{t}\")" for t in self._tables)
        return [row[0] for row in connection.execute(asked)]
