"""One span for each request: method, route, status. Never the URL, whose path and query may hold what is secret."""

from typing import Any

from mcm.kit import tracing


async def traced(app: Any, scope: Any, receive: Any, send: Any) -> None:
    with tracing.span("http.request", http__request__method=scope["method"]) as span:
        if span is None:
            await app(scope, receive, send)
            return

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
            await send(message)

        try:
            await app(scope, receive, sending)
        finally:
            # Routing has put it there; what no route answers has none.
            route = getattr(scope.get("route"), "path", "")
            span.set_attribute("mcm.request_id", scope["state"]["request_id"])
            if route:
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)
