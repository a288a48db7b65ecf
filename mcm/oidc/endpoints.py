"""OpenID providers over HTTP: their administration here, the login itself in `mcm.oidc.browser_endpoints`."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.orm import Session

from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page, after, encode_cursor
from mcm.errors import InvalidInput
from mcm.oidc import browser_endpoints as browser
from mcm.oidc import service
from mcm.oidc.errors import OidcUnavailable
from mcm.oidc.schemas import OidcCheck, OidcProviderCreate, OidcProviderItem, OidcProviderUpdate

router = APIRouter()
IfMatch = Annotated[str | None, Header(alias="If-Match")]
DryRun = Annotated[bool, Query(description="validate and say what would happen; change nothing")]
_TAGS: list[Any] = ["oidc"]
_READ, _WRITE = [authorize(Permission.USER_READ)], [authorize(Permission.USER_WRITE), recently_confirmed]


@router.get("/oidc-providers", tags=_TAGS, dependencies=_READ)
def list_oidc_providers(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[OidcProviderItem]:
    (last,) = after(cursor, str) or (None,)
    found = service.page(session, last, limit + 1)
    more = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[service.item(each) for each in found[:limit]], next_cursor=encode_cursor([more.name]) if more else None
    )


@router.post("/oidc-providers", tags=_TAGS, status_code=201, dependencies=_WRITE, response_model=OidcProviderItem)
def create_oidc_provider(body: OidcProviderCreate, request: Request, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """The provider is not asked: it may come later. `POST /oidc-providers/{name}/check` asks it."""
    _require_reachable(request, body)

    if saved := mutation.earlier():
        return saved
    provider_id = service.new_provider_id()
    vault = service.prepared(runtime.vault, provider_id, body.client_secret)

    def change(session: Session) -> OidcProviderItem:
        return service.item(service.create(session, mutation.caller, vault, body, provider_id))

    return mutation.run(change, status=201)


@router.get("/oidc-providers/{name}", tags=_TAGS, dependencies=_READ)
def show_oidc_provider(name: str, session: ReadSession, response: Response) -> OidcProviderItem:
    provider = service.get(session, name)
    response.headers["ETag"] = service.etag(provider)
    return service.item(provider)


@router.patch("/oidc-providers/{name}", tags=_TAGS, dependencies=_WRITE, response_model=OidcProviderItem)
def update_oidc_provider(
    name: str,
    body: OidcProviderUpdate,
    request: Request,
    runtime: RuntimeDep,
    unit: UnitDep,
    mutation: MutationDep,
    if_match: IfMatch = None,
) -> Any:
    """Another issuer, client or authority needs the client secret again."""
    _require_reachable(request, body)
    if saved := mutation.earlier():
        return saved
    vault = runtime.vault
    if body.client_secret is not None:
        with unit.reading() as reading:
            provider_id = service.get(reading, name).id
        vault = service.prepared(vault, provider_id, body.client_secret)

    def change(session: Session) -> OidcProviderItem:
        found = service.get(session, name)
        return service.item(service.update(session, mutation.caller, vault, found, body, if_match))

    return mutation.run(change)


@router.delete("/oidc-providers/{name}", tags=_TAGS, dependencies=_WRITE)
def remove_oidc_provider(name: str, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False) -> Any:
    """Its users stay, and cannot sign in by it any more."""
    if dry_run:
        with unit.reading() as session:
            return {"name": service.get(session, name).name, "dry_run": True}

    def change(session: Session) -> dict[str, str]:
        provider = service.get(session, name)
        service.remove(session, mutation.caller, provider)
        return {"name": provider.name}

    return mutation.run(change)


@router.post("/oidc-providers/{name}/check", tags=_TAGS, dependencies=_WRITE, response_model=OidcCheck)
def check_oidc_provider(name: str, request: Request, unit: UnitDep, mutation: MutationDep) -> Any:
    """Reads what the provider publishes now. That it cannot be read is an answer too, not an HTTP error."""
    from mcm.oidc.login import peer

    if saved := mutation.earlier():
        return saved
    with unit.writing() as session:
        provider = service.get(session, name)
        audit.record(
            session, mutation.caller, "oidc_provider.check", "oidc_provider", provider.id, phase="intent",
            outcome="sent",
        )  # fmt: skip
    where, directory = peer(provider), browser.logins(request).directory
    told = OidcCheck(ok=True, issuer=provider.issuer)
    try:
        metadata = directory.metadata(where, fresh=True)
        told.keys = len(directory.keys(where, metadata, None))
    except OidcUnavailable as error:
        told = OidcCheck(ok=False, issuer=provider.issuer, problem=error.message)

    def change(session: Session) -> OidcCheck:
        outcome = "succeeded" if told.ok else "failed"
        audit.record(session, mutation.caller, "oidc_provider.check", "oidc_provider", provider.id, outcome=outcome)
        return told

    return mutation.run(change)


def _require_reachable(request: Request, body: OidcProviderCreate | OidcProviderUpdate) -> None:
    """An issuer that would be refused whenever it is asked, and certificates that cannot be read, are said at once."""
    if body.issuer is None and body.ca_pem is None:
        return
    try:
        browser.logins(request).transport.require_usable(body.issuer or "", body.ca_pem or "")
    except OidcUnavailable as error:
        raise InvalidInput(error.message, next_step="correct the issuer or the certificates") from error


router.routes.extend(browser.router.routes)
