"""What an endpoint may ask for: the runtime, the caller, a unit of work, and a permission."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from mcm.auth.door import Presented
from mcm.auth.permissions import Permission
from mcm.auth.service import NOTHING, Caller, View, limit, view
from mcm.db import standing
from mcm.edge.cookies import cookie_name
from mcm.edge.parameters import require_known
from mcm.edge.runtime import Runtime
from mcm.edge.source import source_of
from mcm.errors import Forbidden
from mcm.kit import telling


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(_runtime)]


def _presented(request: Request, runtime: RuntimeDep) -> Presented:
    return Presented(
        source_of(request, runtime.settings, in_process=runtime.door.in_process),
        request.state.request_id,
        request.method,
        request.headers,
        request.cookies.get(cookie_name(runtime.settings), ""),
    )


PresentedDep = Annotated[Presented, Depends(_presented)]


def _caller(runtime: RuntimeDep, presented: PresentedDep) -> Caller:
    found = runtime.door.identify(presented)
    telling.note_principal(found.principal_id)
    return found


CallerDep = Annotated[Caller, Depends(_caller)]


class Unit:
    """Opens further transactions of the same request, limited to the same view. Endpoints use no others."""

    def __init__(self, runtime: Runtime, seen: View) -> None:
        self._runtime, self.view = runtime, seen

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._runtime.database.reading() as session:
            yield limit(session, self.view)

    @contextmanager
    def writing(self, *, durable: bool = True, while_read_only: bool = False) -> Iterator[Session]:
        """while_read_only: also in a restored copy that nobody has confirmed, such as for signing in to look at it."""
        with self._runtime.database.writing(durable=durable) as session:
            if not while_read_only:
                standing.require_confirmed(session)
            yield limit(session, self.view)


def _view(request: Request) -> View:
    # Set by `authorize`, which FastAPI resolves first. A route without it sees nothing.
    seen: View = getattr(request.state, "view", NOTHING)
    return seen


def _unit(request: Request, runtime: RuntimeDep) -> Unit:
    return Unit(runtime, _view(request))


UnitDep = Annotated[Unit, Depends(_unit)]


def _reading(unit: UnitDep) -> Iterator[Session]:
    with unit.reading() as session:
        yield session


ReadSession = Annotated[Session, Depends(_reading)]


class Authorization:
    """The dependency behind `authorize`; carries its permission so that the route table can be read from the app."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, request: Request, caller: CallerDep) -> Caller:
        seen = view(caller, self.permission)
        if seen.nothing:
            raise Forbidden(
                f"{caller.name} lacks the permission '{self.permission}'",
                next_step="ask an administrator for a role that includes it",
            )
        require_known(request)
        request.state.view = seen
        return caller


def authorize(permission: Permission) -> Any:
    """Use as `dependencies=[authorize(Permission.X)]` on every route; the application refuses to start without."""
    return Depends(Authorization(permission))
