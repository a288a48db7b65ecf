"""Allocation rules over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from sqlalchemy.orm import Session

from mcm.allocations import rules, service
from mcm.allocations.naming import Names
from mcm.allocations.schemas import (
    AllocationRuleItem,
    AllocationRuleRemoved,
    AllocationRulesApplied,
    AllocationRulesWrite,
)
from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import Cursor, Limit, Page
from mcm.paging import after, encode_cursor

router = APIRouter(prefix="/allocation-rules", tags=["allocation-rules"])
_READ, _WRITE = [authorize(Permission.COST_READ)], [authorize(Permission.COST_WRITE)]
Name = Annotated[str, Path(max_length=200)]
IfMatch = Annotated[str | None, Header(alias="If-Match")]
DryRun = Annotated[bool, Query(description="say what would change and what it would do to a month; store nothing")]


@router.get("", dependencies=_READ)
def list_allocation_rules(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[AllocationRuleItem]:
    """The first that applies first. Who sees a part of everything sees the rules that name nothing outside of it."""
    rows = rules.seen(session, Names(session))
    if last := after(cursor, int, str):
        rows = [row for row in rows if (row.position, row.name) > last]
    shown = rows[:limit]
    following = encode_cursor([shown[-1].position, shown[-1].name]) if len(rows) > limit else None
    return Page(items=service.rule_items(session, shown), next_cursor=following)


@router.get("/{name}", dependencies=_READ)
def show_allocation_rule(name: Name, session: ReadSession, response: Response) -> AllocationRuleItem:
    row = rules.get(session, name)
    response.headers["ETag"] = rules.etag(row)
    return service.rule_items(session, [row])[0]


@router.put("", dependencies=_WRITE, response_model=AllocationRulesApplied)
def apply_allocation_rules(
    body: AllocationRulesWrite, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Makes or replaces the rules of a YAML document, all or none; others stay unless `replace`."""
    if dry_run:
        with unit.reading() as session:
            wanted = rules.read(session, body.document, replace=body.replace)
            month = body.month or service.this_month()
            return AllocationRulesApplied(
                dry_run=True, changed=[rule.name for rule in wanted.changed], removed=wanted.removed,
                rules=[rule.name for rule in wanted.rules], month=month,
                effects=service.effects(session, wanted.rules, month),
            )  # fmt: skip

    def change(session: Session) -> AllocationRulesApplied:
        wanted = rules.read(session, body.document, replace=body.replace)
        after = rules.apply(session, mutation.caller, wanted)
        return AllocationRulesApplied(
            changed=[rule.name for rule in wanted.changed], removed=wanted.removed, rules=[row.name for row in after]
        )

    return mutation.run(change)


@router.delete("/{name}", dependencies=_WRITE, response_model=AllocationRuleRemoved)
def remove_allocation_rule(
    name: Name, mutation: MutationDep, if_match: IfMatch = None, try_only: TryOnly = False
) -> Any:
    def change(session: Session) -> AllocationRuleRemoved:
        return AllocationRuleRemoved(allocation_rule=rules.remove(session, mutation.caller, name, if_match).name)

    return mutation.run(change, dry_run=try_only)
