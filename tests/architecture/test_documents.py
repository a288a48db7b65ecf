"""The documents say what is true: links lead somewhere, commands parse, examples compile, named tests exist."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer

from mcm.cli.main import app
from mcm.contract import ProviderError
from mcm.contract.resources import ATTRIBUTES
from mcm.filters import FIELDS, Source, parse
from tests.architecture.layout import ROOT, descriptors, files
from tests.architecture.test_providers import _missing

DOCUMENTS = [path for path in files() if path.suffix == ".md"]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _text(name: str) -> str:
    return (ROOT / name).read_text()


def _commands() -> dict[str, Any]:
    """`account add` → the command."""

    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield " ".join(path), command
        else:
            for name, sub in inner.items():
                yield from below(sub, (*path, name))

    return dict(below(typer.main.get_command(app), ()))


def _lines() -> Iterator[tuple[Path, list[str]]]:
    """Every `mcm …` line of the shell examples, as arguments."""
    for path in DOCUMENTS:
        for language, block in _FENCE.findall((ROOT / path).read_text()):
            if language == "sh":
                for line in block.replace("\\\n", " ").splitlines():
                    words = shlex.split(line, comments=True)
                    if words and Path(words[0]).name == "mcm":
                        yield path, words[1:]


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / path).read_text(), flags=re.DOTALL)
    broken = []
    for target in _LINK.findall(text):
        file, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        found = (ROOT / path.parent / file).resolve() if file else ROOT / path
        if not found.exists() or (anchor and anchor not in _anchors(found)):
            broken.append(target)
    assert not broken


def _anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_example_command_parses() -> None:
    commands, wrong, number = _commands(), [], 0
    for path, words in _lines():
        name = next((name for name in (" ".join(words[:n]) for n in (3, 2, 1)) if name in commands), None)
        if name is None:
            wrong.append(f"{path}: mcm {' '.join(words)}: there is no such command")
            continue
        number += 1
        try:
            commands[name].make_context(name, words[len(name.split()) :])
        except Exception as error:
            wrong.append(f"{path}: mcm {' '.join(words)}: {error}")
    assert not wrong
    assert number > 40


def test_every_example_account_fits_its_provider() -> None:
    found = set()
    for path, words in _lines():
        if words[:2] != ["account", "add"]:
            continue
        given = list(pairwise(words))
        name = next(value for word, value in given if word == "--provider")
        found.add(name)
        config = dict(value.split("=", 1) for word, value in given if word == "--config")
        secrets = dict(value.split("=", 1) for word, value in given if word == "--secret")
        if "--from-file" in words:
            assert descriptors()[name].import_file, f"{path}: {name} reads no file"
            continue
        try:
            descriptors()[name].connection.validated(config, secrets)
        except ProviderError as error:
            pytest.fail(f"{path}: {' '.join(words)}: {error.message}")
    assert {"openstack", "vmware", "aws"} <= found


@pytest.mark.parametrize("name", sorted(_commands()))
def test_the_command_line_s_document_shows_every_command_and_option(name: str) -> None:
    text = "".join(_text(f"docs/{file}.md") for file in ("cli", "cli-costs", "cli-policies", "cli-placement"))
    assert f"mcm {name}" in text
    for parameter in _commands()[name].params:
        if parameter.param_type_name == "option":
            assert any(f"`{option}`" in text for option in (*parameter.opts, *parameter.secondary_opts)), parameter.opts


def test_filter_examples_compile() -> None:
    examples = [
        line
        for language, block in _FENCE.findall(_text("docs/filters.md"))
        if language == "filter"
        for line in block.splitlines()
    ]
    assert len(examples) >= 8
    for example in examples:
        assert parse(example) is not None


def test_the_filters_document_names_every_field_and_attribute() -> None:
    text = _text("docs/filters.md")
    envelope = [name for name, field in FIELDS.items() if field.source not in (Source.ATTRIBUTE,) and "." not in name]
    attributes = {field.name for shape in ATTRIBUTES.values() for field in fields(shape)}
    assert not [name for name in envelope if f"`{name}`" not in text and name not in attributes]
    rows = dict(re.findall(r"^\| (\w+) \| ([\w, ]+) \|$", text, re.MULTILINE))
    stated = {kind: rows.get(str(kind), "").split(", ") for kind in ATTRIBUTES}
    assert stated == {kind: [field.name for field in fields(shape)] for kind, shape in ATTRIBUTES.items()}


@pytest.mark.parametrize("name", ["README.md", "docs/security.md"])
def test_promises_name_tests_that_exist(name: str) -> None:
    proofs = re.findall(r"`(tests/[\w/]+\.py::\w+)`", _text(name))
    assert len(proofs) >= 10
    assert not [why for proof in proofs if (why := _missing(proof))]


def test_files_that_documents_name_exist() -> None:
    """Paths in backquotes below a folder of the checkout."""
    missing = []
    for path in DOCUMENTS:
        if path.parts[0] in ("docs", "README.md", "CONTRIBUTING.md"):
            text = re.sub(r"```.*?```", "", (ROOT / path).read_text(), flags=re.DOTALL)
            for name in re.findall(r"`((?:mcm|tests|providers|docs|requirements|web)/[\w./]+)`", text):
                if not (ROOT / name).exists():
                    missing.append(f"{path}: {name}")
    assert not missing


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_one_page_of_one_shape(path: Path) -> None:
    text = path.read_text()
    number = int(path.stem[:4])
    assert text.startswith(f"# {number}. ")
    assert re.search(r"^Status: (proposed|accepted|superseded by \d+)$", text, re.MULTILINE)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert text.count("\n") <= 60
    assert f"]({path.name})" in (path.parent / "README.md").read_text()


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
