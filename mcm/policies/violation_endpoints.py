"""What breaks which policy, over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.auth.service import view_of
from mcm.db.session import home_currency
from mcm.edge.dependencies import CallerDep, ReadSession, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.errors import Forbidden, InvalidInput
from mcm.inventory.errors import ResourceNotFound
from mcm.kit import currencies
from mcm.policies import checking, fixing, showing, violations
from mcm.policies.documents import Mode, Severity
from mcm.policies.fix_schemas import ViolationFixes
from mcm.policies.schemas import Checked, Explained, ViolationItem, ViolationSummary
from mcm.tenancy import sight

router = APIRouter(tags=["policies"])
_READ, _WRITE = [authorize(Permission.POLICY_READ)], [authorize(Permission.POLICY_WRITE)]
Status = Literal["current", "open", "excepted", "resolved"]


@router.get("/violations", dependencies=_READ)
def list_violations(
    session: ReadSession,
    policy: Annotated[str | None, Query(max_length=63)] = None,
    resource: Annotated[str | None, Query(max_length=64, description="id of a resource")] = None,
    account: Annotated[str | None, Query(max_length=100, description="name or id")] = None,
    severity: Severity | None = None,
    mode: Mode | None = None,
    owner: Annotated[str | None, Query(max_length=200)] = None,
    status: Annotated[Status, Query(description="current: open and excepted")] = "current",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ViolationItem]:
    """Of resources that you may see, newest first."""
    equal = {"policy_id": policy, "resource_id": resource, "severity": severity, "mode": mode, "owner": owner}
    conditions = violations.wanted(status, equal, account)
    after = sight.after(session, cursor, datetime, str)
    rows = violations.page(session, after, limit + 1, conditions)
    following = None
    if len(rows) > limit:
        last = rows[limit - 1][0]
        following = sight.cursor_of(session, [last.since, last.id])
    names = showing.Names(session)
    return Page(items=[showing.violation_item(one, names) for one in rows[:limit]], next_cursor=following)


@router.get("/violations/summary", dependencies=_READ)
def show_violation_summary(session: ReadSession) -> ViolationSummary:
    """How many by policy, as of when, and of whose data nobody has said what it is."""
    return ViolationSummary.model_validate(violations.summary(session) | {"as_of": checking.as_of(session)})


@router.post("/violations/check", dependencies=_WRITE, response_model=Checked)
def check_violations(
    mutation: MutationDep,
    whole: Annotated[bool, Query(description="everything, also what has not changed since")] = False,
) -> Any:
    """Asks now what runs; otherwise mcm does so by itself a few seconds after every change."""

    def change(session: Session) -> Checked:
        if not view_of(session).everything:
            raise Forbidden(
                f"{mutation.caller.name} may not have everything checked",
                next_step="mcm does so by itself; or ask somebody who holds the role in the whole",
            )
        plan = checking.run(session, whole=whole)
        counts = plan.changed if plan is not None else {}
        done = Checked(
            looked_at=plan.looked_at if plan is not None else 0,
            **{name: counts.get(name, 0) for name in ("opened", "changed", "resolved")},
        )
        details = done.model_dump() | {"whole": whole}
        audit.record(session, mutation.caller, "violation.check", "violations", "all", details=details)
        return done

    return mutation.run(change)


@router.get("/violations/{violation_id}", dependencies=_READ)
def show_violation(violation_id: str, session: ReadSession) -> ViolationItem:
    return showing.violation_item(violations.get(session, violation_id), showing.Names(session))


@router.get("/violations/{violation_id}/fixes", dependencies=_READ)
def show_violation_fixes(
    violation_id: str,
    session: ReadSession,
    caller: CallerDep,
    currency: Annotated[
        str | None, Query(pattern=r"^[A-Z]{3}$", description="that amounts are compared in; default the organisation's")
    ] = None,
) -> ViolationFixes:
    """The ways back: places where no hard policy speaks against it, with the difference of the monthly cost and its
    basis; another class of its data; an exception."""
    if currency is not None and not currencies.known(currency):
        raise InvalidInput(f"'{currency}' is no ISO 4217 currency code", next_step="write one, such as EUR")
    return fixing.fixes(session, caller, violation_id, currency or home_currency(session))


@router.get("/resources/{resource_id}/policies", dependencies=_READ)
def explain_resource_policies(resource_id: str, session: ReadSession) -> Explained:
    """What every policy says to an instance where it is now, and the facts they see."""
    found = showing.explained(session, resource_id)
    if found is None:
        raise ResourceNotFound(
            "there is no instance with this id", next_step="`mcm instance list -o name` shows their ids"
        )
    return found
