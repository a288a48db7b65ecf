"""Signing in and out, who one is, and proving it again, over HTTP. The cookie goes out here."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from mcm.auth import sessions
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller
from mcm.db import standing
from mcm.edge.cookies import drop_session, write_session
from mcm.edge.dependencies import CallerDep, PresentedDep, ReadSession, RuntimeDep, UnitDep, authorize
from mcm.edge.runtime import Runtime
from mcm.errors import BadRequest
from mcm.identity import login, own
from mcm.identity.parameters import VisitDep, require_session, require_user
from mcm.identity.schemas import Confirmation, Login, NewPassword, SessionAnswer

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/login", response_model=SessionAnswer)
def sign_in(body: Login, runtime: RuntimeDep, visit: VisitDep, presented: PresentedDep, response: Response) -> Any:
    """Sets the session's cookie. A second factor that is missing is answered with 401 and the code `code_needed`."""
    code = body.code.get_secret_value() if body.code else None
    opened = login.sign_in(runtime, visit, body.name, body.password.get_secret_value(), code)
    write_session(response, runtime.settings, opened)
    with runtime.database.reading() as session:
        found = sessions.find(session, opened.cookie)
        if found is None:
            raise BadRequest("the session ended while it was opened", next_step="sign in again")
        caller = runtime.door.caller_of(session, *found, presented)
        return _described(runtime, session, caller, opened.cookie, login_required=True)


@router.post("/logout", status_code=204, dependencies=[authorize(Permission.OWN_WRITE)])
def sign_out(runtime: RuntimeDep, unit: UnitDep, caller: CallerDep) -> Response:
    """Ends this session; for an API token, which is how the command line signs in, the token."""
    require_user(caller)
    with unit.writing(while_read_only=True) as session:
        own.leave(session, caller)
    answer = Response(status_code=204)
    drop_session(answer, runtime.settings)
    return answer


@router.get("/session", dependencies=[authorize(Permission.OWN_READ)])
def show_session(
    runtime: RuntimeDep, session: ReadSession, caller: CallerDep, presented: PresentedDep
) -> SessionAnswer:
    """Who one is, what one may do, and the csrf_token that every change must carry as X-CSRF-Token."""
    return _described(runtime, session, caller, presented.cookie, login_required=_required(runtime, caller))


@router.post("/confirm", dependencies=[authorize(Permission.OWN_WRITE)])
def confirm_session(
    body: Confirmation, runtime: RuntimeDep, caller: CallerDep, visit: VisitDep, response: Response
) -> dict[str, str]:
    """The session goes on under a new cookie; sensitive acts are open for the next 15 minutes."""
    require_session(caller)
    code = body.code.get_secret_value() if body.code else None
    opened = login.confirm(runtime, caller, visit, body.password.get_secret_value(), code)
    write_session(response, runtime.settings, opened)
    return {"csrf_token": opened.csrf_token}


@router.post("/password", dependencies=[authorize(Permission.OWN_WRITE)])
def change_password(
    body: NewPassword, runtime: RuntimeDep, unit: UnitDep, caller: CallerDep, response: Response
) -> dict[str, str | None]:
    """Needs the old one. All other sessions end, and this one goes on under a new cookie."""
    require_session(caller)
    opened = own.change_password(runtime, unit, caller, body.old.get_secret_value(), body.new.get_secret_value())
    if opened is not None:
        write_session(response, runtime.settings, opened)
    return {"csrf_token": opened.csrf_token if opened else None}


def _described(
    runtime: Runtime, session: Session, caller: Caller, cookie: str, *, login_required: bool
) -> SessionAnswer:
    answer = own.describe(session, caller, cookie, login_required=login_required)
    found = standing.read_only(session) is not None
    return answer.model_copy(update={"demonstration": runtime.demonstration, "read_only": found})


def _required(runtime: Runtime, caller: Caller) -> bool:
    return not caller.unlimited or runtime.door.login_required()
