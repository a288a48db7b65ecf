"""Charges on their way in: written in short transactions where nobody sees them, made current all at once, or dropped.

One transaction around all of it would hold SQLite's only writer, and PostgreSQL's oldest snapshot, for minutes.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from mcm.charges.linking import Linker
from mcm.charges.shaping import GIVEN, KEPT, Shaped, hashes
from mcm.db.bulk import insert_rows
from mcm.kit import clock
from mcm.kit.money import EXACT, SCALE, plain
from mcm.models import Account, Charge, ChargeImport, ChargePart

_DROPPED_AT_ONCE = 20_000
_ABANDONED = timedelta(hours=24)
COLUMNS = (*GIVEN, *KEPT)
SUMS = ("billed", "effective", "listed", "contracted")


class Opened(Protocol):
    """How the request opens transactions."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self, *, durable: bool = True) -> AbstractContextManager[Session]: ...


@dataclass
class Sum:
    """What a part will say of itself; sums in units of the 18th place, None while no charge has the amount."""

    month: str
    currency: str
    part_id: int | None = None
    rows: int = 0
    unknown: int = 0
    sums: list[int | None] = field(default_factory=lambda: [None] * len(SUMS))

    def values(self) -> dict[str, object]:
        sums = {
            name: None if found is None else plain(EXACT.scaleb(EXACT.create_decimal(found), -SCALE))
            for name, found in zip(SUMS, self.sums, strict=True)
        }
        return {"rows": self.rows, "unknown": self.unknown, **sums}


@dataclass
class Staging:
    """One import's parts. store False: only counts, as a dry run does. linked: how many charges name a resource.
    current: it was made so, in a transaction that may still fail."""

    opened: Opened
    import_id: str
    account: Account
    kind: str
    basis: str
    store: bool = True
    linked: int = 0
    current: bool = False
    sums: dict[tuple[str, str], Sum] = field(default_factory=dict)
    _linker: Linker | None = None

    def add(self, shaped: Shaped) -> None:
        links = self._link(shaped)
        keys = list(zip(shaped.months, shaped.currencies, strict=True))
        self._count(shaped, keys)
        if not self.store or not keys:
            return
        with self.opened.writing(durable=False) as session:
            for key in set(keys):
                self._open_part(session, self.sums[key])
            rows = []
            part_ids = {key: found.part_id for key, found in self.sums.items()}
            for line, row, flags, key, link in zip(shaped.lines, shaped.rows, shaped.flags, keys, links, strict=True):
                line_hash, row_key = hashes(row, key[1])
                rows.append((part_ids[key], line, flags, line_hash, row_key, link[1], link[0], *row))
            insert_rows(session.connection(), "charge", COLUMNS, rows)

    def _link(self, shaped: Shaped) -> list[tuple[str | None, str]]:
        if self._linker is None:
            self._linker = Linker(self.account)
        with self.opened.reading() as session:
            links = self._linker.link(session, shaped.natives)
        self.linked += sum(link[0] is not None for link in links)
        return links

    def _count(self, shaped: Shaped, keys: list[tuple[str, str]]) -> None:
        places: dict[tuple[str, str], list[int]] = {}
        if len(set(keys)) == 1:
            places[keys[0]] = list(range(len(keys)))
        else:
            for at, key in enumerate(keys):
                places.setdefault(key, []).append(at)
        for key, own in places.items():
            found = self.sums.setdefault(key, Sum(*key))
            found.rows += len(own)
            lacking: set[int] = set()
            for number, costs in enumerate(shaped.costs):
                known = [cost for place in own if (cost := costs[place]) is not None]
                if len(known) < len(own):
                    lacking.update(place for place in own if costs[place] is None)
                if known:
                    found.sums[number] = (found.sums[number] or 0) + sum(known)
            found.unknown += len(lacking)

    def _open_part(self, session: Session, found: Sum) -> None:
        if found.part_id is None:
            part = ChargePart(
                import_id=self.import_id, account_id=self.account.id, month=found.month, currency=found.currency,
                basis=self.basis, kind=self.kind, status="staged", rows=0, unknown=0, created_at=clock.now(),
            )  # fmt: skip
            session.add(part)
            session.flush()
            found.part_id = part.id

    @property
    def part_ids(self) -> list[int]:
        return [found.part_id for found in self.sums.values() if found.part_id is not None]

    @property
    def months(self) -> list[str]:
        return sorted({month for month, _ in self.sums})

    def discard(self) -> None:
        if self.part_ids:
            with self.opened.writing(durable=False) as session:
                session.execute(update(ChargePart).where(ChargePart.id.in_(self.part_ids)).values(status="dropped"))
            sweep(self.opened)


