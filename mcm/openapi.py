"""The description of the HTTP API, without a database or a network."""

from pathlib import Path
from typing import Any

from mcm.app import build_app, build_runtime
from mcm.settings import Settings


def document() -> dict[str, Any]:
    settings = Settings(data_dir=Path("/nonexistent"), database_url="sqlite://", listen="127.0.0.1:0")
    runtime = build_runtime(settings)
    try:
        return build_app(runtime, background=False).openapi()
    finally:
        runtime.executor.stop(wait=False)
