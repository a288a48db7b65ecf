"""Who may import whom. The large rules stand in pyproject.toml for import-linter; here are those it cannot say."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.layout import MCM, PROVIDERS, ROOMS, ROOT, imports_of, project, shown, sources

# What a room shows to others. `identity` keeps an account's row in step for whoever signs in.
PUBLIC = {
    "accounts": {"service", "access"},
    "catalog": {"service"},
    "findings": {"service", "standing"},
    "inventory": {"service"},
    "sync": {"service", "identity", "executor", "plan", "tools"},
    "system": {"service", "chinese", "chinese_words"},
    "utilisation": {"service", "reading", "days"},
}
NETWORK = {"socket", "ssl", "select", "http", "urllib", "urllib3", "requests", "httpx", "aiohttp", "ftplib", "smtplib"}
MAY_USE_NETWORK = {
    "mcm.gateway": "the only way to a cloud",
    "mcm.server": "binds the listening socket",
    "mcm.contract": "the types of sockets and TLS contexts in signatures",
    "mcm.cli.client": "the command line is a client of the HTTP API",
    "mcm.cli.inprocess": "the same client without a socket",
    "mcm.oidc": "asks OpenID providers, through the gateway's guard",
    "mcm.app": "urllib.parse takes the host out of MCM_PUBLIC_URL",
    "mcm.settings": "urllib.parse makes an Origin of MCM_PUBLIC_URL",
    "mcm.identity": "urllib.parse reads forms and quotes what goes into links",
    "mcm.notices": "sends webhooks, through the gateway's guard, and mail to the server that the installation names",
    "mcm.vault.transit_client": "asks the key server that the installation names",
    "mcm.kit.hushed": "urllib.parse spells a secret as it stands in a URL",
    "mcm.cli.account": "urllib.parse quotes a name into a path",
}
MAY_USE_FASTAPI = ("mcm.app", "mcm.api", "mcm.openapi", "mcm.edge")
# What a room says to HTTP; everything else in it is rules and SQL.
_SPEAKS_HTTP = ("endpoints", "schemas", "parameters", "events.stream", "console.serving")
HEAVY = ("fastapi", "sqlalchemy", "alembic", "pydantic", "httpx", "rich", "lark", "uvicorn", "orjson", "cryptography")


def _contracts(kind: str) -> list[dict[str, object]]:
    return [found for found in project()["tool"]["importlinter"]["contracts"] if found["type"] == kind]


def _top_level() -> set[str]:
    names = {path.stem if path.suffix == ".py" else path.name for path in MCM.iterdir() if path.suffix in (".py", "")}
    return {f"mcm.{name}" for name in names if not name.startswith("__")}


def test_the_graph_sees_imports_inside_functions_too() -> None:
    seen = set(imports_of("mcm"))
    assert ("mcm.accounts.service", "mcm.accounts.repository") in seen
    assert ("mcm.cli.client", "httpx") in seen


def test_import_linter_keeps_every_contract() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_every_part_of_the_house_has_its_floor() -> None:
    (house,) = (found for found in _contracts("layers") if "containers" not in found)
    listed = {name.strip() for layer in house["layers"] for name in layer.replace("|", ":").split(":")}  # type: ignore[attr-defined]
    parts = {name for name in _top_level() if name != "mcm.db"}
    database = {f"mcm.db.{path.stem}" for path in (MCM / "db").iterdir() if not path.name.startswith("_")}
    assert listed == parts | database


def test_everything_but_the_contract_is_closed_to_adapters() -> None:
    (closed,) = (found for found in _contracts("forbidden") if "mcm.contract" in found["source_modules"])  # type: ignore[operator]
    assert set(closed["forbidden_modules"]) == _top_level() - {"mcm.contract"}  # type: ignore[call-overload]


def test_every_adapter_is_independent_of_the_others() -> None:
    (independent,) = _contracts("independence")
    folders = {path.name for path in PROVIDERS.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert set(independent["modules"]) == {f"mcm_providers.{name}" for name in folders}  # type: ignore[call-overload]


def test_the_contract_needs_pydantic_only() -> None:
    allowed = sys.stdlib_module_names | {"pydantic", "mcm"}
    strange = [
        f"{module} imports {found}"
        for module, found in imports_of("mcm.contract")
        if found.partition(".")[0] not in allowed
        and not (found == "pytest" and module.startswith("mcm.contract.conformance."))
    ]
    assert not strange


def test_helpers_need_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"mcm"}
    found = {(module, name.partition(".")[0]) for module, name in imports_of("mcm.kit")}
    assert {pair for pair in found if pair[1] not in allowed} == {
        # What reads documents says where in them a shape does not fit.
        ("mcm.kit.documents", "pydantic"),
        ("mcm.kit.documents", "yaml"),
        # An amount of money is a type of shapes too.
        ("mcm.kit.money", "pydantic"),
    }


def test_a_room_uses_what_another_room_shows() -> None:
    wrong = []
    for room in [*ROOMS, "jobs", "audit", "auth", "edge", "cli"]:
        for module, found in imports_of(f"mcm.{room}"):
            parts = found.split(".")
            if len(parts) > 2 and parts[1] in ROOMS and parts[1] != room and parts[2] not in PUBLIC[parts[1]]:
                wrong.append(f"{module} imports {found}")
    # Explanations are a table of texts: the command line shows them without a database.
    assert wrong == ["mcm.cli.system imports mcm.system.explanations"]


def test_only_the_gateway_and_its_like_touch_the_network() -> None:
    wrong = [
        f"{module} imports {found}"
        for module, found in imports_of("mcm")
        if found.partition(".")[0] in NETWORK and not module.startswith(tuple(MAY_USE_NETWORK))
    ]
    assert not wrong


def test_nothing_below_the_edge_knows_http() -> None:
    wrong = [
        f"{module} imports {found}"
        for module, found in imports_of("mcm")
        if found.partition(".")[0] in ("fastapi", "starlette")
        and not module.startswith(MAY_USE_FASTAPI)
        and not module.endswith(_SPEAKS_HTTP)
    ]
    assert not wrong


def test_rules_and_sql_of_a_room_do_not_reach_up_to_the_edge() -> None:
    wrong = [
        f"{module} imports {found}"
        for room in ROOMS
        for module, found in imports_of(f"mcm.{room}")
        if found.startswith("mcm.edge") and not module.endswith(_SPEAKS_HTTP)
    ]
    assert not wrong


def test_endpoints_leave_sql_to_others() -> None:
    wrong = []
    for path in (path for path in sources(MCM) if path.name.endswith("endpoints.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                wrong += [f"{shown(path)}: {alias.name}" for alias in node.names if alias.name != "Session"]
    assert not wrong


def test_only_the_unit_of_work_commits() -> None:
    wrong = []
    for path in sources(MCM):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
            if named and not shown(path).startswith("mcm/db/"):
                wrong.append(f"{shown(path)}:{node.lineno}")  # type: ignore[attr-defined]
    assert not wrong


def test_help_imports_nothing_heavy() -> None:
    question = f"import mcm.cli.main, sys; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    "part", ["mcm", "aws", "libcloud", "openstack", "simulated", "vmware", "_transport", "_prometheus", "_demo"]
)
def test_what_is_imported_is_declared(part: str) -> None:
    """By the distribution itself for mcm, by the cloud's extra for its adapter, directly or through one of them."""
    extras = set(project()["project"]["optional-dependencies"])
    own = {"postgres", "otel", "charges", "optimizer"}
    chosen = {"mcm": own, "_transport": extras, "_demo": {"demo"}}.get(part, {part} & extras)
    installed = _closure("mcm", frozenset(chosen))
    where = packages_distributions()
    wrong = []
    for module, found in imports_of("mcm" if part == "mcm" else f"mcm_providers.{part}"):
        name = found.partition(".")[0]
        if name in sys.stdlib_module_names or name in ("mcm", "mcm_providers"):
            continue
        if name == "pytest" and module.startswith("mcm.contract.conformance"):
            continue
        if not {_normal(dist) for dist in where.get(name, [])} & installed:
            wrong.append(f"{module} imports {name}")
    assert not wrong


def _closure(name: str, extras: frozenset[str]) -> set[str]:
    found: set[str] = set()
    left = [(name, extras)]
    while left:
        current, wanted = left.pop()
        for text in requires(current) or []:
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in wanted] or [{"extra": ""}]
            if requirement.marker is None or any(requirement.marker.evaluate(env) for env in environments):
                dependency = _normal(requirement.name)
                if dependency not in found:
                    found.add(dependency)
                    left.append((dependency, frozenset(requirement.extras)))
    return found


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
