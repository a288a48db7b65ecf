"""Accounts over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from mcm.accounts import service
from mcm.accounts.checking import checked
from mcm.accounts.errors import AccountExists, AccountNotFound
from mcm.accounts.schemas import AccountAnswer, AccountCreate, AccountDetail, AccountItem, AccountUpdate, CheckAnswer
from mcm.audit import service as audit
from mcm.auth.permissions import Permission
from mcm.db.session import after_commit
from mcm.edge.confirmation import recently_confirmed, require_confirmed
from mcm.edge.dependencies import ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep
from mcm.edge.paging import Cursor, Limit, Page
from mcm.kit import clock
from mcm.sync.identity import note_failure, note_success
from mcm.tenancy import service as tenancy
from mcm.tenancy import sight

router = APIRouter(prefix="/accounts", tags=["accounts"])
DryRun = Annotated[bool, Query(description="validate and say what would happen; change nothing")]
IfMatch = Annotated[str | None, Header(alias="If-Match")]


@router.get("", dependencies=[authorize(Permission.ACCOUNT_READ)])
def list_accounts(session: ReadSession, limit: Limit = 100, cursor: Cursor = None) -> Page[AccountItem]:
    after = sight.after(session, cursor, str, str)
    found = service.page(session, after, limit + 1)
    more = found[limit - 1] if len(found) > limit else None
    return Page(
        items=service.items(session, found[:limit]),
        next_cursor=sight.cursor_of(session, [more.name, more.id]) if more else None,
    )


@router.post("", status_code=201, dependencies=[authorize(Permission.ACCOUNT_WRITE)], response_model=AccountAnswer)
def create_account(
    body: AccountCreate,
    runtime: RuntimeDep,
    unit: UnitDep,
    mutation: MutationDep,
    dry_run: DryRun = False,
    check: bool = True,
) -> Any:
    """Signs in with the given credentials first (unless check=false): wrong ones are refused and nothing is stored."""
    if saved := mutation.earlier():
        return saved
    access = service.draft(runtime.registry, body)
    try:
        with unit.reading() as session:
            tenancy.home(session, mutation.caller, body.tenant)
            service.require_free_name(session, body.name)
    except AccountExists:
        # Taken by this very request, repeated at the same time?
        if saved := mutation.earlier():
            return saved
        raise
    result = checked(runtime, access) if check else None
    if result is not None and result.error is not None:
        if not dry_run:
            # It has left mcm: what the cloud calls the request helps whoever asks there.
            with unit.writing() as session:
                service.note_refused(session, mutation.caller, body, access, result.error)
        result.raise_failed()
    if dry_run:
        told = result.answer.model_dump_json() if result else '{"dry_run": true, "checked": false}'
        return Response(told, media_type="application/json")

    vault = service.prepared(runtime.vault, access.id, (), body.secrets)

    def change(session: Session) -> AccountAnswer:
        account = service.create(session, mutation.caller, runtime.settings, vault, body, access)
        answer = None
        if result is not None and result.identity is not None:
            service.note_checked(session, account, result.identity)
            result.answer.warnings += service.realm_warnings(session, result.identity.realm, account.id)
            answer = result.answer
        after_commit(session, runtime.executor.wake)
        return AccountAnswer(**service.items(session, [account])[0].model_dump(), check=answer)

    return mutation.run(change, status=201)


@router.get("/{name}", dependencies=[authorize(Permission.ACCOUNT_READ)])
def show_account(name: str, session: ReadSession, response: Response) -> AccountDetail:
    """With every scope: when it was read, or why not. By id or name."""
    account = service.get(session, name)
    response.headers["ETag"] = service.etag(account)
    return service.detail(session, account)


@router.patch("/{name}", dependencies=[authorize(Permission.ACCOUNT_WRITE)], response_model=AccountItem)
def update_account(
    name: str, body: AccountUpdate, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, if_match: IfMatch = None
) -> Any:
    vault = runtime.vault
    if body.secrets is not None or body.config is not None:
        require_confirmed(mutation.caller)
        if saved := mutation.earlier():
            return saved
        try:
            with unit.reading() as session:
                found = service.to_change(session, mutation.caller, name)
                stored = service.stored_secrets(session, found)
        except AccountNotFound:
            # Renamed by this very request, repeated at the same time?
            if saved := mutation.earlier():
                return saved
            raise
        vault = service.prepared(vault, found.id, stored, body.secrets or {})

    def change(session: Session) -> AccountItem:
        account = service.to_change(session, mutation.caller, name)
        service.update(session, mutation.caller, vault, runtime.registry, account, body, if_match)
        session.flush()
        after_commit(session, lambda: runtime.executor.forget(account.id))
        after_commit(session, runtime.executor.wake)
        return service.items(session, [account])[0]

    return mutation.run(change)


@router.post("/{name}/check", dependencies=[authorize(Permission.ACCOUNT_WRITE)], response_model=CheckAnswer)
def check_account(name: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep) -> Any:
    """Signs in now. The answer says what the cloud said; a failure is an answer too, not an HTTP error."""
    if saved := mutation.earlier():
        return saved
    with unit.reading() as session:
        account = service.to_change(session, mutation.caller, name)
        stored = service.stored_secrets(session, account)
    vault = service.prepared(runtime.vault, account.id, stored, {})
    with unit.reading() as session:
        access = service.access(session, vault, runtime.registry, account)
    with unit.writing() as session:
        audit.record(session, mutation.caller, "account.check", "account", account.id, phase="intent", outcome="sent")
    runtime.executor.retry(access.id)
    result = checked(runtime, access, realm=account.realm)

    def change(session: Session) -> CheckAnswer:
        stored = service.get(session, access.id)
        if result.identity is not None and result.answer.ok:
            service.note_checked(session, stored, result.identity)
            note_success(stored)
        elif result.answer.error_code:
            note_failure(stored, result.answer.error_code, result.answer.error_message or "", clock.now())
        outcome = "succeeded" if result.answer.ok else "failed"
        audit.record(
            session, mutation.caller, "account.check", "account", stored.id, outcome=outcome,
            provider_request_id=result.error.request_id if result.error is not None else None,
        )  # fmt: skip
        return result.answer

    return mutation.run(change)


@router.post("/{name}/pause", dependencies=[authorize(Permission.ACCOUNT_WRITE)], response_model=AccountItem)
def pause_account(name: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    """Stops reading; running reads end at their next page. What is known stays, and ages."""

    def change(session: Session) -> AccountItem:
        account = service.pause(session, mutation.caller, service.to_change(session, mutation.caller, name))
        after_commit(session, lambda: runtime.executor.cancel_account(account.id))
        return service.items(session, [account])[0]

    return mutation.run(change)


@router.post("/{name}/resume", dependencies=[authorize(Permission.ACCOUNT_WRITE)], response_model=AccountItem)
def resume_account(name: str, runtime: RuntimeDep, mutation: MutationDep) -> Any:
    def change(session: Session) -> AccountItem:
        account = service.resume(session, mutation.caller, service.to_change(session, mutation.caller, name))
        after_commit(session, lambda: runtime.executor.forget(account.id))
        after_commit(session, runtime.executor.wake)
        return service.items(session, [account])[0]

    return mutation.run(change)


@router.delete("/{name}", dependencies=[authorize(Permission.ACCOUNT_WRITE), recently_confirmed])
def remove_account(
    name: str, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep, dry_run: DryRun = False
) -> Any:
    """Nothing happens in the cloud. mcm forgets credentials and scopes; resources only this account saw become gone."""
    if dry_run:
        with unit.reading() as session:
            account = service.to_change(session, mutation.caller, name)
            return {"account": account.name, "resources": service.only_seen_by(session, account), "dry_run": True}

    def change(session: Session) -> dict[str, Any]:
        account = service.to_change(session, mutation.caller, name)
        told = {"account": account.name, "resources": service.remove(session, mutation.caller, account)}
        after_commit(session, lambda: runtime.executor.cancel_account(account.id))
        after_commit(session, lambda: runtime.executor.forget(account.id))
        return told

    return mutation.run(change)
