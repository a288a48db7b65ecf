"""From the batches of a bill to rows of charges: which column is what, what each value means, what is odd about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from mcm.charges import values
from mcm.charges.files import Batch
from mcm.charges.findings import TOLERANCE, Findings, Flag
from mcm.charges.focus import BY_PLAIN, COLUMNS, Column, Version, custom, plain, version_of
from mcm.charges.values import Memo
from mcm.contract.bills import NOTHING, SPELLED
from mcm.kit.money import SCALE
from mcm.models import Charge

# Without these a row is no charge; the others that FOCUS demands are missed, and said to be.
NEEDED = ("BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd",
          "ChargeCategory")  # fmt: skip
_REQUIRED = frozenset(NEEDED) - {"BilledCost"}
COSTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
_COST_NAMES = dict(zip(COSTS, ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), strict=True))
_ONE = 10**SCALE
# Plain numbers: what an enumeration adds to an operation costs more than the operation.
_CORRECTION, _SPELLED = int(Flag.CORRECTION), int(Flag.NULL_SPELLED)
_TOLERANCE = values.units(format(float(TOLERANCE), f".{SCALE}f")) * _ONE
# What the staging adds to a row, in front; then what the shaper makes, in the order of the table.
GIVEN = ("part_id", "line", "flags", "line_hash", "row_key", "tenant_id", "resource_id")
KEPT = tuple(column.name for column in Charge.__table__.columns if column.name not in (*GIVEN, "id"))
_AMOUNTS = frozenset(column.kept for column in COLUMNS if column.type == "decimal" and column.kept)
_IDENTITY = [at for at, name in enumerate(KEPT) if name not in _AMOUNTS | {"tags", "rest"}]


@dataclass(frozen=True, slots=True)
class Shaped:
    """Rows in the order of KEPT, and beside each what belongs elsewhere. costs: units of the 18th place."""

    lines: Sequence[int]
    rows: list[tuple[Any, ...]]
    flags: list[int]
    months: list[str]
    currencies: list[str]
    natives: Sequence[str | None]
    costs: list[list[int | None]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which place in the file holds which column. extras: (place, name) of what goes among the rest."""

    kept: dict[str, tuple[int, Column]]
    extras: list[tuple[int, str]]
    period_start: int
    currency: int
    billing_account: int | None
    version: Version


def layout(header: Sequence[str], findings: Findings, *, native: bool = False) -> Layout | None:
    """None when it lacks what a charge needs; the findings say what. native: a cloud's own bill, of which columns that
    FOCUS does not have need no remark."""
    found: dict[str, int] = {}
    names: list[str] = []
    for place, name in enumerate(header):
        column = BY_PLAIN.get(plain(name))
        names.append(column.name if column else name)
        if names[-1] in found:
            findings.add("duplicate_column", names[-1], 1)
        elif column is None and not native:
            findings.add("custom_column" if custom(name) else "unknown_column", name[:100], 1)
        found.setdefault(names[-1], place)
    known = {name for name in found if plain(name) in BY_PLAIN}
    if not known:
        findings.add("not_a_bill", "", 1, ", ".join(header)[:100])
        return None
    for needed in NEEDED:
        if needed not in found:
            findings.add("missing_column", needed, 1)
    if findings.errors:
        return None
    version = version_of(known)
    for column in COLUMNS:
        if column.mandatory and column.within(version) and column.name not in found and column.name not in NEEDED:
            findings.add("absent_column", column.name)
    kept: dict[str, tuple[int, Column]] = {}
    for column in COLUMNS:
        # Later ones win: ServiceProviderName is what took the place of ProviderName.
        if column.kept and column.name in found:
            kept[column.kept] = (found[column.name], column)
    used = {place for place, _ in kept.values()}
    own = {found["BillingCurrency"], found["BillingPeriodStart"]}
    extras = [(place, names[place]) for place in range(len(header)) if place not in used | own]
    account = found.get("BillingAccountId")
    return Layout(kept, extras, found["BillingPeriodStart"], found["BillingCurrency"], account, version)


