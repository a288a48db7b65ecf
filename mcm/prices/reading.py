"""Reads one opened file into the database: a price list, or exchange rates."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import IO

from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.prices import exchange
from mcm.prices.csvfile import PriceFile
from mcm.prices.errors import Faults
from mcm.prices.intake import Taken, take
from mcm.prices.ratefile import rates
from mcm.prices.schemas import ListTaken


def read_list(
    session: Session,
    file: IO[bytes],
    sha256: str,
    what: str,
    given: Mapping[str, str],
    *,
    seed: bool = False,
    complete: bool = False,
    dry_run: bool = False,
) -> Taken:
    """complete: somebody says that it names all that is sold where it speaks."""
    problems = Faults(what)
    read = PriceFile(file, problems, sha256=sha256, fetched_at=clock.now(), given=given, seed=seed, complete=complete)
    return take(session, read.meta, read.points(), problems=problems, dry_run=dry_run)


def read_rates(session: Session, file: IO[bytes], what: str, *, seed: bool = False, dry_run: bool = False) -> int:
    """How many were new. Raises InvalidPriceList."""
    number = 0
    for rate in rates(file, Faults(what)):
        if dry_run:
            number += not exchange.known(session, rate.base, rate.quote, rate.rate, rate.source, rate.on)
        else:
            number += exchange.put(session, rate.base, rate.quote, rate.rate, rate.source, rate.on, seed=seed)[1]
    return number


def shown(taken: Taken) -> ListTaken:
    meta = taken.meta
    told = {name: value for name, value in asdict(taken).items() if name != "meta"}
    of_list = {
        name: getattr(meta, name)
        for name in ("provider", "source", "currency", "priced_on", "sha256", "seed", "complete")
    }
    return ListTaken.model_validate(told | of_list)
