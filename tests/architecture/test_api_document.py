"""The API's description in docs/api is what the code says."""

import functools
import json
import sys
from typing import Any

import pytest

from mcm.openapi import document
from scripts import api


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document()


@pytest.fixture
def checking(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """As `python -m scripts.api --check`, with the description that was made already."""
    monkeypatch.setattr(sys, "argv", ["api", "--check"])
    monkeypatch.setattr(api, "document", functools.partial(dict, made))


def test_the_committed_document_is_current(checking: None, capsys: pytest.CaptureFixture[str]) -> None:
    code = api.main()
    assert code == 0, capsys.readouterr().err


def test_the_document_is_whole(made: dict[str, Any]) -> None:
    assert made["openapi"].startswith("3.")
    assert "/api/v1/accounts" in made["paths"]
    referenced = set(json.dumps(made).split('"#/components/schemas/')[1:])
    names = {part.partition('"')[0] for part in referenced}
    assert names <= set(made["components"]["schemas"])


def test_every_answer_has_a_shape(made: dict[str, Any]) -> None:
    """A generated client needs to know what comes; streams and the plain documents are told by their media type."""
    bare = []
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if status.startswith("2") and content is not None and not content.get("schema"):
                    bare.append(f"{method.upper()} {path} {status}")
    assert set(bare) <= {"GET /readyz 200", "GET /api/v1/resources/export 200", "DELETE /api/v1/accounts/{name} 200"}
