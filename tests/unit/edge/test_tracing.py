"""Traces: nothing is made or imported without a collector; with one, spans hold names and numbers and no secret."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mcm.edge import telemetry
from mcm.kit import tracing
from mcm.settings import Settings
from tests import lab as labs
from tests.baddays.serving import serving
from tests.lab import Lab


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    telemetry.install("http://collector.invalid:4318", "1.0", exporter)
    yield exporter
    telemetry.install("", "")


@pytest.fixture
def lab(sqlite_template: Path, tmp_path: Path) -> Iterator[Lab]:
    shutil.copy(sqlite_template, tmp_path / "mcm.db")
    made = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path)
    yield made
    made.close()


def _named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


def test_without_a_collector_there_is_nothing() -> None:
    assert tracing.span("x") is tracing.span("y", mcm__a=1)
    with tracing.span("x") as span:
        assert span is None
    assert tracing.begin("x") is None
    tracing.finish(None, mcm__a=1)


def test_without_a_collector_nothing_is_imported(tmp_path: Path) -> None:
    """The bare interface is there in any case: the web framework imports it."""
    code = (
        "import sys; from mcm.app import build_app, build_runtime, prepare; from mcm.settings import Settings; "
        "runtime = build_runtime(Settings()); prepare(runtime); build_app(runtime, background=False); "
        "sys.exit(any(name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter')) for name in sys.modules))"
    )
    environment = {"MCM_DATA_DIR": str(tmp_path), "PATH": "/usr/bin"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=120)


def test_the_standard_variable_turns_them_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().otlp_endpoint == ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318")
    assert Settings().otlp_endpoint == "http://collector.example:4318"
    monkeypatch.setenv("MCM_OTLP_ENDPOINT", "http://other.example:4318")
    assert Settings().otlp_endpoint == "http://other.example:4318"


def test_a_request_is_a_span_with_its_route_and_without_its_address(lab: Lab, spans: InMemorySpanExporter) -> None:
    account = lab.account("canary-account")
    with serving(lab) as served:
        served.get(f"/api/v1/accounts/{account}", lang="canary-in-the-query")
        served.get("/canary-path")
        served.http.get("/api/v1/accounts", headers={"Authorization": "Bearer canary-token"})
    (shown,) = _named(spans, "GET /api/v1/accounts/{name}")
    attributes = dict(shown.attributes or {})
    request_id = attributes.pop("mcm.request_id")
    assert str(request_id).startswith("rq_")
    assert attributes == {
        "http.request.method": "GET", "http.route": "/api/v1/accounts/{name}", "http.response.status_code": 200,
    }  # fmt: skip
    (nowhere,) = _named(spans, "http.request")
    assert (nowhere.attributes or {})["http.response.status_code"] == 404
    assert "canary" not in " ".join(span.to_json() for span in spans.get_finished_spans())


def test_a_read_is_a_span_with_its_calls_below_it(lab: Lab, spans: InMemorySpanExporter) -> None:
    lab.account(token="canary-of-the-account")
    lab.sync(kinds=("instance",))
    runs, calls = _named(spans, "sync.run"), _named(spans, "cloud.call")
    assert {(run.attributes or {})["mcm.outcome"] for run in runs} == {"complete"}
    assert calls
    assert {call.parent.span_id for call in calls if call.parent} <= {run.context.span_id for run in runs}
    assert "canary" not in " ".join(span.to_json() for span in (*runs, *calls))


def test_a_failure_is_told_by_its_code_and_not_by_its_message(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="canary"), tracing.span("x"):
        raise ValueError("canary in a message")
    (span,) = _named(spans, "x")
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert not span.status.is_ok
    assert "canary" not in span.to_json()


def test_a_missing_package_is_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    telemetry.install("http://collector.invalid:4318", "1.0")
    assert "mcm[otel]" in caplog.text
    assert tracing.begin("x") is None
