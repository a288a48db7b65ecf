"""Every adapter has the same furniture, is connected in one table, and says with proofs how good it is."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mcm.contract import Capability
from mcm.contract.conformance.suite import PriceConformance, ProviderConformance
from mcm.registry import load
from tests.architecture.layout import PROVIDERS, ROOT, descriptors, project, shown, sources

NAMES = sorted(path.name for path in PROVIDERS.iterdir() if path.is_dir() and not path.name.startswith("_"))
FURNITURE = (
    "__init__.py", "descriptor.py", "adapter.py", "client.py", "errors.py", "README.md", "quality.yaml",
)  # fmt: skip
RULES = {
    "complete_paging", "cut_or_repeated_pages", "wrong_credentials", "expired_credentials",
    "missing_permission_named", "missing_service_stated", "rate_limit_obeyed", "deadline_ends_reads", "tls_verified",
    "guarded_sockets", "secrets_stripped", "unknown_state_kept", "hostile_names", "stable_identity", "shared_realm",
    "observe_confirms", "relations", "change_feed", "recorded_traffic", "real_server", "proven_at_size",
    "least_permissions_documented", "bilingual_messages", "native_file_import", "fast_path_equals_sdk",
}  # fmt: skip
# What a descriptor may import: the contract and what that stands on.
_FREE = ["mcm", "mcm_providers", "pydantic", "pydantic_core", "annotated_types", "typing_extensions",
         "typing_inspection"]  # fmt: skip
_PROBE = """
import importlib, json, sys
free, path = json.loads(sys.argv[1])
class OnlyTheContract:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        ours = top in free or top in sys.stdlib_module_names or top.startswith("_sysconfigdata")
        if not ours:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, OnlyTheContract())
module, _, attribute = path.partition(":")
print(getattr(importlib.import_module(module), attribute).name)
"""


def test_entry_points_are_the_folders() -> None:
    assert project()["project"]["entry-points"]["mcm.providers"] == {
        name: f"mcm_providers.{name}.descriptor:DESCRIPTOR" for name in NAMES
    }


def test_installed_entry_points_are_those_of_the_project() -> None:
    assert sorted(descriptors()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_furniture(name: str) -> None:
    missing = [item for item in FURNITURE if not (PROVIDERS / name / item).is_file()]
    assert not missing
    reads = Capability.INVENTORY in descriptors()[name].capabilities
    assert (PROVIDERS / name / "states.py").is_file() == reads
    assert ((PROVIDERS / name / "resources").is_dir() or (PROVIDERS / name / "drivers").is_dir()) == reads


@pytest.mark.parametrize("name", NAMES)
def test_descriptor_imports_without_anything_else(name: str) -> None:
    question = json.dumps([_FREE, f"mcm_providers.{name}.descriptor:DESCRIPTOR"])
    done = subprocess.run([sys.executable, "-c", _PROBE, question], capture_output=True, text=True)
    assert done.stdout.strip() == name, done.stderr[-1500:]


@pytest.mark.parametrize("name", NAMES)
def test_descriptor_fits_the_project(name: str) -> None:
    descriptor = descriptors()[name]
    assert descriptor.adapter.startswith(f"mcm_providers.{name}.adapter:")
    assert not descriptor.extra or descriptor.extra in project()["project"]["optional-dependencies"]
    assert bool(descriptor.extra) == bool(descriptor.sdk)
    assert not descriptor.import_file or callable(load(descriptor.import_file))


@pytest.mark.parametrize("name", NAMES)
def test_every_reason_has_a_sentence(name: str) -> None:
    """Codes written out in `Reason(…)` and `NotSupported(…, reason=…)`."""
    known = set(descriptors()[name].messages)
    missing = [f"{shown(path)}:{line} {code}" for path, line, code in _reasons(name) if code not in known]
    assert not missing


def _reasons(name: str) -> Iterator[tuple[Path, int, str]]:
    for path in sources(PROVIDERS / name):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            given = [word.value for word in node.keywords if word.arg in ("code", "reason")]
            given += node.args[:1] if node.func.id == "Reason" else []
            if node.func.id in ("Reason", "NotSupported"):
                for value in given:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                        yield path, node.lineno, value.value


@pytest.mark.parametrize("name", NAMES)
def test_quality_is_stated_with_proofs(name: str) -> None:
    file = PROVIDERS / name / "quality.yaml"
    stated = yaml.safe_load(file.read_text())
    assert stated["provider"] == name
    assert set(stated["rules"]) == RULES
    wrong = [f"{rule}: {why}" for rule, entry in stated["rules"].items() if (why := _fault(entry))]
    assert not wrong


def _fault(entry: dict[str, str]) -> str:
    """Why a rule's entry is no statement; "" when it is one."""
    status = entry.get("status")
    if status in ("todo", "exempt"):
        return "" if len(entry.get("reason", "").split()) >= 2 else f"{status} without a reason"
    if status != "done":
        return f"status is {status}"
    proofs = entry.get("proof", "")
    listed = [proofs] if isinstance(proofs, str) else list(proofs)
    return "; ".join(filter(None, (_missing(proof) for proof in listed))) if any(listed) else "done without a proof"


def _missing(proof: str) -> str:
    """A proof is a file, or a test as pytest names it."""
    file, *path = proof.split("::")
    if not (ROOT / file).is_file():
        return f"there is no {file}"
    if not path:
        return "" if not file.endswith(".py") else f"{file}: name the test"
    body: list[ast.stmt] = ast.parse((ROOT / file).read_text()).body
    for number, part in enumerate(path):
        wanted = part.partition("[")[0]
        found = [node for node in body if getattr(node, "name", None) == wanted]
        whole = (ProviderConformance, PriceConformance)
        inherited = number and number == len(path) - 1 and any(hasattr(suite, wanted) for suite in whole)
        if not found and not inherited:
            return f"{file} has no {wanted}"
        body = getattr(found[0], "body", []) if found else []
    return "" if path[-1].startswith("test_") else f"{proof} is no test"


@pytest.mark.parametrize("name", NAMES)
def test_readme_tells_keys_and_permissions(name: str) -> None:
    text = (PROVIDERS / name / "README.md").read_text()
    silent = [field.key for field in descriptors()[name].connection.fields if f"`{field.key}`" not in text]
    assert not silent, "connection keys the README does not explain"
    assert re.search(r"^#+ .*(permission|right)", text, re.MULTILINE | re.IGNORECASE)
