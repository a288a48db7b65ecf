"""Makes the API's description tell what is true of every operation: problems, and the ways to sign in."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from mcm.edge.routes import all_routes

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457, with a stable code and a next step.",
    "required": ["type", "title", "status", "code", "detail", "next_step", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "`mcm explain CODE` says more"},
        "detail": {"type": "string"},
        "next_step": {"type": "string"},
        "request_id": {"type": "string"},
        "details": {"type": "object"},
        "detail_zh": {"type": "string", "description": "the detail in Chinese, where there is one"},
        "next_step_zh": {"type": "string"},
    },
}
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "an API token: `mcm token create`"},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-mcm_session", "description": "after a login"},
}
_GENERATED = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _truthful(
                get_openapi(title=app.title, version=app.version, description=app.description, routes=all_routes(app))
            )
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _truthful(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _GENERATED:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = _SCHEMES
    reference = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {"Problem": {"description": "what went wrong, and what to do", "content": reference}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
            if path.startswith("/api/"):
                operation["security"] = [{"token": []}, {"session": []}]
    return document
