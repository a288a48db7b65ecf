"""Sends spans to an OpenTelemetry collector, when one is configured; the SDK is imported only then."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcm.kit import tracing
from mcm.kit.tracing import Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

log = logging.getLogger(__name__)
_LONGEST_VALUE = 200


def install(endpoint: str, version: str, exporter: "SpanExporter | None" = None) -> None:
    """Sends spans to the OTLP collector at `endpoint` from now on; "" sends none. `exporter`: for tests, at once.

    Headers, certificates and the service's name come from the OTEL_… variables that the SDK itself reads."""
    if not endpoint:
        tracing.use(None)
        return
    try:
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
        from opentelemetry.sdk.trace import SpanLimits, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

        processor = SimpleSpanProcessor(exporter) if exporter else BatchSpanProcessor(_otlp(endpoint))
    except ImportError:
        log.warning("traces are asked for, but OpenTelemetry is not installed: pip install 'mcm[otel]'")
        return
    # With OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, which win.
    resource = Resource.create({SERVICE_VERSION: version})
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: "mcm"}))
    # Not the global one: what libraries would tell it holds whole addresses.
    provider = TracerProvider(resource=resource, span_limits=SpanLimits(max_span_attribute_length=_LONGEST_VALUE))
    provider.add_span_processor(processor)
    tracing.use(_Tracer(provider.get_tracer("mcm", version)))


class _Tracer:
    """Satisfies `mcm.kit.tracing.Tracer`."""

    def __init__(self, tracer: "Tracer") -> None:
        self._tracer = tracer

    def start(self, name: str, attributes: dict[str, Value]) -> "Span":
        return self._tracer.start_span(name, attributes=attributes)

    @contextmanager
    def running(self, name: str, attributes: dict[str, Value]) -> Iterator["Span"]:
        from opentelemetry.trace import Status, StatusCode

        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", str(getattr(error, "code", None) or type(error).__name__))
                span.set_status(Status(StatusCode.ERROR))
                raise


def _otlp(endpoint: str) -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
