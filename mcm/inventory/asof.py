"""Where rows come from: the current table, or for a past instant the rows that held then, current and superseded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, literal, literal_column, type_coerce
from sqlalchemy.types import Integer

from mcm.contract.errors import clean_text
from mcm.db.types import Json, key_text
from mcm.filters.syntax import Moment
from mcm.filters.values import moment
from mcm.inventory.errors import InvalidAsOf
from mcm.kit import clock
from mcm.models import ResourceRow, ResourceVersion

_CURRENT = ResourceRow.__table__
_VERSION = ResourceVersion.__table__
_OWN = ("labels", "owner", "data_class", "managed", "version")


@dataclass(frozen=True)
class Branch:
    """columns: the envelope by name, mcm's own columns included. current: today's rows, with tables for tags."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    holds: tuple[ColumnElement[bool], ...] = ()
    current: bool = True


def parse_as_of(text: str | None) -> datetime | None:
    """None for now. Raises InvalidAsOf for what is no time, or lies ahead."""
    if text is None or not text.strip():
        return None
    # A "+" in a query string arrives as a space.
    read: Moment | None = moment(text.strip().replace(" ", "+") if "T" in text.upper() else text.strip())
    if read is None:
        raise InvalidAsOf(
            f"as_of is no time: '{clean_text(text[:60])}'", next_step="write 2026-01-31T12:00:00Z or 2026-01-31"
        )
    if read.at > clock.now():
        raise InvalidAsOf("as_of lies in the future", next_step="leave it out for the state of now")
    return read.at


def branches(at: datetime | None) -> tuple[Branch, ...]:
    """One branch for now; two for the past, which share no row: a current one began by then or it did not."""
    current = {column.name: column for column in _CURRENT.columns}
    if at is None:
        return (Branch(_CURRENT, current),)
    # labels, owner and the like have no history: a past row shows them as they are now.
    owner = _CURRENT.alias("own")
    past: dict[str, ColumnElement[Any]] = {column.name: column for column in _VERSION.columns}
    past["id"] = past.pop("resource_id")
    past |= {name: owner.c[name] for name in _OWN}
    past["labels"] = type_coerce(func.coalesce(owner.c.labels, literal({}, Json())), Json())
    past["managed"] = type_coerce(func.coalesce(owner.c.managed, "observed"), key_text())
    past["version"] = type_coerce(func.coalesce(owner.c.version, literal_column("0")), Integer())
    then = (_VERSION.c.valid_from <= at, _VERSION.c.valid_to > at)
    return (
        Branch(_CURRENT, current, (_CURRENT.c.valid_from <= at,), current=False),
        Branch(_VERSION.outerjoin(owner, owner.c.id == _VERSION.c.resource_id), past, then, current=False),
    )


def unindexed(branch: Branch, kept: Collection[str]) -> Branch:
    """SQLite only: the columns behind a unary plus, so that only indexes that begin with `kept` ones can serve.

    Without statistics SQLite takes any equality for rare and would sort 30,000 rows rather than walk 100 in order.
    """
    columns = {
        name: column if name in kept else literal_column(f"+resource.{name}", type_=column.type)
        for name, column in branch.columns.items()
    }
    return Branch(branch.source, columns, branch.holds, branch.current)
