"""Reads rows of the trail as the chain sees them, many and fast: past the ORM, with a server-side cursor."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from mcm.audit.canonical import COLUMNS
from mcm.models import AuditEvent

_events = AuditEvent.__table__
_BATCH = 1000
_TIME = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


class ChainRow(NamedTuple):
    """values: of COLUMNS, `details` read; None in place of all when the database holds what no mcm has written."""

    seq: int
    segment: int
    values: list[Any]
    mac: bytes | None


def read_rows(connection: Connection, first: int, last: int) -> Iterator[ChainRow]:
    """Ascending. Rows that cannot be read have no values."""
    loads = orjson.loads
    for batch in batches(connection, first, last):
        for raw in batch:
            try:
                yield ChainRow(raw[0], raw[1], [*raw[:-2], loads(raw[-2])], raw[-1])
            except (ValueError, TypeError):
                yield ChainRow(raw[0], raw[1], [], raw[-1])


def batches(connection: Connection, first: int, last: int) -> Iterator[Any]:
    """Raw rows: COLUMNS with `at` and `details` as text, then mac."""
    done = first - 1
    try:
        for batch in _batches(connection, first, last):
            yield batch
            done = batch[-1][0]
    except DBAPIError as error:
        # SQLite keeps whatever bytes somebody has put there, and its driver gives no row of a batch that has them.
        if "decode" not in str(error.orig).lower():
            raise
        yield from _up_to_the_unreadable(connection, done + 1, last)


def _batches(connection: Connection, first: int, last: int) -> Iterator[Any]:
    postgresql = connection.dialect.name == "postgresql"
    special = {"at": _TIME, "details": "details::text"} if postgresql else {}
    mark = "%(first)s AND %(last)s" if postgresql else ":first AND :last"
    names = ", ".join(special.get(name, name) for name in (*COLUMNS, "mac"))
    statement = f"SELECT {names} FROM audit_event WHERE seq BETWEEN {mark} ORDER BY seq"  # noqa: S608
    bound, options = {"first": first, "last": last}, {"stream_results": True}
    result = connection.exec_driver_sql(statement, bound, execution_options=options)
    try:
        yield from result.partitions(_BATCH)
    finally:
        result.close()


def _up_to_the_unreadable(connection: Connection, first: int, last: int) -> Iterator[Any]:
    """The rows before it, then a row in its place whose values are none that mcm writes."""
    seqs = select(_events.c.seq, _events.c.segment).where(_events.c.seq.between(first, last)).order_by(_events.c.seq)
    for seq, segment in connection.execute(seqs.limit(_BATCH)).all():
        try:
            yield next(_batches(connection, seq, seq))
        except DBAPIError:
            yield [(seq, segment, *[b""] * (len(COLUMNS) - 2), None)]
            return
