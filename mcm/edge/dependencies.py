"""What an endpoint may ask for: the runtime, the caller, a unit of work, and a permission."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from mcm.auth.permissions import Permission
from mcm.auth.service import Caller, allowed, local_caller
from mcm.edge.runtime import Runtime
from mcm.errors import Forbidden


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _caller(request: Request) -> Caller:
    source = request.headers.get("x-mcm-client", "") or (request.client.host if request.client else "local")
    return local_caller(source[:64], request.state.request_id)


RuntimeDep = Annotated[Runtime, Depends(_runtime)]
CallerDep = Annotated[Caller, Depends(_caller)]


def _reading(runtime: RuntimeDep) -> Iterator[Session]:
    with runtime.database.reading() as session:
        yield session


ReadSession = Annotated[Session, Depends(_reading)]


class Authorization:
    """The dependency behind `authorize`; carries its permission so that the route table can be read from the app."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, caller: CallerDep) -> Caller:
        if not allowed(caller, self.permission):
            raise Forbidden(
                f"{caller.name} lacks the permission '{self.permission}'",
                next_step="ask an administrator for a role that includes it",
            )
        return caller


def authorize(permission: Permission) -> Any:
    """Use as `dependencies=[authorize(Permission.X)]` on every route; the application refuses to start without."""
    return Depends(Authorization(permission))
