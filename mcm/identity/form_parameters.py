"""What the plain pages share: a form's fields, who sent it, and where it may lead."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from mcm.auth import tokens
from mcm.auth.door import Presented
from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, allowed, view
from mcm.edge.dependencies import Unit
from mcm.edge.html import POLICY
from mcm.edge.runtime import Runtime
from mcm.edge.tongue import Tongue, remember
from mcm.errors import Forbidden, NotAuthenticated

_LONGEST_FORM = 16_384


async def _form(request: Request) -> dict[str, str]:
    """A form's fields, each once; nothing for another kind of body."""
    body = await request.body()
    if len(body) > _LONGEST_FORM or not request.headers.get("content-type", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        return {}
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


FormDep = Annotated[dict[str, str], Depends(_form)]


def shown(runtime: Runtime, say: Tongue, html: str, status: int = 200) -> Response:
    # With `no-referrer`, as all other answers have it, browsers send a form with `Origin: null`.
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
    answer = HTMLResponse(html, status_code=status, headers=headers)
    remember(answer, say, over_tls=runtime.settings.over_tls)
    return answer


def signed_in(runtime: Runtime, presented: Presented) -> Caller | None:
    """The user behind the cookie. A form has no X-CSRF-Token: `require_form` and VisitDep do what it would."""
    try:
        caller = runtime.door.identify(replace(presented, method="GET", headers={}))
    except NotAuthenticated:
        return None
    return caller if caller.method == "session" and allowed(caller, Permission.OWN_WRITE) else None


def require_form(form: dict[str, str], csrf: str) -> None:
    if not tokens.same(form.get("csrf", ""), csrf):
        raise Forbidden(
            "this form is not of your session any more; send it again",
            message_zh="此表单已不属于您的当前会话，请重新提交",
        )


def unit_of(runtime: Runtime, caller: Caller) -> Unit:
    return Unit(runtime, view(caller, Permission.OWN_WRITE))


def to_login(forward: str) -> Response:
    return RedirectResponse(f"/login?next={quote(forward, safe='')}", 303)


def inside(forward: str) -> str:
    """A path of this server; anything that a browser could take for another one leads to the front page."""
    plain = forward.isascii() and forward.isprintable() and "\\" not in forward
    return forward if plain and forward.startswith("/") and not forward.startswith("//") else "/"
