"""The SQL of a merge, for both databases. Values are bound; names come from the models.

Archiving copies the whole current row, with its native document, before the row changes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, text

from mcm.models import ResourceRow, ResourceVersion
from mcm.sync.normalise import Row
from mcm.tenancy.assignment import tenant_of

_ENVELOPE = [
    column.name
    for column in ResourceVersion.__table__.columns
    if column.name not in ("resource_id", "valid_to", "native")
]
_R = ", ".join(f"r.{name}" for name in _ENVELOPE)
_ARCHIVE = (
    f"INSERT INTO resource_version ({', '.join(_ENVELOPE)}, resource_id, valid_to, native) "
    f"SELECT {_R}, r.id, {{at}}, n.document FROM resource r "
    "LEFT JOIN resource_native n ON n.resource_id = r.id WHERE "
)
_SEEN = "(SELECT resource_id FROM sync_seen)"
_ALIVE = "missing_since IS NULL"
# NOT EXISTS and not NOT IN: PostgreSQL compares each with each once a subquery of that kind outgrows its work memory.
_UNLISTED = "NOT EXISTS (SELECT 1 FROM sync_seen x WHERE x.resource_id = sighting.resource_id)"

# The account's tenant as of now: it may have gone to another one while it was read. Rules have their say afterwards.
_HOME = "(SELECT a.tenant_id FROM account a WHERE a.id = CAST(:account AS TEXT))"
# Content belongs to the account that saw the resource first, as long as it sees it: two accounts with different rights
# would otherwise rewrite each other's view at every sync.
LEAVE_TO_OWNER = f"""UPDATE sync_stage SET owned = 0 WHERE EXISTS (
  SELECT 1 FROM resource r JOIN sighting g ON g.resource_id = r.id AND g.scope_id = r.scope_id
  WHERE r.id = sync_stage.id AND r.scope_id <> :scope AND r.presence = 'present' AND g.{_ALIVE})"""
TAKE_EQUAL = f"""UPDATE resource SET scope_id = :scope, account_id = CAST(:account AS TEXT), provider = :provider,
  tenant_id = {tenant_of("resource", "CAST(:account AS TEXT)")}
  WHERE scope_id <> :scope AND id IN (SELECT id FROM sync_stage WHERE owned = 2)"""
LEAVE_EQUAL = """UPDATE sync_stage SET owned = 2 WHERE owned = 1 AND EXISTS (
  SELECT 1 FROM resource r WHERE r.id = sync_stage.id AND r.presence = 'present'
  AND r.fingerprint = sync_stage.fingerprint)"""
_OWNED = "(SELECT id FROM sync_stage WHERE owned = 1)"
ARCHIVE_STAGED = _ARCHIVE + f"r.id IN {_OWNED}"
# CROSS JOIN, which SQLite takes in the order that is written: few are staged of many that are there.
COUNT_STAGED = """SELECT count(*), count(r.id) FROM sync_stage s LEFT JOIN resource r ON r.id = s.id"""
COUNT_OWNED = """SELECT r.presence, count(*) FROM sync_stage s CROSS JOIN resource r
  WHERE r.id = s.id AND s.owned = 1 GROUP BY r.presence"""
DROP_PARTS = (
    f"DELETE FROM relation WHERE source_id IN {_OWNED}",
    f"DELETE FROM resource_tag WHERE resource_id IN {_OWNED}",
    f"DELETE FROM resource_native WHERE resource_id IN {_OWNED}",
)

ANY_BACK = f"""SELECT count(*) FROM sighting WHERE scope_id = :scope
  AND (missing_since IS NOT NULL OR held = {{true}}) AND resource_id IN {_SEEN}"""
_BACK = f"""(SELECT resource_id FROM sighting WHERE scope_id = :scope AND missing_since IS NOT NULL
  AND resource_id IN {_SEEN})"""
ARCHIVE_BACK = _ARCHIVE + f"r.presence = 'missing' AND r.id IN {_BACK}"
RESOURCES_BACK = f"""UPDATE resource SET presence = 'present', missing_since = NULL, valid_from = {{at}}
  WHERE presence = 'missing' AND id IN {_BACK}"""
SIGHTINGS_BACK = f"""UPDATE sighting SET missing_since = NULL, held = {{false}}, absent_confirmed = {{false}}
  WHERE scope_id = :scope AND (missing_since IS NOT NULL OR held = {{true}}) AND resource_id IN {_SEEN}"""

_COUNT = "SELECT count(*) FROM sighting WHERE scope_id = :scope AND "
COUNT_ABSENT = f"{_COUNT}{_ALIVE} AND {_UNLISTED}"
COUNT_PENDING = f"{_COUNT}missing_since IS NOT NULL AND {_UNLISTED}"
SIGHTINGS_MISSING = f"""UPDATE sighting SET missing_since = {{at}}, held = {{false}}
  WHERE scope_id = :scope AND {_ALIVE} AND {_UNLISTED}"""
SIGHTINGS_HELD = f"""UPDATE sighting SET held = {{true}}
  WHERE scope_id = :scope AND {_ALIVE} AND {_UNLISTED}"""
SIGHTINGS_REMOVED = f"""UPDATE sighting SET missing_since = {{{{at}}}}
  WHERE scope_id = :scope AND {_ALIVE} AND resource_id IN ({{ids}})"""
_ALL_MISSING = f"""id IN (SELECT resource_id FROM sighting WHERE scope_id = :scope AND missing_since IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM sighting o WHERE o.resource_id = {{row}}.id AND o.{_ALIVE})"""
ARCHIVE_MISSING = _ARCHIVE + "r.presence = 'present' AND r." + _ALL_MISSING.replace("{row}", "r")
RESOURCES_MISSING = (
    "UPDATE resource SET presence = 'missing', missing_since = {at}, valid_from = {at} WHERE presence = 'present' AND "
    + _ALL_MISSING.replace("{row}", "resource")
)
_TO_PASS = f"""r.scope_id = :scope AND r.presence = 'present'
  AND NOT EXISTS (SELECT 1 FROM sighting g WHERE g.scope_id = :scope AND g.resource_id = r.id AND g.{_ALIVE})
  AND EXISTS (SELECT 1 FROM sighting h WHERE h.resource_id = r.id AND h.{_ALIVE})"""
_HEIR = f"""(SELECT min(h.scope_id) FROM sighting h WHERE h.resource_id = {{row}} AND h.{_ALIVE})"""
ANY_TO_PASS = f"SELECT count(*) FROM resource r WHERE {_TO_PASS}"
VOID_HEIR = f"""UPDATE sighting SET fingerprint = '' WHERE {_ALIVE} AND resource_id IN (
  SELECT r.id FROM resource r WHERE {_TO_PASS})"""
_HEIR_ACCOUNT = f"""(SELECT account_id FROM scope WHERE scope.id = {_HEIR.replace("{row}", "resource.id")})"""
PASS_ON = f"""UPDATE resource SET
  account_id = {_HEIR_ACCOUNT},
  scope_id = {_HEIR.replace("{row}", "resource.id")},
  tenant_id = {tenant_of("resource", _HEIR_ACCOUNT)}
  WHERE id IN (SELECT r.id FROM resource r WHERE {_TO_PASS})"""

DROP_SIGHTINGS = "DELETE FROM sighting WHERE scope_id = :scope AND resource_id IN ({ids})"
_UNSEEN = """presence <> 'gone' AND {row}.id IN ({{ids}})
  AND NOT EXISTS (SELECT 1 FROM sighting o WHERE o.resource_id = {row}.id)"""
ARCHIVE_GONE = _ARCHIVE.replace("{at}", "{{at}}") + "r." + _UNSEEN.replace("{row}", "r").replace("{{ids}}", "{ids}")
RESOURCES_GONE = (
    "UPDATE resource SET presence = 'gone', gone_at = {{at}}, valid_from = {{at}} WHERE "
    + _UNSEEN.replace("{row}", "resource").replace("{{ids}}", "{ids}")
)

ARCHIVE_ONE = _ARCHIVE + "r.id = :ident"
REVIVE = """UPDATE resource SET presence = 'present', gone_at = NULL, missing_since = NULL, valid_from = {at}
  WHERE id = :ident AND presence = 'gone'"""
HELD_SIGHTING = """INSERT INTO sighting (scope_id, resource_id, account_id, fingerprint, missing_since,
  absent_confirmed, held) SELECT s.id, CAST(:ident AS TEXT), s.account_id, '', NULL, {false}, {true} FROM scope s
  WHERE s.id = :scope ON CONFLICT (scope_id, resource_id) DO UPDATE SET held = excluded.held"""
_PAST = "(SELECT id FROM resource WHERE presence = 'gone' AND gone_at < {before})"
PRUNE = (
    "DELETE FROM resource_version WHERE valid_to < {before}",
    f"DELETE FROM relation WHERE source_id IN {_PAST}",
    f"DELETE FROM resource_tag WHERE resource_id IN {_PAST}",
    f"DELETE FROM resource_native WHERE resource_id IN {_PAST}",
    f"DELETE FROM resource WHERE id IN {_PAST}",
)


def scalar(connection: Connection, statement: str, **values: Any) -> Any:
    return connection.execute(_prepared(statement, connection.dialect.name), _used(statement, values)).scalar()


def rows(connection: Connection, statement: str) -> Sequence[Any]:
    return connection.execute(_prepared(statement, connection.dialect.name)).all()


def run(connection: Connection, statement: str, values: dict[str, Any]) -> int:
    """Executes and returns the number of rows touched."""
    return connection.execute(_prepared(statement, connection.dialect.name), _used(statement, values)).rowcount


def _used(statement: str, values: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in values.items() if f":{name}" in statement}
    return known | {name: values[name] for name in ("at", "before") if f"{{{name}}}" in statement}


@cache
def _prepared(statement: str, dialect: str) -> Any:
    at = ":at" if dialect == "sqlite" else "CAST(:at AS timestamptz)"
    true, false = ("1", "0") if dialect == "sqlite" else ("true", "false")
    before = ":before" if dialect == "sqlite" else "CAST(:before AS timestamptz)"
    statement = statement.replace("{before}", before)
    return text(statement.replace("{at}", at).replace("{true}", true).replace("{false}", false))


@cache
def _cast(dialect: str, name: str, source: str) -> str:
    if dialect == "sqlite":
        return source
    if name in ("tags", "attributes", "relations", "document", "labels"):
        return f"CAST({source} AS jsonb)"
    if name in ("created_at", "valid_from", "first_seen", "at"):
        return f"CAST({source} AS timestamptz)"
    return source


@cache
def _upsert_resources(dialect: str) -> str:
    staged = [name for name in Row._fields if name != "native"]
    given = {
        "tenant_id": _HOME, "realm": ":realm", "kind": ":kind", "provider": ":provider", "account_id": ":account",
        "scope_id": ":scope", "presence": "'present'", "missing_since": "NULL", "gone_at": "NULL",
        "first_seen": _cast(dialect, "first_seen", ":at"), "valid_from": _cast(dialect, "valid_from", ":at"),
    }  # fmt: skip
    ours = {"labels": _cast(dialect, "labels", "'{}'"), "managed": "'observed'", "version": "1"}
    values = {name: _cast(dialect, name, f"s.{name}") for name in staged} | given | ours
    columns = [column.name for column in ResourceRow.__table__.columns if column.name in values]
    kept = {"id", "first_seen", *ours}
    renewed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in kept)
    return (
        f"INSERT INTO resource ({', '.join(columns)}) SELECT {', '.join(values[name] for name in columns)} "
        f"FROM sync_stage s WHERE s.owned = 1 ON CONFLICT (id) DO UPDATE SET {renewed}"
    )


def upsert_resources(connection: Connection) -> str:
    return _upsert_resources(connection.dialect.name)


def upsert_sightings(connection: Connection) -> str:
    false = "0" if connection.dialect.name == "sqlite" else "false"
    return (
        "INSERT INTO sighting (scope_id, resource_id, account_id, fingerprint, missing_since, absent_confirmed, held) "
        f"SELECT CAST(:scope AS INTEGER), s.id, :account, s.fingerprint, NULL, {false}, {false} FROM sync_stage s "
        f"WHERE s.id IS NOT NULL ON CONFLICT (scope_id, resource_id) DO UPDATE SET fingerprint = excluded.fingerprint, "
        f"missing_since = NULL, absent_confirmed = {false}, held = {false}"
    )


def insert_parts(connection: Connection) -> tuple[str, ...]:
    dialect = connection.dialect.name
    return (
        "INSERT INTO relation (source_id, type, target_id, target_kind, target_native_id) "
        "SELECT t.source_id, t.type, t.target_id, t.target_kind, t.target_native_id FROM sync_stage_relation t "
        f"WHERE t.source_id IN {_OWNED} ORDER BY t.source_id, t.type, t.target_id",
        "INSERT INTO resource_tag (resource_id, key, value) SELECT t.resource_id, t.key, t.value "
        f"FROM sync_stage_tag t WHERE t.resource_id IN {_OWNED}",
        f"INSERT INTO resource_native (resource_id, at, document) SELECT s.id, {_cast(dialect, 'at', ':at')}, "
        f"{_cast(dialect, 'document', 's.native')} FROM sync_stage s WHERE s.owned = 1 AND s.native IS NOT NULL",
    )
