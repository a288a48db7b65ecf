"""Our own checker of FOCUS files: columns that must be there, types, nulls, allowed values, units; on any file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from mcm.charges.files import Batch, Unreadable, opened
from mcm.charges.findings import Findings
from mcm.charges.focus import BY_NAME, VERSIONS, Column, Version, columns_of, custom, version_of
from mcm.charges.units import is_unit
from mcm.charges.values import Memo, tags
from mcm.contract.bills import SPELLED
from mcm.kit import currencies

_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:E-?\d+)?", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
# Null together, or not at all; the second of each pair needs the first.
_PAIRS = (("RegionName", "RegionId"), ("SubAccountName", "SubAccountId"), ("PricingUnit", "PricingQuantity"),
          ("ConsumedUnit", "ConsumedQuantity"), ("CommitmentDiscountUnit", "CommitmentDiscountQuantity"))  # fmt: skip
_BOTH_WAYS = frozenset({"PricingUnit", "ConsumedUnit", "CommitmentDiscountUnit"})


@dataclass(frozen=True, slots=True)
class Checked:
    """version: what it was held to. findings: as `Findings.told`; errors: how many of them break a MUST."""

    version: Version | None
    format: str | None
    rows: int
    errors: int
    findings: list[dict[str, Any]]


def check(file: IO[bytes], version: Version | None = None) -> Checked:
    """Reads the whole file, in memory that does not grow with it."""
    findings, rows, format = Findings(), 0, None
    try:
        bill = opened(file)
        format = bill.format
        version = version or version_of(set(bill.header))
        check_batch = _checker(bill.header, version, findings, typed=bill.typed)
        for batch in bill.batches:
            rows += len(batch.lines)
            check_batch(batch)
    except Unreadable as stopped:
        findings.add(stopped.code, "", stopped.line, stopped.example)
    return Checked(version, format, rows, findings.errors, findings.told())


def _checker(header: Sequence[str], version: Version, findings: Findings, *, typed: bool) -> Callable[[Batch], None]:
    wanted = {column.name: column for column in columns_of(version)}
    if not set(header) & set(BY_NAME):
        findings.add("not_focus", "", 1, ", ".join(header)[:100])
    for column in wanted.values():
        if column.mandatory and column.name not in header:
            findings.add("missing_column", column.name, 1)
    for name in header:
        if header.count(name) > 1:
            findings.add("duplicate_column", name, 1)
        if name not in wanted and not custom(name):
            findings.add("unknown_column", name, 1)
    memos = {name: Memo(_reader(column, typed)) for name, column in wanted.items() if name in header}
    places = {name: header.index(name) for name in memos}

    def check_batch(batch: Batch) -> None:
        for code, lines in (("wrong_width", batch.wrong), ("repeated_header", batch.headers)):
            if lines:
                findings.add_many(code, "", lines, len(lines))
        for name, memo in memos.items():
            raw = batch.columns[places[name]]
            for one in raw:
                memo[one]
            if memo.odd and not memo.odd.keys().isdisjoint(raw):
                for at, one in enumerate(raw):
                    if code := memo.odd.get(one, ""):
                        findings.add(code, name, batch.lines[at], one)
            memo.forget()
        for one, other in _PAIRS:
            if one in places and other in places:
                pairs = zip(batch.columns[places[one]], batch.columns[places[other]], strict=True)
                for at, (first, second) in enumerate(pairs):
                    if (second in ("", None)) != (first in ("", None)) and (one in _BOTH_WAYS or first):
                        findings.add("null_pair", one, batch.lines[at], f"{other}: {second}")

    return check_batch


def _reader(column: Column, typed: bool) -> Callable[[Any], tuple[Any, str]]:
    """Raw → ("", code of what is wrong with it)."""

    def judge(raw: Any) -> str:
        if raw is None or raw == "":
            return "" if column.nullable else "null_value" if column.mandatory else "null_optional"
        if raw in SPELLED:
            return "null_spelled"
        if column.type == "decimal":
            return "" if (typed and not isinstance(raw, str)) or _NUMBER.fullmatch(str(raw)) else "bad_number_form"
        if column.type == "time":
            return "" if (typed and not isinstance(raw, str)) or _TIME.fullmatch(str(raw)) else "bad_time_form"
        if column.type == "json":
            return "" if (str(raw).startswith("{") and not tags(raw)[1]) or _is_json(column, raw) else "bad_json"
        if column.values and raw not in column.values:
            return "unknown_value"
        if column.currency and not currencies.known(str(raw)):
            return "bad_currency"
        return "bad_unit" if column.unit and not is_unit(str(raw)) else ""

    return lambda raw: ("", judge(raw))


def _is_json(column: Column, raw: Any) -> bool:
    """Objects of 1.3 and later may hold objects; key and value formats before may not."""
    if column.since not in VERSIONS[3:]:
        return False
    import orjson

    try:
        return isinstance(orjson.loads(str(raw)), dict)
    except orjson.JSONDecodeError:
        return False
