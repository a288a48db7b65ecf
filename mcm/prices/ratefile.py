"""Reads exchange rates from CSV: base, quote, rate, source, on."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import IO

from mcm.kit.money import NotAnAmount, exact
from mcm.prices import exchange
from mcm.prices.csvfile import Lines
from mcm.prices.errors import Faults, InvalidExchangeRate
from mcm.prices.schemas import ExchangeRateWrite

COLUMNS = ("base", "quote", "rate", "source", "on")


def rates(file: IO[bytes], faults: Faults) -> Iterator[ExchangeRateWrite]:
    """Raises InvalidPriceList at the end if a line was wrong: the caller rolls back."""
    lines = Lines(file)
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if sorted(names) != sorted(COLUMNS):
            faults.add(1, f"the columns of exchange rates are {', '.join(COLUMNS)}")
            faults.check()
        for row in reader:
            if len(row) == len(names):
                found = _rate(reader.line_num, dict(zip(names, row, strict=True)), faults)
                if found is not None:
                    yield found
            elif row:
                faults.add(reader.line_num, f"{len(row)} fields where the header names {len(names)}")
    except (csv.Error, UnicodeDecodeError):
        faults.add(max(lines.number, 1), "the line is no CSV in UTF-8")
    faults.check()


def _rate(line: int, told: dict[str, str], faults: Faults) -> ExchangeRateWrite | None:
    base, quote, source = (told[name].strip() for name in ("base", "quote", "source"))
    try:
        rate, on = exact(told["rate"]), date.fromisoformat(told["on"].strip())
        exchange.check(base, quote, rate, source, on)
    except InvalidExchangeRate as error:
        faults.add(line, error.message)
    except NotAnAmount as error:
        faults.add(line, str(error), "rate")
    except ValueError:
        faults.add(line, f"'{told['on'][:60]}' is no day, which is written 2026-01-31", "on")
    else:
        return ExchangeRateWrite(base=base, quote=quote, rate=rate, source=source, on=on)
    return None
