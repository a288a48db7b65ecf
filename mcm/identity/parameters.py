"""What routes need that let people in: where the request comes from, and that no page of somebody else sent it."""

from typing import Annotated

from fastapi import Depends, Request

from mcm.auth.service import Caller
from mcm.edge.dependencies import PresentedDep, RuntimeDep
from mcm.errors import Forbidden
from mcm.identity.errors import NoUser
from mcm.identity.service import Visit


def _visit(request: Request, runtime: RuntimeDep, presented: PresentedDep) -> Visit:
    """Raises ForeignRequest: a site that signs its visitors in as somebody else would read what they then enter."""
    runtime.door.require_own_page(presented)
    client = "".join(letter for letter in request.headers.get("user-agent", "") if letter.isprintable())
    return Visit(presented.source, client[:200], presented.request_id, presented.cookie)


VisitDep = Annotated[Visit, Depends(_visit)]


def require_user(caller: Caller) -> None:
    """Raises NoUser for the local principal."""
    if caller.unlimited:
        raise NoUser(
            "this is for users, and you are not signed in as one: you own the data directory",
            next_step="make a user with `mcm user create NAME`, then `mcm login`",
        )


def require_session(caller: Caller) -> None:
    """Raises NoUser, and Forbidden for an API token."""
    require_user(caller)
    if caller.method != "session":
        raise Forbidden(
            "an API token cannot change how its user proves who they are, or let others in",
            next_step="sign in with your password, in a browser or at POST /api/v1/auth/login",
        )
