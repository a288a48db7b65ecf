"""Looks at a database whose writer was killed: which version each scope shows, and everything that must never be."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from mcm.db import migrate
from mcm.models import RelationRow, ResourceNative, ResourceRow, ResourceTag, ResourceVersion, Sighting, SyncRun
from mcm.models import Scope as ScopeRow
from tests.baddays.kills import world

_ORPHANS = {
    "relation without its source": "SELECT source_id FROM relation WHERE source_id NOT IN (SELECT id FROM resource)",
    "tag of nothing": "SELECT resource_id FROM resource_tag WHERE resource_id NOT IN (SELECT id FROM resource)",
    "document of nothing": "SELECT resource_id FROM resource_native WHERE resource_id NOT IN (SELECT id FROM resource)",
    "sighting of nothing": "SELECT resource_id FROM sighting WHERE resource_id NOT IN (SELECT id FROM resource)",
    "sighting of no scope": "SELECT scope_id FROM sighting WHERE scope_id NOT IN (SELECT id FROM scope)",
    "superseded row of nothing": "SELECT resource_id FROM resource_version "
    "WHERE resource_id NOT IN (SELECT id FROM resource)",
    "resource of no scope": "SELECT id FROM resource WHERE scope_id NOT IN (SELECT id FROM scope)",
    "scope of no account": "SELECT id FROM scope WHERE account_id NOT IN (SELECT id FROM account)",
    "present resource without a sighting": "SELECT id FROM resource r WHERE presence = 'present' AND NOT EXISTS "
    "(SELECT 1 FROM sighting s WHERE s.resource_id = r.id AND s.missing_since IS NULL)",
}


@dataclass
class Findings:
    """versions: of each scope that was ever read. running: ids of runs that the ledger calls running."""

    versions: dict[world.Scope, int] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    abandoned: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def inspect(engine: Engine, *, history: bool) -> Findings:
    """history: also the superseded rows, which become many."""
    findings = Findings()
    findings.problems += migrate.damage(engine)
    with engine.connect() as connection:
        for what, query in _ORPHANS.items():
            found = connection.execute(text(query)).fetchall()
            findings.problems += [f"{len(found)} × {what}"] if found else []
        _scopes(connection, findings)
        findings.problems += _parts(connection)
        if history:
            findings.problems += _history(connection)
        _ledger(connection, findings)
    return findings


def _scopes(connection: Connection, findings: Findings) -> None:
    scopes = {row.id: row for row in connection.execute(select(ScopeRow.__table__)) if row.kind != "region"}
    rows = defaultdict(list)
    for row in connection.execute(select(ResourceRow.__table__)):
        rows[row.scope_id].append(row)
    seen = defaultdict(set)
    for sighting in connection.execute(select(Sighting.__table__)):
        if sighting.missing_since is None:
            seen[sighting.scope_id].add(sighting.resource_id)
    for ident, scope in scopes.items():
        place = (scope.region, scope.kind)
        present = {row.native_id: row for row in rows[ident] if row.presence == "present"}
        versions = {world.version_of(row.name) for row in present.values()}
        if (scope.generation == 0) != (not present):
            findings.problems.append(f"{place}: generation {scope.generation} with {len(present)} resources")
        if len(versions) > 1:
            findings.problems.append(f"{place}: a mixture of the versions {sorted(versions)}")
        if len(versions) != 1:
            continue
        version = findings.versions[place] = versions.pop()
        wanted = world.expected(version)[place]
        if {native_id: row.name for native_id, row in present.items()} != wanted:
            findings.problems.append(f"{place}: is not version {version}: {set(present) ^ set(wanted)}")
        if seen[ident] != {row.id for row in present.values()}:
            findings.problems.append(f"{place}: sightings and resources differ")
        away = {row.native_id for row in rows[ident] if row.presence != "present"}
        findings.problems += [f"{place}: {one} is not {version}'s to lose" for one in away if world.stays(one)]


def _parts(connection: Connection) -> Iterator[str]:
    """Relations, tags and documents beside the rows say the same as the rows."""
    tags: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(ResourceTag.__table__)):
        tags[row.resource_id][row.key] = row.value
    relations: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in connection.execute(select(RelationRow.__table__)):
        relations[row.source_id].add((row.type, row.target_native_id))
    documents = {row.resource_id: row.document for row in connection.execute(select(ResourceNative.__table__))}
    for row in connection.execute(select(ResourceRow.__table__).where(ResourceRow.kind != "region")):
        if tags.get(row.id, {}) != row.tags:
            yield f"{row.native_id}: tags {tags.get(row.id)} beside a row with {row.tags}"
        if relations.get(row.id, set()) != {(item[0], item[2]) for item in row.relations}:
            yield f"{row.native_id}: other relations than its row has"
        if documents.get(row.id, {}).get("name") != row.name:
            yield f"{row.native_id}: the document is of another version than the row"


def _history(connection: Connection) -> Iterator[str]:
    """Superseded rows follow each other without gap and overlap; what was always there was always present."""
    kept: Mapping[str, list[Any]] = defaultdict(list)
    columns = (
        ResourceVersion.resource_id,
        ResourceVersion.native_id,
        ResourceVersion.presence,
        ResourceVersion.valid_from,
        ResourceVersion.valid_to,
    )
    for row in connection.execute(select(*columns).order_by(ResourceVersion.valid_to)):
        kept[row.resource_id].append(row)
        if row.presence != "present" and world.stays(row.native_id):
            yield f"{row.native_id}: was {row.presence} from {row.valid_from} to {row.valid_to}"
    current = {row.id: row.valid_from for row in connection.execute(select(ResourceRow.id, ResourceRow.valid_from))}
    for ident, rows in kept.items():
        ends = [row.valid_from for row in rows[1:]] + [current.get(ident)]
        for row, end in zip(rows, ends, strict=True):
            if row.valid_to != end or not row.valid_from < row.valid_to:
                yield f"{row.native_id}: {row.valid_from} to {row.valid_to} is followed by {end}"


def _ledger(connection: Connection, findings: Findings) -> None:
    leases = dict(
        connection.execute(select(ScopeRow.lease_run, ScopeRow.id).where(ScopeRow.lease_run.is_not(None))).all()
    )
    for run in connection.execute(select(SyncRun.id, SyncRun.outcome, SyncRun.error_message)):
        if run.outcome == "running":
            findings.running.add(run.id)
            if run.id not in leases:
                findings.problems.append(f"run {run.id} is running without a lease")
        elif run.outcome == "abandoned":
            findings.abandoned.add(run.id)
        elif run.outcome != "complete":
            findings.problems.append(f"run {run.id} is {run.outcome}: {run.error_message}")
