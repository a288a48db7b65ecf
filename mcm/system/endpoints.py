"""Health for load balancers, metrics for Prometheus, and the plain page at `/` until there is a console."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse

from mcm import __version__
from mcm.auth.permissions import Permission
from mcm.db import migrate
from mcm.edge.dependencies import ReadSession, RuntimeDep, authorize
from mcm.errors import McmError
from mcm.system import apidocs, doctor, metrics
from mcm.system.page import WELCOME

open_router = APIRouter(include_in_schema=True, tags=["system"])
router = APIRouter(prefix="/system", tags=["system"])


@open_router.get("/", response_class=HTMLResponse, include_in_schema=False)
def welcome() -> HTMLResponse:
    return HTMLResponse(WELCOME)


@open_router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
def show_api_documentation(request: Request) -> HTMLResponse:
    return HTMLResponse(apidocs.render(request.app.openapi()))


@open_router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@open_router.get("/readyz", responses={503: {"description": "not ready, with the reason"}})
def readyz(runtime: RuntimeDep) -> Any:
    """The database answers and has this version's schema."""
    try:
        migrate.require_current(runtime.database.engine)
    except McmError as error:
        return JSONResponse({"status": "not ready", "reason": error.message}, status_code=503)
    return {"status": "ready"}


@open_router.get("/metrics", response_class=PlainTextResponse)
def show_metrics(session: ReadSession, runtime: RuntimeDep) -> Response:
    text, content_type = metrics.render(session, runtime)
    return Response(text, media_type=content_type)


@router.get("/doctor", dependencies=[authorize(Permission.SYSTEM_READ)])
def run_doctor(runtime: RuntimeDep) -> dict[str, list[doctor.Finding]]:
    """Checks what mcm needs; every finding says what it means and what to do."""
    return {"items": doctor.examine(runtime)}
