"""Documents that people write in YAML: read strictly, with the line and column of everything that is wrong.

YAML as its version 1.2 reads it: `no` is a text (and Norway), a date is a text, a number with a point is a Decimal.
Aliases are refused, as few lines with them stand for gigabytes; a key that comes twice is refused, as one of the two
would be lost.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 40
_MAX_DIGITS = 40
Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a document. line, column: from 1. path: as `tiers[0].vcpus`. suggestion: what may be meant."""

    line: int
    column: int
    message: str
    path: str = ""
    suggestion: str | None = None
    severity: str = "error"

    def __str__(self) -> str:
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"line {self.line}, column {self.column}: {self.message}{hint}"


class DocumentError(ValueError):
    """The text is no document that could be used; `findings` say where and why, at least one."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(str, findings[:5])))
        self.findings = list(findings)


@dataclass(slots=True)
class Document:
    """data: plain mappings, lists, texts, booleans, ints and Decimals. where: the place of a path, or of the nearest
    thing above it that is there."""

    data: Any
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def where(self, path: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """key: the place of the last name itself, not of its value."""
        wanted = tuple(path)
        if key and wanted in self.keys:
            return self.keys[wanted]
        while wanted and wanted not in self.places:
            wanted = wanted[:-1]
        return self.places.get(wanted, (1, 1))

    def finding(
        self, path: Sequence[str | int], message: str, *, suggestion: str | None = None, severity: str = "error",
        key: bool = False,
    ) -> Finding:  # fmt: skip
        line, column = self.where(path, key=key)
        return Finding(line, column, message, shown(path), suggestion, severity)


class _Loader(yaml.SafeLoader):
    # A subclass shares the table of its base until it has its own.
    yaml_implicit_resolvers = {}  # noqa: RUF012


_RESOLVED = (
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("tag:yaml.org,2002:int", r"^[-+]?\d+$", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"^[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d{1,3})?$", list("-+.0123456789")),
)
for _tag, _pattern, _first in _RESOLVED:
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def read(text: str) -> Document:
    """The one document of a text. Raises DocumentError, also when there are several."""
    found = read_all(text)
    if len(found) > 1:
        line, column = found[1].where(())
        raise DocumentError([Finding(line, column, "a second document begins here; one is wanted")])
    return found[0]


def read_all(text: str) -> list[Document]:
    """Every document of a text, at least one. Raises DocumentError."""
    if len(text) > MAX_CHARACTERS:
        raise DocumentError([Finding(1, 1, f"the document has more than {MAX_CHARACTERS:,} characters")])
    try:
        _look_through(text)
        documents = [_built(node) for node in yaml.compose_all(text, Loader=_Loader) if node is not None]
    except yaml.MarkedYAMLError as error:
        message = " ".join(part for part in (error.context, error.problem) if part)
        raise DocumentError([_at(error.problem_mark or error.context_mark, f"this is no YAML: {message}")]) from None
    except yaml.YAMLError as error:
        # A character that YAML does not allow; its own words hold the position.
        raise DocumentError([Finding(1, 1, f"this is no YAML: {str(error)[:200]}")]) from None
    except RecursionError:
        raise DocumentError([Finding(1, 1, f"nested deeper than {_MAX_DEPTH} levels")]) from None
    if not documents:
        raise DocumentError([Finding(1, 1, "there is nothing in it")])
    return documents


_OPENING = (
    yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken,
)  # fmt: skip
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


def _look_through(text: str) -> None:
    """Refuses what would cost more than it is worth before anything is built of it: the time that brackets within
    brackets take grows with their square."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise DocumentError([_at(token.start_mark, "anchors and aliases are not accepted: write it out")])
        if isinstance(token, _OPENING):
            depth += 1
        elif isinstance(token, _CLOSING):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise DocumentError([_at(token.start_mark, f"nested deeper than {_MAX_DEPTH} levels")])


