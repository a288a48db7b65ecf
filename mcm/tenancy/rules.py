"""The ordered rules that give resources to tenants: read, tried, replaced as a whole. Never commits."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.service import Caller, view_of
from mcm.errors import Forbidden, InvalidInput, PreconditionFailed
from mcm.filters.errors import closest
from mcm.models import Tenant, TenantRule
from mcm.tenancy import assignment, repository, rules_repository, service
from mcm.tenancy.errors import TenantNotFound
from mcm.tenancy.locks import take_over
from mcm.tenancy.schemas import MovedResource, Moves, Rule, RuleList, RulesApplied

MAX_MOVES, EXAMPLES = 100, 5


def listed(session: Session) -> RuleList:
    """Those that lead to a tenant which the session sees, and name no account that it does not see."""
    tenants = service.known(session)
    shown = service.paths(tenants)
    names = repository.account_names(session)
    hidden = not view_of(session).everything
    found = [
        row
        for row in rules_repository.everyone(session)
        if row.tenant_id in tenants and not (hidden and row.account_id is not None and row.account_id not in names)
    ]
    return RuleList.model_construct(rules=[_shown(row, shown, names) for row in found])


def etag(session: Session) -> str:
    """Of the whole list, by what it says."""
    rows = [
        (row.tenant_id, row.account_id, row.project, row.tag_key, row.tag_value, row.tag_prefix)
        for row in rules_repository.everyone(session)
    ]
    return f'"{hashlib.blake2b(orjson.dumps(rows), digest_size=9).hexdigest()}"'


def replace(
    session: Session, caller: Caller, wanted: RuleList, if_match: str | None, *, dry_run: bool = False
) -> RulesApplied:
    """The new rules hold for everything at once. `dry_run`: the same, and the caller must roll back.

    Raises Forbidden for who does not see everything: a rule can give anybody's resources to anybody."""
    if not view_of(session).everything:
        raise Forbidden(
            f"{caller.name} may not change the rules: they decide over all tenants",
            next_step="ask somebody who holds the role in the whole",
        )
    take_over(session)
    current = etag(session)
    if if_match is not None and if_match.strip() not in ("*", current):
        raise PreconditionFailed(
            "the rules were changed in the meantime", next_step="read them again and repeat the change"
        )
    tenants = service.known(session)
    rows = [_row(session, number, rule) for number, rule in enumerate(wanted.rules, 1)]
    warnings = _warnings(session, rows)
    rules_repository.replace(session, rows)
    moves = _moves(session, service.paths(tenants))
    number = assignment.assign_all(session.connection())
    if not dry_run:
        details = {"rules": len(rows), "resources": number}
        audit.record(session, caller, "tenant.rules", "tenant_rules", "all", details=details)
    living = sum(move.count for move in moves)
    return RulesApplied(dry_run=dry_run, rules=len(rows), resources=living, moves=moves[:MAX_MOVES], warnings=warnings)


def _row(session: Session, number: int, rule: Rule) -> TenantRule:
    """Raises InvalidInput that names the rule."""
    if rule.tag_value is not None and rule.tag_key is None:
        raise InvalidInput(f"rule {number} has a tag_value and no tag_key", next_step="name the tag's key as well")
    if rule.account is None and rule.project is None and rule.tag_key is None:
        raise InvalidInput(
            f"rule {number} asks for nothing, so it would take everything",
            next_step="give it an account, a project or a tag_key",
        )
    value, prefix = rule.tag_value, False
    if value is not None and "*" in value:
        value, prefix = value[:-1], True
        if "*" in value or not rule.tag_value or not rule.tag_value.endswith("*"):
            raise InvalidInput(
                f"rule {number}: '*' stands at the end of a tag_value only", next_step="write such as: prod-*"
            )
    return TenantRule(
        position=number,
        tenant_id=_tenant(session, number, rule.tenant).id,
        account_id=None if rule.account is None else _account(session, number, rule.account),
        project=rule.project,
        tag_key=rule.tag_key,
        # A lone * is any value.
        tag_value=value or None,
        tag_prefix=prefix and bool(value),
    )


def _tenant(session: Session, number: int, reference: str) -> Tenant:
    try:
        return service.get(session, reference)
    except (TenantNotFound, InvalidInput) as error:
        raise InvalidInput(f"rule {number}: {error.message}", next_step=error.next_step) from error


def _account(session: Session, number: int, reference: str) -> str:
    account = repository.account_named(session, reference)
    if account is None:
        near = closest(reference, repository.account_names(session).values())
        raise InvalidInput(
            f"rule {number}: there is no account '{reference}'",
            next_step=f"did you mean '{near}'?" if near else "`mcm account list` shows those there are",
        )
    return account.id


def _warnings(session: Session, rows: Sequence[TenantRule]) -> list[str]:
    """What may be a slip of the keyboard: allowed all the same, as the resource may be still to come."""
    told: list[str] = []
    keys = repository.tag_keys(session) if any(row.tag_key for row in rows) else []
    projects = repository.projects(session) if any(row.project for row in rows) else set()
    for row in rows:
        if row.tag_key and row.tag_key not in keys:
            near = closest(row.tag_key, keys)
            hint = f"; did you mean '{near}'?" if near else ""
            told.append(f"rule {row.position}: no resource has a tag '{row.tag_key}'{hint}")
        if row.project and not any(
            project == row.project and row.account_id in (None, account_id) for account_id, project in projects
        ):
            told.append(f"rule {row.position}: no resource is in a project with the id '{row.project}'")
    return told


def _moves(session: Session, shown: Mapping[str, str]) -> list[Moves]:
    """By the rules that are in the table now, before they are applied; most first."""
    counted: dict[tuple[str, str], int] = {}
    examples: dict[tuple[str, str], list[MovedResource]] = {}
    for row in session.execute(text(assignment.MOVES), execution_options={"yield_per": 1000}):
        pair = (shown.get(row.was, row.was), shown.get(row.becomes, row.becomes))
        counted[pair] = counted.get(pair, 0) + 1
        few = examples.setdefault(pair, [])
        if len(few) < EXAMPLES:
            few.append(MovedResource(id=row.id, name=row.name, kind=row.kind))
    ordered = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    return [Moves(source=pair[0], target=pair[1], count=number, examples=examples[pair]) for pair, number in ordered]


def _shown(row: TenantRule, shown: Mapping[str, str], names: Mapping[str, str]) -> Rule:
    values: dict[str, Any] = {
        "account": None if row.account_id is None else names.get(row.account_id, row.account_id),
        "project": row.project,
        "tag_key": row.tag_key,
        "tag_value": f"{row.tag_value}*" if row.tag_prefix else row.tag_value,
        "tenant": shown[row.tenant_id],
    }
    return Rule.model_construct(**values)
