"""The SQL that says whose a resource is: the first rule that fits it, else its account's tenant. For both databases.

A tag is compared by the beginning that `resource_tag` keeps, which is why rules take shorter values than that.
"""

from typing import Any

from sqlalchemy import Connection, text

from mcm.tenancy.locks import hold_still

MAX_RULE_VALUE = 399

_TAGGED = """EXISTS (SELECT 1 FROM resource_tag t WHERE t.resource_id = {row}.id AND t.key = u.tag_key
  AND (u.tag_value IS NULL OR t.value = u.tag_value
  OR (u.tag_prefix AND substr(t.value, 1, length(u.tag_value)) = u.tag_value)))"""
_TENANT = f"""COALESCE((SELECT u.tenant_id FROM tenant_rule u
  WHERE (u.account_id IS NULL OR u.account_id = {{account}}) AND (u.project IS NULL OR u.project = {{row}}.project)
  AND (u.tag_key IS NULL OR {_TAGGED}) ORDER BY u.position LIMIT 1),
  (SELECT a.tenant_id FROM account a WHERE a.id = {{account}}), {{row}}.tenant_id)"""  # noqa: S608


def tenant_of(row: str, account: str) -> str:
    """An SQL expression: the tenant of the resource that `row` names, read through `account` (an expression too)."""
    return _TENANT.replace("{row}", row).replace("{account}", account)


_OWN = tenant_of("resource", "resource.account_id")
_ALL = f"UPDATE resource SET tenant_id = {_OWN} WHERE tenant_id <> {_OWN}"  # noqa: S608
_ALL_STAGED = f"{_ALL} AND id IN (SELECT id FROM sync_stage WHERE owned = 1)"  # noqa: S608
# Which tenants have something in the scopes of accounts that are not theirs; tenants that were removed are left out.
_LENT = """INSERT INTO tenant_scope (tenant_id, scope_id) SELECT DISTINCT r.tenant_id, r.scope_id FROM resource r
  JOIN scope s ON s.id = r.scope_id JOIN account a ON a.id = s.account_id JOIN tenant n ON n.id = r.tenant_id
  WHERE r.tenant_id <> a.tenant_id{also} ON CONFLICT (tenant_id, scope_id) DO NOTHING"""
MOVES = f"""SELECT r.tenant_id AS was, {tenant_of("r", "r.account_id")} AS becomes, r.id, r.name, r.kind
  FROM resource r WHERE r.presence <> 'gone' AND r.tenant_id <> {tenant_of("r", "r.account_id")}"""  # noqa: S608


def rules_exist(connection: Connection) -> bool:
    """Holds the rules still until the transaction ends."""
    hold_still(connection)
    return connection.execute(text("SELECT 1 FROM tenant_rule LIMIT 1")).first() is not None


def assign_staged(connection: Connection) -> None:
    """After a merge wrote resources and tags of what it staged. Costs nothing where there are no rules: not called."""
    connection.execute(text(_ALL_STAGED))
    # Also what only changed its account.
    connection.execute(text(_LENT.format(also=" AND r.id IN (SELECT id FROM sync_stage WHERE owned > 0)")))


def note_passed(connection: Connection) -> None:
    """After content went to other accounts by the rules. Looks through everything, and is rare."""
    if connection.execute(text("SELECT 1 FROM tenant_rule LIMIT 1")).first() is not None:
        connection.execute(text(_LENT.format(also="")))


def assign_account(connection: Connection, account_id: str) -> int:
    """After the account went to another tenant. Returns how many resources changed hands."""
    values: dict[str, Any] = {"account": account_id}
    number = connection.execute(text(f"{_ALL} AND account_id = :account"), values).rowcount
    connection.execute(
        text("DELETE FROM tenant_scope WHERE scope_id IN (SELECT id FROM scope WHERE account_id = :account)"), values
    )
    connection.execute(text(_LENT.format(also=" AND a.id = :account")), values)
    return number


def assign_all(connection: Connection) -> int:
    """After the rules changed. Returns how many resources changed hands, what is gone included."""
    number = connection.execute(text(_ALL)).rowcount
    connection.execute(text("DELETE FROM tenant_scope"))
    connection.execute(text(_LENT.format(also="")))
    return number
