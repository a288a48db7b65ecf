"""The whole API under generated requests, as every role: no 5xx, and every answer as its description says."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, assume, given, settings, strategies
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from mcm.auth.roles import Role
from tests.lab import Lab
from tests.proof.stand import LOCAL, NO_ROLE, headers, stand

_NAMES = ("not_a_server_error", "content_type_conformance", "response_schema_conformance", "status_code_conformance")
load_all_checks()
_CHECKS: Any = [CHECKS.get_one(name) for name in _NAMES]
_EXAMPLES = int(os.environ.get("MCM_FUZZ_EXAMPLES", "3"))
_SOAK_EXAMPLES = 60


@pytest.fixture
def stood(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Lab, FastAPI]]:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    with stand(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path) as made:
        yield made


def _fuzz(stood: tuple[Lab, FastAPI], who: str, examples: int) -> None:
    lab, app = stood
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": "localhost"})
    wrong: list[str] = []
    tried, known = 0, _known(lab)
    fixed = {path for path in app.openapi()["paths"] if "{" not in path}
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        tried += 1

        @settings(max_examples=examples, deadline=None, derandomize=True, database=None,
                  phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(), real=strategies.booleans())
        def one(case: Any, real: bool) -> None:
            if real:
                # What exists is worth more tries than what does not.
                for name in case.path_parameters or {}:
                    case.path_parameters[name] = known.get(name, case.path_parameters[name])
            # Else what is generated may happen to be another route's own word: `/plans/limits` is no plan.
            assume(case.path in fixed or case.formatted_path not in fixed)
            _ask(case, who)

        try:
            one()
        except Exception as failure:
            wrong.append(f"{operation.method.upper()} {operation.path}: {failure}"[:1500])
    assert not wrong, f"{len(wrong)} operations as {who}:\n" + "\n".join(wrong[:8])
    assert tried > 60


def _known(lab: Lab) -> dict[str, Any]:
    return {"name": "lab", "resource_id": lab.resources()[0].id, "scope_id": lab.scope("instance").id}


def _ask(case: "Case[Any]", who: str) -> None:
    own = headers(who)
    if case.method.upper() not in ("GET", "HEAD") and "Idempotency-Key" in (case.headers or {}):
        own.pop("Idempotency-Key")
    answer = case.call(headers={**own, "Host": "localhost"})
    case.validate_response(answer, checks=_CHECKS)


@pytest.mark.parametrize("who", [NO_ROLE, LOCAL, *Role])
@pytest.mark.timeout(600)
def test_generated_requests(stood: tuple[Lab, FastAPI], who: str) -> None:
    _fuzz(stood, who, _EXAMPLES)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_generated_requests(stood: tuple[Lab, FastAPI]) -> None:
    _fuzz(stood, LOCAL, _SOAK_EXAMPLES)
