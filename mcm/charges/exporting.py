"""Charges out again, as FOCUS 1.2 or 1.4: CSV, gzipped CSV or Parquet, in memory that does not grow with them.

What a bill did not say stays null, also where FOCUS demands a value: the checker says so, and nothing is made up.
"""

import csv
import gzip
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Literal

import orjson

from mcm.charges.files import arrow
from mcm.charges.focus import Column, Version, columns_of
from mcm.charges.periods import bounds
from mcm.inventory.cells import no_formula
from mcm.kit.money import SCALE, written

Format = Literal["csv", "csv.gz", "parquet"]
Exported = Literal["1.2", "1.4"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "csv.gz": "application/gzip",
    "parquet": "application/vnd.apache.parquet",
}
_BATCH, _CHUNK = 2_000, 65_536
Pairs = Callable[[], Iterator[tuple[Any, Any]]]


def export(pairs: Pairs, version: Version, format: Format) -> Iterator[bytes]:
    """pairs: (charge, part). Raises ChargesExtraMissing, before the first byte."""
    columns = columns_of(version)
    if format == "parquet":
        lib, parquet = arrow("pyarrow"), arrow("pyarrow.parquet")
        return _parquet(lib, parquet, pairs, columns)
    return _gzipped(_csv(pairs, columns)) if format == "csv.gz" else _csv(pairs, columns)


def values_of(charge: Any, part: Any, columns: Sequence[Column]) -> list[Any]:
    """Of one charge, in the types of the columns: text, Decimal, datetime; JSON as text."""
    rest = charge.rest or {}
    start, end = bounds(part.month)
    special = {
        "BillingCurrency": part.currency,
        "BillingPeriodStart": _moment(rest.get("BillingPeriodStart")) or start,
        "BillingPeriodEnd": _moment(rest.get("BillingPeriodEnd")) or end,
        "ServiceProviderName": charge.provider_name,
        # What names no host is provided by the service's provider itself.
        "HostProviderName": rest.get("HostProviderName") or charge.provider_name,
        "PublisherName": charge.publisher_name or charge.provider_name,
        "Tags": orjson.dumps(charge.tags, option=orjson.OPT_SORT_KEYS).decode() if charge.tags else None,
    }
    return [
        special[column.name]
        if column.name in special
        else getattr(charge, column.kept)
        if column.kept
        else _of_rest(column, rest.get(column.name))
        for column in columns
    ]


def _of_rest(column: Column, raw: Any) -> Any:
    if raw is None:
        return None
    if column.type == "decimal":
        return Decimal(str(raw))
    return _moment(raw) if column.type == "time" else str(raw)


def _moment(raw: Any) -> datetime | None:
    if raw is None:
        return None
    found = datetime.fromisoformat(str(raw).removesuffix(" UTC"))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _csv(pairs: Pairs, columns: Sequence[Column]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for number, (charge, part) in enumerate(pairs(), 1):
        writer.writerow([_written(value) for value in values_of(charge, part, columns)])
        if number % _BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return written(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return no_formula(value) if isinstance(value, str) else value


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _gzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    buffer = io.BytesIO()
    # Without a time in it, so that the same charges make the same file.
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        for part in parts:
            file.write(part)
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _parquet(lib: Any, parquet: Any, pairs: Pairs, columns: Sequence[Column]) -> Iterator[bytes]:
    """Written to a temporary file first: its directory stands at the end."""
    types = {"text": lib.string(), "json": lib.string(), "time": lib.timestamp("us", tz="UTC"),
             "decimal": lib.decimal128(38, SCALE)}  # fmt: skip
    schema = lib.schema([(column.name, types[column.type]) for column in columns])
    with tempfile.TemporaryFile(prefix="mcm-export-") as file:
        with parquet.ParquetWriter(file, schema) as writer:
            each = pairs()
            while taken := list(islice(each, _BATCH)):
                rows = [values_of(charge, part, columns) for charge, part in taken]
                arrays = [
                    lib.array(list(values), type=field.type)
                    for values, field in zip(zip(*rows, strict=True), schema, strict=True)
                ]
                writer.write_batch(lib.record_batch(arrays, schema=schema))
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
