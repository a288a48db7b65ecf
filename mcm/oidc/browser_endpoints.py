"""OpenID Connect in the browser: the choice on the login page, the way to the provider, and the way back.

Nothing here asks for a permission: whoever comes is about to say who they are.
"""

import threading
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from mcm.edge.cookies import write_session
from mcm.edge.dependencies import PresentedDep, RuntimeDep
from mcm.edge.html import POLICY
from mcm.edge.runtime import Runtime
from mcm.edge.tongue import tongue_of
from mcm.errors import Conflict, Forbidden, McmError
from mcm.identity.service import Visit
from mcm.oidc import pages, service, state
from mcm.oidc.errors import OidcLoginFailed, OidcUnavailable
from mcm.oidc.schemas import LoginChoice

if TYPE_CHECKING:
    from mcm.oidc.login import Logins

router = APIRouter(prefix="/auth/oidc", tags=["oidc"])
_COOKIE = "mcm_oidc"
_building = threading.Lock()


class Choices(BaseModel):
    items: list[LoginChoice]


class LogoutChoice(BaseModel):
    url: str = Field(description="where the browser may end the login at the provider too; empty: it offers no way")


@router.get("")
def list_login_choices(runtime: RuntimeDep) -> Choices:
    """The providers one may sign in with; names only."""
    with runtime.database.reading() as session:
        return Choices(items=service.choices(session))


@router.get("/{name}/start", status_code=303, response_class=RedirectResponse)
def start_oidc_login(
    name: str,
    request: Request,
    runtime: RuntimeDep,
    following: Annotated[str | None, Query(alias="next", max_length=2000)] = None,
    fresh: Annotated[bool, Query(description="the provider shall ask again who it is, for sensitive acts")] = False,
) -> Response:
    """Sends the browser to the provider. `next`: the path of this server where it ends up afterwards."""
    try:
        wanted = state.safe_next(following)
        cookie = request.cookies.get(_browser_cookie(runtime))
        back = redirect_uri(request, runtime, name)
        url, browser = logins(request).begin(name, cookie, wanted, back, fresh=fresh)
    except McmError as error:
        return _told(request, error)
    answer = RedirectResponse(url, status_code=303)
    answer.set_cookie(_browser_cookie(runtime), browser, max_age=state.LIFETIME_S, **_cookie_options(runtime))
    return answer


@router.get("/{name}/callback", status_code=303, response_class=RedirectResponse)
def finish_oidc_login(name: str, request: Request, runtime: RuntimeDep, presented: PresentedDep) -> Response:
    """Where the provider sends the browser back to; opens a session."""
    agent = "".join(letter for letter in request.headers.get("user-agent", "") if letter.isprintable())
    visit = Visit(presented.source, agent[:200], presented.request_id, presented.cookie)
    try:
        opened, following = _finished(name, request, runtime, visit)
    except McmError as error:
        return _told(request, error)
    answer = RedirectResponse(following, status_code=303)
    write_session(answer, runtime.settings, opened)
    answer.delete_cookie(_browser_cookie(runtime), **_cookie_options(runtime))
    return answer


@router.get("/{name}/logout")
def show_oidc_logout(name: str, request: Request, runtime: RuntimeDep) -> LogoutChoice:
    """After signing out of mcm: where to end the login at the provider as well (RP-initiated logout)."""
    from mcm.oidc.client import logout_url

    client_id, metadata = logins(request).published(name)
    return LogoutChoice(url=logout_url(metadata, client_id, f"{base_url(request, runtime)}/"))


def logins(request: Request) -> "Logins":
    """One for each application. Its parts are large imports that only a login needs."""
    with _building:
        kept = request.app.state
        if not hasattr(kept, "oidc_logins"):
            from mcm.oidc import login

            runtime: Runtime = kept.runtime
            kept.oidc_logins = login.Logins(runtime.settings, runtime.database, runtime.vault)
        found: Logins = kept.oidc_logins
        return found


def base_url(request: Request, runtime: Runtime) -> str:
    """How browsers reach this server. The Host header is believed where only loopback names are let in."""
    if runtime.settings.public_url:
        return runtime.settings.public_url.rstrip("/")
    if not runtime.settings.loopback_allowed:
        raise OidcUnavailable(
            "mcm does not know its own address, which the provider must send the browser back to",
            next_step="set MCM_PUBLIC_URL",
        )
    return f"{request.url.scheme}://{request.url.netloc}"


def redirect_uri(request: Request, runtime: Runtime, name: str) -> str:
    return base_url(request, runtime) + service.callback_path(name)


def _finished(name: str, request: Request, runtime: Runtime, visit: Visit) -> tuple[Any, str]:
    from mcm.oidc import entering

    query = request.query_params
    answer = {key: query[key] for key in query}
    if len(answer) != len(query.multi_items()):
        raise OidcLoginFailed("this answer says the same thing twice", next_step="start the login again")
    cookie = request.cookies.get(_browser_cookie(runtime))
    try:
        person = logins(request).finish(name, cookie, answer, redirect_uri(request, runtime, name))
        return entering.enter(runtime.database, person, visit), person.next
    except (Forbidden, Conflict) as error:
        # The provider vouched for somebody, whom mcm or its rules (separated duties) keep out.
        entering.note_refused(runtime.database, name, visit, error)
        raise


def _told(request: Request, error: McmError) -> Response:
    """Browsers ask for HTML; programs get problem+json."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    page = pages.refused(tongue_of(request), error, request.state.request_id)
    return HTMLResponse(page, status_code=error.status, headers={"Content-Security-Policy": POLICY})


def _browser_cookie(runtime: Runtime) -> str:
    return f"__Host-{_COOKIE}" if runtime.settings.over_tls else _COOKIE


def _cookie_options(runtime: Runtime) -> dict[str, Any]:
    """Lax: the way back is a navigation from another site."""
    return {"path": "/", "secure": runtime.settings.over_tls, "httponly": True, "samesite": "lax"}
