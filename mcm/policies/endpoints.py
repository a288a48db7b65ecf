"""Placement policies over HTTP: documents, their versions, the starter library (violations and exceptions: beside)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.dependencies import ReadSession, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.policies import evidence, evidence_page, library, service, showing, simulating
from mcm.policies.documents import Mode, PlacementPolicy, Severity
from mcm.policies.exception_endpoints import router as exceptions
from mcm.policies.schemas import (
    Lint,
    PolicyDetail,
    PolicyItem,
    PolicyRemoved,
    PolicyVersionItem,
    PolicyWrite,
    StarterItem,
)
from mcm.policies.violation_endpoints import router as violations

router = APIRouter(tags=["policies"])
_READ, _WRITE = [authorize(Permission.POLICY_READ)], [authorize(Permission.POLICY_WRITE)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag the change is based on; * for any")]
PolicyId = Annotated[str, Path(max_length=63, pattern=r"^[a-z0-9-]+$")]
DryRun = Annotated[bool, Query(description="say what is wrong with it and what it would do; store nothing")]
Accept = Annotated[bool, Query(description="store it although it would refuse everything or contradict another")]
Simulate = Annotated[bool, Query(description="in a dry run: also try it on what was asked for and on what runs")]
Days = Annotated[int, Query(ge=1, le=366, description="of requests that a simulation looks back on")]


@router.get("/policies", dependencies=_READ)
def list_policies(
    session: ReadSession,
    mode: Mode | None = None,
    severity: Severity | None = None,
    search: Annotated[str | None, Query(max_length=200, description="part of id or title")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[PolicyItem]:
    """By id: those of your tenants, and those that bind them."""
    found = service.page(session, mode=mode, severity=severity, search=search, limit=limit, cursor=cursor)
    return Page(items=showing.items(session, found.items), next_cursor=found.next_cursor)


@router.post("/policies", dependencies=_WRITE, response_model=PolicyItem | Lint)
def apply_policy(
    body: PolicyWrite, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False, simulate: Simulate = False,
    days: Days = 30, accept_warnings: Accept = False, if_match: IfMatch = None,
) -> Any:  # fmt: skip
    """Makes the policy that the document names, or a new version of it. A dry run is the lint."""
    if dry_run:
        with unit.reading() as session:
            return _tried(session, body.document, days if simulate else None)

    def change(session: Session) -> PolicyItem:
        row = service.apply(session, mutation.caller, body.document, if_match, accept=accept_warnings)
        return showing.items(session, [row])[0]

    return mutation.run(change)


@router.get("/policies/schema", dependencies=_READ)
def show_policy_schema() -> dict[str, Any]:
    """The JSON Schema of `kind: PlacementPolicy`."""
    return PlacementPolicy.model_json_schema(by_alias=True)


@router.get(
    "/policies/evidence",
    dependencies=_READ,
    response_model=dict[str, Any],
    responses={200: {"content": {"text/html": {}}, "description": "the pack, or a page of it"}},
)
def show_policy_evidence(
    session: ReadSession,
    framework: Annotated[str | None, Query(max_length=200, description="how its tags begin; default: all")] = None,
    format: Literal["json", "html"] = "json",
) -> Any:
    """Rule, version, inventory as-of, result and hash of every policy that answers to the framework."""
    made = evidence.pack(session, framework)
    if format == "html":
        headers = {"Content-Disposition": 'attachment; filename="evidence.html"'}
        return HTMLResponse(evidence_page.page(made), headers=headers)
    return made


@router.get("/policies/library", dependencies=_READ)
def list_starter_policies(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[StarterItem]:
    """Policies to begin with."""
    found = library.after(session, cursor, limit)
    return Page(items=showing.starters(session, found.items), next_cursor=found.next_cursor)


@router.post("/policies/library/{name}", dependencies=_WRITE, response_model=PolicyItem | Lint)
def install_starter_policy(
    name: str, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False, simulate: Simulate = False,
    days: Days = 30, accept_warnings: Accept = False,
) -> Any:  # fmt: skip
    """As it is in the library; what is stored under its id becomes an older version."""
    text = library.named(name).text
    if dry_run:
        with unit.reading() as session:
            return _tried(session, text, days if simulate else None)

    def change(session: Session) -> PolicyItem:
        row = service.apply(session, mutation.caller, text, None, accept=accept_warnings)
        return showing.items(session, [row])[0]

    return mutation.run(change)


@router.get("/policies/{policy_id}", dependencies=_READ)
def show_policy(policy_id: PolicyId, session: ReadSession, response: Response) -> PolicyDetail:
    """With its document, its rule as CEL, and what becomes of its examples."""
    row = service.get(session, policy_id)
    response.headers["ETag"] = service.etag(row)
    return showing.detail(session, row)


@router.delete("/policies/{policy_id}", dependencies=_WRITE, response_model=PolicyRemoved)
def remove_policy(
    policy_id: PolicyId, unit: UnitDep, mutation: MutationDep, if_match: IfMatch = None, dry_run: DryRun = False
) -> Any:
    """It binds nobody from now on. Its versions stay, as decisions were made with them."""
    if dry_run:
        with unit.reading() as session:
            row = service.to_change(session, mutation.caller, policy_id)
            return PolicyRemoved(policy=row.id, version=row.version)

    def change(session: Session) -> PolicyRemoved:
        row = service.remove(session, mutation.caller, policy_id, if_match)
        return PolicyRemoved(policy=row.id, version=row.version)

    return mutation.run(change)


@router.get("/policies/{policy_id}/versions", dependencies=_READ)
def list_policy_versions(
    policy_id: PolicyId, session: ReadSession, limit: Limit = 100, cursor: Cursor = None
) -> Page[PolicyVersionItem]:
    """Newest first. A version is never changed."""
    found = service.versions(session, policy_id, limit, cursor)
    return Page(items=[showing.version_item(row) for row in found.items], next_cursor=found.next_cursor)


@router.get("/policies/{policy_id}/versions/{version}", dependencies=_READ)
def show_policy_version(
    policy_id: PolicyId, version: Annotated[int, Path(ge=1, le=2_000_000_000)], session: ReadSession
) -> PolicyVersionItem:
    return showing.version_item(service.version(session, policy_id, version))


def _tried(session: Session, text: str, days: int | None) -> Lint:
    draft, warned = service.drafted(session, text)
    found = showing.linted(draft, warned)
    if days is not None and draft.policy is not None:
        found.simulation = simulating.simulated(session, draft.policy, days)
    return found


router.routes.extend(exceptions.routes)
router.routes.extend(violations.routes)
