"""Every setting is documented, and nothing reads the environment beside them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcm.settings import Settings
from tests.architecture.layout import MCM, PROVIDERS, ROOT, shown, sources

DOCUMENT = ROOT / "docs" / "configuration.md"
# Variables that are no settings of the server, each read in one place.
ELSEWHERE = {"MCM_DEBUG"}
_MAY_READ = {
    "mcm/cli/client.py": "MCM_SERVER and MCM_TOKEN without importing pydantic",
    "mcm/cli/contexts.py": "MCM_CONFIG_DIR without importing pydantic",
    "mcm/cli/login.py": "MCM_SERVER, the server to sign in to",
    "mcm/cli/entry.py": "whether a shell asks for completion",
    "mcm/cli/failures.py": "MCM_DEBUG",
    "mcm/cli/secrets.py": "--secret KEY=env:VARIABLE, where the user names the variable",
}


def _variables() -> set[str]:
    return {f"MCM_{name.upper()}" for name in Settings.model_fields}


def _rows() -> dict[str, str]:
    """Variable → its row in the table."""
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `MCM_")]
    return {line.split("`")[1]: line for line in lines}


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(_rows()) == _variables() | ELSEWHERE


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_documented_defaults_are_the_defaults(name: str) -> None:
    default = Settings.model_fields[name].default
    expected = "" if default in (None, "") else str(default)
    assert f"| `{expected}` |" in _rows()[f"MCM_{name.upper()}"] if expected else True


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_it_means(name: str) -> None:
    assert Settings.model_fields[name].description


def test_only_the_settings_read_the_environment() -> None:
    found = {shown(path) for folder in (MCM, PROVIDERS) for path in sources(folder) if any(_reads(path))}
    assert found == set(_MAY_READ)


def _reads(path: Path) -> Iterator[bool]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "expandvars"):
            yield True
