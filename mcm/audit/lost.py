"""Segments whose keys went with a lost master key: their rows can be read, and nobody can prove who wrote them.

When the loss was accepted the next segment was bound, by its former_seal, to all of them as they stood then. What is
changed in them later shows against that.
"""

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session

from mcm.audit import canonical
from mcm.audit import service as audit
from mcm.audit.chain import failing_closed
from mcm.audit.errors import AuditFailed
from mcm.audit.rows import read_rows
from mcm.kit import clock
from mcm.models import AuditSegment
from mcm.vault.sealed import in_use

_segments = AuditSegment.__table__
_FACTS = ("number", "created_at", "first_seq", "last_seq", "last_at", "head", "former_seal", "sealed_at", "seal",
          "pruned_at")  # fmt: skip


def lost_keys(connection: Connection) -> frozenset[str]:
    """Ids of the master keys that were given up."""
    return frozenset(key_id for key_id, used in in_use(connection).items() if not used)


def folded(connection: Connection, former: bytes, segment: RowMapping) -> bytes:
    """What stands for this segment and those before it; no key is needed. former: the same of the one before."""
    digest = canonical.fact_mac(former, "lost", *(segment[name] for name in _FACTS))
    if segment["pruned_at"] is None:
        for row in read_rows(connection, segment["first_seq"], segment["last_seq"]):
            digest = canonical.row_mac(digest, row.mac or b"", row.values)
    return digest


def begin_anew(session: Session, lost: frozenset[str]) -> tuple[int, int]:
    """Ends the open segment, whose key is lost, and begins the next, bound to what stands there now.

    lost: the keys that were given up in this transaction. Returns how many segments and rows cannot be proven any more
    since then. Reads the whole trail. Raises AuditFailed."""
    connection = session.connection()
    numbers = select(_segments.c.number).order_by(_segments.c.number)
    if connection.scalar(numbers.limit(1)) is None:
        return 0, 0
    chain = audit.chain_of(session)
    with failing_closed():
        head = chain.locked_head(connection)
        if head["master_key_id"] not in lost:
            raise AuditFailed(
                "the audit trail's open segment has a key that is not lost; nothing was changed",
                next_step="finish the rotation first: `mcm keys rotate`",
            )
        ended = update(AuditSegment).where(_segments.c.number == head["number"]).values(sealed_at=clock.now())
        connection.execute(ended)
        count, rows, digest, every = 0, 0, canonical.NO_SEAL, lost_keys(connection)
        for number in connection.scalars(numbers).all():
            segment = connection.execute(select(_segments).where(_segments.c.number == number)).mappings().one()
            if segment["master_key_id"] not in every:
                digest = canonical.NO_SEAL
                continue
            digest = folded(connection, digest, segment)
            held = 0 if segment["pruned_at"] else segment["last_seq"] - segment["first_seq"] + 1
            if segment["master_key_id"] in lost:
                count, rows = count + (held > 0), rows + held
        chain.open_next(connection, head["number"] + 1, head["last_seq"] + 1, digest)
    return count, rows
