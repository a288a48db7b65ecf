"""One short transaction that turns a staged read into inventory: generation n or n+1 of a scope, never a mixture.

The order matters: first what was seen (new, changed, returned), then what was not (missing or held), then the ledger.
An unchanged resource touches no row of the resource tables.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from mcm.kit import clock
from mcm.sync import statements as sql
from mcm.tenancy import assignment

BRAKE_SHARE = 0.2
BRAKE_ITEMS = 10


@dataclass(frozen=True, slots=True)
class Target:
    """Where a read belongs."""

    scope_id: int
    account_id: str
    provider: str
    realm: str
    kind: str

    def with_realm(self, realm: str) -> "Target":
        return replace(self, realm=realm)


@dataclass(slots=True)
class Outcome:
    """Rows by what happened to them. held: disappearances that wait for a person."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    returned: int = 0
    missing: int = 0
    gone: int = 0
    held: int = 0


def merge_time(connection: Connection) -> datetime:
    """Now, but after every instant already used: a clock that jumps back must not fold history."""
    latest = sql.scalar(connection, "SELECT max(valid_from) FROM resource")
    at = clock.now()
    if latest is None:
        return at
    newest = latest if isinstance(latest, datetime) else clock.from_text(latest)
    return max(at, newest + timedelta(microseconds=1))


def absent(connection: Connection, scope_id: int) -> int:
    """Sightings that the read did not name."""
    return int(sql.scalar(connection, sql.COUNT_ABSENT, scope=scope_id))


def pending(connection: Connection, scope_id: int) -> int:
    """Disappearances from before that wait to be confirmed, and that the read did not name."""
    return int(sql.scalar(connection, sql.COUNT_PENDING, scope=scope_id))


def brakes(absent: int, total: int) -> bool:
    """More than a fifth and more than ten of a scope, or all of it: too much to believe without a person."""
    return absent > 0 and (absent == total or (absent > BRAKE_ITEMS and absent > total * BRAKE_SHARE))


def apply_seen(connection: Connection, target: Target, at: datetime) -> Outcome:
    """New, changed and returned resources of the staged read. The caller holds the transaction and the lease."""
    values: dict[str, Any] = {
        "scope": target.scope_id,
        "account": target.account_id,
        "provider": target.provider,
        "realm": target.realm,
        "kind": target.kind,
        "at": clock.to_text(at),
    }
    outcome = Outcome()
    ruled = assignment.rules_exist(connection)
    ((staged, existing),) = sql.rows(connection, sql.COUNT_STAGED)
    if staged:
        if existing:
            sql.run(connection, sql.LEAVE_TO_OWNER, values)
            if sql.run(connection, sql.LEAVE_EQUAL, values):
                sql.run(connection, sql.TAKE_EQUAL, values)
            sql.run(connection, sql.ARCHIVE_STAGED, values)
            owned: dict[str, int] = dict(map(tuple, sql.rows(connection, sql.COUNT_OWNED)))
            outcome.changed = owned.pop("present", 0)
            outcome.returned = sum(owned.values())
            for statement in sql.DROP_PARTS:
                sql.run(connection, statement, values)
        outcome.added = sql.run(connection, sql.upsert_resources(connection), values)
        outcome.added -= outcome.changed + outcome.returned
        for statement in sql.insert_parts(connection):
            sql.run(connection, statement, values)
        if ruled:
            assignment.assign_staged(connection)
        sql.run(connection, sql.upsert_sightings(connection), values)
    if sql.scalar(connection, sql.ANY_BACK, **values):
        sql.run(connection, sql.ARCHIVE_BACK, values)
        outcome.returned += sql.run(connection, sql.RESOURCES_BACK, values)
        sql.run(connection, sql.SIGHTINGS_BACK, values)
    return outcome


def start_disappearance(connection: Connection, target: Target, at: datetime) -> int:
    """After a complete, believed read: what it did not list is missing from now on. Returns resources now missing."""
    values = {"scope": target.scope_id, "at": clock.to_text(at)}
    sql.run(connection, sql.SIGHTINGS_MISSING, values)
    return settle_missing(connection, target.scope_id, at)


def settle_missing(connection: Connection, scope_id: int, at: datetime) -> int:
    """Resources whose every sighting is missing become missing; those another account still sees pass to it."""
    values = {"scope": scope_id, "at": clock.to_text(at)}
    sql.run(connection, sql.ARCHIVE_MISSING, values)
    number = sql.run(connection, sql.RESOURCES_MISSING, values)
    pass_on(connection, scope_id)
    return number


def pass_on(connection: Connection, scope_id: int) -> None:
    """Content whose own sighting went missing follows a living one, whose next read then writes it anew."""
    if sql.scalar(connection, sql.ANY_TO_PASS, scope=scope_id):
        sql.run(connection, sql.VOID_HEIR, {"scope": scope_id})
        sql.run(connection, sql.PASS_ON, {"scope": scope_id})
        assignment.note_passed(connection)


def hold(connection: Connection, scope_id: int) -> int:
    """Quarantine: what the read did not list is marked held and otherwise left as it was. Returns how many."""
    return sql.run(connection, sql.SIGHTINGS_HELD, {"scope": scope_id})


def confirm_gone(connection: Connection, scope_id: int, idents: list[str], at: datetime) -> int:
    """The cloud itself said these no longer exist. Returns resources now gone (others may be seen elsewhere)."""
    gone = 0
    for start in range(0, len(idents), 500):
        part = idents[start : start + 500]
        marks = ", ".join(f":i{n}" for n in range(len(part)))
        values: dict[str, Any] = {f"i{n}": ident for n, ident in enumerate(part)}
        values |= {"scope": scope_id, "at": clock.to_text(at)}
        sql.run(connection, sql.DROP_SIGHTINGS.format(ids=marks), values)
        sql.run(connection, sql.ARCHIVE_GONE.format(ids=marks), values)
        gone += sql.run(connection, sql.RESOURCES_GONE.format(ids=marks), values)
    return gone


def bring_back(connection: Connection, scope_id: int, idents: list[str], at: datetime) -> None:
    """Undo: tombstones become present again, with a held sighting whose fingerprint matches nothing."""
    for ident in idents:
        values = {"scope": scope_id, "ident": ident, "at": clock.to_text(at)}
        sql.run(connection, sql.ARCHIVE_ONE, values)
        sql.run(connection, sql.REVIVE, values)
        sql.run(connection, sql.HELD_SIGHTING, values)


def prune(connection: Connection, before: datetime) -> int:
    """Tombstones and superseded rows whose time is over. Returns rows dropped."""
    values = {"before": clock.to_text(before)}
    return sum(sql.run(connection, statement, values) for statement in sql.PRUNE)