@dataclass
class Shaper:
    """Keeps what must be known across batches: values understood, and which currency a billing account has.

    products: whether ListUnitPrice × PricingQuantity is compared with ListCost."""

    layout: Layout
    findings: Findings
    products: bool = True
    _memos: dict[str, Memo] = field(default_factory=dict)
    _currencies: dict[tuple[Any, str], str] = field(default_factory=dict)

    def shape(self, batch: Batch) -> Shaped:
        lines, flags = batch.lines, [0] * len(batch.lines)
        for code, wrong in (("wrong_width", batch.wrong), ("repeated_header", batch.headers)):
            if wrong:
                self.findings.add_many(code, "", wrong, len(wrong))
        self._note_spelled(batch, flags)
        columns: dict[str, Sequence[Any]] = {}
        for attribute in KEPT:
            if attribute in self.layout.kept:
                place, column = self.layout.kept[attribute]
                columns[attribute] = self._values(column, batch.columns[place], lines, flags)
            elif attribute != "rest":
                columns[attribute] = [None] * len(lines)
        place = self.layout.period_start
        starts = self._read("BillingPeriodStart", values.month, batch.columns[place], lines, flags)
        self._demand("BillingPeriodStart", starts, batch.columns[place], lines)
        months = [start or "" for start in starts]
        place = self.layout.currency
        currencies = self._read("BillingCurrency", values.currency, batch.columns[place], lines, flags)
        self._check_currencies(batch, months, currencies)
        columns["rest"] = self._rest(batch)
        costs = [[None if text is None else values.units(text) for text in columns[cost]] for cost in COSTS]
        self._check_costs(columns, costs, lines, flags)
        for at, found in enumerate(columns["charge_class"]):
            if found is not None:
                flags[at] |= _CORRECTION
        rows = list(zip(*(columns[name] for name in KEPT), strict=True))
        for memo in self._memos.values():
            memo.forget()
        return Shaped(lines, rows, flags, months, [one or "" for one in currencies], columns["native_id"], costs)

    def _values(self, column: Column, raw: Sequence[Any], lines: Sequence[int], flags: list[int]) -> Sequence[Any]:
        if column.type == "text" and not column.values:
            found: Sequence[Any] = raw
            if not NOTHING.isdisjoint(raw):
                found = [None if one in NOTHING else one for one in raw]
            return found if not raw or isinstance(raw[0], str | None) else [_text(one) for one in found]
        readers: dict[str, values.Read] = {"decimal": values.amount, "time": values.time, "json": values.tags}
        read = values.one_of(column.values) if column.values else readers[column.type]
        made = self._read(column.name, read, raw, lines, flags)
        if column.name in _REQUIRED:
            self._demand(column.name, made, raw, lines)
        return made

    def _read(
        self, name: str, read: values.Read, raw: Sequence[Any], lines: Sequence[int], flags: list[int]
    ) -> list[Any]:
        memo = self._memos.get(name)
        if memo is None:
            memo = self._memos[name] = Memo(read)
        made = list(map(memo.__getitem__, raw))
        if memo.odd and not memo.odd.keys().isdisjoint(raw):
            for at, one in enumerate(raw):
                code = memo.odd.get(one)
                if code is not None:
                    self.findings.add(code, name, lines[at], one)
                    flags[at] |= _FLAGS.get(code, 0)
        return made

    def _demand(self, name: str, made: Sequence[Any], raw: Sequence[Any], lines: Sequence[int]) -> None:
        if None in made:
            for at, one in enumerate(made):
                if one is None and raw[at] in NOTHING:
                    self.findings.add("missing_value", name, lines[at])

    def _note_spelled(self, batch: Batch, flags: list[int]) -> None:
        spelled = [column for column in batch.columns if not SPELLED.isdisjoint(column)]
        if spelled:
            where = [at for at, row in enumerate(zip(*spelled, strict=True)) if not SPELLED.isdisjoint(row)]
            for at in where:
                flags[at] |= _SPELLED
            self.findings.add_many("null_spelled", "", (batch.lines[at] for at in where), len(where), "NULL")

    def _check_currencies(self, batch: Batch, months: list[str], currencies: list[str | None]) -> None:
        place = self.layout.billing_account
        accounts = batch.columns[place] if place is not None else [None] * len(months)
        for pair in dict.fromkeys(zip(accounts, months, currencies, strict=True)):
            account, month, currency = pair
            if currency is not None and self._currencies.setdefault((account, month), currency) != currency:
                at = next(
                    at for at, found in enumerate(zip(accounts, months, currencies, strict=True)) if found == pair
                )
                self.findings.add("mixed_currency", "BillingCurrency", batch.lines[at], f"{account}: {currency}")

    def finish(self) -> None:
        """What only the whole file tells."""
        if len(several := sorted(set(self._currencies.values()))) > 1:
            self.findings.add("several_currencies", "BillingCurrency", None, ", ".join(several))

    def _rest(self, batch: Batch) -> list[str | None]:
        extras = [(name, batch.columns[place]) for place, name in self.layout.extras]
        extras = [(name, column) for name, column in extras if not all(one in NOTHING for one in column)]
        names = [name for name, _ in extras]
        if "tags" in self.layout.kept:
            # Tags that are no object stay as they were written.
            place, _ = self.layout.kept["tags"]
            odd = self._memos["Tags"].odd
            if odd and not odd.keys().isdisjoint(batch.columns[place]):
                extras.append(("Tags", [one if one in odd else None for one in batch.columns[place]]))
                names.append("Tags")
        if not extras:
            return [None] * len(batch.lines)
        return [
            values.json_text({name: _plain(one) for name, one in zip(names, row, strict=True) if one not in NOTHING})
            for row in zip(*(column for _, column in extras), strict=True)
        ]

    def _check_costs(
        self, columns: dict[str, Sequence[Any]], costs: list[list[int | None]], lines: Sequence[int], flags: list[int]
    ) -> None:
        for attribute, found in zip(COSTS, costs, strict=True):
            name = _COST_NAMES[attribute]
            if None in found:
                self._mark("missing_cost", name, [at for at, one in enumerate(found) if one is None], lines, flags)
            negative = [at for at, one in enumerate(found) if one is not None and one < 0]
            if negative:
                self._mark("negative_cost", name, negative, lines, flags)
        if not self.products:
            return
        inexact, beyond = [], []
        prices, quantities = columns["list_unit_price"], columns["pricing_quantity"]
        for at, (price, quantity, cost) in enumerate(zip(prices, quantities, costs[2], strict=True)):
            if price is not None and quantity is not None and cost is not None:
                difference = values.units(price) * values.units(quantity) - cost * _ONE
                if difference:
                    inexact.append(at)
                    if abs(difference) > _TOLERANCE:
                        beyond.append(at)
        if inexact:
            self._mark("list_inexact", "ListCost", inexact, lines, flags)
            self._mark("list_mismatch", "ListCost", beyond, lines, flags)

    def _mark(self, code: str, name: str, places: Collection[int], lines: Sequence[int], flags: list[int]) -> None:
        if places:
            self.findings.add_many(code, name, (lines[at] for at in places), len(places))
            for at in places:
                flags[at] |= _FLAGS[code]


