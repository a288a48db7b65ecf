"""One's own second factor and sessions over HTTP."""

from operator import attrgetter
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.edge.confirmation import recently_confirmed
from mcm.edge.dependencies import CallerDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.mutation import MutationDep, TryOnly
from mcm.edge.paging import MAX_LIMIT, Cursor, Limit, Page, page_of_few
from mcm.identity import own
from mcm.identity.parameters import require_session, require_user
from mcm.identity.schemas import CodeOnly, RecoveryAnswer, SessionItem, TotpAnswer

router = APIRouter(prefix="/auth", tags=["auth"])
_CHANGE = [authorize(Permission.OWN_WRITE), recently_confirmed]
_END = [authorize(Permission.OWN_WRITE)]


@router.post("/totp", status_code=201, dependencies=_CHANGE, response_model=TotpAnswer)
def enrol_totp(runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep) -> Any:
    """The secret for an authenticator app, shown once. It counts when a code of it came back."""
    require_session(mutation.caller)
    if saved := mutation.earlier():
        return saved
    secret, vault = own.new_totp(unit, runtime.vault, mutation.caller)

    def change(session: Session) -> TotpAnswer:
        return TotpAnswer(key=secret, uri=own.start_totp(session, vault, mutation.caller, secret))

    return mutation.run(change, status=201, once=("key", "uri"))


@router.post("/totp/confirm", dependencies=_CHANGE, response_model=RecoveryAnswer)
def confirm_totp(body: CodeOnly, runtime: RuntimeDep, unit: UnitDep, mutation: MutationDep) -> Any:
    """From now on every sign-in needs a code. Answers with recovery codes, shown once."""
    require_session(mutation.caller)
    if saved := mutation.earlier():
        return saved
    code, vault = body.code.get_secret_value(), own.confirming_totp(unit, runtime.vault, mutation.caller)
    return mutation.run(
        lambda session: RecoveryAnswer(recovery_codes=own.confirm_totp(session, vault, mutation.caller, code)),
        once=("recovery_codes",),
    )


@router.post("/totp/recovery-codes", dependencies=_CHANGE, response_model=RecoveryAnswer)
def renew_recovery_codes(mutation: MutationDep) -> Any:
    """New ones instead of all earlier ones, shown once."""
    require_session(mutation.caller)
    return mutation.run(
        lambda session: RecoveryAnswer(recovery_codes=own.renew_recovery(session, mutation.caller)),
        once=("recovery_codes",),
    )


@router.delete("/totp", dependencies=_CHANGE)
def remove_totp(mutation: MutationDep, try_only: TryOnly = False) -> Any:
    require_session(mutation.caller)

    def change(session: Session) -> dict[str, bool]:
        own.remove_totp(session, mutation.caller)
        return {"second_factor": False}

    return mutation.run(change, dry_run=try_only)


@router.get("/sessions", dependencies=[authorize(Permission.OWN_READ)])
def list_own_sessions(
    session: ReadSession, caller: CallerDep, limit: Limit = MAX_LIMIT, cursor: Cursor = None
) -> Page[SessionItem]:
    return page_of_few(own.own_sessions(session, caller), limit, cursor, attrgetter("id"))


@router.delete("/sessions/{session_id}", dependencies=_END)
def end_own_session(session_id: str, mutation: MutationDep, try_only: TryOnly = False) -> Any:
    require_user(mutation.caller)

    def change(session: Session) -> dict[str, int]:
        own.end_session(session, mutation.caller, session_id)
        return {"sessions": 1}

    return mutation.run(change, dry_run=try_only)


@router.delete("/sessions", dependencies=_END)
def end_own_sessions(mutation: MutationDep, try_only: TryOnly = False) -> Any:
    """All of them, this one too."""
    require_user(mutation.caller)
    return mutation.run(lambda session: {"sessions": own.end_sessions(session, mutation.caller)}, dry_run=try_only)
