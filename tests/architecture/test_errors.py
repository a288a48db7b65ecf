"""Every error code mcm can give is explained, and nothing is explained that cannot happen."""

import ast
import importlib
import re
from collections.abc import Iterator

import pytest

from mcm.contract import ProviderError
from mcm.errors import McmError
from mcm.system.chinese import CHINESE
from mcm.system.explanations import EXPLANATIONS
from tests.architecture.layout import MCM, PROVIDERS, ROOT, application, client, graph, shown, sources

_NAMES = {"code", "error_code", "reason_code"}


def _classes(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for inner in root.__subclasses__():
        yield from _classes(inner)


def _codes_of_classes() -> dict[str, str]:
    for module in graph().modules:
        if module.startswith("mcm.") and "conformance" not in module and "migrations" not in module:
            importlib.import_module(module)
    return {
        found.code: f"{found.__module__}.{found.__name__}"  # type: ignore[attr-defined]
        for root in (McmError, ProviderError)
        for found in _classes(root)
        if found.__module__.startswith("mcm.")
    }


def _codes_of_literals() -> dict[str, str]:
    """Codes written out: `error_code = "…"` in any form of assignment, `error_code="…"`, `_problem(status, "…")`."""
    found: dict[str, str] = {}
    for path in sources(MCM):
        if "conformance" in path.parts or path.name == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            for value in _given(node):
                for leaf in ast.walk(value):
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                        found[leaf.value] = f"{shown(path)}:{leaf.lineno}"
    return found


def _given(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for one, value in pairs:
                if _name(one) in _NAMES and isinstance(value, ast.Constant | ast.IfExp):
                    yield value
    elif isinstance(node, ast.Call):
        yield from (word.value for word in node.keywords if word.arg in _NAMES and isinstance(word.value, ast.Constant))
        if _name(node.func) == "_problem" and len(node.args) > 1:
            yield node.args[1]


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", "") or getattr(node, "id", "")


def _said_by_the_edge() -> dict[str, str]:
    with_http = {"not_found", "method_not_allowed", "http_error"}
    return dict.fromkeys(with_http, "mcm/edge/problems.py")


def test_every_code_is_explained() -> None:
    codes = _codes_of_classes() | _codes_of_literals() | _said_by_the_edge()
    missing = {code: where for code, where in codes.items() if code not in EXPLANATIONS}
    assert not missing


def test_nothing_is_explained_that_cannot_happen() -> None:
    codes = _codes_of_classes() | _codes_of_literals() | _said_by_the_edge()
    assert not set(EXPLANATIONS) - set(codes)


def test_explanations_say_what_to_do() -> None:
    assert not [code for code, found in EXPLANATIONS.items() if not found.meaning.strip() or not found.remedy.strip()]


def test_every_code_is_explained_in_chinese_too() -> None:
    assert set(CHINESE) == set(EXPLANATIONS)
    foreign = [
        code for code, found in CHINESE.items() if not all(re.search(r"[\u4e00-\u9fff]", said) for said in found)
    ]
    assert not foreign
    # What is to be typed is the same in both.
    typed = re.compile(r"`[^`]+`|MCM_[A-Z_]+")
    differing = {
        code: (english, chinese)
        for code, found in EXPLANATIONS.items()
        if (english := set(typed.findall(" ".join(found)))) - (chinese := set(typed.findall(" ".join(CHINESE[code]))))
        or {word for word in chinese - english if not word.startswith("`mcm explain")}
    }
    assert not differing


def test_the_explanations_can_be_read_by_everybody() -> None:
    with client(application()) as http:
        items = http.get("/api/v1/system/explanations").json()["items"]
    assert {each["error_code"] for each in items} == set(EXPLANATIONS)
    (paused,) = [each for each in items if each["error_code"] == "paused"]
    assert paused["meaning"] == "The account is paused."
    assert paused["meaning_zh"] == "账号已暂停。"


def test_the_error_model_lists_every_code() -> None:
    text = (ROOT / "docs" / "error-model.md").read_text()
    assert not [code for code in EXPLANATIONS if f"`{code}`" not in text]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/v1/nowhere", {}),
        ("PUT", "/api/v1/accounts", {}),
        ("GET", "/healthz", {"host": "attacker.example"}),
        ("POST", "/api/v1/accounts", {"content-length": "99999999"}),
    ],
)
def test_what_the_edge_refuses_is_a_problem_with_an_explained_code(
    method: str, path: str, headers: dict[str, str]
) -> None:
    with client(application()) as http:
        answer = http.request(method, path, headers=headers)
    body = answer.json()
    assert answer.status_code >= 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] in EXPLANATIONS
    assert body["request_id"] == answer.headers["x-request-id"]


def test_adapters_raise_no_errors_of_their_own() -> None:
    """A new error type needs a caller that reacts differently, so it belongs into the contract."""
    own = []
    for path in sources(PROVIDERS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & {"ProviderError", "McmError"}:
                own.append(f"{shown(path)}:{node.lineno} {node.name}")
    assert not own
