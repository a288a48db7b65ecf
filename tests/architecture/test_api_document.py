"""The API's description in docs/api is what the code says."""

import json
import subprocess
import sys

from mcm.openapi import document
from tests.architecture.layout import ROOT


def test_the_committed_document_is_current() -> None:
    done = subprocess.run([sys.executable, "-m", "scripts.api", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_document_is_whole() -> None:
    made = document()
    assert made["openapi"].startswith("3.")
    assert "/api/v1/accounts" in made["paths"]
    referenced = set(json.dumps(made).split('"#/components/schemas/')[1:])
    names = {part.partition('"')[0] for part in referenced}
    assert names <= set(made["components"]["schemas"])


def test_every_answer_has_a_shape() -> None:
    """A generated client needs to know what comes; streams and the plain documents are told by their media type."""
    bare = []
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if status.startswith("2") and content is not None and not content.get("schema"):
                    bare.append(f"{method.upper()} {path} {status}")
    assert set(bare) <= {"GET /readyz 200", "GET /api/v1/resources/export 200", "DELETE /api/v1/accounts/{name} 200"}
