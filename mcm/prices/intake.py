"""Takes a price list in: checks each point, compares it with the list before, writes it. One transaction, flat memory
but for a number for each point."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, NamedTuple

from sqlalchemy.orm import Session

from mcm.db import bulk
from mcm.kit import clock
from mcm.kit.ids import new_id
from mcm.models import PriceCoverage, PriceList
from mcm.prices import repository
from mcm.prices.errors import MOST_FAULTS, Faults
from mcm.prices.points import ListMeta, PointIn, faults, faults_of_list, percent, whole

_BATCH = 2000
JUMP = Decimal("0.3")
_POINT = (
    "id", "list_id", "sku_id", "key", "option", "term_months", "tier_from", "unit", "unit_price", "upfront",
    "valid_from", "valid_to", "previous_price", "flags", "line",
)  # fmt: skip
_SKU = (
    "id", "provider", "region", "item", "code", "family", "vcpus", "memory_gib", "gpus", "gpu_model", "architecture",
    "operating_system", "storage_class",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flagged:
    """flag: `jump` (more than 30 % away from the list before) or `future`. previous, price: of one unit, everything in
    it; percent: from the one to the other."""

    line: int
    region: str
    item: str
    sku: str
    flag: str
    price: Decimal
    previous: Decimal | None = None
    percent: Decimal | None = None


@dataclass(slots=True)
class Taken:
    """list_id: None in a dry run. already: the same was taken before, and only its day is new. new, changed, unchanged,
    gone: against the newest list before, for the regions and items of this one; nothing, of one that does not claim to
    be complete. left_out: points that make no sense and were skipped, the first of them in `faults`. flags: the first
    100."""

    meta: ListMeta
    list_id: str | None = None
    already: bool = False
    points: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    flagged: int = 0
    left_out: int = 0
    flags: list[Flagged] = field(default_factory=list)
    faults: list[dict[str, object]] = field(default_factory=list)


def take(
    session: Session,
    meta: ListMeta,
    points: Iterable[PointIn],
    *,
    problems: Faults | None = None,
    on_fault: Literal["refuse", "skip"] = "refuse",
    dry_run: bool = False,
) -> Taken:
    """on_fault: refuse the whole list (a file, which somebody can correct), or skip the point (a cloud, which nobody
    can). problems: what reading the file has found already. Raises InvalidPriceList; the caller rolls back."""
    problems = problems or Faults(f"the price list of {meta.provider}")
    for sentence in faults_of_list(meta):
        problems.add(0, sentence)
    problems.check()
    if meta.sha256 and (there := repository.live(session, live_key(meta))) is not None:
        if meta.complete and not there.complete and not dry_run:
            # Somebody says so now, of the very same file.
            there.complete = True
            there.row_version += 1
        return Taken(meta, there.id, already=True, points=there.points, flagged=there.flagged)
    return _Intake(session, meta, problems, on_fault == "skip", dry_run).run(points)


def live_key(meta: ListMeta) -> str:
    return f"{meta.sha256}:{meta.provider}:{meta.currency}"


class _Intake:
    def __init__(self, session: Session, meta: ListMeta, problems: Faults, skip: bool, dry_run: bool) -> None:
        self._session, self._meta, self._problems, self._skip, self._dry = session, meta, problems, skip, dry_run
        self._anonymous = meta.sha256 == ""
        self._today = clock.now().date()
        self._id = new_id("prl")
        self._taken = Taken(meta, None if dry_run else self._id)
        # A number of eight bytes for each price, and the line it stood on.
        self._seen: dict[int, int] = {}
        self._skus: set[str] = set()
        self._coverage: Counter[tuple[str, str]] = Counter()
        self._sum = 0
        self._before: dict[tuple[str, str], str | None] = {}

    def run(self, points: Iterable[PointIn]) -> Taken:
        if not self._dry:
            self._open()
        for batch in _batches(self._good(points)):
            # Once something is wrong the rest is read for what else is, and no more written.
            if not self._problems.found:
                self._write(batch)
        self._problems.check()
        if not self._taken.points:
            self._problems.add(0, "there is no price in it")
            self._problems.check()
        self._taken.gone = self._gone()
        if self._anonymous:
            self._meta = replace(self._meta, sha256=(self._sum % 2**256).to_bytes(32, "big").hex())
            self._taken.meta = self._meta
        if not self._dry:
            self._close()
        return self._taken

    def _open(self) -> None:
        meta = self._meta
        row = PriceList(
            id=self._id, provider=meta.provider, source=meta.source, version=meta.version, currency=meta.currency,
            priced_on=meta.priced_on, fetched_at=meta.fetched_at, sha256=meta.sha256,
            live_key=None if self._anonymous else live_key(meta), seed=meta.seed, status="current",
            complete=meta.complete,
            confirmed_on=meta.priced_on, points=0, flagged=0, imported_at=clock.now(), withdrawn_at=None, row_version=1,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()

    def _close(self) -> None:
        if self._anonymous and self._confirmed():
            return
        row = self._session.get_one(PriceList, self._id)
        # What was left out may be sold all the same.
        row.complete = self._meta.complete and not self._taken.left_out
        row.points, row.flagged, row.sha256 = self._taken.points, self._taken.flagged, self._meta.sha256
        self._session.add_all(
            PriceCoverage(list_id=self._id, region=region, item=item, points=number)
            for (region, item), number in sorted(self._coverage.items())
        )
        self._session.flush()

    def _confirmed(self) -> bool:
        """Whether a cloud says what it said before: then the list before is as young as this one, which is let go."""
        meta = self._meta
        there = repository.newest_of(
            self._session, meta.provider, meta.source, meta.currency, seed=meta.seed, other_than=self._id
        )
        if there is None or there.sha256 != meta.sha256 or there.priced_on > meta.priced_on:
            return False
        repository.drop(self._session, self._id)
        there.confirmed_on = max(there.confirmed_on, meta.priced_on)
        there.fetched_at = max(there.fetched_at, meta.fetched_at)
        there.row_version += 1
        self._session.flush()
        self._taken.already, self._taken.list_id = True, there.id
        return True

    def _good(self, points: Iterable[PointIn]) -> Iterator["_Keyed"]:
        provider = self._meta.provider
        for number, point in enumerate(points, 1):
            key = point.key(provider)
            said = list(faults(point)) or self._repeated(point, key, point.line or number)
            if not said:
                yield _Keyed(point, key, point.sku_id(provider))
            elif self._skip:
                self._leave_out(point, said)
            else:
                for sentence in said:
                    self._problems.add(point.line, sentence)

    def _repeated(self, point: PointIn, key: str, line: int) -> list[str]:
        told = f"{key}{self._from(point)}"
        mark = int.from_bytes(hashlib.blake2b(told.encode(), digest_size=8).digest(), "big")
        first = self._seen.setdefault(mark, line)
        where = f"stands on line {first}" if point.line else "came before"
        return [] if first == line else [f"the same price {where}: region, item, sku, option, term, tier, unit and day"]

    def _leave_out(self, point: PointIn, said: list[str]) -> None:
        self._taken.left_out += 1
        if len(self._taken.faults) < MOST_FAULTS:
            where = f"{point.region} {point.item} {point.sku}: "
            self._taken.faults.append({"line": point.line, "column": None, "message": where + "; ".join(said)})

    def _from(self, point: PointIn) -> date:
        return point.valid_from or self._meta.priced_on

    def _write(self, batch: Sequence["_Keyed"]) -> None:
        before = self._previous(batch)
        rows = [self._row(one, before) for one in batch]
        if self._dry:
            return
        self._add_skus(batch)
        bulk.insert_rows(self._session.connection(), "price_point", _POINT, rows)

    def _row(self, keyed: "_Keyed", before: dict[str, Decimal]) -> list[Any]:
        taken, (point, key, sku_id) = self._taken, keyed
        self._coverage[point.region, point.item] += 1
        taken.points += 1
        price = whole(point.unit_price, point.upfront, point.term_months, point.unit)
        previous = before.get(key)
        if previous is None:
            taken.new += 1
        elif previous == price:
            taken.unchanged += 1
        else:
            taken.changed += 1
        flags = self._flags(point, price, previous)
        row = [
            new_id("prp"), self._id, sku_id, key, str(point.option), point.term_months,
            _text(point.tier_from), str(point.unit), _text(point.unit_price), _text(point.upfront),
            self._from(point).isoformat(), point.valid_to.isoformat() if point.valid_to else None,
            _text(previous) if "jump" in flags else None, ",".join(flags), point.line,
        ]  # fmt: skip
        if self._anonymous:
            # As the cloud said it: without the day of the list, and in whatever order.
            told = [*row[2:10], point.valid_from, point.valid_to]
            self._sum += int.from_bytes(hashlib.sha256("\0".join(map(str, told)).encode()).digest(), "big")
        return row

    def _flags(self, point: PointIn, price: Decimal, previous: Decimal | None) -> list[str]:
        flags = []
        # From a price of nothing there is no way up in percent.
        if previous and abs(price - previous) > JUMP * previous:
            flags.append("jump")
        if max(self._from(point), self._meta.priced_on) > self._today:
            flags.append("future")
        if flags:
            self._taken.flagged += 1
        for flag in flags:
            if len(self._taken.flags) < MOST_FAULTS:
                of_jump = (previous, percent(price, previous)) if flag == "jump" and previous else (None, None)
                found = Flagged(point.line, point.region, point.item, point.sku, flag, price, *of_jump)
                self._taken.flags.append(found)
        return flags

    def _previous(self, batch: Sequence["_Keyed"]) -> dict[str, Decimal]:
        """By key, what the newest list before says. Only where it speaks of the same region and item."""
        for place in {(one.point.region, str(one.point.item)) for one in batch} - self._before.keys():
            self._before[place] = self._list_before(*place)
        lists = {found for found in self._before.values() if found is not None}
        if not lists:
            return {}
        rows = repository.prices(self._session, lists, [one.key for one in batch], self._meta.priced_on)
        return {key: whole(unit_price, upfront, term, unit) for key, unit_price, upfront, term, unit in rows}

    def _list_before(self, region: str, item: str) -> str | None:
        meta = self._meta
        return repository.newest_before(
            self._session, meta.provider, region, item, currency=meta.currency, seed=meta.seed,
            until=meta.priced_on, other_than=self._id,
        )  # fmt: skip

    def _gone(self) -> int:
        if not self._meta.complete:
            return 0
        there = repository.covered(self._session, self._before)
        return max(0, there - self._taken.unchanged - self._taken.changed)

    def _add_skus(self, batch: Sequence["_Keyed"]) -> None:
        provider = self._meta.provider
        wanted = {one.sku_id: one.point for one in batch if one.sku_id not in self._skus}
        missing = wanted.keys() - repository.known_skus(self._session, list(wanted))
        rows = [
            [
                ident, provider, point.region, str(point.item), point.sku, point.family, _text(point.vcpus),
                _text(point.memory_gib), point.gpus, point.gpu_model, point.architecture, point.operating_system,
                point.storage_class,
            ]
            for ident, point in sorted(wanted.items()) if ident in missing
        ]  # fmt: skip
        bulk.insert_rows(self._session.connection(), "sku", _SKU, rows)
        self._skus |= wanted.keys()


class _Keyed(NamedTuple):
    """A point with what is made of it once and used several times."""

    point: PointIn
    key: str
    sku_id: str


def _batches(points: Iterator[_Keyed]) -> Iterator[list[_Keyed]]:
    while batch := list(islice(points, _BATCH)):
        yield batch


def _text(value: Decimal | None) -> str | None:
    """As `Exact` stores it on SQLite; PostgreSQL reads it too."""
    return None if value is None else format(value, ".18f")
