"""The whole API under generated requests, as every role: no 5xx, and every answer as its description says."""

import os
from collections.abc import Callable, Iterator, Sequence
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
_EXAMPLES = int(os.environ.get("MCM_FUZZ_EXAMPLES", "2"))
_SOAK_EXAMPLES = 60
# Who may read and nothing else, then who may do everything, as whom an account is really deleted.
_READS_ONLY, _DOES_ALL = Role.VIEWER, LOCAL
_OTHERS = [NO_ROLE, *(role for role in Role if role is not _READS_ONLY)]


@pytest.fixture
def stood(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Lab, FastAPI]]:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    with stand(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path) as made:
        yield made


def _fuzz(stood: tuple[Lab, FastAPI], askers: Callable[[int], Sequence[str]], examples: int) -> None:
    """askers: as whom, one after the other, each request of the operation with that number is made. Thinking them up
    costs more than answering them."""
    lab, app = stood
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": "localhost"})
    wrong: list[str] = []
    tried, known = 0, _known(lab)
    fixed = {path for path in app.openapi()["paths"] if "{" not in path}
    operations = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    # What is deleted can no longer be asked for.
    for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):
        whos = askers(tried)
        tried += 1

        @settings(max_examples=examples, deadline=None, derandomize=True, database=None,
                  phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.as_strategy(), made_up=strategies.booleans())
        def one(case: Any, made_up: bool) -> None:
            if not made_up:
                # What exists is worth more tries than what does not: the first one asks for it.
                for name in case.path_parameters or {}:
                    case.path_parameters[name] = known.get(name, case.path_parameters[name])
            # Else what is generated may happen to be another route's own word: `/plans/limits` is no plan.
            assume(case.path in fixed or case.formatted_path not in fixed)
            for who in whos:  # noqa: B023 - it runs in this turn
                _ask(case, who)

        try:
            one()
        except Exception as failure:
            said = "; ".join([*getattr(failure, "__notes__", ()), str(failure)])
            wrong.append(f"{operation.method.upper()} {operation.path}: {said}"[:1500])
    assert not wrong, f"{len(wrong)} operations:\n" + "\n".join(wrong[:8])
    assert tried > 60


def _known(lab: Lab) -> dict[str, Any]:
    return {"name": "lab", "resource_id": lab.resources()[0].id, "scope_id": lab.scope("instance").id}


def _ask(case: "Case[Any]", who: str) -> None:
    own = headers(who)
    if case.method.upper() not in ("GET", "HEAD") and "Idempotency-Key" in (case.headers or {}):
        own.pop("Idempotency-Key")
    answer = case.call(headers={**own, "Host": "localhost"})
    try:
        case.validate_response(answer, checks=_CHECKS)
    except Exception as failure:
        failure.add_note(f"asked as {who}")
        raise


@pytest.mark.timeout(600)
def test_generated_requests(stood: tuple[Lab, FastAPI]) -> None:
    """Every operation as who may only look and as who may do everything, and as one of the others in turns."""
    _fuzz(stood, lambda number: (_OTHERS[number % len(_OTHERS)], _READS_ONLY, _DOES_ALL), _EXAMPLES)


@pytest.mark.soak
@pytest.mark.parametrize("who", [*_OTHERS, _READS_ONLY])
@pytest.mark.timeout(600)
def test_generated_requests_as_everybody(stood: tuple[Lab, FastAPI], who: str) -> None:
    _fuzz(stood, lambda _: (who,), _EXAMPLES + 1)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_many_generated_requests(stood: tuple[Lab, FastAPI]) -> None:
    _fuzz(stood, lambda _: (_DOES_ALL,), _SOAK_EXAMPLES)