def check(document: Document, model: type[Model], *, data: Any = None) -> tuple[Model | None, list[Finding]]:
    """The document as `model`, or what keeps it from being one. data: to be checked in place of the document's own."""
    try:
        return model.model_validate(document.data if data is None else data), []
    except ValidationError as error:
        return None, [_finding(document, model, one) for one in error.errors(include_url=False)]


def shown(path: Sequence[str | int]) -> str:
    found = ""
    for step in path:
        found += f"[{step}]" if isinstance(step, int) else f".{step}" if found else step
    return found


def close(given: str, known: Sequence[str]) -> str | None:
    """A suggestion for a misspelt name."""
    found = difflib.get_close_matches(given, known, 1, 0.6)
    return f"did you mean '{found[0]}'?" if found else None


def _finding(document: Document, model: type[BaseModel], error: Any) -> Finding:
    # pydantic puts names of union members between the steps; those are not in the document.
    path = _real(document.data, error["loc"])
    if error["type"] == "extra_forbidden":
        name = str(path[-1])
        known = _fields(model, path[:-1])
        hint = close(name, known) or (f"known: {', '.join(known)}" if known else None)
        return document.finding(path, f"there is no field '{name}' here", suggestion=hint, key=True)
    if error["type"] == "missing":
        return document.finding(path[:-1], f"'{path[-1]}' is missing")
    message = str(error["msg"]).removeprefix("Value error, ")
    hint = None
    expected = error.get("ctx", {}).get("expected")
    if error["type"] in ("literal_error", "enum") and isinstance(error.get("input"), str):
        hint = close(error["input"], re.findall(r"'([^']+)'", str(expected)))
    return document.finding(
        path, f"{shown(path) or 'the document'}: {message[:1].lower()}{message[1:]}", suggestion=hint
    )


def _real(data: Any, location: Sequence[str | int]) -> Path:
    path: list[str | int] = []
    for index, step in enumerate(location):
        inside = (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        )
        if inside:
            data = data[step]
            path.append(step)
        elif index == len(location) - 1:
            path.append(step)
    return tuple(path)


def _fields(model: Any, path: Sequence[str | int]) -> list[str]:
    """The names that are known at a path below a model; empty where they cannot be told."""
    for step in path:
        if isinstance(step, int):
            continue
        found = getattr(model, "model_fields", {}).get(step)
        models = list(_models(found.annotation)) if found is not None else []
        if len(models) != 1:
            return []
        model = models[0]
    return [info.alias or name for name, info in getattr(model, "model_fields", {}).items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def _built(root: yaml.Node) -> Document:
    document = Document(None)
    document.data = _value(document, root, (), 0)
    return document


def _value(document: Document, node: yaml.Node, path: Path, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise DocumentError([_at(node.start_mark, f"nested deeper than {_MAX_DEPTH} levels")])
    document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, node, path, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, one, (*path, index), depth + 1) for index, one in enumerate(node.value)]
    return _scalar(node)


def _mapping(document: Document, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode):
            raise DocumentError([_at(name.start_mark, "a name is wanted here, not a list or a mapping")])
        if name.value in found:
            raise DocumentError([_at(name.start_mark, f"'{name.value}' comes twice; one of the two would be lost")])
        below = (*path, name.value)
        document.keys[below] = (name.start_mark.line + 1, name.start_mark.column + 1)
        found[name.value] = _value(document, value, below, depth + 1)
    return found


def _scalar(node: yaml.Node) -> Any:
    text, kind = str(node.value), node.tag.rpartition(":")[2]
    if kind in ("int", "float") and len(text) > _MAX_DIGITS:
        raise DocumentError([_at(node.start_mark, f"a number of more than {_MAX_DIGITS} digits")])
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text)
    if kind == "float":
        return Decimal(text)
    if kind == "str":
        return text
    raise DocumentError([_at(node.start_mark, f"a value of the type {node.tag} is not accepted")])


def _at(mark: Any, message: str) -> Finding:
    return Finding(mark.line + 1, mark.column + 1, message) if mark is not None else Finding(1, 1, message)