def make_current(session: Session, staging: Staging, *, replace: bool) -> list[str]:
    """Within the caller's transaction. Returns the ids of imports of which something was superseded."""
    superseded: list[str] = []
    if replace or staging.kind == "file":
        # Corrections stay: they were made to what is replaced, by people who said why. What was metered gives way to
        # any bill, also to one that is added: the same use would be charged twice.
        older = (
            ChargePart.account_id == staging.account.id,
            ChargePart.month.in_(staging.months),
            ChargePart.status == "current",
            ChargePart.kind != "correction" if replace else ChargePart.kind == "meter",
        )
        superseded = sorted(set(session.scalars(select(ChargePart.import_id).where(*older))))
        change = update(ChargePart).where(*older).values(status="superseded", superseded_by=staging.import_id)
        session.execute(change.execution_options(synchronize_session=False))
    for found in staging.sums.values():
        if found.part_id is None:
            with_row = ChargePart(
                import_id=staging.import_id, account_id=staging.account.id, month=found.month,
                currency=found.currency, basis=staging.basis, kind=staging.kind, status="current",
                created_at=clock.now(), **found.values(),
            )  # fmt: skip
            session.add(with_row)
        else:
            change = update(ChargePart).where(ChargePart.id == found.part_id)
            session.execute(change.values(status="current", import_id=staging.import_id, **found.values()))
    session.flush()
    retire(session, superseded, "superseded")
    staging.current = True
    return superseded


def retire(session: Session, import_ids: Iterable[str], status: str) -> None:
    """Imports of which nothing is current any more say so."""
    for import_id in import_ids:
        left = select(ChargePart.id).where(ChargePart.import_id == import_id, ChargePart.status == "current").limit(1)
        if session.scalar(left) is None:
            session.execute(update(ChargeImport).where(ChargeImport.id == import_id).values(status=status))


def sweep(opened: Opened) -> int:
    """Deletes the charges of parts that are no longer current, and what a dead process left; returns how many."""
    gone = select(ChargePart.id).where(ChargePart.status.in_(("superseded", "removed", "dropped")))
    gone = gone.where(select(Charge.id).where(Charge.part_id == ChargePart.id).exists())
    number = 0
    with opened.writing(durable=False) as session:
        abandoned = (ChargePart.status == "staged", ChargePart.created_at < clock.now() - _ABANDONED)
        session.execute(update(ChargePart).where(*abandoned).values(status="dropped"))
    while True:
        with opened.writing(durable=False) as session:
            chosen = select(Charge.id).where(Charge.part_id.in_(gone)).limit(_DROPPED_AT_ONCE)
            deleted = session.execute(
                delete(Charge).where(Charge.id.in_(chosen)).execution_options(synchronize_session=False)
            )
            dropped = int(getattr(deleted, "rowcount", 0))
        number += dropped
        if dropped < _DROPPED_AT_ONCE:
            break
    with opened.writing(durable=False) as session:
        session.execute(delete(ChargePart).where(ChargePart.status == "dropped"))
    return number


def hold_months(session: Session, months: Iterable[str]) -> dict[str, str]:
    """Makes the rows of these months if need be and holds them until the transaction ends; month → status."""
    found = {}
    for month in sorted(months):
        made = "INSERT INTO cost_month (month, status, version) VALUES (:month, 'open', 0) ON CONFLICT DO NOTHING"
        session.execute(text(made), {"month": month})
        held = "SELECT status FROM cost_month WHERE month = :month"
        if session.get_bind().dialect.name == "postgresql":
            held += " FOR UPDATE"
        found[month] = str(session.scalar(text(held), {"month": month}))
    return found
