"""Turns every error into RFC 9457 problem+json: code, sentence, next step, request id; never a stack, SQL or path."""

import logging
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcm.contract import ProviderError
from mcm.db.session import translated
from mcm.edge.headers import TOO_LARGE
from mcm.errors import CloudFailure, McmError, Unavailable

log = logging.getLogger(__name__)

_PROVIDER_STATUS = {"invalid_request": 422, "authentication_failed": 422, "permission_denied": 422, "not_found": 404}


def problem(request: Request, error: McmError, status: int | None = None) -> JSONResponse:
    code = str(error.details.get("code", error.code))
    body: dict[str, Any] = {
        "type": f"urn:mcm:error:{error.code}",
        "title": error.code.replace("_", " "),
        "status": status or error.status,
        "code": error.code,
        "detail": error.message,
        "next_step": error.next_step or request.app.state.remedies.get(code, ""),
        "request_id": getattr(request.state, "request_id", ""),
    }
    if error.message_zh:
        body |= {"detail_zh": error.message_zh, "next_step_zh": error.next_step_zh}
    if error.details:
        body["details"] = error.details
    wait = error.details.get("retry_after_s")
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    return JSONResponse(body, status_code=body["status"], headers=headers, media_type="application/problem+json")


def install(app: FastAPI, remedies: Mapping[str, str] = MappingProxyType({})) -> None:
    """remedies: the next step for a code whose error names none."""
    app.state.remedies = remedies

    @app.exception_handler(McmError)
    def _ours(request: Request, error: McmError) -> JSONResponse:
        if error.status >= 500:
            log.warning("%s", error.message, exc_info=error.__cause__)
        return problem(request, error)

    @app.exception_handler(ProviderError)
    def _cloud(request: Request, error: ProviderError) -> JSONResponse:
        wrapped = CloudFailure(error.message, details={"code": error.code, "provider_request_id": error.request_id})
        return problem(request, wrapped, _PROVIDER_STATUS.get(error.code))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"where": ".".join(str(part) for part in item["loc"]), "what": _plain(item["msg"])}
            for item in error.errors()
        ]
        said = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults[:5])
        refused = _Invalid(
            f"the request is not valid: {said}", next_step="see /docs for what it takes", details={"faults": faults}
        )
        return problem(request, refused)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        answer = problem(request, _http_error(error), error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    # Not a handler of Exception: Starlette would answer with it outside of all other middleware, without headers.
    app.add_middleware(_Unforeseen)


_TYPE = re.compile(r"^(Input|String|Value|Data) should")


class _Unforeseen:
    """Answers what nothing else has caught, as long as no answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            await _unforeseen(Request(scope), error)(scope, receive, send)


def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    try:
        with translated():
            raise error
    except Unavailable as known:
        log.warning("database: %s", known.message, exc_info=error)
        return problem(request, known)
    except DataError:
        # Such as a number or a character that PostgreSQL's columns do not hold.
        log.warning("the database takes no such value, request %s", getattr(request.state, "request_id", ""),
                    exc_info=error)  # fmt: skip
        said = "the request holds a value that the database cannot store or compare"
        return problem(request, _Invalid(said, next_step="look for odd characters and very large numbers"))
    except Exception:
        log.exception("unforeseen error, request %s", getattr(request.state, "request_id", ""))
    return problem(
        request,
        McmError("mcm failed at this", next_step="report it with the request id; the server's log has the cause"),
    )


class _Invalid(McmError):
    code = "invalid_input"
    status = 422


def _plain(said: str) -> str:
    """pydantic's words for what a validator of ours has raised begin with the exception's name, others with a type."""
    return _TYPE.sub("it should", said.removeprefix("Value error, "))


def _http_error(error: HTTPException) -> McmError:
    known = {
        400: ("bad_request", str(error.detail)),
        404: ("not_found", "there is nothing at this address"),
        405: ("method_not_allowed", "not with this method"),
        413: ("too_large", TOO_LARGE),
    }
    code, message = known.get(error.status_code, ("http_error", str(error.detail)))
    made = McmError(message)
    made.code = code  # type: ignore[misc]
    return made
