"""Health for load balancers, metrics for Prometheus, and what whoever opens mcm should know of this server."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from pydantic import BaseModel

from mcm import __version__
from mcm.auth.permissions import Permission
from mcm.auth.service import allowed
from mcm.db import migrate, standing
from mcm.edge.dependencies import PresentedDep, RuntimeDep, authorize
from mcm.edge.runtime import Runtime
from mcm.errors import Forbidden, McmError
from mcm.system import apidocs, doctor, metrics
from mcm.system.chinese import CHINESE
from mcm.system.explanations import EXPLANATIONS


class ExplainedCode(BaseModel):
    error_code: str
    meaning: str
    meaning_zh: str
    remedy: str
    remedy_zh: str


class Explanations(BaseModel):
    items: list[ExplainedCode]


open_router = APIRouter(include_in_schema=True, tags=["system"])
router = APIRouter(prefix="/system", tags=["system"])


@open_router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
def show_api_documentation(request: Request) -> HTMLResponse:
    return HTMLResponse(apidocs.render(request.app.openapi()))


@open_router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@open_router.get("/readyz", responses={503: {"description": "not ready, with the reason"}})
def readyz(runtime: RuntimeDep) -> Any:
    """The database answers and has this version's schema; "read-only" for a copy that nobody has confirmed."""
    try:
        migrate.require_current(runtime.database.engine)
    except McmError as error:
        return JSONResponse({"status": "not ready", "reason": error.message}, status_code=503)
    if said := _read_only(runtime):
        return {"status": "read-only", "reason": said}
    return {"status": "ready"}


def notices(runtime: Runtime) -> tuple[str, str]:
    """Why nothing may be changed, and what the local mode skips; "" each where that is not so."""
    return _read_only(runtime), _local_mode(runtime)


def _local_mode(runtime: Runtime) -> str:
    """What it skips; "" where people sign in, or when the database cannot say."""
    try:
        return "" if runtime.door.login_required() else doctor.LOCAL_MODE
    except McmError:
        return ""


def _read_only(runtime: Runtime) -> str:
    """Why nothing may be changed; "" when it may, or when the database cannot say."""
    try:
        with runtime.database.reading() as session:
            found = standing.read_only(session)
    except McmError:
        return ""
    return f"{standing.sentence(found)}: {standing.NEXT_STEP}" if found else ""


@open_router.get("/metrics", response_class=PlainTextResponse)
def show_metrics(runtime: RuntimeDep, presented: PresentedDep) -> Response:
    """Where mcm asks for a login: with a token that has system.read, or with MCM_METRICS_OPEN."""
    if not runtime.settings.metrics_open:
        caller = runtime.door.identify(presented)
        if not allowed(caller, Permission.SYSTEM_READ):
            raise Forbidden(
                f"{caller.name} lacks the permission '{Permission.SYSTEM_READ}'",
                next_step="use a token with it, or set MCM_METRICS_OPEN=true",
            )
    # Of the whole: numbers by account, whoever may see them may see all.
    with runtime.database.reading() as session:
        text, content_type = metrics.render(session, runtime)
    return Response(text, media_type=content_type)


@router.get("/explanations")
def list_explanations() -> Explanations:
    """What every error code means and what to do, in both languages.

    The same everywhere, so whoever asks may know it: also while the database cannot say who that is."""
    return Explanations(
        items=[
            ExplainedCode(
                error_code=code, meaning=told.meaning, meaning_zh=CHINESE[code].meaning,
                remedy=told.remedy, remedy_zh=CHINESE[code].remedy,
            )
            for code, told in sorted(EXPLANATIONS.items())
        ]
    )  # fmt: skip


@router.get("/doctor", dependencies=[authorize(Permission.SYSTEM_READ)])
def run_doctor(runtime: RuntimeDep) -> dict[str, list[doctor.Finding]]:
    """Checks what mcm needs; every finding says what it means and what to do."""
    return {"items": doctor.examine(runtime)}
