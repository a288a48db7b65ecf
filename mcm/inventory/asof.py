"""Where rows come from: the current table, or for a past instant the rows that held then, current and superseded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Subquery, func, literal, literal_column, true, type_coerce
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
    """columns: the envelope by name, mcm's own included. living: not gone. current: today's rows, with tag rows.

    owner: where it stands who may see a row, if not in the row itself."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    living: ColumnElement[bool]
    holds: tuple[ColumnElement[bool], ...] = ()
    current: bool = True
    owner: Mapping[str, ColumnElement[Any]] | None = None


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
        return (Branch(_CURRENT, current, _living(_CURRENT)),)
    # labels, owner and the like have no history: a past row shows them as they are now.
    owner = _CURRENT.alias("own")
    past: dict[str, ColumnElement[Any]] = {column.name: column for column in _VERSION.columns}
    past["id"] = past.pop("resource_id")
    past |= {name: owner.c[name] for name in _OWN}
    past["labels"] = type_coerce(func.coalesce(owner.c.labels, literal({}, Json())), Json())
    past["managed"] = type_coerce(func.coalesce(owner.c.managed, "observed"), key_text())
    past["version"] = type_coerce(func.coalesce(owner.c.version, literal_column("0")), Integer())
    superseded = _VERSION.outerjoin(owner, owner.c.id == _VERSION.c.resource_id)
    then = (_VERSION.c.valid_from <= at, _VERSION.c.valid_to > at)
    return (
        Branch(_CURRENT, current, _living(_CURRENT), (_CURRENT.c.valid_from <= at,), current=False),
        # Whose it is now decides who sees what it was: a tenant gets the history with the resource, and loses it too.
        Branch(superseded, past, _living(_VERSION), then, current=False, owner=dict(owner.c.items())),
    )


def _living(table: FromClause) -> ColumnElement[bool]:
    """Written out, not bound: partial indexes serve only what names their own condition."""
    return table.c.presence != literal_column("'gone'")


def under_alias(name: str) -> Branch:
    """Today's rows once more, for a subquery."""
    table = _CURRENT.alias(name)
    return Branch(table, {column.name: column for column in table.columns}, _living(table))


def subset(rows: Subquery) -> Branch:
    """Living rows of today that were picked before."""
    return Branch(rows, {column.name: column for column in rows.columns}, true())


def unindexed(branch: Branch, kept: Collection[str], name: str = "resource") -> Branch:
    """SQLite only: the columns behind a unary plus, so that only indexes on the `kept` ones can serve.

    Without statistics SQLite takes any equality for rare and would sort 30,000 rows rather than walk 100 in order.
    """
    columns = {
        key: column if key in kept else literal_column(f"+{name}.{key}", type_=column.type)
        for key, column in branch.columns.items()
    }
    return replace(branch, columns=columns)
