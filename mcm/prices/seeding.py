"""The examples of prices that come with mcm, so that a first look shows something: dated, marked, never taken for real.

They were put together by hand from public price lists and are loaded once, into a database that knows no price yet;
whoever withdraws them is not given them again."""

import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mcm.auth.service import DEFAULT_TENANT
from mcm.db import standing
from mcm.db.session import Database
from mcm.models import Tenant

if TYPE_CHECKING:
    from mcm.prices.intake import Taken

_RATES = "exchange-rates.csv"
_TABLES = ("price_list", "exchange_rate")


def first_start(database: Database) -> bool:
    """Whether they were loaded. Raises Unavailable where nothing can be written."""
    with database.reading() as session:
        if _known(session) or standing.read_only(session) is not None:
            return False
    with database.writing() as session:
        # Another process may have been faster, or may be at it: this row is always there, and so something to wait at.
        session.execute(select(Tenant.id).where(Tenant.id == DEFAULT_TENANT).with_for_update())
        if _known(session):
            return False
        load(session)
    return True


def load(session: Session, *, dry_run: bool = False) -> "tuple[list[Taken], int]":
    """The lists, also those that are there already, and how many exchange rates are new."""
    # Only for the first start: each other one merely looks whether it is.
    from mcm.prices.reading import read_list, read_rates

    lists, rates = [], 0
    for entry in sorted(resources.files("mcm.prices").joinpath("seed").iterdir(), key=lambda found: found.name):
        if not entry.name.endswith(".csv"):
            continue
        raw = entry.read_bytes()
        what = f"the seed {entry.name}"
        with entry.open("rb") as file:
            if entry.name == _RATES:
                rates = read_rates(session, file, what, seed=True, dry_run=dry_run)
            else:
                digest = hashlib.sha256(raw).hexdigest()
                lists.append(read_list(session, file, digest, what, {}, seed=True, complete=True, dry_run=dry_run))
    return lists, rates


def _known(session: Session) -> bool:
    return any(session.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() for table in _TABLES)  # noqa: S608
