"""Appends rows to the chain, at the very end of the transaction whose changes they tell of.

Writers lock the open segment's row: that late, they wait for each other only as long as a commit takes. When the row,
the key or the chain cannot be written, the transaction fails, and with it the change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, text, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mcm.audit import canonical
from mcm.audit.errors import AuditFailed
from mcm.audit.keys import SegmentKeys
from mcm.audit.rows import read_rows
from mcm.db.session import translated
from mcm.kit import clock
from mcm.models import AuditEvent, AuditSegment
from mcm.vault import Vault, VaultError

_events, _segments = AuditEvent.__table__, AuditSegment.__table__
_OPEN = select(_segments).where(_segments.c.sealed_at.is_(None))
_OPEN_LOCKED = _OPEN.with_for_update()
_INSERT = insert(AuditEvent.__table__)  # type: ignore[arg-type]
_ADVANCE = (
    update(AuditSegment.__table__)  # type: ignore[arg-type]
    .where(_segments.c.number == bindparam("open_number"))
    .values(last_seq=bindparam("new_seq"), head=bindparam("new_head"), last_at=bindparam("new_at"))
)
_TRIES = 20
# Any number, the same in every mcm: two first writers must not begin two chains.
_BEGINNING = 6_383_102_118


class Chain:
    def __init__(self, vault: Vault) -> None:
        self.keys = SegmentKeys(vault)

    def append(self, session: Session, rows: list[dict[str, Any]]) -> None:
        """rows: the columns of AuditEvent but seq, segment and mac. Raises AuditFailed, or Unavailable."""
        with failing_closed():
            connection = session.connection()
            head = self.locked_head(connection)
            key = self.keys.of(head["number"], head["key_sealed"])
            seq, mac = head["last_seq"], head["head"]
            for row in rows:
                seq += 1
                row["seq"], row["segment"] = seq, head["number"]
                mac = row["mac"] = canonical.row_mac(key, mac, canonical.values_of(row))
            connection.execute(_INSERT, rows)
            moved = {"open_number": head["number"], "new_seq": seq, "new_head": mac, "new_at": rows[-1]["at"]}
            connection.execute(_ADVANCE, moved)

    def locked_head(self, connection: Connection) -> RowMapping:
        """The open segment's row, this transaction's alone until its end. Begins the chain where there is none."""
        asked = _OPEN if connection.dialect.name == "sqlite" else _OPEN_LOCKED
        for _ in range(_TRIES):
            found = connection.execute(asked).mappings().one_or_none()
            if found is not None:
                return found
            # It was sealed while we waited for it, and a new statement sees its successor; or there is none yet. Only
            # then may the other lock be asked for: a row we waited for stays locked even where it does not fit.
            if connection.scalar(select(_segments.c.number).limit(1)) is None:
                self._begin(connection)
            elif connection.execute(_OPEN).first() is None:
                raise AuditFailed(
                    "the audit trail has no open segment; nothing was changed", next_step="run `mcm audit verify`"
                )
        raise AuditFailed("the audit trail is busy; nothing was changed", next_step="try again")

    def open_next(self, connection: Connection, number: int, first_seq: int, former_seal: bytes) -> None:
        key, sealed, master = self.keys.new(connection, number)
        anchor = canonical.fact_mac(key, "anchor", number, first_seq, former_seal)
        made = _segment(number, sealed, master, first_seq, anchor, former_seal)
        connection.execute(insert(AuditSegment), made)

    def _begin(self, connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _BEGINNING})
        if connection.scalar(select(_segments.c.number).limit(1)) is not None:
            return
        if connection.scalar(select(_events.c.seq).where(_events.c.segment > 0).limit(1)) is not None:
            raise AuditFailed(
                "the audit trail has lost its segments; nothing was changed", next_step="run `mcm audit verify`"
            )
        seal, last = self._close_past(connection)
        self.open_next(connection, 1, last + 1, seal)

    def _close_past(self, connection: Connection) -> tuple[bytes, int]:
        """Segment 0: what was written before the chain, sealed as it stands now. Its seal and its last seq."""
        key, sealed, master = self.keys.new(connection, 0)
        first, last, newest = connection.execute(
            select(func.min(_events.c.seq), func.max(_events.c.seq), func.max(_events.c.at))
        ).one()
        first, last = (1, 0) if first is None else (first, last)
        head = canonical.fact_mac(key, "anchor", 0, first, canonical.NO_SEAL)
        for row in read_rows(connection, first, last):
            head = canonical.row_mac(key, head, row.values)
        made = _segment(0, sealed, master, first, head, canonical.NO_SEAL)
        made |= {"last_seq": last, "last_at": newest, "sealed_at": made["created_at"]}
        made["seal"] = seal_of(key, made)
        connection.execute(insert(AuditSegment), made)
        return made["seal"], last


def seal_of(key: bytes, segment: Any) -> bytes:
    """segment: a mapping of its columns; sealed_at is set already."""
    names = ("number", "created_at", "first_seq", "last_seq", "last_at", "head", "former_seal", "sealed_at")
    return canonical.fact_mac(key, "seal", *(segment[name] for name in names))


def pruned_mac_of(key: bytes, segment: Any) -> bytes:
    return canonical.fact_mac(key, "pruned", segment["number"], segment["pruned_at"], segment["seal"])


@contextmanager
def failing_closed() -> Iterator[None]:
    try:
        with translated():
            yield
    except VaultError as error:
        raise AuditFailed(
            f"the change cannot be recorded in the audit trail: {error.message}; nothing was changed",
            next_step=error.next_step or "put the right master key in place; `mcm doctor` says more",
        ) from error
    except DBAPIError as error:
        raise AuditFailed(
            "the change cannot be recorded in the audit trail: the database refuses the row; nothing was changed",
            next_step="run `mcm db check` and `mcm audit verify`; the server's log has the database's words",
        ) from error


def _segment(
    number: int, sealed: bytes, master: str, first_seq: int, head: bytes, former_seal: bytes
) -> dict[str, Any]:
    return {
        "number": number,
        "key_sealed": sealed,
        "master_key_id": master,
        "created_at": clock.now(),
        "first_seq": first_seq,
        "last_seq": first_seq - 1,
        "last_at": None,
        "head": head,
        "former_seal": former_seal,
        "sealed_at": None,
        "seal": None,
        "pruned_at": None,
        "pruned_mac": None,
    }