_FLAGS: dict[str, int] = {
    "time_form": int(Flag.TIME_FORM),
    "negative_cost": int(Flag.NEGATIVE_COST),
    "missing_cost": int(Flag.MISSING_COST),
    "list_inexact": int(Flag.LIST_INEXACT),
    "list_mismatch": int(Flag.LIST_MISMATCH),
    "rounded": int(Flag.ROUNDED),
    "unknown_value": int(Flag.UNKNOWN_VALUE),
    "other_spelling": int(Flag.OTHER_SPELLING),
    "bad_tags": int(Flag.BAD_TAGS),
}


def hashes(row: tuple[Any, ...], currency: str) -> tuple[int, int]:
    """(of everything in the row, of everything but amounts and tags), 64 bits each, signed as databases want it."""
    whole = blake2b(orjson.dumps((currency, *row)), digest_size=8).digest()
    identity = blake2b(orjson.dumps([row[at] for at in _IDENTITY]), digest_size=8).digest()
    return int.from_bytes(whole, "big", signed=True), int.from_bytes(identity, "big", signed=True)


def _text(one: Any) -> str | None:
    return None if one is None else str(one)


def _plain(one: Any) -> Any:
    """For JSON: numbers and times as they are written."""
    return one if isinstance(one, str | bool) else str(one)
